"""The floor: what any program has to do, and nothing else. Pages parsed, rows read, rows written in bulk."""

from contextlib import closing
from time import process_time
from typing import Any

import msgspec
from msgspec import defstruct

from benchmarks import pages
from benchmarks.step import Facts, timed

_UPDATED = ("name", "os_version", "compliance")


def read(folder: str, url: str, *, users: bool = False) -> Facts:
    """Parse a day's devices into Structs of the selected properties, keeping none, and read the assets' rows.

    With `users`, everything else that a plan reads besides: the users' pages, bindings and store users. `work` is the
    CPU time once everything is loaded.
    """
    import sqlalchemy as _  # noqa: F401, PLC0415 - loaded before the work; the writers do not load it

    begun = process_time()
    parsed, rows = _parse(folder, "devices"), _read(url, "asset")
    if users:
        parsed += _parse(folder, "users")
        rows += _read(url, "binding") + _read(url, "person")
    return {"records": parsed, "rows": rows, "work": process_time() - begun}


def _parse(folder: str, name: str) -> int:
    paths = pages.paths(folder, "first", name)
    first = msgspec.json.decode(paths[0].read_bytes())["value"][0]
    row = defstruct("Row", [(key, type(value) | None) for key, value in first.items()], gc=False)
    page: Any = defstruct("Page", [("value", list[row])])  # type: ignore[valid-type]
    decoder = msgspec.json.Decoder(page)
    return sum(len(decoder.decode(path.read_bytes()).value) for path in paths)


def _read(url: str, table: str) -> int:
    from sqlalchemy import create_engine  # noqa: PLC0415 - as above

    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.connect() as connection:
        return len(connection.exec_driver_sql(f"SELECT * FROM {table} ORDER BY id").fetchall())  # noqa: S608 - ours


def insert(source: str, url: str) -> Facts:
    """Insert the asset rows of a store into another whose other tables are filled: one executemany, or one COPY."""
    columns, rows = _assets(source)
    facts: Facts = {"rows": len(rows)}
    with closing(_connect(url)) as connection, timed(facts):
        _insert(connection, "asset", columns, rows)
        connection.commit()
    return facts


def update(url: str) -> Facts:
    """Update three columns of every asset: one executemany, or COPY and UPDATE … FROM."""
    columns, rows = _assets(url)
    places = [columns.index(name) for name in _UPDATED]
    new = [(*(f"{row[place]}!" for place in places), row[0]) for row in rows]
    sets = ", ".join(f"{name} = ?" for name in _UPDATED)
    facts: Facts = {"rows": len(new)}
    with closing(_connect(url)) as connection, timed(facts):
        if _is_sqlite(url):
            connection.executemany(f"UPDATE asset SET {sets} WHERE id = ?", new)  # noqa: S608 - names of ours
        else:
            _staged(connection, new)
        connection.commit()
    return facts


def empty(source: str, url: str) -> None:
    """Leave a copy of a store without its assets and what hangs on them."""
    from benchmarks.databases import copy, settle  # noqa: PLC0415 - not where it is measured

    copy(source, url)
    with closing(_connect(url)) as connection:
        for table in ("binding", "asset"):
            connection.execute(f"DELETE FROM {table}")  # noqa: S608 - names of ours
        connection.commit()
        if _is_sqlite(url):
            connection.execute("VACUUM")
    settle(url)


def _assets(url: str) -> tuple[list[str], list[tuple[Any, ...]]]:
    with closing(_connect(url)) as connection:
        cursor = connection.execute("SELECT * FROM asset ORDER BY id")
        return [column[0] for column in cursor.description], cursor.fetchall()


def _insert(connection: Any, table: str, columns: list[str], rows: list[tuple[Any, ...]]) -> None:
    if hasattr(connection, "executemany"):
        marks = ", ".join("?" * len(columns))
        connection.executemany(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", rows)  # noqa: S608
        return
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _staged(connection: Any, rows: list[tuple[Any, ...]]) -> None:
    names = ", ".join(_UPDATED)
    connection.execute(f"CREATE TEMP TABLE staged ON COMMIT DROP AS SELECT {names}, id FROM asset WITH NO DATA")  # noqa: S608
    _insert(connection, "staged", [*_UPDATED, "id"], rows)
    connection.execute("ANALYZE staged")
    sets = ", ".join(f"{name} = staged.{name}" for name in _UPDATED)
    connection.execute(f"UPDATE asset SET {sets} FROM staged WHERE asset.id = staged.id")  # noqa: S608


def _is_sqlite(url: str) -> bool:
    return url.startswith("sqlite")


def _connect(url: str) -> Any:
    if _is_sqlite(url):
        import sqlite3  # noqa: PLC0415 - only the driver that is used

        return sqlite3.connect(url.removeprefix("sqlite:///"))
    import psycopg  # noqa: PLC0415 - as above

    return psycopg.connect(url)
