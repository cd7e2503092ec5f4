"""When connections were read: the last applied read of each, and the days that had a whole one (D3)."""

from collections.abc import Iterable

from sqlalchemy import Connection, delete, insert, select

from reconciler.model.plan import ReadAdvance
from reconciler.model.state import LastRead
from reconciler.store.ledger.tables import connection_read, whole_read_day


def read_reads(connection: Connection) -> tuple[LastRead, ...]:
    """Return the last applied reads, by source and tenant."""
    days: dict[tuple[str, str], list[str]] = {}
    c = whole_read_day.c
    for source, tenant, day in connection.execute(select(c.source, c.tenant_id, c.day).order_by(c.day)):
        days.setdefault((source, tenant), []).append(day)
    r = connection_read.c
    rows = connection.execute(select(r.source, r.tenant_id, r.read_at).order_by(r.source, r.tenant_id))
    return tuple(LastRead(source, tenant, at, tuple(days.get((source, tenant), ()))) for source, tenant, at in rows)


def write_reads(connection: Connection, reads: Iterable[ReadAdvance]) -> None:
    """Write the reads that count once a plan is applied."""
    r, d = connection_read.c, whole_read_day.c
    for read in reads:
        tenant = {"source": read.source, "tenant_id": read.tenant_id}
        connection.execute(delete(connection_read).where(r.source == read.source, r.tenant_id == read.tenant_id))
        connection.execute(insert(connection_read).values(read_at=read.read_at, **tenant))
        day = read.read_at[:10]
        known = select(d.day).where(d.source == read.source, d.tenant_id == read.tenant_id, d.day == day)
        if read.whole and connection.execute(known).first() is None:
            connection.execute(insert(whole_read_day).values(day=day, **tenant))
