"""Which listed devices each bound device supersedes (M5), noted with its binding so that `assets` can show them.

1. A superseded device has no asset; it is noted with the binding of the device that has it, as the plan leaves it. One
   that is excluded, or may be, is not: once its binding has moved away, it is left out as any other.
2. It stays noted while nothing says otherwise: it is not listed and the list is not whole, or nothing could be decided
   for it, since something is unknown or a person has to look first.
"""

import dataclasses
from collections.abc import Collection, Mapping

from msgspec.structs import replace

from reconciler.model.plan import BindingChange
from reconciler.model.state import Life, Superseded
from reconciler.planning.decisions import Decisions, NewAsset
from reconciler.planning.inputs.connection import ConnectionInputs
from reconciler.planning.matching.matches import Matches, MatchResult

_REASON = "which earlier enrolments of it are listed"
_OPEN = frozenset({MatchResult.WITHHELD, MatchResult.PROBLEM})

Losers = Mapping[str, Collection[str]]
"""The superseded devices by the device that supersedes them."""


def _losers(matches: Matches) -> dict[str, list[str]]:
    """Return the devices that each heir supersedes."""
    losers: dict[str, list[str]] = {}
    for device_id, match in matches.items():
        if match.heir is not None:
            losers.setdefault(match.heir, []).append(device_id)
    return losers


def with_superseded(inputs: ConnectionInputs, matches: Matches, decisions: Decisions) -> Decisions:
    """Return one connection's decisions with the superseded devices noted in every binding that has any."""
    losers = _losers(matches)
    own = inputs.bindings.own
    old = own.records.column("superseded")
    noted = {device_id for device_id, place in own.places.items() if old[place]}
    if not losers and not noted:
        return decisions
    bindings = [_noted(inputs, matches, each, losers) for each in decisions.bindings]
    done = {life.device_id for each in bindings for life in (each.before, each.after) if life is not None}
    rest = sorted((losers.keys() | noted) & own.keys() - done)
    own.make(rest)
    for device_id in rest:
        before = own[device_id].life
        after = _with(inputs, matches, before, losers.get(device_id, ()))
        if before != after:
            tag = inputs.stored.assets[own[device_id].asset_id].tag
            bindings.append(inputs.binding(tag, before, after, _REASON, "M5"))
    created = tuple(_created(inputs, matches, each, losers) for each in decisions.created)
    return dataclasses.replace(decisions, bindings=tuple(bindings), created=created)


def _noted(inputs: ConnectionInputs, matches: Matches, change: BindingChange, losers: Losers) -> BindingChange:
    after = _with(inputs, matches, change.after, losers.get(change.after.device_id, ()))
    return replace(change, after=after)


def _created(inputs: ConnectionInputs, matches: Matches, new: NewAsset, losers: Losers) -> NewAsset:
    if new.binding.after.device_id not in losers:
        return new
    return dataclasses.replace(new, binding=_noted(inputs, matches, new.binding, losers))


def _with(inputs: ConnectionInputs, matches: Matches, life: Life, devices: Collection[str]) -> Life:
    """Return a life with these devices noted, and with those that are noted and of which nothing is known now."""
    before = {each.device_id: each for each in life.superseded}
    kept = {device_id: each for device_id, each in before.items() if _is_open(inputs, matches, device_id)}
    now = {device_id: before.get(device_id) or Superseded(device_id, inputs.read.at) for device_id in devices}
    return replace(life, superseded=tuple(each for _, each in sorted({**kept, **now}.items())))


def _is_open(inputs: ConnectionInputs, matches: Matches, device_id: str) -> bool:
    if device_id not in inputs.listing.index:
        return inputs.snapshot.devices_unknown is not None
    match = matches.get(device_id)
    return match is not None and match.result in _OPEN
