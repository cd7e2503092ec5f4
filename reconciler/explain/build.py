"""The whole story of one asset or device (J3): what a plan's own pieces say of it, each decision with why.

Nothing is decided here: the plan is made as `build_plan` makes it, and its parts are asked what they did.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from reconciler.errors import UsageError
from reconciler.explain.matching import (
    asset_of,
    candidates_facts,
    match_of,
    matching_facts,
    unlisted_facts,
    unread_fact,
)
from reconciler.explain.outcome import binding_facts, journal_facts, pin_facts, plan_facts, stored_facts
from reconciler.explain.search import find_assets, find_devices, near_names
from reconciler.explain.story import Fact, Section, Story
from reconciler.explain.values import field_facts, limit_facts, row_of, type_facts, user_facts
from reconciler.model.plan import Change, Plan, Subject
from reconciler.model.run import RunDetail
from reconciler.model.state import Asset, Binding, Presence, Recording, State
from reconciler.planning.build import assemble, decide
from reconciler.planning.connections import Decided
from reconciler.planning.matching.matches import MatchResult
from reconciler.settings.environment import Environment

_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Meant:
    """Whom a story is of: an asset, the devices that have to do with it, or a device without an asset."""

    asset: Asset | None
    devices: tuple[tuple[str, str], ...]
    """The connection and the id of each device."""


@dataclass(frozen=True, slots=True)
class _Planned:
    environment: Environment
    recording: Recording
    connections: dict[str, Decided]
    plan: Plan


def find_subject(state: State, recording: Recording, what: str) -> Meant:
    """Return the one asset or device that is meant; devices that a plan makes of it come later.

    Raises:
        UsageError: there is none, or there are several, which are listed.
    """
    assets = find_assets(state, what)
    devices = find_devices(recording.snapshots, what)
    if len(assets) == 1:
        return Meant(assets[0], ())
    if not assets and len(devices) == 1:
        return Meant(None, ((devices[0][0], devices[0][1].id),))
    if not assets and not devices:
        near = near_names(state, recording.snapshots, what)
        hint = f" Did you mean {near}?" if near else ""
        raise UsageError(f"There is no asset or device with the tag, id, serial number or name {what!r}.{hint}")
    raise UsageError(_several(state, what, assets, [(name, device) for name, device in devices]))


def _several(state: State, what: str, assets: Sequence[Asset], devices: Sequence[tuple[str, object]]) -> str:
    if assets:
        place = state.fields.index("name") if "name" in state.fields else None
        found = [f"{asset.tag} ({asset.values[place] if place is not None else ''})" for asset in assets]
        advice = "Name one by its tag"
    else:
        found = [f"{getattr(device, 'id', '')} ({getattr(device, 'deviceName', '')})" for _, device in devices]
        advice = "Name one by its device id"
    more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    return f"{len(found)} are called {what!r}: {', '.join(found[:_SHOWN])}{more}. {advice}."


def explain(
    environment: Environment,
    recording: Recording,
    what: str,
    *,
    as_if_enabled: bool = False,
) -> Story:
    """Return the story of what a person calls `what`, as far as a recording shows it.

    Raises:
        UsageError: nothing, or more than one thing, is called so.
    """
    subject = find_subject(recording.state, recording, what)
    decided = decide(environment, recording, as_if_enabled=as_if_enabled)
    connections = {each.inputs.name: each for each in decided.connections.connections}
    planned = _Planned(environment, recording, connections, assemble(decided, recording, {}, ()))
    devices = subject.devices or tuple(_devices(planned, subject.asset))
    asset = subject.asset or _asset(planned, devices)
    tag, label = _called(planned, asset, devices)
    sections = [
        Section("what it is", tuple(stored_facts(recording.state, asset))),
        *_device_sections(planned, asset, devices),
        Section("pins", tuple(pin_facts(recording.state, asset))),
        Section("what the plan does", tuple(plan_facts(planned.plan, tag, [device for _, device in devices]))),
        Section("limits that it counts for", tuple(limit_facts(planned.plan, tag))),
    ]
    return Story(label, asset.tag if asset else None, tuple(section for section in sections if section.facts))


def with_journal(story: Story, runs: Iterable[RunDetail]) -> Story:
    """Return the story with the runs that changed its asset, at the end."""
    return replace(story, sections=(*story.sections, Section("journal", tuple(journal_facts(runs)))))


def _devices(planned: _Planned, asset: Asset | None) -> Iterator[tuple[str, str]]:
    """Yield the listed devices that are the asset's by the plan, and the one that it is bound to."""
    if asset is None:
        return
    bound = _binding(planned.recording.state, asset.id)
    for name, decided in sorted(planned.connections.items()):
        found = [each for each in decided.matches if asset_of(decided, each) == asset.id]
        mine = bound is not None and bound.tenant_id == decided.inputs.connection.tenant_id
        if bound is not None and mine and bound.life.device_id not in found:
            found.append(bound.life.device_id)
        yield from ((name, device_id) for device_id in sorted(found))


