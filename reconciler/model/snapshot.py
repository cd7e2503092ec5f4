"""What one run read from Graph for one connection, each part with what is known to be missing."""

from collections.abc import Sequence
from functools import cache
from typing import Any, Final

import msgspec
from msgspec import UNSET, Struct, UnsetType

UNKNOWN: Final[UnsetType] = UNSET
"""The value that is not known: neither a value nor known to be empty."""

UnknownType = UnsetType

Scalar = str | int | float | bool | None

_NULLABLE: Final[dict[str, Any]] = {
    "text": str | None,
    "datetime": str | None,
    "boolean": bool | None,
    "integer": int | None,
    "complex": Any,
}


@cache
def record_type(name: str, properties: tuple[tuple[str, str], ...]) -> type[Struct]:
    """Return a frozen Struct with these properties (name and type), each UNKNOWN unless given.

    The hot path decodes Graph's pages straight into it; `id` is text and required. Equal arguments give the same
    type, or equal records would not be equal.
    """
    fields: list[Any] = [("id", str)]
    fields += [(key, _NULLABLE[kind] | UnsetType, UNSET) for key, kind in properties if key != "id"]
    return msgspec.defstruct(name, fields, frozen=True, gc=False, module=__name__)


class Software(Struct, frozen=True, array_like=True, gc=False):
    """An application as it is detected on devices: trimmed, `version` empty and `publisher` None when not known."""

    name: str
    version: str = ""
    publisher: str | None = None


class Organisation(Struct, frozen=True):
    """A tenant's own organisation: the tenant's id in lower case, and what it is called."""

    id: str
    name: str


class Part(Struct, frozen=True):
    """A part of a snapshot that is not, or not wholly, known: which, and why."""

    part: str
    why: str


class Snapshot(Struct, frozen=True, kw_only=True, rename="camel"):
    """What one run read from Graph for one connection.

    `devices` are Structs of `record_type`, as they were listed, each id once, sentinels already None; one that only
    a single GET found is among them, its id in `unlisted` and its user UNKNOWN. `users` likewise. `read_at` is
    Graph's own `Date` when the read began, as `2026-11-23T08:00:00Z`.
    """

    connection: str
    source: str
    tenant_id: str
    read_at: str
    device_properties: tuple[str, ...]
    """The properties that were asked for; any other is unknown."""
    devices: Sequence[Any]
    devices_unknown: str | None = None
    """Why the list is not whole; None when every page was followed to the end without error (G3)."""
    unlisted: tuple[str, ...] = ()
    """Bound ids that the list lacks and a single GET answered with 200: the list was short."""
    absent: tuple[str, ...] = ()
    """Bound ids that a single GET answered with 404: proven absent."""
    absence_unknown: dict[str, str] = {}
    """Bound ids that are not listed and for which nothing is proven, with the reason."""
    absence_skipped: bool = False
    """More bound ids were unlisted than the deletedInIntune limit allows, so none was fetched (G3)."""
    details_unknown: dict[str, str] = {}
    """Listed devices of which a property that lists leave empty is not known, with the reason (G5)."""
    details_asked: tuple[str, ...] | None = None
    """The listed devices that were asked for these properties; None when all were. The others keep what they have."""
    user_properties: tuple[str, ...] = ()
    users: Sequence[Any] = ()
    users_unknown: str | None = "not read"
    """Why the users are not known; None when they are."""
    owners: dict[str, tuple[str, ...]] = {}
    """The registered owners of Entra's devices that have any: user ids by the device's id in lower case (U1)."""
    owners_unknown: str | None = "not read"
    """Why the registered owners are not known; None when they are (G4)."""
    organisation: Organisation | None = None
    organisation_unknown: str | None = "not read"
    """Why the tenant's own organisation is not known; None when it is (G4)."""
    software: tuple[Software, ...] = ()
    """Each application and version that was detected, once."""
    detected: dict[str, tuple[int, ...]] = {}
    """What was detected on each device: its id in lower case, and places in `software`, ascending."""
    software_unknown: str | None = "not read"
    """Why nothing is known of the software; None when it is (G4)."""
    software_partial: str | None = None
    """Why the software was not read whole: what was detected counts, and nothing is removed (L1)."""
    warnings: tuple[str, ...] = ()

    def unknown_parts(self) -> tuple[Part, ...]:
        """Return the parts that were needed and are not known."""
        parts = []
        if self.devices_unknown not in (None, "not read"):
            parts.append(Part("devices", str(self.devices_unknown)))
        if self.users_unknown not in (None, "not read"):
            parts.append(Part("users", str(self.users_unknown)))
        if self.owners_unknown not in (None, "not read"):
            parts.append(Part("owners", str(self.owners_unknown)))
        if self.organisation_unknown not in (None, "not read"):
            parts.append(Part("organisation", str(self.organisation_unknown)))
        if self.software_unknown not in (None, "not read"):
            parts.append(Part("software", str(self.software_unknown)))
        if self.software_partial is not None:
            parts.append(Part("software", self.software_partial))
        for part, devices in (("absence", self.absence_unknown), ("details", self.details_unknown)):
            if devices:
                count = "1 device" if len(devices) == 1 else f"{len(devices)} devices"
                parts.append(Part(part, f"{count}: {min(devices.values())}"))
        return tuple(parts)
