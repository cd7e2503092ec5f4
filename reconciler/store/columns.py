"""Rows turned into columns, thousands at a time, in which texts are shared."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, Final

from sqlalchemy import Connection, Select, Text

from reconciler.sharing import Column, Sharing
from reconciler.store.dialect import plain_rows

_ROWS_AT_ONCE: Final = 5000


def read_columns(connection: Connection, columns: Sequence[Any], statement: Select[Any]) -> Iterator[list[Column]]:
    """Yield the columns of a statement that selects them, some thousand rows at a time; the rows are `plain_rows`."""
    sharing = [Sharing() if isinstance(each.type, Text) else None for each in columns]
    for rows in _in_chunks(plain_rows(connection, statement)):
        yield [each.shared(some) if each else some for each, some in zip(sharing, zip(*rows, strict=True), strict=True)]


def _in_chunks(rows: Iterable[tuple[Any, ...]]) -> Iterator[list[tuple[Any, ...]]]:
    remaining = iter(rows)
    while some := list(islice(remaining, _ROWS_AT_ONCE)):
        yield some


def truths(column: Column) -> Column:
    """Return a boolean column's values as booleans: SQLite's driver gives 0 and 1."""
    return list(map(_TRUTHS.__getitem__, column))


_TRUTHS: Final = {None: None, 0: False, 1: True}
