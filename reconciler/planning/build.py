"""Building the plan: settings and a recording in, a sealed plan out.

The same inputs give the same bytes: everything is sorted before it is put into the plan.
"""

from collections.abc import Iterable
from typing import TypeVar

from msgspec.structs import replace

import reconciler
from reconciler.columnar import pack
from reconciler.model.layouts import asset_layout
from reconciler.model.plan import Attribute, BindingChange, Change, ConnectionSummary, Plan, SettingChange, Subject
from reconciler.model.snapshot import Part
from reconciler.model.state import Recording, State
from reconciler.planning.catalogue.entries import catalogue_changes
from reconciler.planning.catalogue.organisations import may_be_renamed, plan_organisations
from reconciler.planning.connections import plan_connections
from reconciler.planning.digest import with_digest
from reconciler.planning.limits import Allowances, judge
from reconciler.planning.planner import Planner
from reconciler.planning.rules import needs
from reconciler.planning.rules.types import new_types
from reconciler.planning.scope import EVERYTHING, Scope, keep_assets
from reconciler.planning.users.imports import user_changes
from reconciler.planning.world import World, make_world
from reconciler.settings.environment import Connection, Environment
from reconciler.settings.fields import asset_fields

T = TypeVar("T")

_NOTHING_ALLOWED: Allowances = {}

_DIGITS = 15
"""A tag with more digits is none that was ever given: the settings allow at most twelve."""


def build_plan(
    environment: Environment,
    recording: Recording,
    *,
    allowances: Allowances = _NOTHING_ALLOWED,
    pending: tuple[SettingChange, ...] = (),
    as_if_enabled: bool = False,
    scope: Scope = EVERYTHING,
) -> Plan:
    """Return the plan that turns the recording's state into what the settings and the devices say.

    `allowances` raise single limits (R4), `pending` is shown as it is (E4), `as_if_enabled` plans connections that
    are not enabled for this instance too (E2), `scope` narrows what is planned (A5).
    """
    world, _ = plan_world(environment, recording, as_if_enabled=as_if_enabled, scope=scope)
    return with_digest(assemble(world, recording, allowances, pending))


def plan_world(
    environment: Environment, recording: Recording, *, as_if_enabled: bool = False, scope: Scope = EVERYTHING
) -> tuple[World, list[Planner]]:
    """Return everything that is decided, and the planning of each connection that was read: what a plan is made of."""
    fields = asset_fields(environment.catalogue)
    snapshots = {snapshot.connection: snapshot for snapshot in recording.snapshots}
    active = [each for each in _sorted(environment) if as_if_enabled or environment.enabled(each)]
    named = [each.name for each in active if needs.organisation(each)]
    keeping = [name for name in named if name not in scope.skipped]
    declared = [each.name for each in environment.catalogue.organisations]
    told = [snapshots[name] for name in keeping if name in snapshots and name not in recording.failures]
    organisations = plan_organisations(recording.state, declared, told)
    all_told = len(told) == len(named) and all(each.organisation is not None for each in told)
    waits = None if all_told else may_be_renamed(recording.state.catalogue, declared, told)
    world = make_world(environment, organisations.state, scope)
    world.organisations = organisations
    world.problems.extend(organisations.problems)
    world.withheld.extend(organisations.withheld)
    if active and waits is None:
        made = catalogue_changes(environment.catalogue, organisations.state.catalogue)
        world.changes.extend([*organisations.changes, *organisations.with_tenants(made)])
    read = []
    for connection in _sorted(environment):
        if connection not in active:
            world.summaries.append(_disabled(environment, connection))
        elif connection.name in scope.skipped:
            world.summaries.append(_skipped(connection, scope.skipped[connection.name]))
        elif connection.name in recording.failures or connection.name not in snapshots:
            why = recording.failures.get(connection.name, "the recording has nothing of this connection")
            world.summaries.append(_unread(connection, why))
        elif waits is not None:
            world.summaries.append(_unread(connection, waits))
        else:
            read.append((connection, snapshots[connection.name]))
    return world, plan_connections(world, read, fields)


def _sorted(environment: Environment) -> list[Connection]:
    return [environment.connections[name] for name in sorted(environment.connections)]


def _disabled(environment: Environment, connection: Connection) -> ConnectionSummary:
    instance = environment.instance
    wanted = connection.connection.enabled_for_instances
    shown = wanted if isinstance(wanted, str) else f"[{', '.join(wanted)}]"
    why = f"enabledForInstances is {shown}, and this is {instance.name} ({instance.kind})"
    return ConnectionSummary(name=connection.name, tenant_id=connection.tenant_id, enabled=False, skipped=why)


def _skipped(connection: Connection, why: str) -> ConnectionSummary:
    return ConnectionSummary(name=connection.name, tenant_id=connection.tenant_id, enabled=True, skipped=why)


def _unread(connection: Connection, why: str) -> ConnectionSummary:
    return ConnectionSummary(
        name=connection.name,
        tenant_id=connection.tenant_id,
        enabled=True,
        skipped=why,
        unknown=(Part("connection", why),),
    )


