"""A criterion as alternatives, each a set of literals that must all hold (T3).

The three-valued `all`, `any` and `not` distribute as the two-valued ones do, so a criterion and its alternatives have
the same answer for every device: yes, no or unknown.
"""

from typing import Final

from reconciler.configuration.lint.literals import Literal, as_text
from reconciler.settings.mappings.criteria import All, Any, Comparison, Criterion, Not

Alternative = frozenset[Literal]

MOST: Final = 1_000
"""More alternatives than anybody writes; a criterion with more is not looked at."""

_BARE: Final = frozenset({"greater_than", "less_than", "is_empty"})


class TooManyError(Exception):
    """A criterion has too many alternatives."""


def alternatives(criterion: Criterion) -> list[Alternative]:
    """Return the alternatives of a criterion; TooManyError when there are too many of them."""
    return _of(criterion, positive=True)


def _of(criterion: Criterion, *, positive: bool) -> list[Alternative]:
    match criterion:
        case Comparison():
            return _comparison(criterion, positive)
        case Not(not_=inner):
            return _of(inner, positive=not positive)
        case All(all=several) | Any(any=several):
            parts = [_of(each, positive=positive) for each in several]
            return _either(parts) if isinstance(criterion, Any) is positive else _together(parts)


def _either(parts: list[list[Alternative]]) -> list[Alternative]:
    found = list(dict.fromkeys(alternative for part in parts for alternative in part))
    if len(found) > MOST:
        raise TooManyError
    return found


def _together(parts: list[list[Alternative]]) -> list[Alternative]:
    found: list[Alternative] = [frozenset()]
    for part in parts:
        if len(found) * len(part) > MOST:
            raise TooManyError
        found = [one | other for one in found for other in part]
    return list(dict.fromkeys(found))


def _comparison(comparison: Comparison, positive: bool) -> list[Alternative]:
    """Return the alternatives of one comparison, each a set of literals that hold together."""
    subject = f"field {comparison.field}" if comparison.property is None else f"property {comparison.property}"
    [operator] = comparison.operators()
    wanted = getattr(comparison, operator)
    sensitive = comparison.case_sensitive and operator not in _BARE
    if operator == "in_":
        equals = [Literal(subject, "equals", as_text(each), sensitive, positive) for each in wanted]
        return _either([[frozenset({each})] for each in equals]) if positive else [frozenset(equals)]
    if operator == "not_equals":
        operator, positive = "equals", not positive
    if operator == "is_empty":
        return [frozenset({Literal(subject, operator, "", positive=positive is wanted)})]
    return [frozenset({Literal(subject, operator, as_text(wanted), sensitive, positive)})]
