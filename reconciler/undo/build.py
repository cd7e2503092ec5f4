"""Undoing a run: its journal and the state make the plan that puts back what the run changed (J2).

- A value is put back where it is still what the run wrote; what has changed since is listed and left.
- What the run created goes only if nobody touched it since: not a value, a binding or a pin, and no later run. A user
  that an asset refers to stays.
- What the run removed, which only an undo does, comes back.
- Entries of the catalogue stay, since other things may refer to them; pinned fields are left out (F3).
"""

from collections.abc import Iterable, Iterator, Mapping

from msgspec.structs import replace

from reconciler.model.plan import BindingChange, Change, ConnectionSummary, Plan, Subject
from reconciler.model.run import Undoable
from reconciler.model.state import State
from reconciler.planning.attributes.comparison import UserLink
from reconciler.planning.blank import blank_plan
from reconciler.planning.digest import with_digest
from reconciler.planning.limits import Allowances, judge
from reconciler.planning.naming import UserNames
from reconciler.planning.users.references import references
from reconciler.settings.environment import Environment
from reconciler.undo.assets import put_back_assets, remove_and_restore
from reconciler.undo.bindings import put_back_bindings
from reconciler.undo.decisions import Decided, Draft, left, merged
from reconciler.undo.inputs import UndoInputs, undo_inputs
from reconciler.undo.naming import named
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
    inputs = undo_inputs(environment, state, undoable)
    changes = _of(undoable, Subject.ASSET)
    user_changes = _of(undoable, Subject.USER)
    users = put_back_users(inputs, user_changes)
    assets = remove_and_restore(inputs, users, changes)
    bindings = put_back_bindings(inputs, assets, undoable.detail.bindings)
    values = put_back_assets(inputs, users, bindings.moved_back, changes)
    linked = _linked(state, assets.decided.drafts + values.drafts)
    gone = remove_users(inputs, users.people, linked, user_changes)
    decided = merged((_catalogue(undoable), users.decided, assets.decided, Decided(left=bindings.left), values, gone))
    removed = {draft.user for draft in gone.drafts}
    people = [person for key, person in users.people.items() if key not in removed]
    names = UserNames(inputs.before, {**references(people), **users.returning})
    plan = _plan(inputs, decided, bindings.changes, names, allowances)
    return with_digest(replace(plan, made_at=made_at))


def _of(undoable: Undoable, subject: Subject) -> list[Change]:
    return [change for change in undoable.detail.changes if change.subject is subject]


def _catalogue(undoable: Undoable) -> Decided:
    why = "an entry of the catalogue stays: other things may refer to it"
    return Decided(left=tuple(left(change, why, "catalogue") for change in _of(undoable, Subject.CATALOGUE)))


def _linked(state: State, drafts: Iterable[Draft]) -> set[int | None]:
    """Return the users that assets refer to once all is put back."""
    users = {asset.tag: asset.user for asset in state.assets}
    links = ((draft, each) for draft in drafts for each in draft.attributes if isinstance(each, UserLink))
    users |= {draft.change.name: link.after for draft, link in links}
    return set(users.values())


def _plan(
    inputs: UndoInputs,
    decided: Decided,
    bindings: Iterable[BindingChange],
    names: UserNames,
    allowances: Allowances,
) -> Plan:
    """Return the plan of these decisions, named, with its limits judged; `made_at` and the digest come last."""
    environment, state, undoable = inputs.environment, inputs.state, inputs.undoable
    connections = _connections(environment, undoable)
    changes = tuple(named(decided.drafts, names, connections))
    summaries = tuple(
        ConnectionSummary(name=name, tenant_id=each.tenant_id, enabled=environment.enabled(each))
        for name, each in sorted(environment.connections.items())
        if name in connections.values()
    )
    return replace(
        blank_plan(environment, state, made_at=""),
        connections=summaries,
        limits=judge(environment, state, changes, summaries, allowances),
        changes=changes,
        left_alone=tuple(sorted(decided.left, key=lambda each: (each.connection, each.why, each.label, each.reason))),
        bindings=tuple(
            sorted(_renamed(bindings, connections), key=lambda each: (each.tenant_id, each.after.device_id))
        ),
        picked=True,
        undoes=undoable.detail.run.run_id,
    )


def _connections(environment: Environment, undoable: Undoable) -> dict[str, str]:
    """Return what the settings call each connection that the run knew: by its tenant (K7)."""
    by_tenant = {each.tenant_id: name for name, each in environment.connections.items()}
    tenants = {each.connection: each.tenant_id for each in undoable.detail.bindings}
    known = {each.connection for each in undoable.detail.changes if each.connection is not None} | tenants.keys()
    return {name: by_tenant.get(tenants.get(name, ""), name) for name in known}


def _renamed(bindings: Iterable[BindingChange], names: Mapping[str, str]) -> Iterator[BindingChange]:
    for each in bindings:
        name = names.get(each.connection, each.connection)
        yield each if name == each.connection else replace(each, connection=name)
