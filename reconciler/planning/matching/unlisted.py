"""Bindings whose device was not listed and whose binding did not move: rows 4 to 6 and 10 of *Presence*."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reconciler.model.state import Asset, Binding, Presence
from reconciler.planning.attributes.comparison import Because
from reconciler.planning.attributes.drafts import status_draft
from reconciler.planning.change_building import change_decisions
from reconciler.planning.decisions import Decision, Unproven
from reconciler.planning.inputs.connection import ConnectionInputs
from reconciler.planning.matching.asset_index import AssetIndex, Form, Key, first_key, may_be_one
from reconciler.planning.matching.matches import Matches, MatchResult, moved_from
from reconciler.planning.matching.presence import Sighting, step

_OPEN = frozenset({MatchResult.PROBLEM, MatchResult.WITHHELD})


@dataclass(frozen=True, slots=True)
class _Listed:
    """What the list has that may be the machine of a binding which it lacks.

    `excluded` are the first matching values of excluded devices, `undecided` the devices without an asset of which
    nothing could be decided, with their matching values.
    """

    excluded: frozenset[Key | None]
    undecided: Sequence[tuple[str, tuple[Form, ...]]]


def decide_unlisted(inputs: ConnectionInputs, index: AssetIndex, matches: Matches) -> Iterator[Decision]:
    """Yield what becomes of the bindings that no listed device has."""
    own, devices = inputs.bindings.own, inputs.listing.devices
    left = sorted(own.places.keys() - inputs.listing.index.keys() - moved_from(matches).keys())
    if not left:
        return
    own.make(left)
    inputs.stored.assets.make(own[device_id].asset_id for device_id in left)
    excluded = (place for place, answer in enumerate(devices.excluded) if answer)
    undecided = [
        (device_id, devices.forms_of(inputs.listing.index[device_id]))
        for device_id, match in sorted(matches.items())
        if match.result in _OPEN and device_id not in own
    ]
    listed = _Listed(frozenset(first_key(devices.forms_of(place)) for place in excluded), undecided)
    for device_id in left:
        yield from _decide_one(inputs, own[device_id], index, listed)


def _decide_one(inputs: ConnectionInputs, binding: Binding, index: AssetIndex, listed: _Listed) -> Iterator[Decision]:
    """Yield the decisions for a bound device that the read did not list."""
    device_id, stored = binding.life.device_id, inputs.stored
    asset = stored.assets[binding.asset_id]
    label = stored.label(asset)
    how = Sighting.ABSENT if device_id in inputs.bindings.absent else Sighting.UNPROVEN
    why = _unproven_reason(inputs, device_id)
    if how is Sighting.ABSENT and (twin := _twin(index, asset, listed)) is not None:
        how, why = twin
    done = step(binding.life, how, inputs.read, inputs.connection.imports, asset.status)
    draft = status_draft(asset, stored.state.pins.get(asset.id, {}), done)
    yield from change_decisions(inputs, asset, device_id, label, draft, of_status=done.kind)
    if binding.life != done.life:
        yield inputs.binding(asset.tag, binding.life, done.life, done.reason, done.rule)
    if done.deletion_withheld:
        skipped = inputs.snapshot.absence_skipped and inputs.snapshot.devices_unknown is None
        if skipped and binding.life.presence is Presence.PRESENT and _twin(index, asset, listed) is None:
            yield Unproven(device_id)
        yield inputs.withheld(device_id, label, "its deletion", *why)


def _twin(index: AssetIndex, asset: Asset, listed: _Listed) -> tuple[Sighting, Because] | None:
    """Return how the absence of a device counts while another listed one has its asset's matching value.

    An excluded one freezes the binding (row 10). One of which nothing could be decided may be the machine, enrolled
    anew: the asset is not retired while that is open (M6).
    """
    forms = index.forms(asset)
    key = first_key(forms)
    if key is not None and key in listed.excluded:
        return Sighting.EXCLUDED_TWIN, Because("", "")
    for device_id, theirs in listed.undecided:
        if may_be_one(forms, theirs):
            reason = f"listed device {device_id} may be the same machine, and nothing could be decided for it"
            return Sighting.UNPROVEN, Because(reason, "M6")
    return None


def _unproven_reason(inputs: ConnectionInputs, device_id: str) -> Because:
    snapshot = inputs.snapshot
    if snapshot.devices_unknown is not None:
        return Because(f"the list of devices is not whole: {snapshot.devices_unknown}", "G3")
    if snapshot.absence_skipped:
        return Because("more devices are unlisted than the deletedInIntune limit allows, so none was asked for", "G3")
    why = snapshot.absence_unknown.get(device_id, "nothing proves that it is gone")
    return Because(f"not listed, and {why}", "G3")
