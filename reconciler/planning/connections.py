"""The plan of one connection: its users, and each of its devices and bindings once.

The order is fixed: users first, since assets are linked to them; then matching, which sees every device together; then
one device after the other; last the bindings whose device was not listed.
"""

import datetime
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from msgspec.structs import replace

from reconciler.model.plan import (
    Action,
    Attribute,
    BindingChange,
    Change,
    ConnectionSummary,
    Kind,
    LeftAlone,
    MatchReport,
    Problem,
    ReadAdvance,
    Subject,
    Withheld,
)
from reconciler.model.snapshot import Snapshot
from reconciler.model.state import Binding, Life, Presence
from reconciler.planning.asset_changes import Draft, draft_fields, draft_site, draft_type, draft_user
from reconciler.planning.devices import (
    Compiled,
    Listed,
    candidate,
    compile_connection,
    is_stale,
    list_devices,
    make_read,
    relisted,
    sighting,
)
from reconciler.planning.limits import is_first_import
from reconciler.planning.matching import AssetIndex, Candidate, Decision, Matching, Ties, Verdict, match_devices
from reconciler.planning.people import import_users
from reconciler.planning.presence import Read, Sighting, Step, created_life, first_life, step
from reconciler.planning.world import NewAsset, TenantBindings, World, tenant_bindings
from reconciler.settings.environment import Connection
from reconciler.settings.fields import AssetField
from reconciler.settings.imports import Absence, OnFirstMatch

_STALE_RECORD_READS = 3
"""After so many reads in a row that a single GET contradicts, a person should look (G3)."""

_ORDINARY = frozenset({"type", "site", "device"})
"""Attributes with a kind of their own; a change of any other is an update."""


@dataclass(slots=True)
class Planner:
    """One connection's planning: what it reads, and what it counts."""

    world: World
    connection: Connection
    snapshot: Snapshot
    compiled: Compiled
    read: Read
    ties: TenantBindings
    index: AssetIndex
    unlisted: frozenset[str]
    unproven: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    unknown: Counter[tuple[str, str, str]] = field(default_factory=Counter)

    @property
    def name(self) -> str:
        """The connection's name."""
        return self.connection.name


def plan_connection(world: World, connection: Connection, snapshot: Snapshot, fields: dict[str, AssetField]) -> None:
    """Add one connection's changes, bindings, problems and summary to the world."""
    planner = _planner(world, connection, snapshot, fields)
    _plan_users(planner)
    devices = {device.device_id: device for device in list_devices(planner.compiled, snapshot)}
    candidates = {device_id: candidate(planner.compiled, device) for device_id, device in devices.items()}
    absent = _absent(planner, devices)
    matching = match_devices(
        list(candidates.values()),
        Ties(planner.ties.own, planner.ties.holders, planner.ties.others, absent),
        planner.index,
    )
    for device_id in sorted(devices):
        _plan_device(planner, devices[device_id], candidates[device_id], matching.decisions[device_id])
    _plan_contested(planner, matching, candidates)
    _plan_unlisted(planner, devices, candidates, matching, absent)
    _summarise(planner)


def _planner(world: World, connection: Connection, snapshot: Snapshot, fields: dict[str, AssetField]) -> Planner:
    compiled = compile_connection(connection, snapshot, fields, _stale_before(connection, snapshot.read_at))
    names = connection.imports.matching_fields()
    index = AssetIndex(world.state.assets, [world.positions.get(name) for name in names], compiled.worthless, names)
    return Planner(
        world=world,
        connection=connection,
        snapshot=snapshot,
        compiled=compiled,
        read=make_read(snapshot, world.reads.get(connection.tenant_id)),
        ties=tenant_bindings(world.state, connection.tenant_id),
        index=index,
        unlisted=frozenset(snapshot.unlisted),
    )


