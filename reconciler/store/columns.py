"""Rows turned into columns, thousands at a time."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, Final

from sqlalchemy import Connection, Select

from reconciler.packing import PIECE, Column
from reconciler.store.dialect import plain_rows


def read_columns(connection: Connection, statement: Select[Any]) -> Iterator[list[Column]]:
    """Yield a statement's columns, some thousand rows at a time; the rows are `plain_rows`."""
    for rows in _in_chunks(plain_rows(connection, statement)):
        yield list(zip(*rows, strict=True))


def _in_chunks(rows: Iterable[tuple[Any, ...]]) -> Iterator[list[tuple[Any, ...]]]:
    remaining = iter(rows)
    while some := list(islice(remaining, PIECE)):
        yield some


def truths(column: Column) -> Column:
    """Return a boolean column's values as booleans: SQLite's driver gives 0 and 1."""
    return list(map(_TRUTHS.__getitem__, column))


_TRUTHS: Final = {None: None, 0: False, 1: True}
