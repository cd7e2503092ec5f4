"""A store's numbers: whose it is, its last run and reads, bindings by presence, seats of licences."""

from sqlalchemy import Connection, case, func, select

from reconciler.model.run import LicenceUse, StoreStatus
from reconciler.model.state import Presence
from reconciler.store.ledger.attempts import last_failures
from reconciler.store.ledger.journal import read_runs
from reconciler.store.ledger.lease import describe_lease
from reconciler.store.ledger.tables import binding, connection_read, stamp
from reconciler.store.rows.tables import asset, asset_software, licence, software


def read_status(connection: Connection) -> StoreStatus | None:
    """Return the numbers; None when nothing was applied to the store yet."""
    row = connection.execute(select(stamp)).one_or_none()
    if row is None:
        return None
    runs = read_runs(connection, 1)
    reads = connection.execute(select(connection_read).order_by("source", "tenant_id"))
    return StoreStatus(
        store_id=row.store_id,
        instance=row.instance,
        revision=row.revision,
        assets=connection.execute(select(func.count()).select_from(asset)).scalar_one(),
        bindings=_bindings(connection),
        last_run=runs[0] if runs else None,
        last_reads={f"{read.source}/{read.tenant_id}": read.read_at for read in reads},
        lease=describe_lease(connection),
        last_failures=last_failures(connection),
        licences=_licences_used(connection),
    )


def _bindings(connection: Connection) -> dict[str, int]:
    c = binding.c
    rows = connection.execute(select(c.presence, func.count()).group_by(c.presence).order_by(c.presence))
    return dict(iter(rows))


def _licences_used(connection: Connection) -> tuple[LicenceUse, ...]:
    """Return each licence with the number of assets that have software tied to it, deleted devices' left out (L2)."""
    b = binding.c
    alive = func.sum(case((b.presence != Presence.DELETED.value, 1), else_=0))
    gone = select(b.asset_id).group_by(b.asset_id).having(alive == 0)
    used = func.count(asset_software.c.asset_id.distinct())
    statement = (
        select(licence.c.name, licence.c.seats, used)
        .select_from(licence)
        .outerjoin(software, software.c.licence_id == licence.c.id)
        .outerjoin(
            asset_software,
            (asset_software.c.software_id == software.c.id) & asset_software.c.asset_id.not_in(gone),
        )
        .group_by(licence.c.id, licence.c.name, licence.c.seats)
        .order_by(licence.c.name)
    )
    return tuple(LicenceUse(name, seats, count) for name, seats, count in connection.execute(statement))
