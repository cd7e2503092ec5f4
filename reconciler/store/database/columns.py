"""Rows turned into columns, a thousand at a time."""

from collections.abc import Iterator
from typing import Any, Final

from sqlalchemy import Connection, Select

from reconciler.columnar import Column
from reconciler.store.database.dialects import plain_pieces


def read_columns(connection: Connection, statement: Select[Any]) -> Iterator[list[Column]]:
    """Yield a statement's columns, a thousand rows at a time; the rows are `plain_rows`."""
    for rows in plain_pieces(connection, statement):
        yield list(zip(*rows, strict=True))


def truths(column: Column) -> Column:
    """Return a boolean column's values as booleans: SQLite's driver gives 0 and 1."""
    return list(map(_TRUTHS.__getitem__, column))


_TRUTHS: Final = {None: None, 0: False, 1: True}