def _stale_before(connection: Connection, read_at: str) -> str | None:
    if connection.imports.inactive is None:
        return None
    moment = datetime.datetime.fromisoformat(read_at) - datetime.timedelta(days=connection.imports.inactive.after_days)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _plan_users(planner: Planner) -> None:
    """Bring the store's users to what Entra says (U4); all of it is withheld when the users could not be read."""
    users = planner.connection.users
    if not users.import_users.enabled:
        return
    if planner.snapshot.users_unknown is not None:
        reason = f"the users are unknown: {planner.snapshot.users_unknown}"
        planner.world.withheld.append(
            Withheld(connection=planner.name, label="all users", what="import of users", reason=reason, rule="U4")
        )
        return
    imported = import_users(
        planner.name, users.import_users, users.user_identifier.store, planner.snapshot.users, planner.world.directory
    )
    planner.world.directory.put_all(imported.people)
    planner.world.user_owners.update((person.id, planner.name) for person in imported.people)
    planner.world.problems.extend(imported.problems)


def _absent(planner: Planner, devices: dict[str, Listed]) -> frozenset[str]:
    """Return the bound devices that are proven absent (G3)."""
    if planner.snapshot.devices_unknown is not None:
        return frozenset()
    if planner.connection.imports.absence is Absence.LIST:
        return frozenset(planner.ties.own.keys() - devices.keys())
    return frozenset(planner.snapshot.absent) - devices.keys()


def _plan_device(planner: Planner, device: Listed, seen: Candidate, decision: Decision) -> None:
    planner.counts[decision.verdict] += 1
    match decision.verdict:
        case Verdict.BOUND | Verdict.MOVES | Verdict.MATCHED:
            _plan_bound(planner, device, seen, decision)
        case Verdict.NEW:
            _plan_new(planner, device, seen, decision)
        case Verdict.EXCLUDED:
            _leave(planner, device, "excluded", "the settings leave it out", decision.rule)
        case Verdict.SUPERSEDED:
            _leave(planner, device, "superseded", decision.reason, decision.rule)
        case Verdict.PROBLEM:
            _problem(planner, device.label, decision.reason, decision.rule, device.device_id)
        case Verdict.WITHHELD:
            what = "its binding's move" if decision.binding else "its creation or its match"
            _withhold(planner, device.label, what, decision.reason, decision.rule, device.device_id)


def _leave(planner: Planner, device: Listed, why: str, reason: str, rule: str) -> None:
    planner.counts[f"left-{why}"] += 1
    planner.world.left_alone.append(
        LeftAlone(
            connection=planner.name, device_id=device.device_id, label=device.label, why=why, reason=reason, rule=rule
        )
    )


def _problem(planner: Planner, label: str, message: str, rule: str, device_id: str | None = None) -> None:
    planner.world.problems.append(
        Problem(connection=planner.name, label=label, message=message, rule=rule, device_id=device_id)
    )


def _withhold(planner: Planner, label: str, what: str, reason: str, rule: str, device_id: str | None = None) -> None:
    planner.world.withheld.append(
        Withheld(connection=planner.name, label=label, what=what, reason=reason, rule=rule, device_id=device_id)
    )


def _plan_bound(planner: Planner, device: Listed, seen: Candidate, decision: Decision) -> None:
    """Plan a device that has an asset: its binding's next life, and what the asset becomes."""
    asset_id = decision.asset_id or 0
    asset = planner.world.assets[asset_id]
    old = decision.binding.life if decision.binding else None
    how = sighting(planner.compiled, device, seen.excluded)
    if how is None:
        _withhold(planner, device.label, "its update", "whether it is excluded is unknown", "X1", device.device_id)
        return
    if old is None and _claim(planner, device, asset_id):
        return
    life = _own_life(planner, device, old)
    first = decision.verdict is not Verdict.MOVES and planner.read.at <= life.bound_at
    done = step(life, how, planner.read, planner.connection.imports, asset.status) if old else Step(life)
    if how is Sighting.EXCLUDED:
        _leave(planner, device, "excluded", "the settings leave it out", "X1")
    draft = Draft(asset, planner.world.state.pins.get(asset_id, {}))
    if how is not Sighting.EXCLUDED and not (
        first and planner.connection.imports.on_first_match is OnFirstMatch.BIND_ONLY
    ):
        if old is not None and old.device_id != device.device_id:
            draft.attributes.append(
                Attribute("device", old.device_id, device.device_id, decision.reason, decision.rule)
            )
        _draft(planner, device, draft)
    _put_status(draft, done, asset.status)
    _finish(planner, draft, device.label, done, device.device_id)
    _put_binding(planner, asset.tag, old, done.life, decision.reason if old is None else done.reason, decision.rule)
    _check_stale_record(planner, device, done.life)


