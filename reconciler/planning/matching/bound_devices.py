"""Devices that have an asset, or take one over: the binding's next life, and what the asset becomes."""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import and_

from msgspec.structs import replace

from reconciler.columnar import take
from reconciler.model.plan import Attribute
from reconciler.model.state import Asset, Life, Presence
from reconciler.planning.attributes.drafts import Draft
from reconciler.planning.attributes.rows import Rows
from reconciler.planning.change_building import change_decisions
from reconciler.planning.decisions import Decision, Met, Taken
from reconciler.planning.inputs.connection import ConnectionInputs
from reconciler.planning.matching.matches import HAS_ASSET, Match, Matches, MatchResult, bound_to
from reconciler.planning.matching.presence import Sighting, Transition, first_life, settled, step
from reconciler.settings.imports import OnFirstMatch

_STALE_RECORD_READS = 3
"""After so many reads in a row that a single GET contradicts, a person should look (G3)."""

TakenBefore = Mapping[int, Taken]
"""The assets that the plan binds so far, by their ids."""


def decide_bound(inputs: ConnectionInputs, matches: Matches) -> Iterator[Decision]:
    """Yield what becomes of the bound devices of which matching says nothing else: nearly all of them."""
    ids, devices, own = inputs.listing.devices.ids, inputs.listing.devices, inputs.bindings.own
    mine = [
        place
        for place, (binding, device_id) in enumerate(zip(inputs.bound, ids, strict=True))
        if binding is not None and device_id not in matches
    ]
    bindings = take(inputs.bound, mine)
    rows = _rows(inputs, mine, take(own.records.column("asset_id"), bindings))
    at_rest = settled(own.records, bindings, rows.devices.stale)
    if inputs.connection.imports.on_first_match is OnFirstMatch.BIND_ONLY:
        made_before = [at < inputs.read.at for at in take(own.records.coded("bound_at"), bindings)]
        at_rest = list(map(and_, at_rest, made_before))
    moving = [
        row
        for row, (place, rests) in enumerate(zip(mine, at_rest, strict=True))
        if not rests or devices.excluded[place] is not False or ids[place] in inputs.unlisted
    ]
    own.make(ids[mine[row]] for row in moving)
    yield from _decide(inputs, mine, rows, {row: bound_to(own[ids[mine[row]]]) for row in moving}, {})
    yield Met(MatchResult.BOUND, len(mine) - len(moving))


def decide_matched(inputs: ConnectionInputs, matches: Matches, taken: TakenBefore) -> Iterator[Decision]:
    """Yield what becomes of the devices whose match is an asset."""
    places = sorted(
        inputs.listing.index[device_id] for device_id, match in matches.items() if match.result in HAS_ASSET
    )
    found = [matches[inputs.listing.devices.ids[place]] for place in places]
    rows = _rows(inputs, places, [match.asset_id for match in found])
    yield from _decide(inputs, places, rows, dict(enumerate(found)), taken)


def _rows(inputs: ConnectionInputs, places: Sequence[int], asset_ids: Sequence[int | None]) -> Rows:
    return Rows(inputs.listing.take(places), inputs.stored, take(inputs.stored.assets.places, asset_ids))


@dataclass(frozen=True, slots=True)
class _Meeting:
    """What a device's read does to its binding.

    `before` is the binding's life so far, None for one that is made. Without a `transition` nothing is done, and
    `refusal` says why; `touches` is whether the asset's attributes are looked at.
    """

    match: Match
    before: Life | None
    transition: Transition | None = None
    touches: bool = False
    refusal: Decision | None = None
    excluded: bool = False
    takes: bool = False


def _decide(
    inputs: ConnectionInputs, places: Sequence[int], rows: Rows, matches: Mapping[int, Match], taken: TakenBefore
) -> Iterator[Decision]:
    """Yield the decisions for rows of devices with assets; `matches` are those whose binding may change."""
    ids, assets = rows.devices.ids, inputs.stored.assets
    assets.make(rows.asset_ids[row] for row in matches)
    meetings: dict[int, _Meeting] = {}
    owners = dict(taken)
    for row in sorted(matches, key=ids.__getitem__):
        found = _meet(inputs, rows, row, places[row], matches[row])
        mine = Taken(rows.asset_ids[row], inputs.name, ids[row])
        if found.takes and owners.setdefault(mine.asset_id, mine) != mine:
            found = _refused(inputs, places[row], found, owners[mine.asset_id], assets[mine.asset_id].tag)
        meetings[row] = found
    yield from (each for key, each in owners.items() if key not in taken)
    transitions = {row: each.transition for row, each in meetings.items() if each.transition is not None}
    leave = frozenset(row for row, each in meetings.items() if not each.touches)
    drafts = inputs.drafting.drafts(rows, transitions, leave)
    assets.make(rows.asset_ids[row] for row in drafts)
    yield from (Met(each.match.result) for each in meetings.values())
    for row in sorted({**drafts, **meetings}, key=ids.__getitem__):
        asset, label, found_there = assets[rows.asset_ids[row]], inputs.listing.label(places[row]), meetings.get(row)
        draft = drafts.get(row, Draft())
        if found_there is None:
            yield from change_decisions(inputs, asset, ids[row], label, draft)
        elif found_there.refusal is not None:
            yield found_there.refusal
        else:
            yield from _met(inputs, asset, ids[row], label, draft, found_there)


