"""Building the plan: settings and a recording in, a plan with its digest out.

The same inputs give the same bytes: everything is sorted before it is put into the plan.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from operator import attrgetter
from typing import TypeVar

from msgspec.structs import replace

from reconciler.model.plan import (
    BindingChange,
    Change,
    ConnectionSummary,
    Plan,
    Problem,
    SettingChange,
)
from reconciler.model.snapshot import Part, Snapshot
from reconciler.model.state import Recording
from reconciler.planning.blank import blank_plan
from reconciler.planning.catalogue.entries import catalogue_changes, catalogue_problems
from reconciler.planning.catalogue.new_types import new_types
from reconciler.planning.catalogue.organisations import Organisations, may_be_renamed, plan_organisations
from reconciler.planning.connections import ConnectionsDecided, Users, decide_connections
from reconciler.planning.digest import with_digest
from reconciler.planning.inputs.stored import Stored, index_state
from reconciler.planning.limits import Allowances, judge
from reconciler.planning.naming import UserNames, linked_users, with_tags
from reconciler.planning.rules import needs
from reconciler.planning.scope import EVERYTHING, Scope, keep_assets
from reconciler.planning.users.imports import user_changes
from reconciler.settings.environment import Connection, Environment

T = TypeVar("T")

_NOTHING_ALLOWED: Allowances = {}


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
    decided = decide(environment, recording, as_if_enabled=as_if_enabled, scope=scope)
    return with_digest(assemble(decided, recording, allowances, pending))


@dataclass(frozen=True, slots=True)
class Decided:
    """Everything that is decided: what a plan is made of, and what explains it."""

    environment: Environment
    scope: Scope
    stored: Stored
    organisations: Organisations
    catalogue: tuple[Change, ...]
    """The entries that catalogue.yaml and the tenants' own organisations make."""
    connections: ConnectionsDecided
    skipped: tuple[ConnectionSummary, ...]
    """The connections of which nothing is planned, with the reason."""
    unfit: tuple[Problem, ...] = ()
    """What catalogue.yaml asks for and the store cannot become."""


def decide(
    environment: Environment, recording: Recording, *, as_if_enabled: bool = False, scope: Scope = EVERYTHING
) -> Decided:
    """Return everything that is decided of the recording."""
    active = [each for each in _sorted(environment) if as_if_enabled or environment.enabled(each)]
    organisations, waits = _organisations(environment, recording, active, scope)
    stored = index_state(organisations.state)
    catalogue: list[Change] = []
    unfit: list[Problem] = []
    if active and waits is None:
        unfit = catalogue_problems(environment.catalogue, stored.state.catalogue)
        made = catalogue_changes(environment.catalogue, stored.state.catalogue)
        catalogue = [*organisations.changes, *organisations.with_tenants(made)]
    skipped, read = [], []
    snapshots = {snapshot.connection: snapshot for snapshot in recording.snapshots}
    for connection in _sorted(environment):
        summary = _skipped(environment, recording, connection, scope, enabled=connection in active, waits=waits)
        if summary is not None:
            skipped.append(summary)
        else:
            read.append((connection, snapshots[connection.name]))
    connections = decide_connections(environment, stored, scope, read)
    return Decided(
        environment, scope, stored, organisations, tuple(catalogue), connections, tuple(skipped), tuple(unfit)
    )


def _sorted(environment: Environment) -> list[Connection]:
    return [environment.connections[name] for name in sorted(environment.connections)]


def _organisations(
    environment: Environment, recording: Recording, active: Iterable[Connection], scope: Scope
) -> tuple[Organisations, str | None]:
    """Return what becomes of the tenants' own organisations, and why nothing can be planned; None when it can."""
    snapshots = {snapshot.connection: snapshot for snapshot in recording.snapshots}
    named = [each.name for each in active if needs.organisation(each)]
    declared = [each.name for each in environment.catalogue.organisations]
    read: list[Snapshot] = [
        snapshots[name]
        for name in named
        if name not in scope.skipped and name in snapshots and name not in recording.failures
    ]
    all_known = len(read) == len(named) and all(each.organisation is not None for each in read)
    waits = None if all_known else may_be_renamed(recording.state.catalogue, declared, read)
    return plan_organisations(recording.state, declared, read), waits