def _claim(planner: Planner, device: Listed, asset_id: int) -> bool:
    """Claim an unbound asset for this connection; say whether another connection of this plan has it already."""
    owner = planner.world.claimed.setdefault(asset_id, planner.name)
    if owner == planner.name:
        return False
    tag = planner.world.assets[asset_id].tag
    message = f"asset {tag} is matched by a device of connection {owner} too; remove one of them"
    planner.counts[Verdict.PROBLEM] += 1
    planner.counts[Verdict.MATCHED] -= 1
    _problem(planner, device.label, message, "M4", device.device_id)
    return True


def _own_life(planner: Planner, device: Listed, old: Life | None) -> Life:
    if old is None:
        return first_life(device.device_id, planner.read)
    reads = relisted(old, device.device_id, planner.unlisted, planner.read.newer)
    if old.device_id == device.device_id and old.unlisted_reads == reads:
        return old
    return replace(old, device_id=device.device_id, unlisted_reads=reads)


def _draft(planner: Planner, device: Listed, draft: Draft) -> None:
    """Decide type, fields, user and site."""
    compiled = planner.compiled
    decision = compiled.decide_type(device.row, device.values)
    draft_type(draft, decision, planner.connection.asset_types.update_types)
    draft_fields(draft, compiled, device.values, planner.world.positions)
    user = draft_user(draft, compiled, device, planner.world)
    draft_site(draft, compiled, user, planner.world)


def _put_status(draft: Draft, done: Step, before: str | None) -> None:
    if done.sets_status:
        draft.put("status", before, done.status, done.reason, done.rule)


def _finish(planner: Planner, draft: Draft, label: str, done: Step, device_id: str) -> None:
    """Report what a draft could not decide, and add its change."""
    for message, rule in draft.problems:
        _problem(planner, label, message, rule, device_id)
    for name, because in draft.pinned:
        reason = f"{name} is pinned: {because}"
        planner.world.left_alone.append(
            LeftAlone(connection=planner.name, device_id=device_id, label=label, why="pinned", reason=reason, rule="F3")
        )
    planner.unknown.update(draft.unknown)
    if draft.attributes and draft.asset is not None:
        planner.world.changes.append(
            Change(
                subject=Subject.ASSET,
                action=Action.UPDATE,
                name=draft.asset.tag,
                label=label,
                attributes=tuple(draft.attributes),
                kinds=_kinds(draft.attributes, done.life),
                connection=planner.name,
                device_id=device_id,
            )
        )


def _kinds(attributes: Sequence[Attribute], life: Life) -> tuple[Kind, ...]:
    """Return what a change counts as (R1)."""
    names = {each.name: each for each in attributes}
    kinds = set()
    if "type" in names:
        kinds.add(Kind.RETYPED)
    if "site" in names:
        kinds.add(Kind.MOVED)
    if "device" in names:
        kinds.add(Kind.REBOUND)
    if "user" in names and names["user"].after is None:
        kinds.add(Kind.UNLINKED)
    if "status" in names and life.presence is Presence.DELETED:
        kinds.add(Kind.DELETED_IN_INTUNE)
    if "status" in names and life.inactive_since is not None:
        kinds.add(Kind.INACTIVE)
    special = _ORDINARY | ({"user"} if Kind.UNLINKED in kinds else set())
    special |= {"status"} if kinds & {Kind.DELETED_IN_INTUNE, Kind.INACTIVE} else set()
    if names.keys() - special:
        kinds.add(Kind.UPDATED)
    return tuple(sorted(kinds))