def _meet(inputs: ConnectionInputs, rows: Rows, row: int, place: int, match: Match) -> _Meeting:
    """Return what one device's read does to its binding; `place` is where it is listed."""
    device_id, old = rows.devices.ids[row], match.binding.life if match.binding else None
    how = rows.devices.sighting(row)
    if how is None:
        why = "whether it is excluded is unknown"
        return _Meeting(
            match, old, refusal=inputs.withheld(device_id, inputs.listing.label(place), "its update", why, "X1")
        )
    life = _own_life(inputs, device_id, old)
    status = inputs.stored.assets[rows.asset_ids[row]].status
    done = step(life, how, inputs.read, inputs.connection.imports, status) if old else Transition(life)
    excluded = how is Sighting.EXCLUDED
    return _Meeting(
        match,
        old,
        done,
        touches=not excluded and not _only_binds(inputs, life, match),
        excluded=excluded,
        takes=old is None or _revives(old, done.life),
    )


def _refused(inputs: ConnectionInputs, place: int, meeting: _Meeting, owner: Taken, tag: str) -> _Meeting:
    """Return the meeting of a device whose asset another device of this plan has already (M4)."""
    message = (
        f"asset {tag} is taken by device {owner.device_id} of connection {owner.connection} in this plan; "
        f"remove one of them"
    )
    device_id = inputs.listing.devices.ids[place]
    problem = inputs.problem(device_id, inputs.listing.label(place), message, "M4")
    match = dataclasses.replace(meeting.match, result=MatchResult.PROBLEM)
    return _Meeting(match, meeting.before, refusal=problem)


def _met(
    inputs: ConnectionInputs, asset: Asset, device_id: str, label: str, draft: Draft, meeting: _Meeting
) -> Iterator[Decision]:
    """Yield what becomes of an asset whose device was met, and of its binding."""
    old, done, match = meeting.before, meeting.transition, meeting.match
    if done is None:
        return
    if meeting.excluded:
        yield inputs.left(device_id, label, "excluded", "the settings leave it out", "X1")
    moves = old is not None and old.device_id != device_id and meeting.touches
    first = (Attribute.of("device", old.device_id, device_id, match.reason, match.rule),) if moves and old else ()
    yield from change_decisions(inputs, asset, device_id, label, draft, first=first, of_status=done.kind)
    if old != done.life:
        yield inputs.binding(asset.tag, old, done.life, *_why(meeting, done))
    if done.life.unlisted_reads >= _STALE_RECORD_READS:
        message = (
            f"Intune's list lacked it in {done.life.unlisted_reads} reads in a row, yet answers for it by id: "
            f"a stale record. Delete the device in Intune if it is gone."
        )
        yield inputs.problem(device_id, label, message, "G3")


def _why(meeting: _Meeting, done: Transition) -> tuple[str, str]:
    """Return why a binding is made or changed, and the rule."""
    if meeting.before is None or meeting.before.device_id != done.life.device_id:
        return meeting.match.reason, meeting.match.rule
    if done.rule:
        return done.reason, done.rule
    return "how often a single GET found it and the list did not", "G3"


def _own_life(inputs: ConnectionInputs, device_id: str, old: Life | None) -> Life:
    """Return the life that the device's binding goes on with, its unlisted reads counted (G3)."""
    if old is None:
        return first_life(device_id, inputs.read)
    reads = old.unlisted_reads + inputs.read.newer if device_id in inputs.unlisted else 0
    if old.device_id == device_id and old.unlisted_reads == reads:
        return old
    return replace(old, device_id=device_id, unlisted_reads=reads)


def _only_binds(inputs: ConnectionInputs, life: Life, match: Match) -> bool:
    """Return whether this read makes, or made, the binding, and leaves the asset alone (`onFirstMatch: bind-only`)."""
    if inputs.connection.imports.on_first_match is not OnFirstMatch.BIND_ONLY:
        return False
    return match.result is not MatchResult.MOVES and inputs.read.at <= life.bound_at


def _revives(old: Life, new: Life) -> bool:
    return old.presence is Presence.DELETED and new.presence is not Presence.DELETED
