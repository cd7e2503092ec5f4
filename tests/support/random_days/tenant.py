"""A pretend tenant without a network: devices and users that come and go, and what one read of it gives."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from case_files import snapshot_of

from reconciler.model.snapshot import Snapshot
from reconciler.model.state import Life, Presence
from reconciler.planning.rules import needs
from reconciler.settings.environment import Connection
from reconciler.settings.imports import Absence

Record = dict[str, Any]
UNREAD = "~unknown"
"""What stands for a value that is not known; `case_files` knows it."""


@dataclass
class Faults:
    """What goes wrong with the reads of one day.

    The list lacks the devices of `hidden`; a single GET of those in `unproven` answers 503. `lost` are properties that
    no device has; `undetailed` are devices of which what lists leave empty is not known.
    """

    hidden: set[str] = field(default_factory=set)
    unproven: set[str] = field(default_factory=set)
    undetailed: set[str] = field(default_factory=set)
    lost: set[str] = field(default_factory=set)
    broken: bool = False
    skipped: bool = False
    unreachable: bool = False
    no_users: bool = False
    no_software: bool = False
    some_software: bool = False


@dataclass
class Tenant:
    """Devices by id, as Graph would list them, and those that were deleted and may come back; users by id."""

    connection: str
    devices: dict[str, Record] = field(default_factory=dict)
    gone: dict[str, Record] = field(default_factory=dict)
    users: dict[str, Record] = field(default_factory=dict)
    made: int = 0
    faults: Faults = field(default_factory=Faults)

    def enrol(self, serial: str | None, at: str, **more: Any) -> str:
        """Enrol a machine under an id that no device had before; return the id."""
        self.made += 1
        key = f"{self.connection[0]}-{self.made}"
        self.devices[key] = {
            "id": key,
            "deviceName": f"PC-{key}",
            "serialNumber": serial,
            "model": "Latitude",
            "operatingSystem": "Windows",
            "managedDeviceOwnerType": "company",
            "managementAgent": "mdm",
            "deviceCategoryDisplayName": "Office",
            "physicalMemoryInBytes": 8 * 2**30,
            "enrolledDateTime": at,
            "lastSyncDateTime": at,
            "userId": None,
            "userPrincipalName": None,
            "software": {},
            "silent": False,
            **more,
        }
        return key

    def delete(self, key: str) -> Record:
        """Delete a device; it may come back."""
        self.gone[key] = self.devices.pop(key)
        return self.gone[key]

    def check_in(self, at: str) -> None:
        """Let every device that is in use check in."""
        for device in self.devices.values():
            if not device["silent"]:
                device["lastSyncDateTime"] = at

    def read(self, connection: Connection, at: str, lives: Iterable[Life]) -> Snapshot:
        """Return what a read gives; absence is asked for each binding that is not deleted, as G3 says."""
        faults = self.faults
        bound = {life.device_id for life in lives if life.presence is not Presence.DELETED}
        hidden = set(sorted(self.devices)[::2]) if faults.broken else faults.hidden
        listed = self.devices.keys() - hidden
        asked: set[str] = set()
        if not faults.broken and not faults.skipped and connection.imports.absence is Absence.PER_DEVICE:
            asked = bound - listed
        unproven = asked & faults.unproven
        found = (asked - unproven) & self.devices.keys()
        return snapshot_of(
            connection,
            {
                "readAt": at,
                "devices": [self._record(self.devices[key]) for key in sorted(listed | found)],
                "recordedProperties": [each for each in needs.device_properties(connection) if each not in faults.lost],
                "devicesUnknown": "page 2 answered 503" if faults.broken else None,
                "unlisted": sorted(found),
                "absent": sorted(asked - unproven - found),
                "absenceUnknown": dict.fromkeys(sorted(unproven), "503"),
                "absenceSkipped": faults.skipped and not faults.broken and bool(bound - listed),
                "detailsUnknown": dict.fromkeys(sorted(listed & faults.undetailed), "503"),
                "entraUsers": list(self.users.values()),
                "entraUsersUnknown": "Graph answered 403" if faults.no_users else None,
                "software": {key: dict(each["software"]) for key, each in self.devices.items()},
                "softwareUnknown": "the export did not end" if faults.no_software else None,
                "softwarePartial": "the export was cut short" if faults.some_software else None,
            },
        )

    def _record(self, device: Record) -> Record:
        record = {key: value for key, value in device.items() if key not in ("software", "silent")}
        if device["id"] in self.faults.undetailed:
            record["physicalMemoryInBytes"] = UNREAD
        return record
