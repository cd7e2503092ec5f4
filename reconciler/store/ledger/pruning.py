"""Pruning: the details of old runs are removed from the journal; what undo, limits and charts need is kept (J1).

1. A run keeps its row for ever: who, when, counts, limits used, bound assets. Its changes go, and it cannot be undone.
2. The last run, and one whose undo holds connections, keep theirs, however old they are.
3. The settings that were the last applied ones at the cutoff are kept: a run that stays may need them.
4. A run that is undone or undoes another goes only together with it.
"""

from sqlalchemy import ColumnElement, Connection, delete, func, select, update

from reconciler.model.run import Prunable
from reconciler.store.database.times import utc_now
from reconciler.store.ledger.tables import (
    attempt,
    hold,
    intent,
    open_run,
    run,
    run_binding,
    run_change,
    run_reason,
    settings_revision,
)
from reconciler.store.rows.assets import chunks


def prunable(connection: Connection, before: str) -> Prunable:
    """Return what would be removed."""
    keys = _old_runs(connection, before)
    changes = (run_change, run_binding)
    return Prunable(
        runs=len(keys),
        changes=sum(_count(connection, table.c.run_id.in_(some)) for some in chunks(keys) for table in changes),
        attempts=_count(connection, attempt.c.failed_at < before),
        settings=_count(connection, _old_settings(before)),
        intents=_count(connection, _old_intents(before)),
    )


def prune(connection: Connection, before: str) -> Prunable:
    """Remove it; return what was removed."""
    found = prunable(connection, before)
    for some in chunks(_old_runs(connection, before)):
        for table in (run_change, run_binding, run_reason):
            connection.execute(delete(table).where(table.c.run_id.in_(some)))
        connection.execute(update(run).where(run.c.id.in_(some)).values(pruned_at=utc_now()))
    connection.execute(delete(attempt).where(attempt.c.failed_at < before))
    connection.execute(delete(settings_revision).where(_old_settings(before)))
    connection.execute(delete(intent).where(_old_intents(before)))
    return found


def _old_runs(connection: Connection, before: str) -> list[int]:
    """Return the runs whose changes go, by their keys."""
    held = frozenset(connection.execute(select(hold.c.run_id)).scalars())
    rows = connection.execute(select(run).order_by(run.c.id)).all()
    kept = {row.id for row in rows if row.finished_at >= before or row.id in held}
    kept |= {rows[-1].id} if rows else set()
    while True:  # an undo of an undo is a chain
        more = {row.id for row in rows if {row.undone_by, row.undoes} & kept} - kept
        if not more:
            return [row.id for row in rows if row.id not in kept and row.pruned_at is None]
        kept |= more


def _old_settings(before: str) -> ColumnElement[bool]:
    s = settings_revision.c
    last = select(func.max(s.id)).where(s.applied_at < before).scalar_subquery()
    return (s.applied_at < before) & (s.id != last)


def _old_intents(before: str) -> ColumnElement[bool]:
    return (intent.c.updated_at < before) & intent.c.run_id.not_in(select(open_run.c.run_id))


def _count(connection: Connection, which: ColumnElement[bool]) -> int:
    return connection.execute(select(func.count()).where(which)).scalar_one()
