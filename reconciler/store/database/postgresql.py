"""PostgreSQL: a server's database, read in one snapshot, and many rows to a COPY.

- A reader's transaction is READ ONLY and REPEATABLE READ: one consistent snapshot that can write nothing (P3).
- An apply's is REPEATABLE READ too: it sees what was there when it began and its own rows, and rows that someone else
  changed meanwhile refuse its writes instead of being overwritten.
- Everything else that writes is short, and READ COMMITTED: a row that was waited for is seen as it is then.
- A session that stays silent inside a transaction for as long as a lease lasts is ended by the server, so that a
  holder that hangs keeps no locks.
"""

import math
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import count
from threading import Lock
from typing import Any, Final

from sqlalchemy import Connection, Engine, Select, Table, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from reconciler.store.database.location import ServerDatabase
from reconciler.store.database.sqlite import Mode, quoted

_CONNECTING: Final = {"application_name": "reconciler", "client_encoding": "utf8", "keepalives_idle": "30"}
_CONNECTING_ALONE: Final = Lock()
_NO_FILE: Final = f"{os.devnull}/none"
"""libpq takes an empty path for its default; a file that cannot exist is none."""
_ROWS_AT_ONCE: Final = 1000
_NUMBERS: Final = count(1)
_MIGRATING: Final = 7_316_584_920_127_431_001
"""The key of the advisory lock that migrations take: any number that no other program uses."""

_TABLE_NAMES: Final = """
SELECT relname FROM pg_class
WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'f')
AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_class.oid AND deptype = 'e')
"""
"""Without the tables and views of extensions, which nobody made by hand."""


def postgresql_engine(place: ServerDatabase, mode: Mode, wait_seconds: float, silent_seconds: float) -> Engine:
    """Return an engine for a server's database; `ro` can write nothing.

    A server, or a lock that someone else holds, is waited for that long; options of the URL go before ours.
    """
    options = _CONNECTING | {"connect_timeout": str(max(2, math.ceil(wait_seconds)))}
    engine = create_engine(
        place.url,
        poolclass=NullPool,
        hide_parameters=True,
        isolation_level="REPEATABLE READ",
        connect_args={name: value for name, value in options.items() if name not in place.url.query},
    )
    event.listen(engine, "connect", _read_numbers)
    begin = partial(_begin, wait_seconds=wait_seconds, silent_seconds=silent_seconds, schema=place.schema)
    event.listen(engine, "begin", begin)
    if not place.uses_libpq:
        event.listen(engine, "do_connect", _connect_by_the_url_alone)
    return engine.execution_options(postgresql_readonly=True) if mode == "ro" else engine


def _connect_by_the_url_alone(dialect: Any, _record: object, arguments: Any, options: dict[str, Any]) -> Any:
    """Connect with nothing from libpq's variables and files, which may hold another server's password (K8)."""
    with _CONNECTING_ALONE:
        kept = {name: os.environ.pop(name) for name in list(os.environ) if name.startswith("PG")}
        try:
            return dialect.connect(*arguments, **{"passfile": _NO_FILE, **options})
        finally:
            os.environ.update(kept)


def _begin(connection: Connection, wait_seconds: float, silent_seconds: float, schema: str | None) -> None:
    if schema is not None:
        connection.exec_driver_sql(f"SET LOCAL search_path = {quoted(connection, [schema])[0]}")
    connection.exec_driver_sql(
        f"SET LOCAL lock_timeout = {math.ceil(wait_seconds * 1000)}; "
        f"SET LOCAL idle_in_transaction_session_timeout = {math.ceil(silent_seconds * 1000)}"
    )


def _read_numbers(connection: Any, _record: object) -> None:
    from reconciler.store.database.number_loader import NumberLoader  # noqa: PLC0415 - psycopg is heavy

    connection.adapters.register_loader("float8", NumberLoader)


