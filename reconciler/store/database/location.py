"""Where a store is, out of its URL: a SQLite file, or a database of a PostgreSQL server.

1. A URL that stands in settings as a literal may name this machine, or a host that the environment allows: settings
   alone, and so a pull request, cannot send a password anywhere (K8).
2. libpq's own variables and files are used only for hosts that are named outside the settings.
3. A URL whose user or password is not escaped is refused unread: a part of the password would be taken for the host.
"""

import re
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from typing import Final

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from reconciler.errors import StoreError, UnsupportedError

ALLOW_HOST: Final = "RECONCILER_ALLOW_HOST"

_SERVERS: Final = ("postgresql", "postgres")
_DRIVERS: Final = (None, "psycopg")
_EXAMPLE: Final = "postgresql://reconciler@db.example.com/assets"
_HARMLESS: Final = frozenset({"application_name", "connect_timeout", "options", "sslmode", "sslrootcert"})
"""The options that a literal may have: none of them names a host, or a file with a secret."""
_REST: Final = re.compile(r"[^:]+://(?P<authority>[^/?]*)(?P<rest>.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Address:
    """A store's URL and what is known of it.

    `schema` is the PostgreSQL schema that has the tables. `literal` says that the URL stands in settings as it is; its
    host has to be this machine then, or one of `allowed_hosts`. `environment` is what commands in messages name.
    """

    url: str = field(repr=False)
    schema: str | None = None
    literal: bool = False
    allowed_hosts: frozenset[str] = frozenset()
    environment: str = "ENV"


@dataclass(frozen=True, slots=True)
class SqliteFile:
    """A SQLite file that is, or will be, a store."""

    path: Path
    environment: str = "ENV"

    def __str__(self) -> str:
        return str(self.path)


@dataclass(frozen=True, slots=True)
class ServerDatabase:
    """A database of a PostgreSQL server that is, or will be, a store; its text has neither user nor password.

    `uses_libpq` says whether libpq's own variables and files may add to the URL.
    """

    url: URL = field(repr=False)
    schema: str | None = None
    uses_libpq: bool = True
    environment: str = "ENV"

    def __str__(self) -> str:
        shown = str(URL.create("postgresql", host=self.url.host, port=self.url.port, database=self.url.database))
        return f"{shown} (schema {self.schema})" if self.schema else shown


Location = SqliteFile | ServerDatabase


def locate(address: Address | str) -> Location:
    """Return the location that a store's address names; a relative path is relative to the working directory.

    Raises:
        StoreError: the text is no URL, names no file or database, or names a host that nobody allowed. The text is not
            repeated: it may have a password in it.
        UnsupportedError: the URL is another database's, or names another driver.
    """
    if isinstance(address, str):
        address = Address(address)
    parsed = _parsed(address.url)
    backend, _, driver = parsed.drivername.partition("+")
    if backend in _SERVERS:
        return _server(address, parsed, driver or None)
    if backend != "sqlite":
        raise UnsupportedError(
            f"The store's URL is for {backend}; assets are kept in SQLite (sqlite:///…) or PostgreSQL (postgresql://…)."
        )
    if not parsed.database or parsed.database == ":memory:" or parsed.query:
        raise StoreError("The store's URL has to name a file and nothing else, for example sqlite:///var/prod.db.")
    if address.schema is not None:
        raise StoreError("A SQLite file has no schemas. Remove `schema` from `store` in instance.yaml.")
    return SqliteFile(Path(parsed.database), address.environment)


def _parsed(text: str) -> URL:
    """Return a URL's parts. Raises StoreError, which quotes nothing of it: it holds a password."""
    if _is_badly_escaped(text):
        raise StoreError(
            "The store's URL cannot be read: in its user and password write @ as %40, / as %2F, # as %23 and ? as %3F."
        )
    try:
        return make_url(text)
    except (ArgumentError, ValueError):
        raise StoreError(
            "The store's URL cannot be read. It has to look like sqlite:///var/prod.db (three slashes before a "
            f"relative path, four before an absolute one) or {_EXAMPLE}; see store.url in instance.yaml. In a user "
            "and a password write @ as %40, / as %2F, # as %23 and ? as %3F."
        ) from None


def _is_badly_escaped(text: str) -> bool:
    """Return whether a part of a server's user or password would be taken for something else."""
    parts = _REST.match(text)
    if parts is None or text.startswith("sqlite"):
        return False
    authority, rest = parts["authority"], parts["rest"]
    return authority.count("@") > 1 or "#" in text or ("@" in rest and "@" not in authority)


def _server(address: Address, parsed: URL, driver: str | None) -> ServerDatabase:
    """Return a PostgreSQL's database. Raises StoreError for a URL that lacks one, UnsupportedError for a driver."""
    if driver not in _DRIVERS:
        raise UnsupportedError(
            f"The store's URL names PostgreSQL's driver {driver}; the one that is used is psycopg. Write {_EXAMPLE}."
        )
    if not parsed.database:
        raise StoreError(f"The store's URL has to name the server's database, for example {_EXAMPLE}.")
    named_outside = not address.literal
    if address.literal:
        named_outside = _check_literal(parsed, address.allowed_hosts)
    return ServerDatabase(
        parsed.set(drivername="postgresql+psycopg"), address.schema, named_outside, address.environment
    )


def _check_literal(parsed: URL, allowed: frozenset[str]) -> bool:
    """Refuse a literal URL that sends what libpq knows to anyone; return whether all its hosts are allowed by name."""
    risky = sorted(set(parsed.query) - _HARMLESS)
    if risky:
        raise StoreError(
            f"The store's URL in instance.yaml has the option {risky[0]}, which may name a host or a file with a "
            "secret. Write the URL in a variable or a file, and refer to it: store: {url: {env: NAME}}."
        )
    hosts = [host.strip().lower() for host in (parsed.host or "").split(",")]
    for host in hosts:
        if host not in allowed and not _is_this_machine(host):
            raise StoreError(
                f"The store's URL in instance.yaml names the host {host}, and settings alone send no password anywhere "
                f"(K8). Set {ALLOW_HOST}={host} in the environment if you trust it, or refer to the URL: "
                "store: {url: {env: NAME}}."
            )
    return all(host in allowed for host in hosts)


def _is_this_machine(host: str) -> bool:
    if host in ("", "localhost") or host.startswith("/"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
