"""Bindings whose device was not listed and whose binding did not move: rows 4 to 6 and 10 of *Presence*."""

from collections.abc import Iterable

from reconciler.model.state import Asset, Binding, Presence
from reconciler.planning.attributes.asset_changes import Draft
from reconciler.planning.change_building import finish, put_binding, put_status
from reconciler.planning.matching.asset_index import Form, Key, first_key, may_be_one
from reconciler.planning.matching.matches import MatchResult
from reconciler.planning.matching.presence import Sighting, step
from reconciler.planning.planner import Planner

_OPEN = frozenset({MatchResult.PROBLEM, MatchResult.WITHHELD})


def plan_unlisted(planner: Planner) -> None:
    """Plan the bindings that are left."""
    own, listed, moved = planner.ties.own, planner.devices.index, planner.matching.moved_from
    left = sorted(own.places.keys() - listed.keys() - moved.keys())
    if not left:
        return
    excluded = {first_key(planner.devices.forms_of(place)) for place in _excluded(planner)}
    undecided = _undecided(planner)
    for device_id in left:
        _plan_one(planner, own[device_id], excluded, undecided)


def _excluded(planner: Planner) -> Iterable[int]:
    return (place for place, answer in enumerate(planner.devices.excluded) if answer)


def _undecided(planner: Planner) -> list[tuple[str, tuple[Form, ...]]]:
    """Return the listed devices without an asset of which nothing could be decided, with their matching values."""
    devices, own = planner.devices, planner.ties.own
    return [
        (device_id, devices.forms_of(devices.index[device_id]))
        for device_id, decision in sorted(planner.matching.decisions.items())
        if decision.verdict in _OPEN and device_id not in own
    ]


def _plan_one(
    planner: Planner, binding: Binding, excluded: set[Key | None], undecided: list[tuple[str, tuple[Form, ...]]]
) -> None:
    device_id = binding.life.device_id
    asset = planner.world.assets[binding.asset_id]
    label = planner.asset_label(asset)
    how = Sighting.ABSENT if device_id in planner.ties.absent else Sighting.UNPROVEN
    why = _unproven_reason(planner, device_id)
    if how is Sighting.ABSENT and (twin := _twin(planner, asset, excluded, undecided)) is not None:
        how, why = twin
    done = step(binding.life, how, planner.read, planner.connection.imports, asset.status)
    draft = Draft(asset, planner.world.state.pins.get(asset.id, {}))
    put_status(draft, done, asset.status)
    finish(planner, draft, label, done, device_id)
    put_binding(planner, asset.tag, binding.life, done.life, done.reason, done.rule)
    if done.deletion_withheld:
        skipped = planner.snapshot.absence_skipped and planner.snapshot.devices_unknown is None
        planner.unproven += skipped and binding.life.presence is Presence.PRESENT
        planner.withhold(device_id, label, "its deletion", *why)


def _twin(
    planner: Planner, asset: Asset, excluded: set[Key | None], undecided: list[tuple[str, tuple[Form, ...]]]
) -> tuple[Sighting, tuple[str, str]] | None:
    """Return how the absence of a device counts while another listed one has its asset's matching value.

    An excluded one freezes the binding (row 10). One of which nothing could be decided may be the machine, enrolled
    anew: the asset is not retired while that is open (M6).
    """
    forms = planner.index.forms(asset)
    key = first_key(forms)
    if key is not None and key in excluded:
        return Sighting.EXCLUDED_TWIN, ("", "")
    for device_id, theirs in undecided:
        if may_be_one(forms, theirs):
            reason = f"listed device {device_id} may be the same machine, and nothing could be decided for it"
            return Sighting.UNPROVEN, (reason, "M6")
    return None


def _unproven_reason(planner: Planner, device_id: str) -> tuple[str, str]:
    snapshot = planner.snapshot
    if snapshot.devices_unknown is not None:
        return f"the list of devices is not whole: {snapshot.devices_unknown}", "G3"
    if snapshot.absence_skipped:
        return "more devices are unlisted than the deletedInIntune limit allows, so none was asked for", "G3"
    return f"not listed, and {snapshot.absence_unknown.get(device_id, 'nothing proves that it is gone')}", "G3"
