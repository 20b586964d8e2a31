"""Columns that hold credentials, or what credentials are made of: no page, history, admin or reading role shows them."""

CREDENTIALS = frozenset({"password", "pin", "token_digest"})
SALTS = frozenset({"signing_salt", "secret_salt", "secret_digest"})
SECRET_COLUMNS = CREDENTIALS | SALTS
