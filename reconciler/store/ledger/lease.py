"""The lease: one apply at a time (A2).

1. It is taken in a transaction of its own, so that everyone sees who holds it; its fencing number grows each time.
2. One whose holder died ends by itself, by the clock that all who use the store share; at once where it can be seen.
3. The transaction that writes looks at the fencing number when it begins, and ends by freeing the lease, which only
   its holder can: whoever was slow, and whose lease someone else took meanwhile, cannot commit.
"""

import secrets
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Row, select, text, update
from sqlalchemy.exc import DBAPIError

from reconciler.errors import LeaseError, UsageError
from reconciler.store.database.dialects import now
from reconciler.store.database.errors import was_moved
from reconciler.store.database.times import later
from reconciler.store.ledger.lease_holder import forget_holder, holder_died, write_holder
from reconciler.store.ledger.tables import lease

_NOBODYS: Final = text(
    "INSERT INTO lease (id, lease_id, owner, since, expires, held, fencing) VALUES (1, '', '', '', '', false, 0) "
    "ON CONFLICT (id) DO NOTHING"
)


@dataclass(frozen=True, slots=True)
class Lease:
    """A lease that was taken."""

    lease_id: str
    fencing: int


def take_lease(connection: Connection, owner: str, seconds: float, environment: str = "ENV") -> Lease:
    """Take the lease for so long, in a transaction of its own; the caller commits. Messages name the environment.

    Raises:
        LeaseError: someone holds it.
    """
    connection.execute(_NOBODYS)
    row = connection.execute(select(lease).with_for_update()).one()
    moment = now(connection)
    if row.held and row.expires > moment and not holder_died(connection, row.lease_id):
        raise _held(row, environment)
    taken = Lease(secrets.token_hex(4), row.fencing + 1)
    connection.execute(
        update(lease).values(
            lease_id=taken.lease_id,
            owner=owner,
            since=moment,
            expires=later(moment, seconds),
            held=True,
            fencing=taken.fencing,
        )
    )
    write_holder(connection, taken.lease_id)
    return taken


def refuse_held(connection: Connection, environment: str = "ENV") -> None:
    """Do nothing when the lease is free or has ended, or its holder died.

    Raises:
        LeaseError: someone holds it.
    """
    row = connection.execute(select(lease).where(lease.c.held)).one_or_none()
    if row is not None and row.expires > now(connection) and not holder_died(connection, row.lease_id):
        raise _held(row, environment)


def keep_free(connection: Connection, environment: str = "ENV") -> None:
    """Keep anyone from taking the lease until this transaction ends, as a migration does.

    Raises:
        LeaseError: someone holds it.
    """
    connection.execute(_NOBODYS)
    connection.execute(select(lease).with_for_update())
    refuse_held(connection, environment)


def _held(row: Row[Any], environment: str) -> LeaseError:
    return LeaseError(
        f"Another apply holds the store: {row.owner}, since {row.since}. Wait until it is done. If it died, its "
        f"lease ends by itself at {row.expires}, or now with: reconciler store unlock {environment} {row.lease_id}"
    )


def check_fencing(connection: Connection, taken: Lease) -> None:
    """Do nothing when the lease is still ours.

    Raises:
        LeaseError: it was broken, or it ended and someone else took it.
    """
    row = connection.execute(select(lease)).one_or_none()
    if row is None or not row.held or row.fencing != taken.fencing:
        raise LeaseError(
            "The store's lease was taken from this apply before it could write"
            + (f" (by {row.owner}, since {row.since})" if row is not None and row.held else "")
            + "; nothing was written. Apply again."
        )


def renew(connection: Connection, taken: Lease, seconds: float) -> None:
    """Let the lease, which is still ours, last for so long from now on.

    Raises:
        LeaseError: it was broken, or it ended and someone else took it.
    """
    ours = (lease.c.held, lease.c.fencing == taken.fencing)
    expires = later(now(connection), seconds)
    if connection.execute(update(lease).where(*ours).values(expires=expires)).rowcount != 1:
        raise _lost()


def give_up(connection: Connection, taken: Lease) -> None:
    """Free the lease, as the last thing that the transaction that writes does before it commits.

    Raises:
        LeaseError: it was broken, or it ended and someone else took it.
    """
    try:
        freed = free(connection, taken)
    except DBAPIError as error:
        if was_moved(error):
            raise _lost() from error
        raise
    if not freed:
        raise _lost()


def free(connection: Connection, taken: Lease) -> bool:
    """Free the lease if it is still ours; return whether it was."""
    mine = (lease.c.held, lease.c.fencing == taken.fencing)
    freed = connection.execute(update(lease).where(*mine).values(held=False)).rowcount == 1
    if freed:
        forget_holder(connection)
    return freed


def _lost() -> LeaseError:
    return LeaseError(
        "The store's lease was taken from this apply while it wrote: it ended and another apply ran, or someone freed "
        "it. Nothing was kept. Apply again."
    )


def describe_lease(connection: Connection) -> str | None:
    """Return who holds the lease, in words; None when nobody does."""
    row = connection.execute(select(lease).where(lease.c.held)).one_or_none()
    if row is None:
        return None
    over = row.expires <= now(connection) or holder_died(connection, row.lease_id)
    ended = " (ended)" if over else ""
    return f"{row.lease_id}: {row.owner}, since {row.since}, until {row.expires}{ended}"


def break_lease(connection: Connection, lease_id: str) -> None:
    """Free the lease with this id, whoever holds it.

    Raises:
        UsageError: it is not held, or has another id.
    """
    freed = connection.execute(update(lease).where(lease.c.held, lease.c.lease_id == lease_id).values(held=False))
    if freed.rowcount != 1:
        held = describe_lease(connection)
        raise UsageError(
            f"There is no lease {lease_id} on the store; " + (f"held is {held}." if held else "nobody holds one.")
        )