def assemble(world: World, recording: Recording, allowances: Allowances, pending: tuple[SettingChange, ...]) -> Plan:
    """Return the plan of what was decided, named, sorted and judged; it is not sealed."""
    state, environment = recording.state, world.environment
    creations, bindings, highest_tag = _tagged(world)
    assets = sorted([*world.changes_of(Subject.ASSET), *creations], key=_asset_order)
    catalogue = [*world.changes_of(Subject.CATALOGUE), *new_types(world, assets)]
    if world.software is not None:
        catalogue += world.software.changes(assets)
    every = _named(world, [*catalogue, *_user_changes(world), *assets])
    if world.organisations is not None:
        every = world.organisations.as_stored(every)
    changes, bindings = keep_assets(world.scope, every, [*world.bindings, *bindings])
    return Plan(
        tool_version=reconciler.__version__,
        instance=environment.instance.name,
        settings_digest=environment.digest,
        settings_commit=environment.described_commit,
        store_id=state.stamp.store_id if state.stamp else None,
        store_revision=state.revision,
        made_at=recording.taken_at,
        connections=tuple(sorted(world.summaries, key=lambda each: each.name)),
        pending_since=(state.applied.commit or state.applied.applied_at) if state.applied and pending else None,
        pending=pending,
        limits=judge(environment, state, changes, world.summaries, allowances),
        changes=tuple(changes),
        withheld=_ordered(world.withheld, "connection", "what", "label", "reason", "device_id"),
        problems=_ordered(world.problems, "connection", "label", "message", "device_id"),
        left_alone=_ordered(world.left_alone, "connection", "why", "label", "device_id", "reason"),
        bindings=tuple(sorted(bindings, key=_binding_order)),
        reads=tuple(world.advances),
        highest_tag=highest_tag,
        picked=world.scope.picked,
    )


def _ordered(items: Iterable[T], *attributes: str) -> tuple[T, ...]:
    return tuple(sorted(items, key=lambda each: [getattr(each, name) or "" for name in attributes]))


def _binding_order(change: BindingChange) -> tuple[str, str, str]:
    return change.source, change.tenant_id, change.after.device_id


def _asset_order(change: Change) -> tuple[str, str]:
    return change.label, change.name


def _tagged(world: World) -> tuple[list[Change], list[BindingChange], int]:
    """Give each new asset its tag: the numbers after the highest ever given, by connection, name and device."""
    if not world.created:
        return [], [], world.state.highest_tag
    tags = world.environment.catalogue.asset_tags
    number = highest_number(world.state, tags.prefix)
    changes, bindings = [], []
    for new in sorted(world.created, key=lambda each: _new_order(each.change)):
        number += 1
        tag = f"{tags.prefix}{number:0{tags.digits}d}"
        changes.append(replace(new.change, name=tag))
        bindings.append(replace(new.binding, asset=tag))
    return changes, bindings, max(number, world.state.highest_tag)


def _new_order(change: Change) -> tuple[str, str, str]:
    return change.connection or "", change.label, change.device_id or ""


def highest_number(state: State, prefix: str) -> int:
    """Return the highest number that a tag with this prefix has, or ever had."""
    tags = pack(state.assets, asset_layout(state.fields)).column("tag")
    numbers = [tag.removeprefix(prefix) for tag in tags if tag.startswith(prefix)]
    used = [int(number) for number in numbers if number.isdigit() and number.isascii() and len(number) <= _DIGITS]
    return max(state.highest_tag, *used) if used else state.highest_tag


def _user_changes(world: World) -> list[Change]:
    directory = world.directory
    before = directory.before(world.user_owners)
    changed = [directory.people[key] for key in world.user_owners if before.get(key) != directory.people[key]]
    if not changed:
        return []
    ids = frozenset(person.id for person in changed)
    names = directory.called(ids) | directory.called_before(ids)
    changes = [
        change for person in changed for change in user_changes(world.user_owners[person.id], before, [person], names)
    ]
    return sorted(changes, key=lambda each: (each.name, each.entra_id or ""))


def _named(world: World, changes: Iterable[Change]) -> list[Change]:
    """Put users' names where planning noted their ids (P1)."""
    changes = list(changes)
    users = [each for change in changes for each in change.attributes if each.name == "user"]
    if not users:
        return changes
    ids = {key for each in users for key in (each.before, each.after) if isinstance(key, int)}
    before = world.directory.called_before(ids)
    after = world.directory.called(ids) if world.user_owners else before

    def named(attribute: Attribute) -> Attribute:
        return Attribute(
            "user",
            before.get(attribute.before) if isinstance(attribute.before, int) else None,
            after.get(attribute.after) if isinstance(attribute.after, int) else None,
            attribute.reason,
            attribute.rule,
        )

    return [
        replace(change, attributes=tuple(named(each) if each.name == "user" else each for each in change.attributes))
        if change.subject is Subject.ASSET and any(each.name == "user" for each in change.attributes)
        else change
        for change in changes
    ]


def is_empty(plan: Plan) -> bool:
    """Say whether applying the plan would change nothing, not even a binding."""
    return not plan.changes and not plan.bindings
