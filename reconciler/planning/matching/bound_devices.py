"""Devices that have an asset, or take one over: the binding's next life, and what the asset becomes."""

from collections.abc import Sequence

from msgspec.structs import replace

from reconciler.model.plan import Attribute
from reconciler.model.state import Asset, Life, Presence
from reconciler.planning.attributes.asset_changes import Draft
from reconciler.planning.change_building import draft_asset, finish, put_binding, put_status
from reconciler.planning.devices import Listed
from reconciler.planning.matching.matches import Match, MatchResult
from reconciler.planning.matching.presence import Sighting, Transition, first_life, step
from reconciler.planning.planner import Planner
from reconciler.planning.unchanged import unchanged
from reconciler.settings.imports import OnFirstMatch

_STALE_RECORD_READS = 3
"""After so many reads in a row that a single GET contradicts, a person should look (G3)."""

_BOUND = ("it is bound to the asset", "M1")


def plan_bound_devices(planner: Planner) -> None:
    """Plan every device that is bound, but for those of which matching said something else."""
    bindings, ids, special = planner.bound, planner.devices.ids, planner.matching.decisions
    mine = [
        place
        for place, (binding, device_id) in enumerate(zip(bindings, ids, strict=True))
        if binding is not None and device_id not in special
    ]
    own, assets = planner.ties.own, planner.world.assets
    moving = sorted(_moving(planner, mine), key=ids.__getitem__)
    looked_at = [*(planner.devices.ids[place] for place in moving), *(own.places.keys() - planner.devices.index.keys())]
    own.make(looked_at)
    assets.make(own[device_id].asset_id for device_id in looked_at)
    for device in planner.devices.each(moving):
        binding = own[device.device_id]
        plan_bound(planner, device, Match(MatchResult.BOUND, binding.asset_id, binding, *_BOUND))
    planner.counts[MatchResult.BOUND] += len(mine)


def _moving(planner: Planner, places: Sequence[int]) -> list[int]:
    """Return the bound devices, by place, of which it is not sure that nothing changes."""
    devices, same = planner.devices, unchanged(planner, places)
    return [
        place
        for place, still in zip(places, same, strict=True)
        if not still or devices.excluded[place] is not False or devices.ids[place] in planner.unlisted
    ]


def plan_bound(planner: Planner, device: Listed, decision: Match) -> None:
    """Plan a device whose decision is bound, moves or matched."""
    asset = planner.world.assets[decision.asset_id or 0]
    old = decision.binding.life if decision.binding else None
    how = device.sighting()
    if how is None:
        planner.withhold(device.device_id, device.label, "its update", "whether it is excluded is unknown", "X1")
        return
    life = _own_life(planner, device, old)
    done = step(life, how, planner.read, planner.connection.imports, asset.status) if old else Transition(life)
    if (old is None or _revives(old, done.life)) and _claimed(planner, device, asset, decision.verdict):
        return
    if how is Sighting.EXCLUDED:
        planner.leave(device.device_id, device.label, "excluded", "the settings leave it out", "X1")
    draft = Draft(asset, planner.world.state.pins.get(asset.id, {}))
    if how is not Sighting.EXCLUDED and not _only_binds(planner, life, decision):
        if old is not None and old.device_id != device.device_id:
            draft.attributes.append(
                Attribute("device", old.device_id, device.device_id, decision.reason, decision.rule)
            )
        draft_asset(planner, device, draft)
    put_status(draft, done, asset.status)
    finish(planner, draft, device.label, done, device.device_id)
    _put_binding(planner, asset, old, done, decision)
    _check_stale_record(planner, device, done.life)


def _own_life(planner: Planner, device: Listed, old: Life | None) -> Life:
    """Return the life that the device's binding goes on with, its unlisted reads counted (G3)."""
    if old is None:
        return first_life(device.device_id, planner.read)
    reads = 0
    if device.device_id in planner.unlisted:
        reads = old.unlisted_reads + planner.read.newer
    if old.device_id == device.device_id and old.unlisted_reads == reads:
        return old
    return replace(old, device_id=device.device_id, unlisted_reads=reads)


def _only_binds(planner: Planner, life: Life, decision: Match) -> bool:
    """Say whether this read makes, or made, the binding and so leaves the asset alone (`onFirstMatch: bind-only`)."""
    if planner.connection.imports.on_first_match is not OnFirstMatch.BIND_ONLY:
        return False
    return decision.verdict is not MatchResult.MOVES and planner.read.at <= life.bound_at


def _revives(old: Life, new: Life) -> bool:
    return old.presence is Presence.DELETED and new.presence is not Presence.DELETED


def _claimed(planner: Planner, device: Listed, asset: Asset, verdict: MatchResult) -> bool:
    """Claim an asset that no live binding has; say whether another device of this plan has it already (M4)."""
    mine = (planner.name, device.device_id)
    owner = planner.world.claimed.setdefault(asset.id, mine)
    if owner == mine:
        return False
    message = (
        f"asset {asset.tag} is taken by device {owner[1]} of connection {owner[0]} in this plan; remove one of them"
    )
    planner.counts[MatchResult.PROBLEM] += 1
    planner.counts[verdict] -= 1
    planner.problem(device.device_id, device.label, message, "M4")
    return True


def _put_binding(planner: Planner, asset: Asset, old: Life | None, done: Transition, decision: Match) -> None:
    if old is None or old.device_id != done.life.device_id:
        reason, rule = decision.reason, decision.rule
    elif done.rule:
        reason, rule = done.reason, done.rule
    else:
        reason, rule = "how often a single GET found it and the list did not", "G3"
    put_binding(planner, asset.tag, old, done.life, reason, rule)


def _check_stale_record(planner: Planner, device: Listed, life: Life) -> None:
    if life.unlisted_reads >= _STALE_RECORD_READS:
        message = (
            f"Intune's list lacked it in {life.unlisted_reads} reads in a row, yet answers for it by id: "
            f"a stale record. Delete the device in Intune if it is gone."
        )
        planner.problem(device.device_id, device.label, message, "G3")
