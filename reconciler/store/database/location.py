"""Where a store is, out of its URL: a SQLite file, or a database of a PostgreSQL server."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from reconciler.errors import StoreError, UnsupportedError

_SERVERS: Final = ("postgresql", "postgres")
_DRIVERS: Final = (None, "psycopg")
_EXAMPLE: Final = "postgresql://reconciler@db.example.com/assets"


@dataclass(frozen=True, slots=True)
class SqliteFile:
    """A SQLite file that is, or will be, a store."""

    path: Path

    def __str__(self) -> str:
        return str(self.path)


@dataclass(frozen=True, slots=True)
class ServerDatabase:
    """A database of a PostgreSQL server that is, or will be, a store; its text has neither user nor password."""

    url: URL = field(repr=False)

    def __str__(self) -> str:
        return str(URL.create("postgresql", host=self.url.host, port=self.url.port, database=self.url.database))


Location = SqliteFile | ServerDatabase


def locate(url: str, folder: Path | None = None) -> Location:
    """Return the place that a store's URL names; a relative path is relative to `folder`, else to where we are.

    Raises:
        StoreError: the text is no URL, or names no file or database. It is not repeated: it may have a password in it.
        UnsupportedError: the URL is another database's, or names another driver.
    """
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise StoreError(
            "The store's URL cannot be read. It has to look like sqlite:///var/prod.db (three slashes before a "
            f"relative path, four before an absolute one) or {_EXAMPLE}; see store.url in instance.yaml."
        ) from None
    backend, _, driver = parsed.drivername.partition("+")
    if backend in _SERVERS:
        return _server(parsed, driver or None)
    if backend != "sqlite":
        raise UnsupportedError(
            f"The store's URL is for {backend}; assets are kept in SQLite (sqlite:///…) or PostgreSQL (postgresql://…)."
        )
    if not parsed.database or parsed.database == ":memory:" or parsed.query:
        raise StoreError("The store's URL has to name a file and nothing else, for example sqlite:///var/prod.db.")
    return SqliteFile((folder or Path()) / parsed.database)


def _server(parsed: URL, driver: str | None) -> ServerDatabase:
    if driver not in _DRIVERS:
        raise UnsupportedError(
            f"The store's URL names PostgreSQL's driver {driver}; the one that is used is psycopg. Write {_EXAMPLE}."
        )
    if not parsed.database:
        raise StoreError(f"The store's URL has to name the server's database, for example {_EXAMPLE}.")
    return ServerDatabase(parsed.set(drivername="postgresql+psycopg"))
