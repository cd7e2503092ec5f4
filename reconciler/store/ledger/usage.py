"""What runs within the limits' window already used of them (R1, R2): kept with each run, summed up for a State.

- Each connection's bound assets are counted before the run; for its first import after it, since that run is what made
  the fleet that later runs are measured against.
- A kind counts as many changes as the plan has of it, unless it was allowed explicitly or exempt.
"""

from collections import Counter
from collections.abc import Iterable

import msgspec
from sqlalchemy import Connection, func, select

from reconciler.columnar import Packed
from reconciler.model.plan import Plan
from reconciler.model.state import Binding, Presence, Usage
from reconciler.store.database.times import later
from reconciler.store.ledger.tables import binding, run

Tenant = tuple[str, str]
"""Source and tenant id."""


def read_usage(connection: Connection, bindings: Packed[Binding], window_seconds: int, now: str) -> tuple[Usage, ...]:
    """Return what counts against each connection's limits, sorted by source and tenant."""
    bound = _count(bindings)
    counts: dict[Tenant, dict[str, int]] = {}
    rows = connection.execute(
        select(run.c.usage, run.c.undone_by)
        .where(run.c.started_at > later(now, -window_seconds))
        .order_by(run.c.id.desc())
    )
    for text, undone_by in rows:
        for usage in msgspec.json.decode(text, type=tuple[Usage, ...]):
            tenant = (usage.source, usage.tenant_id)
            bound[tenant] = usage.bound
            if undone_by is None:
                total = counts.setdefault(tenant, {})
                for kind, count in usage.counts.items():
                    total[kind] = total.get(kind, 0) + count
    return tuple(
        Usage(*tenant, bound[tenant], dict(sorted(counts.get(tenant, {}).items()))) for tenant in sorted(bound)
    )


def _count(bindings: Packed[Binding]) -> Counter[Tenant]:
    """Count the bindings that are not deleted; a tenant that has no other has none."""
    counts: Counter[Tenant] = Counter()
    columns = map(bindings.column, ("source", "tenant_id", "presence"))
    for (source, tenant, presence), count in Counter(zip(*columns, strict=True)).items():
        counts[source, tenant] += 0 if presence is Presence.DELETED else count
    return counts


def count_bound(connection: Connection) -> dict[Tenant, int]:
    """Return how many assets each connection has bound and not deleted."""
    c = binding.c
    rows = connection.execute(
        select(c.source, c.tenant_id, func.count())
        .where(c.presence != Presence.DELETED.value)
        .group_by(c.source, c.tenant_id)
    )
    return {(source, tenant): count for source, tenant, count in rows}


def usage_of(plan: Plan, allowances: Iterable[str], before: dict[Tenant, int], after: dict[Tenant, int]) -> bytes:
    """Return what a run used of the limits, as its row keeps it."""
    allowed = frozenset(allowances)
    by_name = {summary.name: summary for summary in plan.connections}
    first = {summary.tenant_id for summary in plan.connections if summary.first_import}
    sources = {tenant: source for source, tenant in (*before, *after)}
    counts: dict[str, dict[str, int]] = {}
    for use in plan.limits:
        if use.planned and use.exempt is None and use.kind not in allowed and use.connection in by_name:
            counts.setdefault(by_name[use.connection].tenant_id, {})[use.kind] = use.planned
    return msgspec.json.encode(
        [
            Usage(
                source,
                tenant,
                (after if tenant in first else before).get((source, tenant), 0),
                counts.get(tenant, {}),
            )
            for tenant, source in sorted(sources.items())
        ]
    )
