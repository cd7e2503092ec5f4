"""The closed list of transforms that a mapping may apply, in order (F2)."""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Final, NamedTuple, assert_never

import re2

from reconciler.model.snapshot import Scalar
from reconciler.planning.values import as_text
from reconciler.settings.field_mappings import Lookup, Prefix, Replace, Suffix, Transform, Truncate


class Step(NamedTuple):
    """One transform: as a function of a value that is known and not empty, and of texts alone where that is faster."""

    value: Callable[[Scalar], Scalar]
    text: Callable[[str], str] | None = None


_BYTES_PER_GIGABYTE: Final = 1024**3
_NOT_HEX: Final = re.compile(r"[^0-9A-Fa-f]")
_MAC_DIGITS: Final = 12


def compile_transforms(transforms: Sequence[Transform]) -> tuple[Step, ...]:
    """Return the transforms as functions, in order."""
    return tuple(map(_step, transforms))


def transformed(steps: Iterable[Step], value: Scalar) -> Scalar:
    """Return a value after these transforms; an empty one ends them."""
    for step in steps:
        if value is None or value == "":
            return None
        value = step.value(value)
    return value


def _step(transform: Transform) -> Step:
    match transform:
        case str():
            return _PLAIN[transform]
        case Replace():
            pattern = re2.compile(transform.replace.pattern)
            return Step(lambda value: pattern.sub(transform.replace.with_, as_text(value)) or None)
        case Lookup():
            table = transform.lookup
            return Step(lambda value: table.get(as_text(value), transform.default))
        case Prefix():
            return Step(lambda value: transform.prefix + as_text(value))
        case Suffix():
            return Step(lambda value: as_text(value) + transform.suffix)
        case Truncate():
            return Step(lambda value: as_text(value)[: transform.truncate])
        case _:
            assert_never(transform)


def _gigabytes(value: Scalar) -> Scalar:
    """Return bytes as gigabytes of 1024³, as Intune's own pages show them, to two decimals."""
    try:
        number = round(float(value if value.__class__ is int else as_text(value)) / _BYTES_PER_GIGABYTE, 2)
    except (ValueError, OverflowError):
        return value
    return int(number) if number.is_integer() else number


def _boolean(value: Scalar) -> Scalar:
    text = as_text(value).strip().casefold()
    return {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}.get(text, value)


def _mac_address(value: Scalar) -> Scalar:
    digits = _NOT_HEX.sub("", as_text(value))
    return bytes.fromhex(digits).hex(":").upper() if len(digits) == _MAC_DIGITS else value


def _of_text(function: Callable[[str], str]) -> Step:
    return Step(lambda value: function(as_text(value)) or None, function)


_PLAIN: Final[dict[str, Step]] = {
    "trim": _of_text(str.strip),
    "upper": _of_text(str.upper),
    "lower": _of_text(str.lower),
    "title": _of_text(str.title),
    "bytesToGigabytes": Step(_gigabytes),
    "date": Step(lambda value: as_text(value)[:10]),
    "boolean": Step(_boolean),
    "macAddress": Step(_mac_address),
}
