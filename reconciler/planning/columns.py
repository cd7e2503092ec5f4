"""Columns: one value of every device, worked on together, since most values come again or need nothing.

A function is asked once for each distinct value of a column; where numbers of different kinds meet, which are equal
and yet not the same (`1`, `1.0` and `True`), it is asked for every one.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final

from reconciler.model.snapshot import UNKNOWN
from reconciler.planning.values import fit
from reconciler.settings.catalogue import FieldType
from reconciler.settings.fields import AssetField

Column = Sequence[Any]

MISFIT: Final = object()
"""Stands where a value does not fit its field; equal to nothing that a store holds."""

_NUMBERS: Final = frozenset({bool, int, float})
_TEXT: Final = frozenset({str, type(None)})


def asked(function: Callable[[Any], Any], column: Column) -> list[Any]:
    """Return the function of each value."""
    distinct = set(column)
    if len(distinct) > len(column) // 2 or _mixed(column):
        return list(map(function, column))
    answers = {value: function(value) for value in distinct}
    return list(map(answers.__getitem__, column))


def asked_of_rows(function: Callable[..., Any], inputs: Sequence[Column], *arguments: Column) -> list[Any]:
    """Return the function of each row of the arguments; only the inputs decide its answer."""
    if not inputs or any(map(_mixed, inputs)):
        return [function(*each) for each in zip(*arguments, strict=True)]
    answers: dict[Any, Any] = {}
    found = []
    for key, *row in zip(zip(*inputs, strict=True), *arguments, strict=True):
        answer = answers.get(key, answers)
        if answer is answers:
            answer = answers[key] = function(*row)
        found.append(answer)
    return found


def fitted(field: AssetField, column: Column) -> Column:
    """Return each value as its field holds it, MISFIT where it does not fit, UNKNOWN where it is unknown (F4)."""
    if field.type is FieldType.TEXT and _all_fit(field, column):
        return column
    return asked(lambda value: _fitted(field, value), column)


def _fitted(field: AssetField, value: Any) -> Any:
    if value is UNKNOWN:
        return value
    try:
        return fit(field, value)
    except ValueError:
        return MISFIT


def _all_fit(field: AssetField, column: Column) -> bool:
    """Say whether every value is text that needs no look of its own."""
    if not set(map(type, column)) <= _TEXT or "" in column:
        return False
    texts = [value for value in column if value is not None]
    longest = max(map(len, texts), default=0)
    return (field.max_length is None or longest <= field.max_length) and "\x00" not in "".join(texts)


def _mixed(column: Column) -> bool:
    return len(_NUMBERS.intersection(map(type, column))) > 1
