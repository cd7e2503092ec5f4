"""Halo's field mappings as ours: which property fills which field of Halo's, and what we call that field."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from reconciler.halo.adoption.yaml_text import Plain, comment, flow
from reconciler.settings.fields import BUILT_IN_FIELDS
from reconciler.settings.mappings.properties import DEVICE_PROPERTIES, PropertyType

_PROPERTY_MEMBERS: Final = ("third_party_field", "third_party_field_name", "third_party_friendly_name")
_FIELD_MEMBERS: Final = ("halo_field_name", "field_name", "fieldname", "name")
_BUILT_IN: Final = {
    "deviceName": "name",
    "serialNumber": "serialNumber",
    "manufacturer": "manufacturer",
    "model": "model",
    "operatingSystem": "operatingSystem",
    "osVersion": "osVersion",
    "wiFiMacAddress": "wifiMac",
    "ethernetMacAddress": "ethernetMac",
    "imei": "imei",
    "phoneNumber": "phoneNumber",
    "managedDeviceOwnerType": "ownership",
    "complianceState": "compliance",
    "isEncrypted": "encrypted",
    "enrolledDateTime": "enrolledAt",
    "lastSyncDateTime": "lastCheckIn",
    "notes": "notes",
}
_TRANSFORMS: Final[dict[str, list[Plain]]] = {
    "serialNumber": ["trim", "upper"],
    "wiFiMacAddress": ["macAddress"],
    "ethernetMacAddress": ["macAddress"],
}
_TYPES: Final = {
    PropertyType.BOOLEAN: "boolean",
    PropertyType.INTEGER: "integer",
    PropertyType.DATETIME: "datetime",
}


@dataclass(frozen=True, slots=True)
class Adopted:
    """One mapping of Halo's that could be read: the property, what we call the field, what Halo calls it."""

    source: str
    target: str
    halo_field: str
    on_create: bool

    @property
    def custom(self) -> str | None:
        """The custom field's own name, None for a built-in field."""
        return self.target.removeprefix("custom.") if self.target.startswith("custom.") else None

    @property
    def type(self) -> str:
        """What the field holds, for the catalogue."""
        return _TYPES.get(DEVICE_PROPERTIES[self.source].type, "text")

    def entry(self) -> Plain:
        """Return the entry of field-mappings.yaml."""
        made: dict[str, Plain] = {"from": self.source, "to": self.target}
        if self.source in _TRANSFORMS and not self.custom:
            made["transform"] = _TRANSFORMS[self.source]
        if self.on_create:
            made["write"] = "on-create"
        return made


@dataclass(frozen=True, slots=True)
class Mappings:
    """The mappings that could be read, and sentences about those that could not."""

    adopted: tuple[Adopted, ...]
    unread: tuple[str, ...]

    def target_of(self, halo_field: str | None) -> str | None:
        """Return what we call a field of Halo's."""
        return next((each.target for each in self.adopted if each.halo_field == halo_field), None)

    def lines(self) -> list[str]:
        """Return the body of field-mappings.yaml."""
        lines = ["mappings:"] if self.adopted else ["mappings: []"]
        lines += [f"  - {flow(each.entry())}" for each in self.adopted]
        return lines + [line for text in self.unread for line in comment(text, 2)]


def read_mappings(rows: Iterable[Mapping[str, Any]]) -> Mappings:
    """Read `mappings_device`; whatever does not name a property of Graph's and a field is named instead."""
    adopted: list[Adopted] = []
    unread: list[str] = []
    taken: set[str] = set()
    known = {name.lower(): name for name, each in DEVICE_PROPERTIES.items() if _mappable(name, each.secret)}
    for row in rows:
        property_, halo_field = _first(row, _PROPERTY_MEMBERS), _first(row, _FIELD_MEMBERS)
        name = known.get(re.sub(r"[^A-Za-z]", "", property_).lower())
        target = _target(name, halo_field)
        if name is None or not halo_field or target in taken:
            why = "its target is mapped already" if name and halo_field else "no property of Graph's is called so"
            unread.append(f"Could not be read: {property_ or 'nothing'} -> {halo_field or 'no field'} ({why}).")
            continue
        taken.add(target)
        adopted.append(Adopted(name, target, halo_field, bool(row.get("newrecords"))))
        odd = [each for each in ("dontupdate", "populateemptyvalue") if row.get(each)]
        if odd:
            unread.append(f"{name} -> {halo_field}: what {' and '.join(odd)} means there is not documented.")
    return Mappings(tuple(adopted), tuple(unread))


def _mappable(name: str, secret: bool) -> bool:
    return not secret and DEVICE_PROPERTIES[name].type is not PropertyType.COMPLEX


def _target(property_: str | None, halo_field: str) -> str:
    if property_ in _BUILT_IN and _BUILT_IN[property_] in BUILT_IN_FIELDS:
        return _BUILT_IN[property_]
    slug = re.sub(r"[^a-z0-9]+", "_", halo_field.lower()).strip("_")
    return f"custom.{slug if slug[:1].isalpha() else f'field_{slug}'}"[:60]


def _first(row: Mapping[str, Any], names: Iterable[str]) -> str:
    return next((str(row[name]).strip() for name in names if row.get(name)), "")
