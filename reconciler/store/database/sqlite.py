"""SQLite: a file, opened for reading or for writing, and many rows to a call.

A store keeps a rollback journal, so that opening it for reading makes no file beside it. The driver is set to leave
transactions alone; SQLAlchemy's `begin` says BEGIN, and BEGIN IMMEDIATE on a connection that will write.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import Any, Final, Literal

from sqlalchemy import Connection, Engine, Select, Table, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

Mode = Literal["ro", "rw", "rwc"]

_ROWS_PER_CALL: Final = 5000
_ROWS_AT_ONCE: Final = 1000
_ROWS_PER_INSERT: Final = 20
"""With a statement for each row SQLite takes a quarter longer for a first import; with more rows it gains nothing."""
_CACHE_KIB: Final = 32 * 1024


def sqlite_engine(path: Path, mode: Mode, wait_seconds: float) -> Engine:
    """Return an engine for a SQLite file; `ro` can write nothing, `rwc` makes the file.

    A lock that someone else holds is waited for that long.
    """
    uri = f"{path.absolute().as_uri()}?mode={mode}"

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(uri, uri=True, timeout=wait_seconds, isolation_level=None)
        try:
            _prepare(connection, mode)
        except BaseException:
            connection.close()
            raise
        return connection

    engine = create_engine("sqlite://", creator=connect, poolclass=NullPool, hide_parameters=True)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: sqlite3.Connection, mode: Mode) -> None:
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
    if mode == "ro":
        connection.execute("PRAGMA query_only = ON")
    else:
        connection.execute("PRAGMA journal_mode = DELETE")


def takes_the_write_lock(connection: Connection) -> Connection:
    """Return the connection, whose next transactions take the write lock as they begin."""
    return connection.execution_options(reconciler_writes=True)


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("reconciler_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def was_cut_short(error: DBAPIError) -> bool:
    """Return whether a read failed because a write was cut short, and only a writer can put it back."""
    return getattr(error.orig, "sqlite_errorname", None) == "SQLITE_READONLY_ROLLBACK"


def table_names(connection: Connection) -> frozenset[str]:
    """Return the names of the file's own tables and views."""
    rows = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'")
    return frozenset(row[0] for row in rows)


def plain_pieces(connection: Connection, statement: Select[Any]) -> Iterator[list[tuple[Any, ...]]]:
    """Yield a statement's rows as the driver gives them, a thousand at a time."""
    with connection.execute(statement) as result:
        cursor: Any = result.cursor
        while rows := cursor.fetchmany(_ROWS_AT_ONCE):
            yield rows


def insert_many(connection: Connection, table: Table, columns: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> None:
    """Insert rows whose values stand in the order of `columns`, straight to the driver.

    SQLAlchemy's own way makes a dict of each row, which costs as much as the insert. A statement takes several rows,
    since SQLite finds its place in the table and in each index anew for every statement; the last few go one by one.
    """
    names, marks = ", ".join(quoted(connection, columns)), f"({', '.join('?' * len(columns))})"
    insert = f"INSERT INTO {table.name} ({names}) VALUES "  # noqa: S608 - names of ours
    remaining = iter(rows)
    while some := list(islice(remaining, _ROWS_PER_CALL)):
        whole = len(some) - len(some) % _ROWS_PER_INSERT
        starts = range(0, whole, _ROWS_PER_INSERT)
        together = [tuple(chain.from_iterable(some[start : start + _ROWS_PER_INSERT])) for start in starts]
        if together:
            connection.exec_driver_sql(insert + ", ".join([marks] * _ROWS_PER_INSERT), together)
        if some[whole:]:
            connection.exec_driver_sql(insert + marks, some[whole:])


def update_many(
    connection: Connection,
    table: Table,
    columns: Sequence[str],
    keys: Sequence[str],
    rows: Iterable[tuple[Any, ...]],
    counted: Sequence[str],
) -> int:
    """Update rows by their keys; the values stand in the order of columns, then keys. Return how many there were."""
    sets = [f"{name} = ?" for name in quoted(connection, columns)]
    sets += [f"{name} = {name} + 1" for name in quoted(connection, counted)]
    found = " AND ".join(f"{name} = ?" for name in quoted(connection, keys))
    return _run(connection, f"UPDATE {table.name} SET {', '.join(sets)} WHERE {found}", rows)  # noqa: S608 - as above


def quoted(connection: Connection, names: Sequence[str]) -> list[str]:
    """Return names as the database takes them."""
    return list(map(connection.dialect.identifier_preparer.quote, names))


def _run(connection: Connection, statement: str, rows: Iterable[tuple[Any, ...]]) -> int:
    """Run a statement for each row, thousands to a call; return how many rows it touched."""
    remaining, touched = iter(rows), 0
    while some := list(islice(remaining, _ROWS_PER_CALL)):
        touched += connection.exec_driver_sql(statement, some).rowcount
    return touched
