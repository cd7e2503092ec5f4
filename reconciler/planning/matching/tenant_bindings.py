"""The store's bindings as one tenant sees them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from itertools import compress
from operator import and_, attrgetter, gt
from typing import Final

from reconciler.columnar import Column, Keyed, Packed, take
from reconciler.model.state import Binding, Presence
from reconciler.planning.inputs.stored import Stored
from reconciler.planning.rules.columns import map_distinct

_ASSET_ID: Final = attrgetter("asset_id")


@dataclass(frozen=True, slots=True)
class TenantBindings:
    """The store's bindings as one tenant sees them.

    `own` are this tenant's by device id; `others` say for an asset which live binding of another tenant has it;
    `absent` are the device ids of this tenant that are proven absent; `taken` the bindings that the plan makes so far.
    """

    own: Keyed[str, Binding]
    others: Keyed[int, Binding]
    absent: frozenset[str]
    taken: Mapping[int, Binding]
    find_holders: Callable[[], Keyed[int, Binding]]
    """Finds the bindings of `own` by asset, once and only if they are asked for."""

    def holder(self, asset_id: int) -> Binding | None:
        """Return the tenant's binding of an asset, a live one before a deleted one; the plan's before the store's."""
        return self.taken.get(asset_id) or self.find_holders().get(asset_id)

    def in_the_way(self, binding: Binding) -> Binding | None:
        """Return the live binding of this one's asset when it is another one."""
        holder = self.holder(binding.asset_id)
        if holder is not None and holder != binding and holder.life.presence is not Presence.DELETED:
            return holder
        return self.others.get(binding.asset_id)

    def with_taken(self, taken: Mapping[int, Binding]) -> "TenantBindings":
        """Return the bindings with those that the plan makes."""
        return replace(self, taken={**self.taken, **taken}) if taken else self


def tenant_bindings(
    stored: Stored, tenant_id: str, newer: bool, ids: Sequence[str], index: Mapping[str, int]
) -> TenantBindings:
    """Return the tenant's bindings, none of them proven absent; `ids` and `index` are the listed devices.

    Of other tenants' only the live ones count, but with a read that is not `newer` all: an asset that another tenant
    gave up in the plan that applied this read is for the next read to take (M4, row 11). A binding whose asset a person
    removed is none (row 13). The ids of listed devices are the very texts that the list has: they are held once.
    """
    bindings, assets = stored.bindings, stored.assets.places
    there = list(map(assets.__contains__, bindings.column("asset_id")))
    own = map_distinct(lambda tenant: tenant == tenant_id, bindings.coded("tenant_id"))
    mine, others = (list(compress(range(len(bindings)), map(which, there, own))) for which in (and_, gt))
    if newer and others:
        presences = bindings.column("presence")
        others = [place for place in others if presences[place] is not Presence.DELETED]
    devices = take(bindings.column("device_id"), mine)
    by_device = dict(zip(_as_listed(devices, ids, index), mine, strict=True))
    return TenantBindings(
        own=Keyed(bindings, by_device, lambda binding: binding.life.device_id),
        others=_by_asset(bindings, others),
        absent=frozenset(),
        taken={},
        find_holders=cache(partial(_by_asset, bindings, mine)),
    )


def _as_listed(device_ids: Column, ids: Sequence[str], index: Mapping[str, int]) -> Column:
    """Return the same ids, those of listed devices as the very texts that the list has."""
    places = list(map(index.get, device_ids))
    if places and None not in places:
        return take(ids, places)
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
