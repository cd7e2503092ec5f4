"""Columns: one value of every device, worked on together, since most values come again or need nothing.

A function is asked once for each distinct value of a column; where numbers of different kinds meet, which are equal
and yet not the same (`1`, `1.0` and `True`), it is asked for every one.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from reconciler.columnar import Column, DictionaryColumn, is_text
from reconciler.model.moments import are_moments
from reconciler.model.snapshot import UNKNOWN
from reconciler.planning.rules.values import are_numbers, fit, fits_text
from reconciler.settings.catalogue import FieldType
from reconciler.settings.fields import AssetField

Columns = Mapping[int, Column]
"""Columns by their place."""


class LazyColumns(Columns):
    """Columns that are made when they are asked for, and kept as long as this is."""

    def __init__(self, count: int, make: Callable[[int], Column]) -> None:
        self._count = count
        self._make = make
        self._made: dict[int, Column] = {}

    def __getitem__(self, place: int) -> Column:
        if place not in self._made:
            self._made[place] = self._make(place)
        return self._made[place]

    def made(self) -> dict[int, Column]:
        """Return those that were asked for so far."""
        return dict(self._made)

    def __iter__(self) -> Iterator[int]:
        return iter(range(self._count))

    def __len__(self) -> int:
        return self._count


@dataclass(frozen=True, slots=True)
class DeviceColumns:
    """Devices column by column: their properties and their mapped values, `count` values each."""

    count: int
    properties: Columns
    fields: Columns


def of_one(row: Sequence[Any], values: Sequence[Any]) -> DeviceColumns:
    """Return the table of a single device."""
    return table_of(1, [[value] for value in row], [[value] for value in values])


def table_of(count: int, properties: Iterable[Column], fields: Iterable[Column]) -> DeviceColumns:
    """Return the table of all these columns."""
    return DeviceColumns(count, dict(enumerate(properties)), dict(enumerate(fields)))


MISFIT: Final = object()
"""Stands where a value does not fit its field; equal to nothing that a store holds."""

KEEP: Final = object()
"""Stands where the asset keeps what it has."""

_NUMBERS: Final = frozenset({bool, int, float})
_SOME: Final = 1000


def map_distinct(function: Callable[[Any], Any], column: Column) -> Column:
    """Return the function of each value."""
    if isinstance(column, DictionaryColumn):
        return column.mapped(function)
    if differ(column) or _mixed(column):
        return list(map(function, column))
    answers = {value: function(value) for value in set(column)}
    return list(map(answers.__getitem__, column))


def distinct_rows(inputs: Sequence[Column]) -> tuple[list[int], list[int]] | None:
    """Return where each distinct row of these columns stands first, and for every row which of those it is like.

    None where asking each distinct row once does not pay, or would not be the same.
    """
    if not inputs or any(map(differ, inputs)) or any(map(_mixed, inputs)):
        return None
    numbers: dict[Any, int] = {}
    told = [each.codes if isinstance(each, DictionaryColumn) else each for each in inputs]
    like = [numbers.setdefault(row, len(numbers)) for row in zip(*told, strict=True)]
    if len(numbers) > len(like) // 2:
        return None
    first = dict(zip(reversed(like), range(len(like) - 1, -1, -1), strict=True))
    return [first[number] for number in range(len(numbers))], like


def fitted(field: AssetField, column: Column) -> Column:
    """Return each value as its field holds it, MISFIT where it does not fit, UNKNOWN where it is unknown (F4)."""
    if _all_fit(field, column):
        return column
    return map_distinct(lambda value: _fitted(field, value), column)


def _fitted(field: AssetField, value: Any) -> Any:
    if value is UNKNOWN:
        return value
    try:
        return fit(field, value)
    except ValueError:
        return MISFIT


def _all_fit(field: AssetField, column: Column) -> bool:
    """Return whether every value fits as it is, and needs no look of its own."""
    match field.type:
        case FieldType.TEXT | FieldType.DATETIME if is_text(column):
            texts = [text for text in (column if differ(column) else _values(column)) if text is not None]
            if field.type is FieldType.DATETIME:
                return are_moments(texts)
            return "" not in texts and fits_text(field, texts)
        case FieldType.NUMBER:
            return are_numbers([number for number in column if number is not None])
        case _:
            return False


def differ(column: Column) -> bool:
    """Return whether most values of a column come once; a long one is judged by its first when these are all new."""
    if isinstance(column, DictionaryColumn):
        return False
    if len(column) > _SOME and len(set(column[:_SOME])) > _SOME * 9 // 10:
        return True
    return len(set(column)) > len(column) // 2


def _values(column: Column) -> Iterable[Any]:
    return column.values if isinstance(column, DictionaryColumn) else set(column)


def _mixed(column: Column) -> bool:
    return len(_NUMBERS.intersection(map(type, column.values if isinstance(column, DictionaryColumn) else column))) > 1