def _put_binding(planner: Planner, tag: str, before: Life | None, after: Life, reason: str, rule: str) -> None:
    if before != after:
        planner.world.bindings.append(
            BindingChange(
                connection=planner.name,
                source=planner.snapshot.source,
                tenant_id=planner.connection.tenant_id,
                asset=tag,
                before=before,
                after=after,
                reason=reason,
                rule=rule,
            )
        )


def _check_stale_record(planner: Planner, device: Listed, life: Life) -> None:
    if life.unlisted_reads >= _STALE_RECORD_READS:
        message = (
            f"Intune's list lacked it in {life.unlisted_reads} reads in a row, yet answers for it by id: "
            f"a stale record. Delete the device in Intune if it is gone."
        )
        _problem(planner, device.label, message, "G3", device.device_id)


def _plan_new(planner: Planner, device: Listed, seen: Candidate, decision: Decision) -> None:
    """Plan a device that has no asset: create one, if everything that decides is known (M7)."""
    if not planner.connection.imports.create_assets:
        planner.counts[Verdict.NEW] -= 1
        _leave(planner, device, "not-created", f"{decision.reason}, and createAssets is false", "M7")
        return
    draft = Draft(None)
    done = created_life(device.device_id, is_stale(planner.compiled, device), planner.read, planner.connection.imports)
    _draft(planner, device, draft)
    _put_status(draft, done, None)
    untyped = [problem for problem in draft.problems if problem[1] in ("T1", "T2", "T3")]
    match = _match(planner, seen)
    rival = next((owner for key in match.items() if (owner := planner.world.claimed_forms.get(key))), None)
    if draft.unknown or untyped or rival:
        _not_created(planner, device, draft, untyped, rival)
        return
    for message, rule in draft.problems:
        _problem(planner, device.label, message, rule, device.device_id)
    planner.world.claimed_forms.update((key, planner.name) for key in match.items())
    planner.world.created.append(_new_asset(planner, device, draft, done, decision, match))


def _match(planner: Planner, seen: Candidate) -> dict[str, str]:
    names = [planner.compiled.fields.fields[key].name for key in planner.compiled.keys]
    return {name: form for name, form in zip(names, seen.forms, strict=True) if isinstance(form, str)}


def _not_created(
    planner: Planner, device: Listed, draft: Draft, untyped: list[tuple[str, str]], rival: str | None
) -> None:
    planner.counts[Verdict.NEW] -= 1
    if untyped:
        planner.counts[Verdict.PROBLEM] += 1
        for message, rule in untyped:
            _problem(planner, device.label, f"{message}; it is not created", rule, device.device_id)
    elif rival:
        planner.counts[Verdict.PROBLEM] += 1
        message = f"a device of connection {rival} with the same matching value is created by this plan; remove one"
        _problem(planner, device.label, message, "M4", device.device_id)
    else:
        planner.counts[Verdict.WITHHELD] += 1
        reason = "; ".join(f"{name}: {why}" for name, why, _ in draft.unknown)
        _withhold(planner, device.label, "its creation", reason, draft.unknown[0][2], device.device_id)


def _new_asset(
    planner: Planner, device: Listed, draft: Draft, done: Step, decision: Decision, match: dict[str, str]
) -> NewAsset:
    change = Change(
        subject=Subject.ASSET,
        action=Action.CREATE,
        name="",
        label=device.label,
        attributes=tuple(draft.attributes),
        kinds=(Kind.CREATED,),
        connection=planner.name,
        device_id=device.device_id,
        match=match,
    )
    binding = BindingChange(
        connection=planner.name,
        source=planner.snapshot.source,
        tenant_id=planner.connection.tenant_id,
        asset="",
        before=None,
        after=done.life,
        reason=decision.reason,
        rule=decision.rule,
    )
    return NewAsset(change, binding)


