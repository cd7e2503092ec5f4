"""Values of ours as the texts that Halo's fields hold, and back."""

from typing import Any, Final

from reconciler.model.snapshot import Scalar
from reconciler.planning.rules.values import as_text
from reconciler.settings.catalogue import FieldType

_TRUE: Final = frozenset({"true", "yes", "1"})
_FALSE: Final = frozenset({"false", "no", "0"})
_DAY: Final = 10
_SECOND: Final = 19


def to_halo(value: Scalar) -> str:
    """Return what is written into a field: no value is no text."""
    return as_text(value)


def from_halo(text: Any, type_: FieldType) -> Scalar:
    """Return what a field holds as a value of a type; a text that is none of it stays text, so that it differs."""
    if text is None or text == "":
        return None
    if isinstance(text, bool) and type_ is FieldType.BOOLEAN:
        return text
    words = str(text)
    match type_:
        case FieldType.BOOLEAN:
            lowered = words.lower()
            return True if lowered in _TRUE else False if lowered in _FALSE else words
        case FieldType.NUMBER | FieldType.INTEGER:
            return _number(words)
        case FieldType.DATE:
            return words[:_DAY]
        case FieldType.DATETIME:
            return f"{words[:_SECOND]}Z" if words[_DAY : _DAY + 1] == "T" else words
        case _:
            return words


def _number(words: str) -> Scalar:
    for made in (int, float):
        try:
            return made(words)
        except ValueError:
            continue
    return words
