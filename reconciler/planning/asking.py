"""Which devices a read asks for by themselves, decided from its list and what the store knows.

1. A device's details are due when it has no binding, and afterwards once in each `details.refresh`, at a moment of its
   own, so that the fleet is spread over the runs (G5). An excluded device is never asked.
2. All are due when a rule, a criterion or matching reads a detail, when other details are mapped than were applied
   last, and when the tenant was never read.
3. A bound device that is not listed was enrolled again when a listed device without a binding has its asset's matching
   value: its absence is no deletion, and counts against no limit (G3, M6).
"""

import datetime
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from reconciler.model.snapshot import Snapshot
from reconciler.model.state import Presence, State
from reconciler.planning.inputs.devices import Listing, list_devices
from reconciler.planning.inputs.stored import index_state
from reconciler.planning.matching.asset_index import AssetIndex, may_be_one
from reconciler.planning.rules import needs
from reconciler.planning.rules.compiled import compile_connection
from reconciler.settings.base import seconds
from reconciler.settings.catalogue import CatalogueFile
from reconciler.settings.environment import Connection
from reconciler.settings.fields import asset_fields


@dataclass(frozen=True, slots=True)
class Asking:
    """What one connection's read asks with: its settings, and the store's state."""

    catalogue: CatalogueFile
    connection: Connection
    state: State

    def details_due(self, snapshot: Snapshot) -> tuple[str, ...] | None:
        """Return the listed devices whose details are due, in the order of the list; None when all are."""
        if not needs.details(self.connection):
            return None
        last = next((read for read in self.state.reads if read.tenant_id == self.connection.tenant_id), None)
        if last is None or needs.details_decide(self.connection) or self._maps_other_details():
            return None
        refresh = seconds(self.connection.connection.details.refresh)
        since, now = _epoch(last.read_at), _epoch(snapshot.read_at)
        bound = self._bound()
        listing = self._listing(snapshot)
        return tuple(
            device_id
            for device_id, excluded in zip(listing.devices.ids, listing.devices.excluded, strict=True)
            if not excluded and (device_id not in bound or is_due(device_id, since, now, refresh))
        )

    def re_enrolled(self, snapshot: Snapshot, unlisted: Iterable[str]) -> frozenset[str]:
        """Return those of the bound devices that were enrolled again."""
        assets = {
            binding.life.device_id: binding.asset_id
            for binding in self.state.bindings
            if binding.tenant_id == self.connection.tenant_id
        }
        listing, stored = self._listing(snapshot), index_state(self.state)
        index = AssetIndex(stored, tuple(self.connection.imports.matching_fields()), listing.compiled.worthless, {})
        new = [
            listing.devices.forms_of(place)
            for place, (device_id, excluded) in enumerate(
                zip(listing.devices.ids, listing.devices.excluded, strict=True)
            )
            if device_id not in assets and not excluded
        ]
        by_form = _by_form(new)
        found = set()
        for device_id in unlisted:
            mine = index.forms(stored.assets[assets[device_id]])
            rivals = (each for place, form in enumerate(mine) for each in by_form.get((place, form), ()))
            if any(may_be_one(mine, each) for each in rivals):
                found.add(device_id)
        return frozenset(found)

    def _listing(self, snapshot: Snapshot) -> Listing:
        compiled = compile_connection(self.connection, snapshot, asset_fields(self.catalogue), None)
        return list_devices(compiled, snapshot)

    def _bound(self) -> frozenset[str]:
        """Return the devices that are bound, and those that a bound one supersedes."""
        lives = [
            binding.life
            for binding in self.state.bindings
            if binding.tenant_id == self.connection.tenant_id and binding.life.presence is not Presence.DELETED
        ]
        superseded = {each.device_id for life in lives for each in life.superseded}
        return frozenset(superseded.union(life.device_id for life in lives))

    def _maps_other_details(self) -> bool:
        """Return whether a detail is mapped that the settings applied last did not map."""
        applied: Mapping[str, Any] = self.state.applied.document if self.state.applied else {}
        file = applied.get(f"connections/{self.connection.name}/field-mappings.yaml") or {}
        before: set[str] = set()
        for mapping in file.get("mappings") or ():
            source = mapping.get("from")
            before.update([source] if isinstance(source, str) else source or ())
        return not needs.details(self.connection) <= before


def is_due(device_id: str, since: int, now: int, refresh: int) -> bool:
    """Return whether a device's own moment lies between two reads, in seconds; it comes once in each `refresh`."""
    moment = zlib.crc32(device_id.encode()) % refresh
    return (now - moment) // refresh > (since - moment) // refresh


def _epoch(moment: str) -> int:
    return int(datetime.datetime.fromisoformat(moment).timestamp())


def _by_form(rivals: Iterable[tuple[Any, ...]]) -> dict[tuple[int, Any], list[tuple[Any, ...]]]:
    """Return the devices' forms by each of them and its place."""
    found: dict[tuple[int, Any], list[tuple[Any, ...]]] = {}
    for forms in rivals:
        for place, form in enumerate(forms):
            if isinstance(form, str):
                found.setdefault((place, form), []).append(forms)
    return found
