"""Columns: one value of every record."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import compress
from operator import itemgetter, ne
from typing import Any, Final, overload

Column = Sequence[Any]
"""One value of every record."""

CODES: Final = 256
"""The most values that a coded column has."""

_TEXT: Final = frozenset({str, type(None)})


class DictionaryColumn(Sequence[Any]):
    """A column of few values that come again and again: each a byte, the place of its value.

    Not every one of `values` has to come. What is asked of each value is asked of these alone.
    """

    __slots__ = ("codes", "values")

    def __init__(self, codes: bytes, values: Sequence[Any]) -> None:
        self.codes = codes
        self.values = values

    def __len__(self) -> int:
        return len(self.codes)

    def __iter__(self) -> Iterator[Any]:
        return map(self.values.__getitem__, self.codes)

    @overload
    def __getitem__(self, place: int) -> Any: ...
    @overload
    def __getitem__(self, place: slice) -> "DictionaryColumn": ...
    def __getitem__(self, place: int | slice) -> Any:
        if isinstance(place, slice):
            return DictionaryColumn(self.codes[place], self.values)
        return self.values[self.codes[place]]

    def __contains__(self, value: object) -> bool:
        return value in self.values and value in map(self.values.__getitem__, set(self.codes))

    def mapped(self, function: Callable[[Any], Any]) -> "DictionaryColumn":
        """Return the function of each value."""
        return DictionaryColumn(self.codes, list(map(function, self.values)))

    def recoded(self, other: "DictionaryColumn") -> bytes:
        """Return the other's codes as those of the same values here; for a value that is not here, one that is no code.

        There have to be fewer values than there are codes.
        """
        places = [self.values.index(value) if value in self.values else len(self.values) for value in other.values]
        return other.codes.translate(bytes(places).ljust(CODES, b"\0"))


def is_text(values: Iterable[Any]) -> bool:
    """Return whether there is nothing but text and None: equal numbers of two kinds must not become one."""
    return _TEXT.issuperset(map(type, values.values if isinstance(values, DictionaryColumn) else values))


def take(values: Any, keys: Sequence[Any]) -> Column:
    """Return the values of these keys, all together: a look at each by itself takes twice as long."""
    if isinstance(values, DictionaryColumn):
        return DictionaryColumn(bytes(take(values.codes, keys)), values.values)
    return itemgetter(*keys)(values) if len(keys) > 1 else tuple([values[key] for key in keys])


def take_ordered(column: Column, places: Sequence[int]) -> Column:
    """Return the values at these places, which are in order: the column itself when they are all."""
    return column if len(places) == len(column) else take(column, places)


def unequal(mine: Column, theirs: Column) -> Sequence[int]:
    """Return where two columns of one length differ."""
    if isinstance(mine, DictionaryColumn) and isinstance(theirs, DictionaryColumn) and len(mine.values) < CODES:
        codes = mine.recoded(theirs)
        mine, theirs = mine.codes, codes
    else:
        mine, theirs = tuple(mine), tuple(theirs)
    return () if mine == theirs else list(compress(range(len(mine)), map(ne, mine, theirs)))


def among(columns: Sequence[Column], rows: Collection[tuple[Any, ...]]) -> list[bool]:
    """Return whether each row of these columns is one of `rows`; a column with one value alone is looked at once."""
    count = len(columns[0])
    constants = {at: value for at, column in enumerate(columns) if (value := _only_value(column)) is not _SEVERAL}
    varying = [at for at in range(len(columns)) if at not in constants]
    left = {tuple(row[at] for at in varying) for row in rows if all(row[at] == constants[at] for at in constants)}
    if not varying:
        return [bool(left)] * count
    return list(map(left.__contains__, zip(*[columns[at] for at in varying], strict=True)))


_SEVERAL: Final = object()


def _only_value(column: Column) -> Any:
    """Return the one value of a column of few values, `_SEVERAL` where there may be more."""
    if not isinstance(column, DictionaryColumn):
        return _SEVERAL
    used = {column.values[code] for code in set(column.codes)}
    return used.pop() if len(used) == 1 else _SEVERAL
