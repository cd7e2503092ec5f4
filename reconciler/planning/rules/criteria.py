"""Criteria compiled to functions that answer yes, no or unknown, for all devices at once (T3, X1).

An unknown value makes a comparison unknown; `all`, `any` and `not` combine the three as Kleene's logic does, so that
an unknown only remains where it decides.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import repeat
from operator import contains
from typing import Any, Final, Protocol

from reconciler.columnar import Column
from reconciler.model.snapshot import UNKNOWN, Scalar
from reconciler.planning.rules.columns import DeviceColumns, differ, map_distinct
from reconciler.planning.rules.patterns import compiled
from reconciler.planning.rules.values import as_text
from reconciler.settings.mappings import criteria as language

Answer = bool | None
"""True, False, or None: unknown."""

Test = Callable[[DeviceColumns], Sequence[Answer]]
"""A compiled criterion: the answer for each device of a table."""

_DOTTED: Final = re.compile(r"\d{1,18}(\.\d{1,18})*", re.ASCII)
_ISO: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)

_Predicate = Callable[[Scalar], bool]

_ONLY_TEXT: Final = frozenset({str})
_TESTS: Final[dict[str, Callable[[str, str], bool]]] = {
    "contains": contains,
    "starts_with": str.startswith,
    "ends_with": str.endswith,
}

_NOT: Final[dict[Answer, Answer]] = {True: False, False: True, None: None}
_BOTH: Final[dict[tuple[Answer, Answer], Answer]] = {
    (one, other): False if False in {one, other} else None if None in {one, other} else True
    for one in _NOT
    for other in _NOT
}
_EITHER: Final[dict[tuple[Answer, Answer], Answer]] = {
    (one, other): _NOT[_BOTH[_NOT[one], _NOT[other]]] for one, other in _BOTH
}


class Places(Protocol):
    """Where a property stands in a row and a field among the mapped values; None when it is not there."""

    def property_at(self, name: str) -> int | None:
        """Return the property's index in a row."""

    def field_at(self, name: str) -> int | None:
        """Return the field's index among the mapped values."""


def compile_criterion(criterion: language.Criterion, places: Places) -> Test:
    """Return the criterion as a function of devices."""
    match criterion:
        case language.All():
            return _combined([compile_criterion(each, places) for each in criterion.all], _BOTH)
        case language.Any():
            return _combined([compile_criterion(each, places) for each in criterion.any], _EITHER)
        case language.Not():
            test = compile_criterion(criterion.not_, places)
            return lambda table: list(map(_NOT.__getitem__, test(table)))
        case language.Comparison():
            return _comparison(criterion, places)


@dataclass(frozen=True, slots=True)
class Inputs:
    """What criteria read: places of properties in a row, and of fields among the mapped values."""

    properties: tuple[int, ...]
    fields: tuple[int, ...]

    def of(self, table: DeviceColumns) -> list[Column]:
        """Return the columns that decide."""
        return [
            *(table.properties[place] for place in self.properties),
            *(table.fields[place] for place in self.fields),
        ]

    def take(self, table: DeviceColumns, rows: Sequence[int]) -> DeviceColumns:
        """Return some rows of a table, with these columns alone."""
        return DeviceColumns(
            len(rows),
            {place: list(map(table.properties[place].__getitem__, rows)) for place in self.properties},
            {place: list(map(table.fields[place].__getitem__, rows)) for place in self.fields},
        )


def inputs(criteria: Iterable[language.Criterion], places: Places) -> Inputs:
    """Return what these criteria read of what is there."""
    comparisons = [each for criterion in criteria for each in comparisons_in(criterion)]
    properties = [places.property_at(each.property) for each in comparisons if each.property is not None]
    fields = [places.field_at(each.field) for each in comparisons if each.field is not None]
    return Inputs(_known(properties), _known(fields))


def _known(found: Iterable[int | None]) -> tuple[int, ...]:
    return tuple(sorted({place for place in found if place is not None}))


def comparisons_in(criterion: language.Criterion) -> Iterator[language.Comparison]:
    """Yield every comparison of a criterion."""
    match criterion:
        case language.All():
            for each in criterion.all:
                yield from comparisons_in(each)
        case language.Any():
            for each in criterion.any:
                yield from comparisons_in(each)
        case language.Not():
            yield from comparisons_in(criterion.not_)
        case language.Comparison():
            yield criterion


