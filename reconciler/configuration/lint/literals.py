"""What one comparison says of another: that it must hold too, or that it can not (T3).

A literal is a comparison or its opposite. `notEquals` is the opposite of `equals`, `in` is several `equals`. Everything
here is about one known value, as planning compares it: text without case unless `caseSensitive`, numbers as their text.
An answer of True is certain; False only says that nothing is known.
"""

from dataclasses import dataclass, replace
from typing import Final

from reconciler.settings.mappings.criteria import Scalar

TEXTUAL: Final = frozenset({"equals", "contains", "starts_with", "ends_with"})
_IN_TEXT: Final = TEXTUAL - {"equals"}


@dataclass(frozen=True, slots=True)
class Literal:
    """A comparison of one operator, or its opposite when not `positive`."""

    subject: str
    """`field` or `property`, and the name."""
    operator: str
    text: str
    sensitive: bool = False
    positive: bool = True

    def opposite(self) -> "Literal":
        """Return what holds exactly when this does not."""
        return replace(self, positive=not self.positive)


def as_text(value: Scalar) -> str:
    """Return a value as planning compares it; a test holds the two against each other."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def implies(one: Literal, other: Literal) -> bool:
    """Return whether the other literal holds for every value for which the one does."""
    if one == other:
        return True
    if one.subject != other.subject:
        return False
    match one.positive, other.positive:
        case True, True:
            return _follows(one, other)
        case False, False:
            return _follows(other, one)
        case True, False:
            return excludes(one, other.opposite())
        case _:
            return False


def excludes(one: Literal, other: Literal) -> bool:
    """Return whether the other literal holds for no value for which the one does; both are positive."""
    if one.subject != other.subject:
        return False
    if one.operator == "is_empty":
        return other.operator in _IN_TEXT | {"greater_than"} or (other.operator == "equals" and other.text != "")
    match other.operator:
        case "equals":
            return one.operator in TEXTUAL and not _holds(one, other.text)
        case "contains" | "starts_with" | "ends_with":
            return one.operator == "equals" and not _holds(other, one.text)
        case "is_empty":
            return one.operator in _IN_TEXT | {"greater_than"} or (one.operator == "equals" and one.text != "")
        case _:
            return False


def _follows(one: Literal, other: Literal) -> bool:
    """Return whether the other follows from the one; both taken as positive."""
    if other.operator in ("greater_than", "less_than"):
        return _ordered(one, other)
    if other.operator == "is_empty":
        return one.operator == "is_empty" or (one.operator == "equals" and one.text == "")
    if other.sensitive and not one.sensitive:
        return False
    fold = str if other.sensitive else str.casefold
    return _holds_too(one, other, fold(one.text), fold(other.text))


def _holds_too(one: Literal, other: Literal, have: str, want: str) -> bool:
    """Return whether a text of which the one holds fulfils the other, whose texts are compared as they are here."""
    match other.operator:
        case "equals":
            return one.operator == "equals" and have == want
        case "contains":
            return one.operator in TEXTUAL and want in have
        case "starts_with":
            return one.operator in ("equals", "starts_with") and have.startswith(want)
        case "ends_with":
            return one.operator in ("equals", "ends_with") and have.endswith(want)
        case _:
            return one.operator == other.operator and (one.text, one.sensitive) == (other.text, other.sensitive)


def _holds(literal: Literal, text: str) -> bool:
    """Return whether a text passes, whatever its case: one that does not passes in no case."""
    value, wanted = text.casefold(), literal.text.casefold()
    match literal.operator:
        case "equals":
            return value == wanted
        case "contains":
            return wanted in value
        case "starts_with":
            return value.startswith(wanted)
        case _:
            return value.endswith(wanted)


def _ordered(one: Literal, other: Literal) -> bool:
    """Return whether a bound is the laxer one; values are compared as numbers where both are, else as text."""
    have, want = _number(one.text), _number(other.text)
    if one.operator == "equals":
        return have is not None and want is not None and (have > want if _is_upward(other) else have < want)
    if one.operator != other.operator or (have is None) is not (want is None):
        return False
    texts = one.text >= other.text if _is_upward(one) else one.text <= other.text
    if have is None or want is None:
        return texts
    return texts and (have >= want if _is_upward(one) else have <= want)


def _is_upward(literal: Literal) -> bool:
    return literal.operator == "greater_than"


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
