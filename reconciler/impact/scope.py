"""Which devices a change of settings takes out of scope, or brings into it: leaving scope is not absence (X1).

A device out of scope keeps its asset exactly as it is, so no change of a plan speaks of it. Two plans of one recording
name whom each leaves out; of a connection that only one of them reads, every device with an asset is meant.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from reconciler.impact.causes import Causes
from reconciler.model.impact import ScopeChange
from reconciler.model.plan import ConnectionSummary, LeftAlone, Plan
from reconciler.model.state import State

_OUT: Final = ("excluded", "not-created")
_Key = tuple[str, str]
"""A device: its tenant and its id."""


def scope_changes(base: Plan, plan: Plan, state: State, causes: Causes) -> tuple[ScopeChange, ...]:
    """Return who is in scope with the settings of only one of the plans, those taken out first, then by name."""
    tenants = {each.name: each.tenant_id for side in (base, plan) for each in side.connections}
    before, after = _left(base, tenants), _left(plan, tenants)
    out = [_of(each, causes, out=True) for key, each in after.items() if each.why in _OUT and key not in before]
    back = [_of(each, causes, out=False) for key, each in before.items() if each.why in _OUT and key not in after]
    stopped = _connections(_read(base), {each.tenant_id for each in plan.connections if each.enabled})
    started = _connections(_read(plan), {each.tenant_id for each in base.connections if each.enabled})
    out += _bound(stopped, state, before.keys(), causes, out=True)
    back += _bound(started, state, after.keys(), causes, out=False)
    return (*_sorted(out), *_sorted(back))


def _left(plan: Plan, tenants: dict[str, str]) -> dict[_Key, LeftAlone]:
    return {
        (tenants.get(each.connection, each.connection), each.device_id): each
        for each in plan.left_alone
        if each.why in (*_OUT, "superseded")
    }


def _of(left: LeftAlone, causes: Causes, *, out: bool) -> ScopeChange:
    return ScopeChange(
        connection=left.connection,
        device_id=left.device_id,
        label=left.label,
        out=out,
        reason=left.reason,
        rule=left.rule,
        settings=causes.of_scope(left.connection, left.why),
    )


def _read(plan: Plan) -> list[ConnectionSummary]:
    return [each for each in plan.connections if each.enabled and each.skipped is None]


def _connections(these: Iterable[ConnectionSummary], others: set[str]) -> dict[str, str]:
    """Return the names by tenant of connections that the other plan does not read."""
    return {each.tenant_id: each.name for each in these if each.tenant_id not in others}


def _bound(
    names: dict[str, str], state: State, left: Iterable[_Key], causes: Causes, *, out: bool
) -> Iterable[ScopeChange]:
    """Return each device with an asset of some connections, but those that are out of scope either way."""
    if not names:
        return
    known = set(left)
    place = state.fields.index("name") if "name" in state.fields else None
    labels = {each.id: str((each.values[place] if place is not None else None) or each.tag) for each in state.assets}
    for each in state.bindings:
        name = names.get(each.tenant_id)
        if name is not None and (each.tenant_id, each.life.device_id) not in known:
            yield ScopeChange(
                connection=name,
                device_id=each.life.device_id,
                label=labels[each.asset_id],
                out=out,
                reason="its connection is read no more" if out else "its connection is read again",
                rule="E2",
                settings=causes.of_scope(name, "connection"),
            )


def _sorted(changes: Sequence[ScopeChange]) -> list[ScopeChange]:
    return sorted(changes, key=lambda each: (each.label, each.connection, each.device_id))
