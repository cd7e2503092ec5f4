"""Attempts: applies that failed, or that could not read everything, with what each connection said (J4)."""

from collections.abc import Collection
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, Row, insert, select

from reconciler.model.run import Attempt
from reconciler.store.ledger.tables import attempt

_SEARCHED: Final = 1000
"""So many attempts are looked through for the last failure of each connection."""


def write_attempt(connection: Connection, made: Attempt) -> None:
    """Keep an attempt."""
    row = {
        "started_at": made.started_at,
        "failed_at": made.failed_at,
        "who": made.who,
        "from_where": made.where,
        "settings_commit": made.commit,
        "exit_code": int(made.exit_code),
        "error": made.error,
        "unread": msgspec.json.encode(made.unread, order="sorted").decode(),
        "run_id": made.run_id,
    }
    connection.execute(insert(attempt).values(row))


def read_attempts(connection: Connection, limit: int) -> tuple[Attempt, ...]:
    """Return the latest attempts, newest first."""
    return tuple(map(_attempt, connection.execute(select(attempt).order_by(attempt.c.id.desc()).limit(limit))))


def last_failures(connection: Connection) -> dict[str, Attempt]:
    """Return the latest attempt that could not read each connection, by the connection's name."""
    found: dict[str, Attempt] = {}
    for each in read_attempts(connection, _SEARCHED):
        for name in each.unread:
            found.setdefault(name, each)
    return dict(sorted(found.items()))


def unread_of(connection: Connection, run_ids: Collection[str]) -> dict[str, dict[str, str]]:
    """Return why connections were not read in these runs, by the run's id."""
    statement = select(attempt.c.run_id, attempt.c.unread).where(attempt.c.run_id.in_(run_ids))
    return {run_id: msgspec.json.decode(text, type=dict[str, str]) for run_id, text in connection.execute(statement)}


def _attempt(row: Row[Any]) -> Attempt:
    return Attempt(
        started_at=row.started_at,
        failed_at=row.failed_at,
        who=row.who,
        where=row.from_where,
        commit=row.settings_commit,
        exit_code=row.exit_code,
        error=row.error,
        unread=msgspec.json.decode(row.unread, type=dict[str, str]),
        run_id=row.run_id,
    )
