"""Undoing a run: its journal and the state make the plan that puts back what the run changed (J2).

- A value is put back where it is still what the run wrote; what has changed since is listed and left.
- What the run created goes only if nobody touched it since: not a value, a binding or a pin, and no later run. A user
  that an asset refers to stays.
- What the run removed, which only an undo does, comes back.
- Entries of the catalogue stay, since other things may refer to them; pinned fields are left out (F3).
"""

from collections.abc import Iterator, Mapping

from msgspec.structs import replace

import reconciler
from reconciler.model.plan import BindingChange, ConnectionSummary, Plan, Subject
from reconciler.model.run import Undoable
from reconciler.model.state import State
from reconciler.planning.digest import with_digest
from reconciler.planning.limits import Allowances, judge
from reconciler.settings.environment import Environment
from reconciler.undo.assets import put_back_assets, removals
from reconciler.undo.bindings import put_back_bindings
from reconciler.undo.ground import Ground
from reconciler.undo.users import put_back_users, remove_users

_NOTHING_ALLOWED: Allowances = {}


def plan_undo(
    environment: Environment,
    state: State,
    undoable: Undoable,
    *,
    made_at: str,
    allowances: Allowances = _NOTHING_ALLOWED,
) -> Plan:
    """Return the plan that undoes a run; it applies no settings, and moves no clock."""
    ground = Ground(environment, state, undoable)
    changes = [change for change in undoable.detail.changes if change.subject is Subject.ASSET]
    users = [change for change in undoable.detail.changes if change.subject is Subject.USER]
    for change in undoable.detail.changes:
        if change.subject is Subject.CATALOGUE:
            ground.leave(change, "catalogue", "an entry of the catalogue stays: other things may refer to it")
    put_back_users(ground, users)
    removals(ground, changes)
    put_back_bindings(ground, undoable.detail.bindings)
    put_back_assets(ground, changes)
    remove_users(ground, users)
    return with_digest(_plan(environment, state, undoable, ground, made_at, allowances))


def _plan(
    environment: Environment, state: State, undoable: Undoable, ground: Ground, made_at: str, allowances: Allowances
) -> Plan:
    names = _connections(environment, undoable)
    changes = tuple(ground.named(names))
    summaries = tuple(
        ConnectionSummary(name=name, tenant_id=each.tenant_id, enabled=environment.enabled(each))
        for name, each in sorted(environment.connections.items())
        if name in names.values()
    )
    return Plan(
        tool_version=reconciler.__version__,
        instance=environment.instance.name,
        settings_digest=environment.digest,
        settings_commit=environment.described_commit,
        store_id=state.stamp.store_id if state.stamp else None,
        store_revision=state.revision,
        made_at=made_at,
        connections=summaries,
        limits=judge(environment, state, changes, summaries, allowances),
        changes=changes,
        left_alone=tuple(sorted(ground.left, key=lambda each: (each.connection, each.why, each.label, each.reason))),
        bindings=tuple(
            sorted(_renamed(ground.bindings, names), key=lambda each: (each.tenant_id, each.after.device_id))
        ),
        highest_tag=state.highest_tag,
        picked=True,
        undoes=undoable.detail.run.run_id,
    )


def _connections(environment: Environment, undoable: Undoable) -> dict[str, str]:
    """Return what the settings call each connection that the run knew: its tenant tells (K7)."""
    by_tenant = {each.tenant_id: name for name, each in environment.connections.items()}
    tenants = {each.connection: each.tenant_id for each in undoable.detail.bindings}
    known = {each.connection for each in undoable.detail.changes if each.connection is not None} | tenants.keys()
    return {name: by_tenant.get(tenants.get(name, ""), name) for name in known}


def _renamed(bindings: list[BindingChange], names: Mapping[str, str]) -> Iterator[BindingChange]:
    for each in bindings:
        name = names.get(each.connection, each.connection)
        yield each if name == each.connection else replace(each, connection=name)
