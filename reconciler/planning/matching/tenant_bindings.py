"""The store's bindings as one tenant sees them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import compress
from operator import and_, attrgetter, gt
from typing import Final

from reconciler.columnar import Column, Keyed, Packed, take
from reconciler.model.state import Binding, Presence
from reconciler.planning.devices import Devices
from reconciler.planning.rules.columns import map_distinct
from reconciler.planning.world import World

_ASSET_ID: Final = attrgetter("asset_id")


@dataclass(frozen=True, slots=True)
class TenantBindings:
    """The store's bindings as one tenant sees them."""

    own: Keyed[str, Binding]
    holders: Callable[[], Keyed[int, Binding]]
    others: Keyed[int, Binding]


def tenant_bindings(world: World, tenant_id: str, newer: bool, listed: Devices) -> TenantBindings:
    """Return the tenant's bindings by device and by asset (a live one first), and other tenants' by asset.

    Of these only the live ones count, but with a read that is not `newer` all: an asset that another tenant gave up
    in the plan that applied this read is for the next read to take (M4, row 11). A binding whose asset a person removed
    is none (row 13). The ids of listed devices are the very texts that the list has: they are held once.
    """
    bindings, assets = world.bindings_before, world.assets.places
    there = list(map(assets.__contains__, bindings.column("asset_id")))
    own = map_distinct(lambda tenant: tenant == tenant_id, bindings.coded("tenant_id"))
    mine, others = (list(compress(range(len(bindings)), map(which, there, own))) for which in (and_, gt))
    if newer and others:
        presences = bindings.column("presence")
        others = [place for place in others if presences[place] is not Presence.DELETED]
    devices = take(bindings.column("device_id"), mine)
    by_device = dict(zip(_as_listed(devices, listed), mine, strict=True))
    return TenantBindings(
        own=Keyed(bindings, by_device, lambda binding: binding.life.device_id),
        holders=partial(_by_asset, bindings, mine),
        others=_by_asset(bindings, others),
    )


def _as_listed(device_ids: Column, listed: Devices) -> Column:
    """Return the same ids, those of listed devices as the very texts that the list has."""
    places = list(map(listed.index.get, device_ids))
    if places and None not in places:
        return take(listed.ids, places)
    ids = listed.ids
    return [own if place is None else ids[place] for own, place in zip(device_ids, places, strict=True)]


def _by_asset(bindings: Packed[Binding], places: Sequence[int]) -> Keyed[int, Binding]:
    """Return the bindings at these places by asset: of several of one asset a live one, then the first by its ids."""
    tied = bindings.column("asset_id") if places else []
    found = {tied[place]: place for place in places}
    if len(found) < len(places):
        columns = map(bindings.column, ("presence", "tenant_id", "device_id"))
        ranks = [(presence is Presence.DELETED, *ids) for presence, *ids in zip(*columns, strict=True)]
        found = {tied[place]: place for place in sorted(places, key=ranks.__getitem__, reverse=True)}
    return Keyed(bindings, found, _ASSET_ID)
