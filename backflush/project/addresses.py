"""Server addresses as URLs, read into the shapes that Django and libpq want.

Standard library only: the launch reads them before anything is installed.
"""

from urllib.parse import parse_qsl, quote, unquote, urlsplit


class AddressError(ValueError):
    """An address that cannot be used; the message says which part and never shows the password."""


def database_settings(url: str, variable: str = "DATABASE_URL") -> dict[str, object]:
    """Django's database settings of `postgresql://user:password@host:port/name?sslmode=…`.

    Query parameters become libpq options. Raises AddressError, naming `variable`, for anything else.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("postgresql", "postgres"):
        raise AddressError(f"{variable} must begin with postgresql://, not with {parts.scheme or 'nothing'}://")
    name = unquote(parts.path.lstrip("/"))
    if not name:
        raise AddressError(f"{variable} names no database: it must end with /name")
    try:
        port = parts.port
    except ValueError as error:
        raise AddressError(f"{variable} has a port that is not a number") from error
    options = dict(parse_qsl(parts.query))
    return {
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", unquote(parts.hostname or "")),
        "PORT": str(port or ""),
        "OPTIONS": options,
    }


def database_url(*, user: str, password: str, host: str, port: int, name: str) -> str:
    """The address that `database_settings` reads back to the same parts."""
    return f"postgresql://{quote(user, safe='')}:{quote(password, safe='')}@{host}:{port}/{quote(name, safe='')}"


def with_database(url: str, name: str) -> str:
    """The same server and role, another database."""
    return urlsplit(url)._replace(path="/" + quote(name, safe="")).geturl()


def without_password(url: str) -> str:
    """The address as it may be shown in a log."""
    parts = urlsplit(url)
    if parts.password is None:
        return url
    host = parts.netloc.rpartition("@")[2]
    return parts._replace(netloc=f"{parts.username}:***@{host}").geturl()
