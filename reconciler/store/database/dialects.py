"""What differs between databases, in one place: column types, and each thing that the two of them do otherwise."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Any, Final

from sqlalchemy import CheckConstraint, Column, Connection, Double, Engine, Index, Numeric, Select, Table, Text, text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.schema import CreateIndex
from sqlalchemy.types import TypeEngine

from reconciler.store.database import postgresql, sqlite
from reconciler.store.database.location import Location, ServerDatabase, SqliteFile
from reconciler.store.database.sqlite import Mode
from reconciler.store.database.times import utc_now

LEASE_SECONDS: Final = 15 * 60
"""How long a lease lasts when its holder dies, and how long a holder's session may be silent."""

TEXT: Final[TypeEngine[str]] = Text().with_variant(Text(collation="C"), "postgresql")
"""Text that is compared byte by byte."""

NUMBER: Final[TypeEngine[float]] = Double().with_variant(Numeric(asdecimal=False), "sqlite")
"""A number that stays whole where it was whole."""

_POSTGRESQL: Final = "postgresql"
_Rows = Iterable[tuple[Any, ...]]


def json_object_checks(column: str) -> tuple[CheckConstraint, CheckConstraint]:
    """Return the check that a text column holds a JSON object, in each database's words."""
    return (
        CheckConstraint(f"json_valid({column}) AND json_type({column}) = 'object'", column).ddl_if(dialect="sqlite"),
        CheckConstraint(f"json_typeof(CAST({column} AS json)) = 'object'", column).ddl_if(dialect=_POSTGRESQL),
    )


def partial_index(name: str, column: Column[Any], condition: str) -> Index:
    """Return the index of a column's values, each once, in the rows that the condition holds for."""
    return Index(name, column, unique=True, sqlite_where=text(condition))


@compiles(CreateIndex, _POSTGRESQL)
def _with_condition(create: CreateIndex, compiler: Any, **options: Any) -> Any:
    """Take SQLite's condition where PostgreSQL's is not given: giving it would load its dialect and drivers always."""
    told = create.element.dialect_options
    if told[_POSTGRESQL]["where"] is None:
        told[_POSTGRESQL]["where"] = told["sqlite"]["where"]
    return compiler.visit_create_index(create, **options)


def engine_of(place: Location, mode: Mode, wait_seconds: float, lease_seconds: float = LEASE_SECONDS) -> Engine:
    """Return an engine for a place; `ro` can write nothing, `rwc` makes a SQLite file.

    A lock that someone else holds is waited for that long.
    """
    match place:
        case SqliteFile(path=path):
            return sqlite.sqlite_engine(path, mode, wait_seconds)
        case ServerDatabase():
            return postgresql.postgresql_engine(place, mode, wait_seconds, lease_seconds)


def make_schema(connection: Connection, name: str) -> None:
    """Make a server's schema where there is none."""
    with for_writing(connection).begin():
        postgresql.make_schema(connection, name)


def for_writing(connection: Connection) -> Connection:
    """Return the connection, whose next transactions write one thing: what they see is as it is now."""
    if _on_server(connection):
        return postgresql.sees_what_is_committed(connection)
    return sqlite.takes_the_write_lock(connection)


def for_applying(connection: Connection) -> Connection:
    """Return the connection, whose next transaction verifies and writes a plan: nothing moves under it unnoticed."""
    if _on_server(connection):
        return postgresql.keeps_one_snapshot(connection)
    return sqlite.takes_the_write_lock(connection)


def wait_for_migrations(connection: Connection) -> None:
    """Wait until nobody else migrates the store; with SQLite the write lock does that already."""
    if _on_server(connection):
        postgresql.wait_for_migrations(connection)


def now(connection: Connection) -> str:
    """Return the time that everyone who uses the store agrees on: the server's, else this machine's."""
    return postgresql.server_now(connection) if _on_server(connection) else utc_now()


def table_names(connection: Connection) -> frozenset[str]:
    """Return the names of the database's own tables and views."""
    return postgresql.table_names(connection) if _on_server(connection) else sqlite.table_names(connection)


def insert_many(connection: Connection, table: Table, columns: Sequence[str], rows: _Rows) -> None:
    """Insert rows whose values stand in the order of `columns`, as fast as the database can take them."""
    insert = postgresql.insert_many if _on_server(connection) else sqlite.insert_many
    insert(connection, table, columns, rows)


def update_many(
    connection: Connection,
    table: Table,
    columns: Sequence[str],
    keys: Sequence[str],
    rows: _Rows,
    *,
    counted: Sequence[str] = (),
) -> int:
    """Update rows by their keys; the values stand in the order of columns, then keys. Return how many there were.

    Each row that is found counts one up in the columns `counted`.
    """
    update = postgresql.update_many if _on_server(connection) else sqlite.update_many
    return update(connection, table, columns, keys, rows, counted)


def plain_rows(connection: Connection, statement: Select[Any]) -> Iterator[tuple[Any, ...]]:
    """Yield a statement's rows as the driver gives them: SQLAlchemy converts nothing.

    So a boolean of SQLite's is 0 or 1; making a Row of each of 100,000 would cost as much as reading them.
    """
    return chain.from_iterable(plain_pieces(connection, statement))


def plain_pieces(connection: Connection, statement: Select[Any]) -> Iterator[list[tuple[Any, ...]]]:
    """Yield the same rows a thousand at a time."""
    return (postgresql.plain_pieces if _on_server(connection) else sqlite.plain_pieces)(connection, statement)


def _on_server(connection: Connection) -> bool:
    return connection.dialect.name == _POSTGRESQL
