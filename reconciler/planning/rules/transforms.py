"""The closed list of transforms that a mapping may apply, in order (F2)."""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, NamedTuple, assert_never

from reconciler.model.snapshot import Scalar
from reconciler.planning.rules.patterns import compiled
from reconciler.planning.rules.values import as_text
from reconciler.settings.mappings.field_mappings import Lookup, Prefix, Replace, Suffix, Transform, Truncate


class CompiledTransform(NamedTuple):
    """One transform, as a function of a value that is known and not empty.

    `many` is the same of many values at once, much faster; it returns None for values that it does not take.
    """

    value: Callable[[Scalar], Scalar]
    many: Callable[[Sequence[Any]], list[Any] | None] | None = None


_BYTES_PER_GIGABYTE: Final = 1024**3
_NOT_HEX: Final = re.compile(r"[^0-9A-Fa-f]")
_NOT_HEX_OR_LINE: Final = bytes({*range(256)}.difference(b"0123456789ABCDEFabcdef\n"))
_WORD: Final = re.compile(r"[^\W_](?:['\u2019]?\w)*")
_MAC_DIGITS: Final = 12
_MAC_WRITTEN: Final = 17
_DAY: Final = 10
_EXACT: Final = 2**53
_TEXT: Final = frozenset({str})
_WHOLE: Final = frozenset({int})


def compile_transforms(transforms: Sequence[Transform]) -> tuple[CompiledTransform, ...]:
    """Return the transforms as functions, in order."""
    return tuple(map(_step, transforms))


def transformed(steps: Iterable[CompiledTransform], value: Scalar) -> Scalar:
    """Return a value after these transforms; an empty one ends them."""
    for step in steps:
        if value is None or value == "":
            return None
        value = step.value(value)
    return value


def _step(transform: Transform) -> CompiledTransform:
    match transform:
        case str():
            return _PLAIN[transform]
        case Replace():
            pattern = compiled(transform.replace.pattern)
            return CompiledTransform(lambda value: pattern.sub(transform.replace.with_, as_text(value)) or None)
        case Lookup():
            table = transform.lookup
            return CompiledTransform(lambda value: table.get(as_text(value), transform.default))
        case Prefix():
            return CompiledTransform(lambda value: transform.prefix + as_text(value))
        case Suffix():
            return CompiledTransform(lambda value: as_text(value) + transform.suffix)
        case Truncate():
            return CompiledTransform(lambda value: as_text(value)[: transform.truncate])
        case _:
            assert_never(transform)


def _title(text: str) -> str:
    """Return each word with a large first letter: not what follows an apostrophe or a digit within it."""
    return _WORD.sub(lambda found: found[0][:1].upper() + found[0][1:].lower(), text)


def _gigabytes(value: Scalar) -> Scalar:
    """Return bytes as gigabytes of 1024³, as Intune's own pages show them, to two decimals."""
    try:
        number = round(float(value if value.__class__ is int else as_text(value)) / _BYTES_PER_GIGABYTE, 2)
    except (ValueError, OverflowError):
        return value
    if number < 0:
        return None
    return int(number) if number.is_integer() else number


def _boolean(value: Scalar) -> Scalar:
    text = as_text(value).strip().casefold()
    return {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}.get(text, value)


def _mac_address(value: Scalar) -> Scalar:
    digits = _NOT_HEX.sub("", as_text(value))
    return bytes.fromhex(digits).hex(":").upper() if len(digits) == _MAC_DIGITS else value


def _many_gigabytes(values: Sequence[Any]) -> list[Any] | None:
    if not _WHOLE.issuperset(map(type, values)) or max(values, default=0) >= _EXACT or min(values, default=0) < 0:
        return None
    numbers = [round(value / _BYTES_PER_GIGABYTE, 2) for value in values]
    return [int(number) if number.is_integer() else number for number in numbers]


def _many_dates(values: Sequence[Any]) -> list[Any] | None:
    return [text[:_DAY] for text in values] if _TEXT.issuperset(map(type, values)) else None


def _many_mac_addresses(values: Sequence[Any]) -> list[Any] | None:
    """Return them when all are written as twelve digits, with nothing else or each with what stands between them."""
    if not _TEXT.issuperset(map(type, values)):
        return None
    digits = "\n".join(values).encode("ascii", "ignore").translate(None, _NOT_HEX_OR_LINE).split(b"\n")
    if len(digits) != len(values) or {*map(len, digits)} != {_MAC_DIGITS}:
        return None
    written = bytes.fromhex(b"".join(digits).decode()).hex(":").upper()
    return [written[at : at + _MAC_WRITTEN] for at in range(0, len(written), _MAC_WRITTEN + 1)]


def _of_text(function: Callable[[str], str]) -> CompiledTransform:
    def many(values: Sequence[Any]) -> list[Any] | None:
        if not _TEXT.issuperset(map(type, values)):
            return None
        texts = list(map(function, values))
        return [text or None for text in texts] if "" in texts else texts

    return CompiledTransform(lambda value: function(as_text(value)) or None, many)


_PLAIN: Final[dict[str, CompiledTransform]] = {
    "trim": _of_text(str.strip),
    "upper": _of_text(str.upper),
    "lower": _of_text(str.lower),
    "title": _of_text(_title),
    "bytesToGigabytes": CompiledTransform(_gigabytes, _many_gigabytes),
    "date": CompiledTransform(lambda value: as_text(value)[:_DAY], _many_dates),
    "boolean": CompiledTransform(_boolean),
    "macAddress": CompiledTransform(_mac_address, _many_mac_addresses),
}
