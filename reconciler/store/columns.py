"""Rows turned into columns, thousands at a time."""

from collections.abc import Iterator
from itertools import islice
from typing import Any, Final

from sqlalchemy import Connection, Select

from reconciler.packing import PIECE, Column
from reconciler.store.dialect import plain_rows


def read_columns(connection: Connection, statement: Select[Any]) -> Iterator[list[Column]]:
    """Yield a statement's columns, some thousand rows at a time; the rows are `plain_rows`."""
    rows = plain_rows(connection, statement)
    while some := list(islice(rows, PIECE)):
        yield list(zip(*some, strict=True))


def truths(column: Column) -> Column:
    """Return a boolean column's values as booleans: SQLite's driver gives 0 and 1."""
    return list(map(_TRUTHS.__getitem__, column))


_TRUTHS: Final = {None: None, 0: False, 1: True}