def _combined(tests: Sequence[Test], logic: dict[tuple[Answer, Answer], Answer]) -> Test:
    def both(one: Sequence[Answer], other: Sequence[Answer]) -> Sequence[Answer]:
        return list(map(logic.__getitem__, zip(one, other, strict=True)))

    return lambda table: reduce(both, (test(table) for test in tests))


def _comparison(criterion: language.Comparison, places: Places) -> Test:
    """Return a comparison as a test of whole columns; it is unknown where its property was not read."""
    holds, many, by_property = predicate(criterion), _of_many(criterion), criterion.property is not None
    index = places.property_at(criterion.property or "") if by_property else places.field_at(criterion.field or "")
    if index is None:
        return lambda table: [None] * table.count

    def judge(value: Any) -> Answer:
        return None if value is UNKNOWN else holds(value)

    def answers(table: DeviceColumns) -> Sequence[Answer]:
        column = (table.properties if by_property else table.fields)[index]
        if many is not None and differ(column) and _ONLY_TEXT.issuperset(map(type, column)):
            return list(many(column))
        return map_distinct(judge if UNKNOWN in column else holds, column)

    return answers


def predicate(criterion: language.Comparison) -> _Predicate:
    """Return a comparison's operator as a function of a known value."""
    [operator] = criterion.operators()
    wanted = getattr(criterion, operator)
    fold = _same if criterion.case_sensitive else str.casefold
    match operator:
        case "equals":
            return _one_of([wanted], fold)
        case "not_equals":
            equal = _one_of([wanted], fold)
            return lambda value: not equal(value)
        case "in_":
            return _one_of(wanted, fold)
        case "is_empty":
            return lambda value: (value is None or value == "") is wanted
        case "greater_than":
            return lambda value: _compare(value, wanted) > 0
        case "less_than":
            return lambda value: _compare(value, wanted) < 0
        case _:
            return _text_predicate(operator, wanted, fold, criterion.case_sensitive)


def _text_predicate(operator: str, wanted: str, fold: Callable[[str], str], case_sensitive: bool) -> _Predicate:
    if operator == "matches":
        pattern = compiled(wanted, ignore_case=not case_sensitive)
        return lambda value: value is not None and pattern.search(as_text(value)) is not None
    folded = fold(wanted)
    match operator:
        case "contains":
            return lambda value: value is not None and folded in fold(as_text(value))
        case "starts_with":
            return lambda value: value is not None and fold(as_text(value)).startswith(folded)
        case _:
            return lambda value: value is not None and fold(as_text(value)).endswith(folded)


def _of_many(criterion: language.Comparison) -> Callable[[Iterable[str]], Iterable[bool]] | None:
    """Return a comparison's operator as a function of many texts, where that is much faster than one by one."""
    [operator] = criterion.operators()
    test = _TESTS.get(operator)
    if test is None:
        return None
    fold = _same if criterion.case_sensitive else str.casefold
    wanted = fold(getattr(criterion, operator))
    return lambda texts: map(test, map(fold, texts), repeat(wanted))


def _same(text: str) -> str:
    return text


def _one_of(wanted: Sequence[Scalar], fold: Callable[[str], str]) -> _Predicate:
    texts = frozenset(fold(as_text(each)) for each in wanted)
    return lambda value: value is not None and fold(as_text(value)) in texts


def _compare(value: Scalar, wanted: Scalar) -> int:
    """Return 1, 0 or -1; 0 where the two are not of one kind, or the value is empty.

    Numbers compare as numbers, dotted versions part by part, dates as dates: ISO texts order as the dates do.
    """
    if value is None:
        return 0
    orders: tuple[Callable[[Scalar], Any], ...] = (_version, _number, _date)
    for ordered in orders[1:] if isinstance(value, int | float) else orders:
        left, right = ordered(value), ordered(wanted)
        if left is not None and right is not None:
            return int(left > right) - int(left < right)
    return 0


def _number(value: Scalar) -> float | None:
    try:
        return float(as_text(value))
    except ValueError:
        return None


def _version(value: Scalar) -> tuple[int, ...] | None:
    text = as_text(value).strip()
    if not _DOTTED.fullmatch(text):
        return None
    parts = [int(part) for part in text.split(".")]
    while len(parts) > 1 and not parts[-1]:
        parts.pop()
    return tuple(parts)


def _date(value: Scalar) -> str | None:
    text = as_text(value)
    return text if _ISO.match(text) else None
