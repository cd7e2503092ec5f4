"""The stamp: whose store this is, and the revision that every apply changes (E3, A3)."""

import secrets
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, delete, insert, select, update

from reconciler.errors import StampError
from reconciler.model.state import RemoteIdentity, Stamp
from reconciler.store.database.dialects import table_names
from reconciler.store.database.times import utc_now
from reconciler.store.ledger.tables import remote, stamp


def as_stamp(row: Row[Any] | None, beside: RemoteIdentity | None) -> Stamp | None:
    """Return the stamp of its table's row, and of the remote that the ledger stands beside."""
    return Stamp(row.instance, row.kind, row.store_id, row.adopted_from, beside) if row else None


def environment_of(connection: Connection) -> str:
    """Return the name of the environment whose store this is, for commands in messages."""
    return connection.execute(select(stamp.c.instance)).scalar_one_or_none() or "ENV"


def read_remote(connection: Connection) -> RemoteIdentity | None:
    """Return which remote the ledger stands beside; None for a store of its own (W6)."""
    row = connection.execute(select(remote)).one_or_none()
    if row is None:
        return None
    return RemoteIdentity(row.product, row.url, msgspec.json.decode(row.facts, type=dict[str, str]))


def write_remote(connection: Connection, identity: RemoteIdentity) -> None:
    """Note which remote the ledger stands beside."""
    connection.execute(delete(remote))
    facts = msgspec.json.encode(identity.facts, order="sorted").decode()
    connection.execute(insert(remote).values(id=1, product=identity.product, url=identity.url, facts=facts))


def read_stamp(connection: Connection) -> Stamp | None:
    """Return the stamp, whatever the store's revision; None for a store that nobody has written to."""
    beside = read_remote(connection) if remote.name in table_names(connection) else None
    return as_stamp(connection.execute(select(stamp)).one_or_none(), beside)


def adopt(connection: Connection, instance: str, kind: str) -> Stamp:
    """Make the store this instance's, with a new store id; the old one is kept as `adopted_from`."""
    old = read_stamp(connection)
    new = Stamp(instance, kind, secrets.token_hex(8), old.store_id if old else None, old.remote if old else None)
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


def ensure_remote(connection: Connection, identity: RemoteIdentity) -> None:
    """Note which remote the ledger stands beside, where it stands beside none yet.

    Raises:
        StampError: it stands beside another one.
    """
    found = read_remote(connection)
    if found is None:
        write_remote(connection, identity)
    elif found != identity:
        raise StampError(
            f"The ledger stands beside {described(found)}, and this is {described(identity)}; nothing was written. If "
            f"this one is meant from now on, run: reconciler store adopt {environment_of(connection)}"
        )


def described(identity: RemoteIdentity) -> str:
    """Return a remote in words."""
    facts = ", ".join(f"{name} {value}" for name, value in sorted(identity.facts.items()))
    return f"{identity.product} at {identity.url}" + (f" ({facts})" if facts else "")


def read_revision(connection: Connection) -> str:
    """Return the store's revision, empty for a store that nobody has written to."""
    return str(connection.execute(select(stamp.c.revision)).scalar_one_or_none() or "")


def move_on(connection: Connection, highest_tag: int) -> str:
    """Give the store a new revision and remember the highest tag; return the revision."""
    revision = secrets.token_hex(16)
    highest = connection.execute(select(stamp.c.highest_tag)).scalar_one()
    connection.execute(update(stamp).values(revision=revision, highest_tag=max(highest, highest_tag)))
    return revision
