"""Criteria compiled to functions that answer yes, no or unknown (T3, X1).

An unknown value makes a comparison unknown; `all`, `any` and `not` combine the three as Kleene's logic does, so that
an unknown only remains where it decides.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import re2

from reconciler.model.snapshot import UNKNOWN, Scalar, UnknownType
from reconciler.planning.values import as_text
from reconciler.settings import criteria as language

Answer = bool | None
"""True, False, or None: unknown."""

Subject = tuple[Sequence[Any], Sequence[Any]]
Test = Callable[[Sequence[Any], Sequence[Any]], Answer]
"""A compiled criterion: given a device's row of properties and its mapped values."""

_Predicate = Callable[[Scalar], bool]


class Places(Protocol):
    """Where a property stands in a row and a field among the mapped values; None when it is not there."""

    def property_at(self, name: str) -> int | None:
        """Return the property's index in a row."""

    def field_at(self, name: str) -> int | None:
        """Return the field's index among the mapped values."""


def compile_criterion(criterion: language.Criterion, places: Places) -> Test:
    """Return the criterion as a function of a device's row and mapped values."""
    match criterion:
        case language.All():
            return _all([compile_criterion(each, places) for each in criterion.all])
        case language.Any():
            return _any([compile_criterion(each, places) for each in criterion.any])
        case language.Not():
            return _not(compile_criterion(criterion.not_, places))
        case language.Comparison():
            return _comparison(criterion, places)


@dataclass(frozen=True, slots=True)
class Inputs:
    """What criteria read: places of properties in a row, and of fields among the mapped values."""

    properties: tuple[int, ...]
    fields: tuple[int, ...]

    def of(self, properties: Sequence[Sequence[Any]], fields: Sequence[Sequence[Any]]) -> list[Sequence[Any]]:
        """Return the columns that decide."""
        return [*(properties[place] for place in self.properties), *(fields[place] for place in self.fields)]


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


def _all(tests: list[Test]) -> Test:
    def answer(row: Sequence[Any], values: Sequence[Any]) -> Answer:
        result: Answer = True
        for test in tests:
            one = test(row, values)
            if one is False:
                return False
            if one is None:
                result = None
        return result

    return answer


def _any(tests: list[Test]) -> Test:
    def answer(row: Sequence[Any], values: Sequence[Any]) -> Answer:
        result: Answer = False
        for test in tests:
            one = test(row, values)
            if one:
                return True
            if one is None:
                result = None
        return result

    return answer


def _not(test: Test) -> Test:
    def answer(row: Sequence[Any], values: Sequence[Any]) -> Answer:
        one = test(row, values)
        return None if one is None else not one

    return answer


def _comparison(criterion: language.Comparison, places: Places) -> Test:
    holds = predicate(criterion)
    index = (
        places.property_at(criterion.property)
        if criterion.property is not None
        else places.field_at(criterion.field or "")
    )
    if index is None:
        return lambda row, values: None
    if criterion.property is not None:
        return lambda row, values: _judge(row[index], holds)
    return lambda row, values: _judge(values[index], holds)


def _judge(value: Scalar | UnknownType, holds: _Predicate) -> Answer:
    return None if value is UNKNOWN else holds(value)


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
        pattern = re2.compile(wanted if case_sensitive else f"(?i){wanted}")
        return lambda value: value is not None and pattern.search(as_text(value)) is not None
    folded = fold(wanted)
    match operator:
        case "contains":
            return lambda value: value is not None and folded in fold(as_text(value))
        case "starts_with":
            return lambda value: value is not None and fold(as_text(value)).startswith(folded)
        case _:
            return lambda value: value is not None and fold(as_text(value)).endswith(folded)


def _same(text: str) -> str:
    return text


def _one_of(wanted: Sequence[Scalar], fold: Callable[[str], str]) -> _Predicate:
    texts = frozenset(fold(as_text(each)) for each in wanted)
    return lambda value: value is not None and fold(as_text(value)) in texts


def _compare(value: Scalar, wanted: Scalar) -> int:
    """Return 1, 0 or -1: numbers as numbers, otherwise as text (points in time are ISO text); 0 for an empty value."""
    if value is None:
        return 0
    try:
        left, right = float(as_text(value)), float(as_text(wanted))
    except ValueError:
        texts = as_text(value), as_text(wanted)
        return (texts[0] > texts[1]) - (texts[0] < texts[1])
    return (left > right) - (left < right)
