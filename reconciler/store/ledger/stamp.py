"""The stamp: whose store this is, and the revision that every apply changes (E3, A3)."""

import secrets
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from reconciler.errors import StampError
from reconciler.model.state import Stamp
from reconciler.store.database.times import utc_now
from reconciler.store.ledger.tables import stamp


def as_stamp(row: Row[Any] | None) -> Stamp | None:
    """Return the stamp of its table's row."""
    return Stamp(row.instance, row.kind, row.store_id, row.adopted_from) if row else None


def read_stamp(connection: Connection) -> Stamp | None:
    """Return the stamp; None for a store that nobody has written to."""
    return as_stamp(connection.execute(select(stamp)).one_or_none())


def adopt(connection: Connection, instance: str, kind: str) -> Stamp:
    """Make the store this instance's, with a new store id; the old one is kept as `adopted_from`."""
    old = read_stamp(connection)
    new = Stamp(instance, kind, secrets.token_hex(8), old.store_id if old else None)
    values = {"instance": instance, "kind": kind, "store_id": new.store_id, "adopted_from": new.adopted_from}
    if old is None:
        connection.execute(insert(stamp).values(id=1, created_at=utc_now(), **values))
    else:
        connection.execute(update(stamp).values(values))
    return new


def ensure_stamp(connection: Connection, instance: str, kind: str) -> Stamp:
    """Return the instance's stamp, made when the store has none.

    Raises:
        StampError: the store is another instance's.
    """
    found = read_stamp(connection)
    if found is None:
        return adopt(connection, instance, kind)
    if found.instance != instance:
        raise StampError(
            f"The store belongs to the instance {found.instance} and the plan is {instance}'s; nothing was written. "
            f"If the store is a copy that is to be {instance}'s from now on: reconciler store adopt {instance}"
        )
    return found


def move_on(connection: Connection, highest_tag: int) -> str:
    """Give the store a new revision and remember the highest tag; return the revision."""
    revision = secrets.token_hex(16)
    highest = connection.execute(select(stamp.c.highest_tag)).scalar_one()
    connection.execute(update(stamp).values(revision=revision, highest_tag=max(highest, highest_tag)))
    return revision
