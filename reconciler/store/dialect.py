"""What differs between databases, in one place: SQLite now, PostgreSQL in a later step.

A SQLite store keeps a rollback journal, so that opening it for reading makes no file beside it. The driver is told to
leave transactions alone; SQLAlchemy's `begin` says BEGIN, and BEGIN IMMEDIATE on a connection that will write.
"""

import sqlite3
from collections.abc import Iterable, Sequence
from itertools import islice
from operator import itemgetter
from pathlib import Path
from typing import Any, Final, Literal

from sqlalchemy import (
    CheckConstraint,
    Connection,
    Double,
    Engine,
    Numeric,
    Table,
    create_engine,
    event,
    insert,
)
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool
from sqlalchemy.types import TypeEngine

Mode = Literal["ro", "rw", "rwc"]

NUMBER: Final[TypeEngine[float]] = Double().with_variant(Numeric(asdecimal=False), "sqlite")
"""A number that stays whole where it was whole."""

_ROWS_PER_CALL: Final = 5000
_CACHE_KIB: Final = 32 * 1024


def is_json_object(column: str) -> CheckConstraint:
    """Return the check that a text column holds a JSON object; PostgreSQL's type will say so by itself."""
    return CheckConstraint(f"json_valid({column}) AND json_type({column}) = 'object'", column).ddl_if(dialect="sqlite")


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


def for_writing(connection: Connection) -> Connection:
    """Return the connection, whose next transaction will take the write lock as it begins."""
    return connection.execution_options(reconciler_writes=True)


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("reconciler_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def was_cut_short(error: DBAPIError) -> bool:
    """Say whether a read failed because a write was cut short, and only a writer can put it back."""
    return getattr(error.orig, "sqlite_errorname", None) == "SQLITE_READONLY_ROLLBACK"


def insert_many(connection: Connection, table: Table, columns: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> None:
    """Insert rows whose values stand in the order of `columns`, thousands to a call and straight to the driver.

    SQLAlchemy's own way makes a dict of each row, which costs as much as the insert.
    """
    compiled = insert(table).compile(dialect=connection.dialect, column_keys=list(columns))
    order = [columns.index(name) for name in compiled.positiontup or ()]
    arrange = itemgetter(*order)
    remaining = iter(rows)
    while some := list(map(arrange, islice(remaining, _ROWS_PER_CALL))):
        connection.exec_driver_sql(str(compiled), some)


def table_names(connection: Connection) -> frozenset[str]:
    """Return the names of the database's own tables and views."""
    rows = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'")
    return frozenset(row[0] for row in rows)
