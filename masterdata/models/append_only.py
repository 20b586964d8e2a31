"""Tables of this app that the serving role may only add to, or only read."""

APPEND_ONLY_TABLES = ("masterdata_signature",)
#: Written by triggers of the owner alone.
READ_ONLY_TABLES = ("masterdata_masterdatarevision",)
