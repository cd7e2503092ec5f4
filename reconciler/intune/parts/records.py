"""Graph's rows of JSON to clean Structs of `record_type`: by type, or value by value where a type does not fit."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

import msgspec
from msgspec import Raw
from msgspec.structs import astuple

from reconciler.columnar import Column, Packing, layout_of
from reconciler.intune.http.invalid_unicode import mended
from reconciler.intune.parts.sentinels import cleaning, unglued
from reconciler.model.snapshot import UNKNOWN, record_type
from reconciler.settings.mappings.properties import (
    DEVICE_PROPERTIES,
    DEVICE_USER_PROPERTIES,
    USER_PROPERTIES,
    Property,
    PropertyType,
)

_ALWAYS: Final = ("deviceName", "enrolledDateTime", "lastSyncDateTime")
_UPN: Final = "userPrincipalName"
_DIGITS: Final = re.compile(r"-?[0-9]{1,18}")


class Records:
    """How the records of one kind of reply are read.

    `properties` are the names of the Structs' fields, sorted, without `id`. Those in `unknown` are UNKNOWN whatever
    the reply says, and not asked for.
    """

    def __init__(self, name: str, names: Iterable[str], known: Mapping[str, Property], unknown: Iterable[str]) -> None:
        self.properties = tuple(sorted({name for name in names if not known[name].secret} - {"id"}))
        self._unknown = frozenset(unknown)
        self._known = [known[name] for name in ("id", *self.properties)]
        self._make = record_type(name, tuple((one.name, one.type) for one in self._known if one.name != "id"))
        self._decoder = msgspec.json.Decoder(list[self._make])  # type: ignore[name-defined]
        link = msgspec.field(default=None, name="@odata.nextLink")
        page: Any = msgspec.defstruct("Page", [("value", list[self._make]), ("link", str | None, link)])  # type: ignore[name-defined]
        self._page = msgspec.json.Decoder(page)
        self._columns = [self._column(name, one) for one in self._known]
        self._layout = layout_of(self._make)
        self._plain = frozenset(one.name for one in self._known if one.type is not PropertyType.COMPLEX)

    def packing(self) -> Packing[Any]:
        """Return what packs these records."""
        return Packing(self._layout, self._plain)

    @property
    def select(self) -> str:
        """The value of `$select`."""
        return ",".join(("id", *(name for name in self.properties if name not in self._unknown)))

    def read(self, rows: bytes) -> tuple[list[Any], int]:
        """Return the records of a JSON array, and how many of its rows could not be used because they have no id.

        Raises ValueError when it is no array, RecursionError when it is too deep.
        """
        columns, lost = self.columns(rows)
        return list(self._layout.make(columns)), lost

    def opened(self, body: bytes) -> tuple[list[Any], str | None] | None:
        """Return a page's records, not clean yet, and its `@odata.nextLink`; None where it takes a closer look."""
        try:
            page = self._page.decode(body)
        except (msgspec.DecodeError, UnicodeError, RecursionError):
            return None
        return page.value, page.link

    def columns(self, rows: bytes | list[Any]) -> tuple[list[Column], int]:
        """Return the records of a JSON array column by column, as they are packed, otherwise as `read` does.

        Those of a page that is `opened` are taken, too.
        """
        if isinstance(rows, list):
            return self._cleaned(rows), 0
        try:
            records, lost = self._decoded(rows)
        except (msgspec.DecodeError, UnicodeError):
            records, lost = self._decoded(mended(rows))
        return self._cleaned(records), lost

    def _cleaned(self, records: list[Any]) -> list[Column]:
        columns: list[Column] = list(zip(*map(astuple, records), strict=True)) or [()] * len(self._columns)
        return [clean(each) if clean else each for clean, each in zip(self._columns, columns, strict=True)]

    def _decoded(self, rows: bytes) -> tuple[list[Any], int]:
        try:
            return self._decoder.decode(rows), 0
        except msgspec.ValidationError:
            return self._tolerated(rows)

    def _column(self, name: str, property_: Property) -> Any:
        if property_.name == "id":
            return None
        if property_.name in self._unknown:
            return _unknown
        clean = cleaning(property_)
        if name == "Device" and property_.name == _UPN and clean is not None:
            return lambda column: clean(unglued(column))
        return clean

    def _tolerated(self, rows: bytes) -> tuple[list[Any], int]:
        found = msgspec.json.decode(rows)
        if not isinstance(found, list):
            raise ValueError("not a list")
        usable = [row for row in found if isinstance(row, dict) and isinstance(row.get("id"), str) and row["id"]]
        records = [
            self._make(**{one.name: _coerced(row[one.name], one.type) for one in self._known if one.name in row})
            for row in usable
        ]
        return records, len(found) - len(usable)


def listed_devices(names: Iterable[str]) -> Records:
    """Devices of a list, which leaves some properties empty by design: those are UNKNOWN."""
    not_listed = (one.name for one in DEVICE_PROPERTIES.values() if not one.in_list)
    return Records("Device", {*names, *_ALWAYS}, DEVICE_PROPERTIES, not_listed)


def single_devices(names: Iterable[str]) -> Records:
    """Devices that were asked for one by one: whose they are is UNKNOWN, since a reply may give a stale user."""
    return Records("Device", {*names, *_ALWAYS}, DEVICE_PROPERTIES, DEVICE_USER_PROPERTIES)


def device_details(names: Iterable[str]) -> Records:
    """Devices that were asked one by one for what lists leave empty: of these names nothing else is read."""
    return Records("Details", [name for name in names if not DEVICE_PROPERTIES[name].in_list], DEVICE_PROPERTIES, ())


def users(names: Iterable[str]) -> Records:
    """Users of a list."""
    return Records("User", names, USER_PROPERTIES, ())


def array_of(row: Raw) -> bytes:
    """Return one JSON value as an array that holds it."""
    return b"[" + bytes(row) + b"]"


def _unknown(column: Column) -> Column:
    return [UNKNOWN] * len(column)


def _coerced(value: Any, type_: PropertyType) -> Any:
    """Make a value fit its property's type, UNKNOWN when it can not."""
    return None if value is None else _COERCIONS[type_](value)


def _text(value: Any) -> Any:
    return str(value) if isinstance(value, str | int | float) else UNKNOWN


def _date(value: Any) -> Any:
    return value if isinstance(value, str) else UNKNOWN


def _boolean(value: Any) -> Any:
    if isinstance(value, str):
        return {"true": True, "false": False}.get(value.lower(), UNKNOWN)
    return value if isinstance(value, bool) else UNKNOWN


def _integer(value: Any) -> Any:
    if isinstance(value, str) and _DIGITS.fullmatch(value):
        return int(value)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else UNKNOWN


_COERCIONS: Final[dict[PropertyType, Callable[[Any], Any]]] = {
    PropertyType.TEXT: _text,
    PropertyType.DATETIME: _date,
    PropertyType.BOOLEAN: _boolean,
    PropertyType.INTEGER: _integer,
    PropertyType.COMPLEX: lambda value: value,
}