def _skipped(
    environment: Environment,
    recording: Recording,
    connection: Connection,
    scope: Scope,
    *,
    enabled: bool,
    waits: str | None,
) -> ConnectionSummary | None:
    """Return the summary of a connection of which nothing is planned; None for one that is planned."""
    name, tenant = connection.name, connection.tenant_id
    if not enabled:
        instance, wanted = environment.instance, connection.connection.enabled_for_instances
        shown = wanted if isinstance(wanted, str) else f"[{', '.join(wanted)}]"
        why = f"enabledForInstances is {shown}, and this is {instance.name} ({instance.kind})"
        return ConnectionSummary(name=name, tenant_id=tenant, enabled=False, skipped=why)
    if name in scope.skipped:
        return ConnectionSummary(name=name, tenant_id=tenant, enabled=True, skipped=scope.skipped[name])
    unread: str | None = waits
    if name in recording.failures or all(each.connection != name for each in recording.snapshots):
        unread = recording.failures.get(name, "the recording has nothing of this connection")
    if unread is None:
        return None
    unknown = (Part("connection", unread),)
    return ConnectionSummary(name=name, tenant_id=tenant, enabled=True, skipped=unread, unknown=unknown)


def assemble(
    decided: Decided, recording: Recording, allowances: Allowances, pending: tuple[SettingChange, ...]
) -> Plan:
    """Return the plan of what was decided, named, sorted and judged; its digest is still empty."""
    state, environment, scope = recording.state, decided.environment, decided.scope
    decisions, users = decided.connections.decisions(), decided.connections.users
    changes, bindings, highest_tag = _changes(decided)
    changes, bindings = keep_assets(scope, changes, bindings)
    summaries = (*decided.connections.summaries, *decided.skipped)
    problems = (*decided.unfit, *decided.organisations.problems, *users.problems, *decisions.problems)
    withheld = (*decided.organisations.withheld, *users.withheld, *decisions.withheld)
    return replace(
        blank_plan(environment, state, recording.taken_at),
        connections=tuple(sorted(summaries, key=attrgetter("name"))),
        pending_since=(state.applied.commit or state.applied.applied_at) if state.applied and pending else None,
        pending=pending,
        limits=judge(environment, state, changes, summaries, allowances),
        changes=tuple(changes),
        withheld=_ordered(withheld, "connection", "what", "label", "reason", "device_id"),
        problems=_ordered(problems, "connection", "label", "message", "device_id"),
        left_alone=_ordered(decisions.left_alone, "connection", "why", "label", "device_id", "reason"),
        bindings=tuple(sorted(bindings, key=lambda each: (each.source, each.tenant_id, each.after.device_id))),
        reads=decided.connections.reads,
        highest_tag=highest_tag,
        picked=scope.picked,
    )


def _ordered(items: Iterable[T], *attributes: str) -> tuple[T, ...]:
    return tuple(sorted(items, key=lambda each: [getattr(each, name) or "" for name in attributes]))


def _changes(decided: Decided) -> tuple[list[Change], list[BindingChange], int]:
    """Return all changes in a plan's order, the bindings, and the highest tag that is ever given."""
    stored, environment, software = decided.stored.state, decided.environment, decided.connections.software
    decisions, users = decided.connections.decisions(), decided.connections.users
    created, bindings, highest_tag = with_tags(stored, environment.catalogue.asset_tags, decisions.created)
    drafted = sorted([*decisions.changes, *created], key=lambda each: (each.label, each.tag))
    links = linked_users(drafted)
    before = users.directory.called_before(links)
    names = UserNames(before, users.directory.called(links) if users.owners else before)
    assets = list(map(names.change, drafted))
    types = new_types(environment, stored.catalogue, assets)
    entries = software.changes(assets) if software is not None else []
    every = [*decided.catalogue, *types, *entries, *_user_changes(users), *assets]
    return decided.organisations.as_stored(every), [*decisions.bindings, *bindings], highest_tag


def _user_changes(users: Users) -> list[Change]:
    directory = users.directory
    before = directory.before(users.owners)
    changed = [user for key in users.owners if before.get(key) != (user := directory.user(key))]
    if not changed:
        return []
    ids = frozenset(user.id for user in changed)
    names = directory.called(ids) | directory.called_before(ids)
    changes = [
        change for user in changed for change in user_changes(users.owners[user.id], before, [user], names, users.gone)
    ]
    return sorted(changes, key=lambda each: (each.name, each.entra_id or ""))


def is_empty(plan: Plan) -> bool:
    """Return whether applying the plan would change nothing, not even a binding."""
    return not plan.changes and not plan.bindings
