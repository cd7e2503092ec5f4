"""The closed list of transforms that a mapping may apply, in order (F2)."""

import re
from collections.abc import Callable
from typing import Final, assert_never

import re2

from reconciler.model.snapshot import Scalar
from reconciler.planning.values import as_text
from reconciler.settings.field_mappings import Lookup, Prefix, Replace, Suffix, Transform, Truncate

Step = Callable[[Scalar], Scalar]

_BYTES_PER_GIGABYTE: Final = 1024**3
_NOT_HEX: Final = re.compile(r"[^0-9A-Fa-f]")
_MAC_DIGITS: Final = 12


def compile_transforms(transforms: list[Transform]) -> Step | None:
    """Return one function that applies the transforms in order, None when there are none.

    It is given a value that is known and not empty; an empty result ends the chain.
    """
    steps = tuple(_step(transform) for transform in transforms)
    if not steps:
        return None
    if len(steps) == 1:
        return steps[0]

    def apply(value: Scalar) -> Scalar:
        for step in steps:
            if value is None:
                break
            value = step(value)
        return value

    return apply


def _step(transform: Transform) -> Step:
    match transform:
        case str():
            return _PLAIN[transform]
        case Replace():
            pattern = re2.compile(transform.replace.pattern)
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


def _gigabytes(value: Scalar) -> Scalar:
    """Return bytes as gigabytes of 1024³, as Intune's own pages show them, to two decimals."""
    try:
        number = round(float(as_text(value)) / _BYTES_PER_GIGABYTE, 2)
    except ValueError:
        return value
    return int(number) if number.is_integer() else number


def _boolean(value: Scalar) -> Scalar:
    text = as_text(value).strip().casefold()
    return {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}.get(text, value)


def _mac_address(value: Scalar) -> Scalar:
    digits = _NOT_HEX.sub("", as_text(value))
    return bytes.fromhex(digits).hex(":").upper() if len(digits) == _MAC_DIGITS else value


_PLAIN: Final[dict[str, Step]] = {
    "trim": lambda value: as_text(value).strip() or None,
    "upper": lambda value: as_text(value).upper(),
    "lower": lambda value: as_text(value).lower(),
    "title": lambda value: as_text(value).title(),
    "bytesToGigabytes": _gigabytes,
    "date": lambda value: as_text(value)[:10],
    "boolean": _boolean,
    "macAddress": _mac_address,
}