def _plan_contested(planner: Planner, matching: Matching, candidates: dict[str, Candidate]) -> None:
    for device_id, reason in sorted(matching.contested.items()):
        _problem(planner, candidates[device_id].label, reason, "M5", device_id)


def _plan_unlisted(
    planner: Planner,
    devices: dict[str, Listed],
    candidates: dict[str, Candidate],
    matching: Matching,
    absent: frozenset[str],
) -> None:
    """Plan the bindings whose device was not listed and whose binding did not move."""
    excluded_keys = {each.key() for each in candidates.values() if each.excluded and each.key() is not None}
    for device_id, binding in sorted(planner.ties.own.items()):
        if device_id in devices or device_id in matching.moved_from:
            continue
        asset = planner.world.assets[binding.asset_id]
        how = Sighting.ABSENT if device_id in absent else Sighting.UNPROVEN
        if how is Sighting.ABSENT and excluded_keys and planner.index.key(asset) in excluded_keys:
            how = Sighting.EXCLUDED_TWIN
        done = step(binding.life, how, planner.read, planner.connection.imports, asset.status)
        draft = Draft(asset, planner.world.state.pins.get(asset.id, {}))
        _put_status(draft, done, asset.status)
        label = _asset_label(planner, binding)
        _finish(planner, draft, label, done, device_id)
        _put_binding(planner, asset.tag, binding.life, done.life, done.reason, done.rule)
        if done.deletion_withheld:
            _withhold_deletion(planner, device_id, label, binding)


def _asset_label(planner: Planner, binding: Binding) -> str:
    position = planner.world.positions.get("name")
    asset = planner.world.assets[binding.asset_id]
    name = None if position is None else asset.values[position]
    return str(name or asset.tag)


def _withhold_deletion(planner: Planner, device_id: str, label: str, binding: Binding) -> None:
    if planner.snapshot.absence_skipped:
        planner.unproven += binding.life.presence is Presence.PRESENT
        reason = "more devices are unlisted than the deletedInIntune limit allows, so none was asked for"
    elif planner.snapshot.devices_unknown is not None:
        reason = f"the list of devices is not whole: {planner.snapshot.devices_unknown}"
    else:
        reason = f"not listed, and {planner.snapshot.absence_unknown.get(device_id, 'nothing proves that it is gone')}"
    _withhold(planner, label, "its deletion", reason, "G3", device_id)


def _summarise(planner: Planner) -> None:
    """Add the connection's summary, its read, and the withheld changes that many assets share."""
    for (name, why, rule), count in sorted(planner.unknown.items()):
        _withhold(planner, f"{count} asset{'s' if count > 1 else ''}", name, why, rule)
    counts, snapshot = planner.counts, planner.snapshot
    planner.world.summaries.append(
        ConnectionSummary(
            name=planner.name,
            tenant_id=planner.connection.tenant_id,
            enabled=True,
            read_at=snapshot.read_at,
            first_import=is_first_import(planner.world.state, snapshot.source, planner.connection.tenant_id),
            unproven=planner.unproven,
            report=MatchReport(
                listed=len(snapshot.devices),
                bound=counts[Verdict.BOUND] + counts[Verdict.MOVES],
                matched=counts[Verdict.MATCHED],
                created=counts[Verdict.NEW],
                ambiguous=counts[Verdict.PROBLEM],
                not_created=counts["left-not-created"],
                excluded=sum(
                    each.why == "excluded" and each.connection == planner.name for each in planner.world.left_alone
                ),
                superseded=counts["left-superseded"],
                withheld=counts[Verdict.WITHHELD],
            ),
            unknown=snapshot.unknown_parts(),
            warnings=snapshot.warnings,
        )
    )
    if planner.read.newer:
        planner.world.advances.append(
            ReadAdvance(
                source=snapshot.source,
                tenant_id=planner.connection.tenant_id,
                read_at=snapshot.read_at,
                whole=planner.read.whole,
            )
        )