def _asset(planned: _Planned, devices: Sequence[tuple[str, str]]) -> Asset | None:
    """Return the asset that a device has or gets by the plan, None when it is created or has none."""
    for name, device_id in devices:
        decided = planned.connections.get(name)
        listed = decided is not None and device_id in decided.inputs.listing.index
        asset_id = asset_of(decided, device_id) if decided is not None and listed else None
        if decided is not None and asset_id is not None:
            return decided.inputs.stored.assets[asset_id]
    return None


def _binding(state: State, asset_id: int) -> Binding | None:
    """Return an asset's binding, a live one before a deleted one."""
    mine = [each for each in state.bindings if each.asset_id == asset_id]
    live = [each for each in mine if each.life.presence is not Presence.DELETED]
    return next(iter(live or sorted(mine, key=lambda each: each.life.missing_since or "", reverse=True)), None)


def _called(planned: _Planned, asset: Asset | None, devices: Sequence[tuple[str, str]]) -> tuple[str, str]:
    """Return the tag that the plan gives, empty for none, and what the story is headed."""
    if asset is not None:
        return asset.tag, f"asset {asset.tag}"
    ids = {device_id for _, device_id in devices}
    created = [each for each in planned.plan.changes if _creates(each, ids)]
    heading = f"device {', '.join(sorted(ids))}"
    return (created[0].name, f"{heading}, a new asset {created[0].name}") if created else ("", f"{heading}, no asset")


def _creates(change: Change, ids: set[str]) -> bool:
    return change.subject is Subject.ASSET and change.device_id in ids and change.action == "create"


def _device_sections(planned: _Planned, asset: Asset | None, devices: Sequence[tuple[str, str]]) -> Iterator[Section]:
    """Yield the sections about presence, what was not read, and how each device of the asset matched."""
    binding = None if asset is None else _binding(planned.recording.state, asset.id)
    if binding is not None:
        yield Section("presence", tuple(binding_facts(planned.plan, binding)))
    yield Section("what was not read", tuple(_unread(planned, binding)))
    if asset is not None and not devices:
        for _, decided in sorted(planned.connections.items()):
            facts = tuple(candidates_facts(decided, asset))
            yield Section("how it matched", facts or (Fact("device", "none", f"of {decided.inputs.name}"),))
    for name, device_id in devices:
        its = planned.connections.get(name)
        if its is not None and device_id in its.inputs.listing.index:
            yield from _listed(planned, its, device_id, asset)
        elif its is not None:
            yield Section("how it matched", tuple(unlisted_facts(its, device_id)))


def _listed(planned: _Planned, decided: Decided, device_id: str, asset: Asset | None) -> Iterator[Section]:
    """Yield the sections about a listed device: how it matched, and what each attribute should be."""
    mine = asset if asset is not None and asset_of(decided, device_id) == asset.id else None
    yield Section("how it matched", tuple(matching_facts(decided, device_id)))
    if match_of(decided, device_id).result is MatchResult.SUPERSEDED:
        return
    row = row_of(decided, device_id, mine)
    written = {
        attribute.name
        for change in planned.plan.changes
        if change.subject is Subject.ASSET and change.device_id == device_id
        for attribute in change.attributes
    }
    yield Section("type", tuple(type_facts(row)))
    yield Section("fields", tuple(field_facts(row, written)))
    yield Section("user and site", tuple(user_facts(row)))


def _unread(planned: _Planned, binding: Binding | None) -> Iterator[Fact]:
    for summary in planned.plan.connections:
        connection = planned.environment.connections[summary.name]
        if summary.skipped and (binding is None or binding.tenant_id == connection.tenant_id):
            yield unread_fact(connection, summary.skipped)
    known = {each.tenant_id for each in planned.environment.connections.values()}
    if binding is not None and binding.tenant_id not in known:
        yield Fact("connection", f"tenant {binding.tenant_id}", "no connection of the settings is this tenant (K7)")
