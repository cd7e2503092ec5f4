"""Turning records into what `$select` asks for, fast: one generated row type per selection."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from functools import lru_cache
from operator import attrgetter
from typing import Final

from msgspec import defstruct
from msgspec.structs import fields

from reconciler.simulator.tenant.records import NOT_LISTED, USER_DEFAULTS, USER_UNSET, Device, User

_DEVICE: Final = tuple(field.name for field in fields(Device))
_USER: Final = tuple(field.name for field in fields(User))

Row = Callable[[object], object]
"""Makes the row of one record; what it returns msgspec can encode."""


class _Shape(StrEnum):
    LISTED_DEVICE = "listed device"
    SINGLE_DEVICE = "single device"
    USER = "user"


_CONTENTS: Final[dict[_Shape, tuple[tuple[str, ...], Mapping[str, object]]]] = {
    _Shape.LISTED_DEVICE: (_DEVICE, NOT_LISTED),
    _Shape.SINGLE_DEVICE: (_DEVICE, {}),
    _Shape.USER: (_USER, USER_UNSET),
}
"""The properties that each shape reads from the record, and those that it answers the same for every record."""


class UnknownPropertyError(Exception):
    """`$select` names a property that the type does not have; the message is Graph's."""

    def __init__(self, name: str, shape: _Shape) -> None:
        of = "user" if shape is _Shape.USER else "managedDevice"
        super().__init__(
            "Parsing OData Select and Expand failed: "
            f"Could not find a property named '{name}' on type 'microsoft.graph.{of}'."
        )


def selected(query: Mapping[str, str]) -> tuple[str, ...]:
    """Return the names in a query's `$select`; none for all."""
    return tuple(name.strip() for name in query.get("$select", "").split(",") if name.strip())


def picked(names: tuple[str, ...]) -> Row:
    """Make rows of what is a dict already."""
    return lambda record: {name: record[name] for name in names} if isinstance(record, dict) else record


def listed_device(select: tuple[str, ...]) -> Row:
    """Make rows of a device list; the properties that lists leave empty stay so even when they are selected."""
    return _row(_Shape.LISTED_DEVICE, select or _DEVICE)


def single_device(select: tuple[str, ...]) -> Row:
    """Make the row of a single GET: everything is real that `$select` names, and without it as in a list."""
    return _row(_Shape.SINGLE_DEVICE, select) if select else listed_device(())


def user(select: tuple[str, ...]) -> Row:
    """Make rows of users; without `$select` only the default properties."""
    return _row(_Shape.USER, select or USER_DEFAULTS)


@lru_cache(maxsize=256)
def _row(shape: _Shape, select: tuple[str, ...]) -> Row:
    """Compile a selection. Raises UnknownPropertyError."""
    names = tuple(dict.fromkeys(select))
    real, constants = _CONTENTS[shape]
    for name in names:
        if name not in real and name not in constants:
            raise UnknownPropertyError(name, shape)
    read = [name for name in names if name not in constants]
    fixed = [(name, object, constants[name]) for name in names if name in constants]
    make: Callable[..., object] = defstruct("Row", [*read, *fixed], gc=False)
    match read:
        case []:
            return lambda _record: make()
        case [only]:
            return lambda record: make(getattr(record, only))
        case _:
            values = attrgetter(*read)
            return lambda record: make(*values(record))
