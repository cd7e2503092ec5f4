"""The closed list of transforms that a mapping may apply, in order (F2)."""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Final, assert_never

from reconciler.model.snapshot import Scalar
from reconciler.planning.rules.patterns import compiled
from reconciler.planning.rules.values import as_text
from reconciler.settings.mappings.field_mappings import Lookup, Prefix, Replace, Suffix, Transform, Truncate

CompiledTransform = Callable[[Scalar], Scalar]
"""One transform, as a function of a value that is known and not empty."""

_BYTES_PER_GIGABYTE: Final = 1024**3
_NOT_HEX: Final = re.compile(r"[^0-9A-Fa-f]")
_WORD: Final = re.compile(r"[^\W_](?:['\u2019]?\w)*")
_MAC_DIGITS: Final = 12
_DAY: Final = 10


def compile_transforms(transforms: Sequence[Transform]) -> tuple[CompiledTransform, ...]:
    """Return the transforms as functions, in order."""
    return tuple(map(_step, transforms))


def transformed(steps: Iterable[CompiledTransform], value: Scalar) -> Scalar:
    """Return a value after these transforms; an empty one ends them."""
    for step in steps:
        if value is None or value == "":
            return None
        value = step(value)
    return value


def _step(transform: Transform) -> CompiledTransform:
    """Return one transform as a function."""
    match transform:
        case str():
            return _PLAIN[transform]
        case Replace():
            pattern = compiled(transform.replace.pattern)
            return lambda value: pattern.sub(transform.replace.with_, as_text(value)) or None
        case Lookup():
            table = transform.lookup
            return lambda value: table.get(as_text(value), transform.default)
        case Prefix():
            return lambda value: transform.prefix + as_text(value)
        case Suffix():
            return lambda value: as_text(value) + transform.suffix
        case Truncate():
            return lambda value: as_text(value)[: transform.truncate]
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
    digits = _NOT_HEX.sub("", as_text(value).replace(":", ""))
    return bytes.fromhex(digits).hex(":").upper() if len(digits) == _MAC_DIGITS else value


def _of_text(function: Callable[[str], str]) -> CompiledTransform:
    return lambda value: function(value if value.__class__ is str else as_text(value)) or None


_PLAIN: Final[dict[str, CompiledTransform]] = {
    "trim": _of_text(str.strip),
    "upper": _of_text(str.upper),
    "lower": _of_text(str.lower),
    "title": _of_text(_title),
    "bytesToGigabytes": _gigabytes,
    "date": lambda value: as_text(value)[:_DAY],
    "boolean": _boolean,
    "macAddress": _mac_address,
}
