"""The software of assets: what is detected on a device, as one set difference (L1).

1. Only devices in scope are looked at; one that is excluded, or only bound in this read, keeps its asset as it is.
2. What is detected and not there yet is added: names as the catalogue's software has them, versions as they are.
3. What is there and not detected goes, unless the read was not whole, the device is personal (Intune collects nothing
   there), or whether it is personal is unknown. A read that found nothing on any device proves nothing.
4. An unknown part is withheld as a whole, and nothing else with it.

No limit counts software: it changes every day, and what an update exchanges is not worth a stop. A change of nothing
else has no kind.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from reconciler.columnar import Column, unequal
from reconciler.model.plan import SOFTWARE, Attribute
from reconciler.model.snapshot import UNKNOWN, Snapshot
from reconciler.planning.attributes.comparison import Because, Desired
from reconciler.planning.attributes.rows import Rows
from reconciler.planning.catalogue.software import KnownSoftware
from reconciler.planning.rules.columns import KEEP

RULE: Final = "L1"
PIN: Final = "software"
REMOVAL: Final = "removal of software"
OWNER: Final = "managedDeviceOwnerType"
_PERSONAL: Final = "personal"
_NOTHING: Final = "nothing is detected on any device, which proves nothing"

Numbers = tuple[int, ...]
"""The software of one device or asset: numbers of rows of `KnownSoftware`, ascending."""


@dataclass(frozen=True)
class DetectedSoftware:
    """One connection's detected software; `installed` are the rows of each asset."""

    known: KnownSoftware
    snapshot: Snapshot
    installed: Mapping[int, Numbers]

    def desired(self, rows: Rows) -> tuple[Desired, Desired]:
        """Return the software of every row, and as UNKNOWN the removals that are withheld."""
        before, pins = self.stored(rows), rows.pins(PIN)
        owners = rows.devices.property(OWNER)
        after, removals = list(map(self.on, rows.devices.ids)), [KEEP] * len(owners)
        for row in unequal(before, after):
            stays = set(before[row]).difference(after[row])
            kept = self._kept(owners[row]) if stays and row not in pins else None
            if kept is not None:
                after[row] = tuple(sorted(stays.union(after[row])))
            if kept:
                removals[row] = UNKNOWN

        def because(row: int) -> Because:
            return Because(self._kept(owners[row]) or "detected on the device", RULE)

        return DesiredSoftware(PIN, after, because, software=self), Desired(REMOVAL, removals, because)

    def stored(self, rows: Rows) -> Column:
        """Return what every row's asset has."""
        return [self.installed.get(key, ()) for key in rows.asset_ids]

    def on(self, device_id: str) -> Numbers:
        """Return what is detected on a device."""
        places = self.snapshot.detected.get(device_id.lower(), ())
        return tuple(sorted({*map(self._numbers.__getitem__, places)}))

    def changes(self, before: Numbers, after: Numbers) -> Iterator[Attribute]:
        """Yield what becomes of each software that differs."""
        old, new = frozenset(before), frozenset(after)
        keys = {self.known.rows[number][0] for number in old ^ new}
        was, becomes = self._versions(old, keys), self._versions(new, keys)
        for key in sorted(keys):
            yield self._attribute(key, was.get(key), becomes.get(key))

    def _kept(self, owner: object) -> str | None:
        """Return why what a device of this owner type lacks stays for now: empty for good, None when it goes."""
        if owner == _PERSONAL:
            return ""
        return self._unproven or ("whether the device is personal is unknown" if owner is UNKNOWN else None)

    @cached_property
    def _unproven(self) -> str | None:
        """Why nothing is removed from any asset."""
        nothing = None if any(self.snapshot.detected.values()) else _NOTHING
        return self.snapshot.software_partial or nothing

    @cached_property
    def _numbers(self) -> Sequence[int]:
        return list(map(self.known.number, self.snapshot.software))

    @cached_property
    def _made(self) -> dict[tuple[str, str | None, str | None], Attribute]:
        return {}

    def _versions(self, numbers: Iterable[int], keys: set[str]) -> dict[str, str]:
        """Return the versions of these entries among the rows, one to a line, by the entry's key."""
        found: dict[str, list[str]] = {}
        for number in numbers:
            key, version = self.known.rows[number]
            if key in keys:
                found.setdefault(key, []).append(version)
        return {key: "\n".join(sorted(versions)) for key, versions in found.items()}

    def _attribute(self, key: str, before: str | None, after: str | None) -> Attribute:
        """Return an attribute, the same one for every asset: a fleet has the same few thousand differences."""
        known = self._made.get((key, before, after))
        if known is None:
            reason = "another version is detected on the device"
            if before is None:
                reason = "detected on the device"
            if after is None:
                reason = "no longer detected on the device"
            known = Attribute.of(SOFTWARE + self.known.entries[key].name, before, after, reason, RULE)
            self._made[key, before, after] = known
        return known


@dataclass(frozen=True, slots=True, kw_only=True)
class DesiredSoftware(Desired):
    """The software of every row's asset, an attribute for each that differs."""

    software: DetectedSoftware

    def changes(self, row: int, before: Any, after: Any) -> Iterable[Attribute]:  # noqa: ARG002 - as Desired has it
        """Return what becomes of each software of one row that differs."""
        return self.software.changes(before, after)