def make_schema(connection: Connection, name: str) -> None:
    """Make a schema where there is none."""
    there = "SELECT 1 FROM pg_namespace WHERE nspname = %(name)s"
    if connection.exec_driver_sql(there, {"name": name}).first() is None:
        connection.exec_driver_sql(f"CREATE SCHEMA {quoted(connection, [name])[0]}")


def sees_what_is_committed(connection: Connection) -> Connection:
    """Return the connection, whose next transactions see what others commit meanwhile."""
    return connection.execution_options(isolation_level="READ COMMITTED")


def keeps_one_snapshot(connection: Connection) -> Connection:
    """Return the connection, whose next transactions see what was there when they began, and their own rows."""
    return connection.execution_options(isolation_level="REPEATABLE READ")


def wait_for_migrations(connection: Connection) -> None:
    """Wait until nobody else migrates the database; the transaction's end lets the next one."""
    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_MIGRATING})")


def server_now(connection: Connection) -> str:
    """Return the server's time as the store keeps it."""
    now = "to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')"
    return str(connection.exec_driver_sql(f"SELECT {now}").scalar_one())


def table_names(connection: Connection) -> frozenset[str]:
    """Return the names of the tables and views in the schema that is used."""
    return frozenset(connection.exec_driver_sql(_TABLE_NAMES).scalars())


def plain_pieces(connection: Connection, statement: Select[Any]) -> Iterator[list[tuple[Any, ...]]]:
    """Yield a statement's rows as the driver gives them, a thousand at a time."""
    compiled = statement.compile(dialect=connection.dialect, compile_kwargs={"render_postcompile": True})
    driver: Any = connection.connection.driver_connection
    with _as_sqlalchemy_says(), driver.cursor(name=f"plain_{next(_NUMBERS)}") as cursor:
        cursor.execute(str(compiled), compiled.params)
        while rows := cursor.fetchmany(_ROWS_AT_ONCE):
            yield rows


def insert_many(connection: Connection, table: Table, columns: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> None:
    """Insert rows whose values stand in the order of `columns`, in one COPY."""
    _copy(connection, f"{table.name} ({', '.join(quoted(connection, columns))})", rows)


def update_many(
    connection: Connection,
    table: Table,
    columns: Sequence[str],
    keys: Sequence[str],
    rows: Iterable[tuple[Any, ...]],
    counted: Sequence[str],
) -> int:
    """Update rows by their keys; the values stand in the order of columns, then keys. Return how many there were.

    The rows are staged with COPY and joined in one statement, which is twice as fast as a statement per row.
    """
    new, which, name = quoted(connection, columns), quoted(connection, keys), table.name
    staged = ", ".join([*new, *(f"{key} AS which_{number}" for number, key in enumerate(which))])
    sets = [f"{column} = staged.{column}" for column in new]
    sets += [f"{column} = {name}.{column} + 1" for column in quoted(connection, counted)]
    found = " AND ".join(f"{name}.{key} = staged.which_{number}" for number, key in enumerate(which))
    run = connection.exec_driver_sql
    run(f"CREATE TEMP TABLE staged ON COMMIT DROP AS SELECT {staged} FROM {name} WITH NO DATA")  # noqa: S608 - our names
    _copy(connection, "pg_temp.staged", rows)
    run("ANALYZE pg_temp.staged")
    touched = run(f"UPDATE {name} SET {', '.join(sets)} FROM pg_temp.staged WHERE {found}").rowcount  # noqa: S608
    run("DROP TABLE pg_temp.staged")
    return int(touched)


def _copy(connection: Connection, target: str, rows: Iterable[tuple[Any, ...]]) -> None:
    driver: Any = connection.connection.driver_connection
    with _as_sqlalchemy_says(), driver.cursor() as cursor, cursor.copy(f"COPY {target} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


@contextmanager
def _as_sqlalchemy_says() -> Iterator[None]:
    """Give the driver's own errors the class that those have that came through SQLAlchemy."""
    from psycopg import Error  # noqa: PLC0415 - psycopg is heavy

    try:
        yield
    except Error as error:
        raise DBAPIError(None, None, error, hide_parameters=True) from error
