"""Rows turned into columns, thousands at a time, in which a text that comes again and again is held once."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, Final

from sqlalchemy import Connection, Select, Text

from reconciler.store.dialect import plain_rows

Column = Sequence[Any]

_ROWS_AT_ONCE: Final = 5000
_TEXT: Final = frozenset({str, type(None)})
_EMPTY: Final = {None}


class Sharing:
    """Holds each text of a column once, if most of its first texts come again; other columns are left as they are."""

    def __init__(self) -> None:
        self._known: dict[str | None, str | None] | None = {}

    def shared(self, column: Column) -> Column:
        """Return an equal column, of text and None; the first one given that has a text decides."""
        if self._known is None:
            return column
        if not self._known:
            distinct = set(column)
            if distinct == _EMPTY:
                return column
            if len(distinct) > len(column) // 2:
                self._known = None
                return column
        return list(map(self._known.setdefault, column, column))


def is_text(column: Column) -> bool:
    """Say whether a column holds nothing but text and None: equal numbers of two kinds must not become one."""
    return _TEXT.issuperset(map(type, column))


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
