"""Which listed devices each bound device supersedes (M5), noted with its binding so that `assets` can tell of them.

1. A superseded device has no asset; it is noted with the binding of the device that has it, as the plan leaves it. One
   that is excluded, or may be, is not: once its binding has moved away, it is left out as any other.
2. It stays noted while nothing says otherwise: it is not listed and the list is not whole, or nothing could be decided
   for it, since something is unknown or a person has to look first.
"""

import dataclasses
from collections.abc import Collection

from msgspec.structs import replace

from reconciler.model.state import Life, Superseded
from reconciler.planning.change_building import put_binding
from reconciler.planning.matching.matches import MatchResult
from reconciler.planning.planner import Planner

_REASON = "which earlier enrolments of it are listed"


def note_superseded(planner: Planner) -> None:
    """Note with each binding of the connection the devices that its device supersedes."""
    losers: dict[str, list[str]] = {}
    for device_id, winner in planner.matching.superseded.items():
        losers.setdefault(winner, []).append(device_id)
    old = planner.world.bindings_before.column("superseded")
    noted = [device_id for device_id, place in planner.ties.own.places.items() if old[place]]
    if losers or noted:
        left = _note_changed(planner, losers)
        for device_id in sorted((losers.keys() | noted) & planner.ties.own.keys() - left):
            binding = planner.ties.own[device_id]
            life = _with(planner, binding.life, losers.get(device_id, ()))
            put_binding(planner, planner.world.assets[binding.asset_id].tag, binding.life, life, _REASON, "M5")


def _note_changed(planner: Planner, losers: dict[str, list[str]]) -> set[str]:
    """Note with the bindings that the plan makes, changes and moves; return the devices whose bindings these were."""
    world, tenant = planner.world, planner.connection.tenant_id
    done = set()
    for place, change in enumerate(world.bindings):
        if change.tenant_id == tenant:
            after = _with(planner, change.after, losers.get(change.after.device_id, ()))
            world.bindings[place] = replace(change, after=after)
            done |= {life.device_id for life in (change.before, after) if life is not None}
    for place, new in enumerate(world.created):
        if new.binding.tenant_id == tenant and new.binding.after.device_id in losers:
            after = _with(planner, new.binding.after, losers[new.binding.after.device_id])
            world.created[place] = dataclasses.replace(new, binding=replace(new.binding, after=after))
    return done


def _with(planner: Planner, life: Life, devices: Collection[str]) -> Life:
    """Return a life with these devices noted, and with those that are noted and of which nothing is known now."""
    before = {each.device_id: each for each in life.superseded}
    kept = {device_id: each for device_id, each in before.items() if _is_open(planner, device_id)}
    now = {device_id: before.get(device_id) or Superseded(device_id, planner.read.at) for device_id in devices}
    return replace(life, superseded=tuple(each for _, each in sorted({**kept, **now}.items())))


def _is_open(planner: Planner, device_id: str) -> bool:
    if device_id not in planner.devices.index:
        return planner.snapshot.devices_unknown is not None
    decision = planner.matching.decisions.get(device_id)
    return decision is not None and decision.verdict in (MatchResult.WITHHELD, MatchResult.PROBLEM)
