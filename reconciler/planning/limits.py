"""Limits: how much a plan may change before a person has to allow it (R1-R4).

Counted per connection and kind. Allowed is the larger of `percent` of the bound assets and `count`, yet never more than
half of the bound assets, rounded up; bound assets are counted at the start of the window, and what ran in the window
counts too. New types are counted on their own: they are no assets, so the half does not apply to them.
"""

import math
from collections.abc import Iterable, Mapping, Sequence

from msgspec import UNSET

from reconciler.columnar import pack
from reconciler.model.layouts import BINDINGS
from reconciler.model.plan import Change, ConnectionSummary, Kind, LimitUse
from reconciler.model.state import Binding, Presence, State, Usage
from reconciler.settings.environment import Environment
from reconciler.settings.instance import CountLimit, Limit, Limits

_ATTRIBUTES = {
    Kind.CREATED: "created",
    Kind.UPDATED: "updated",
    Kind.RETYPED: "retyped",
    Kind.MOVED: "moved",
    Kind.REBOUND: "rebound",
    Kind.UNLINKED: "unlinked",
    Kind.DELETED_IN_INTUNE: "deleted_in_intune",
    Kind.INACTIVE: "inactive",
    Kind.USERS_DEACTIVATED: "users_deactivated",
    Kind.USERS_CREATED: "users_created",
    Kind.NEW_TYPES: "new_types",
    Kind.REMOVED: "created",
}

_DEFAULT_WINDOW = Limits().window

Allowances = Mapping[str, int]
"""What a person allowed for this run: a kind's name and the number (R4)."""


def allowed(limits: Limits, kind: Kind, bound: int) -> int:
    """Return how many assets a kind of change may touch in a window, for so many bound assets (R1)."""
    limit: Limit | CountLimit = getattr(limits, _ATTRIBUTES[kind])
    if isinstance(limit, CountLimit):
        return limit.count
    return min(max(math.floor(limit.percent * bound / 100), limit.count), math.ceil(bound / 2))


def usage(state: State, source: str, tenant_id: str) -> Usage:
    """Return what counts against a tenant's limits; its bound assets of now when the window has no run."""
    for each in state.usage:
        if (each.source, each.tenant_id) == (source, tenant_id):
            return each
    return Usage(source, tenant_id, bound_assets(state.bindings, source, tenant_id))


def bound_assets(bindings: Sequence[Binding], source: str, tenant_id: str) -> int:
    """Return how many of the tenant's bindings are not deleted."""
    columns = map(pack(bindings, BINDINGS).column, ("source", "tenant_id", "presence"))
    return sum(
        presence is not Presence.DELETED and (of, tenant) == (source, tenant_id)
        for of, tenant, presence in zip(*columns, strict=True)
    )


def is_first_import(state: State, source: str, tenant_id: str) -> bool:
    """Return whether no device of the tenant was ever bound (R3)."""
    columns = map(pack(state.bindings, BINDINGS).column, ("source", "tenant_id"))
    return (source, tenant_id) not in zip(*columns, strict=True)


def absences_allowed(environment: Environment, state: State, connection: str, allowances: Allowances) -> int:
    """Return how many bound devices may be unlisted before none of them is fetched (G3)."""
    tenant = environment.connections[connection].tenant_id
    if Kind.DELETED_IN_INTUNE in allowances:
        return allowances[Kind.DELETED_IN_INTUNE]
    used = usage(state, "intune", tenant)
    most = allowed(environment.instance.limits, Kind.DELETED_IN_INTUNE, used.bound)
    return max(0, most - used.counts.get(Kind.DELETED_IN_INTUNE, 0))


def judge(
    environment: Environment,
    state: State,
    changes: Iterable[Change],
    summaries: Iterable[ConnectionSummary],
    allowances: Allowances,
) -> tuple[LimitUse, ...]:
    """Return every kind that a connection's changes touch, against its limit, sorted by connection and kind.

    Changes of a connection that the settings do not have, which only an undo makes, are held to none.
    """
    planned: dict[tuple[str, Kind], int] = {}
    for change in changes:
        for kind in change.kinds if change.connection in environment.connections else ():
            key = (change.connection or "", kind)
            planned[key] = planned.get(key, 0) + 1
    for summary in summaries:
        if summary.unproven:
            key = (summary.name, Kind.DELETED_IN_INTUNE)
            planned[key] = planned.get(key, 0) + summary.unproven
    return tuple(
        _use(environment, state, connection, kind, count, allowances)
        for (connection, kind), count in sorted(planned.items())
    )


def _use(
    environment: Environment, state: State, connection: str, kind: Kind, planned: int, allowances: Allowances
) -> LimitUse:
    """Return how much of a limit a connection uses with this plan (R1 to R4)."""
    tenant = environment.connections[connection].tenant_id
    limits = environment.instance.limits
    used = usage(state, "intune", tenant)
    exempt = _exempt(state, tenant, kind)
    if kind in allowances:
        most, before, exempt = allowances[kind], 0, None
    else:
        most = allowed(limits, kind, used.bound)
        before = used.counts.get(kind, 0)
    return LimitUse(
        connection=connection,
        kind=kind,
        planned=planned,
        used=before,
        allowed=most,
        bound=used.bound,
        over=exempt is None and planned + before > most,
        exempt=exempt,
        window=UNSET if limits.window == _DEFAULT_WINDOW else limits.window,
    )


def _exempt(state: State, tenant: str, kind: Kind) -> str | None:
    """Return why a connection's first import is not held to a limit, None when it is (R3)."""
    if kind not in (Kind.UPDATED, Kind.CREATED, Kind.USERS_CREATED) or not is_first_import(state, "intune", tenant):
        return None
    if kind is Kind.USERS_CREATED:
        return None if state.people else "the first import into a store without users"
    if kind is Kind.UPDATED:
        return "the connection's first import"
    return None if state.assets else "the first import into an empty store"
