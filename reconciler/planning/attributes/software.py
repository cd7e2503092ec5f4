"""The software of assets: what is detected on a device, as one set difference (L1).

1. Only devices in scope are looked at; one that is excluded, or only bound in this read, keeps its asset as it is.
2. What is detected and not there yet is added: names as `software_names` has them, versions as they are.
3. What is there and not detected goes, unless the read was not whole, the device is personal (Intune collects nothing
   there), or whether it is personal is unknown. A read that found nothing on any device proves nothing.
4. An unknown part is withheld as a whole, and nothing else with it.

No limit counts software: it changes every day, and what an update exchanges is not worth a stop. A change of nothing
else has no kind.
"""

from collections.abc import Iterable

from reconciler.model.plan import SOFTWARE, Attribute, Withheld
from reconciler.model.snapshot import UNKNOWN, Snapshot
from reconciler.planning.attributes.asset_changes import Draft
from reconciler.planning.catalogue.software import KnownSoftware, licences
from reconciler.planning.world import World
from reconciler.settings.environment import Connection

RULE = "L1"
OWNER = "managedDeviceOwnerType"

_PERSONAL = "personal"
_PIN = "software"
_REMOVAL = "removal of software"
_NOTHING = "nothing is detected on any device, which proves nothing"

Rows = tuple[int, ...]


class DetectedSoftware:
    """One connection's detected software, in the numbers of the rows that the plan knows."""

    def __init__(self, known: KnownSoftware, snapshot: Snapshot, installed: dict[int, Rows]) -> None:
        self._known = known
        self._detected = snapshot.detected
        self._installed = installed
        self._numbers = [known.row(each) for each in snapshot.software]
        self._attributes: dict[tuple[str, str | None, str | None], Attribute] = {}
        self._keeps = snapshot.software_partial or (None if any(snapshot.detected.values()) else _NOTHING)

    def on(self, device_id: str) -> Rows:
        """Return what is detected on a device, in ascending order."""
        places = self._detected.get(device_id.lower(), ())
        return tuple(sorted({self._numbers[place] for place in places}))

    def same(self, device_id: str, asset_id: int) -> bool:
        """Say whether an asset has exactly what is detected on its device."""
        return self.on(device_id) == self._installed.get(asset_id, ())

    def draft(self, draft: Draft, device_id: str, owner: object) -> None:
        """Decide the software of an asset whose device has this owner type."""
        before = self._installed.get(draft.asset.id, ()) if draft.asset else ()
        detected = self.on(device_id)
        if before == detected:
            return
        if _PIN in draft.pins:
            draft.pinned.append((_PIN, draft.pins[_PIN]))
            return
        old, new = frozenset(before), frozenset(detected)
        after = new if old <= new or self._removes(draft, owner) else old | new
        keys = {self._known.rows[row][0].key for row in old ^ after}
        was, becomes = self._versions(old, keys), self._versions(after, keys)
        draft.attributes += [self._attribute(key, was.get(key), becomes.get(key)) for key in sorted(keys)]

    def _removes(self, draft: Draft, owner: object) -> bool:
        """Say whether what is no longer detected goes; what is withheld is noted."""
        if owner == _PERSONAL:
            return False
        keeps = self._keeps or ("whether the device is personal is unknown" if owner is UNKNOWN else None)
        if keeps is not None:
            draft.unknown.append((_REMOVAL, keeps, RULE))
        return keeps is None

    def _versions(self, rows: Iterable[int], keys: set[str]) -> dict[str, str]:
        """Return the versions of these entries among the rows, one to a line, by the entry's key."""
        found: dict[str, list[str]] = {}
        for row in rows:
            entry, version = self._known.rows[row]
            if entry.key in keys:
                found.setdefault(entry.key, []).append(version)
        return {key: "\n".join(sorted(versions)) for key, versions in found.items()}

    def _attribute(self, key: str, before: str | None, after: str | None) -> Attribute:
        """Return an attribute, the same one for every asset: a fleet has the same few thousand differences."""
        known = self._attributes.get((key, before, after))
        if known is None:
            reason = "another version is detected on the device"
            if before is None:
                reason = "detected on the device"
            if after is None:
                reason = "no longer detected on the device"
            name = SOFTWARE + self._known.entries[key].name
            known = self._attributes[key, before, after] = Attribute(name, before, after, reason, RULE)
        return known


def detected_software(world: World, connection: Connection, snapshot: Snapshot) -> DetectedSoftware | None:
    """Return a connection's detected software; None when it is not imported, or unknown and so withheld (G4)."""
    settings = connection.imports.software
    if not settings.import_:
        return None
    if snapshot.software_unknown is not None:
        reason = f"the software is unknown: {snapshot.software_unknown}"
        world.withheld.append(
            Withheld(connection=connection.name, label="all assets", what="software", reason=reason, rule=RULE)
        )
        return None
    if world.software is None:
        world.software = KnownSoftware(world.state)
    detected = DetectedSoftware(world.software, snapshot, world.state.installed)
    if settings.match_to_licences:
        found = licences(world.environment.catalogue, world.state.catalogue)
        world.software.tie((each.name for each in snapshot.software), found)
    return detected
