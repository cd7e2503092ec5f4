"""Texts that come again and again, held once."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

Column = Sequence[Any]
"""One value of every record."""

_TEXT: Final = frozenset({str, type(None)})
_EMPTY: Final = {None}


class Sharing:
    """Holds each text of a column once, if most of its first texts come again; other columns are left as they are.

    A column may come in pieces, from several threads at a time.
    """

    def __init__(self) -> None:
        self._known: dict[str | None, str | None] = {}
        self._pays = True

    def shared(self, column: Column) -> Column:
        """Return an equal column, of text and None; the first piece that has a text decides."""
        if not self._known and self._pays:
            distinct = set(column)
            if distinct == _EMPTY:
                return column
            self._pays = len(distinct) <= len(column) // 2
        return list(map(self._known.setdefault, column, column)) if self._pays else column


def is_text(values: Iterable[Any]) -> bool:
    """Say whether there is nothing but text and None: equal numbers of two kinds must not become one."""
    return _TEXT.issuperset(map(type, values))
