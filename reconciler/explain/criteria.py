"""A criterion's answer for one device, comparison by comparison: each asked of the same compiled function as a plan."""

from collections.abc import Iterator, Sequence
from typing import Any

from pydantic.alias_generators import to_camel

from reconciler.explain.story import said
from reconciler.model.snapshot import UNKNOWN
from reconciler.planning.rules.columns import of_one
from reconciler.planning.rules.criteria import Answer, Places, compile_criterion
from reconciler.settings.mappings import criteria as language

_WORDS = {True: "yes", False: "no", None: "unknown"}


def answer_words(answer: Answer) -> str:
    """Return an answer in words."""
    return _WORDS[answer]


def criterion_lines(
    criterion: language.Criterion, places: Places, row: Sequence[Any], values: Sequence[Any], indent: str = ""
) -> Iterator[str]:
    """Yield a line for each part of a criterion, those of `all`, `any` and `not` indented below it."""
    [found] = compile_criterion(criterion, places)(of_one(row, values))
    answer = answer_words(found)
    match criterion:
        case language.All():
            yield f"{indent}all of these: {answer}"
            parts = list(criterion.all)
        case language.Any():
            yield f"{indent}any of these: {answer}"
            parts = list(criterion.any)
        case language.Not():
            yield f"{indent}not: {answer}"
            parts = [criterion.not_]
        case language.Comparison():
            yield f"{indent}{_comparison(criterion)}: it is {said(_value(criterion, places, row, values))}, so {answer}"
            parts = []
    for part in parts:
        yield from criterion_lines(part, places, row, values, f"{indent}  ")


def _comparison(comparison: language.Comparison) -> str:
    [operator] = comparison.operators()
    wanted = getattr(comparison, operator)
    words = ", ".join(map(said, wanted)) if isinstance(wanted, list) else said(wanted)
    case = ", case counts" if comparison.case_sensitive else ""
    return f"{comparison.property or comparison.field} {to_camel(operator.rstrip('_'))} {words}{case}"


def _value(comparison: language.Comparison, places: Places, row: Sequence[Any], values: Sequence[Any]) -> Any:
    if comparison.property is not None:
        place = places.property_at(comparison.property)
        return UNKNOWN if place is None else row[place]
    place = places.field_at(comparison.field or "")
    return UNKNOWN if place is None else values[place]
