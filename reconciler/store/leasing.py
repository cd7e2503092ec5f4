"""The lease: one apply at a time (A2).

It is taken and given up in transactions of its own, so that everyone sees who holds it; its fencing number grows with
each taking and is checked inside the transaction that writes. One whose holder died ends by itself.
"""

import secrets
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, insert, select, update

from reconciler.errors import LeaseError, UsageError
from reconciler.store.journal_tables import lease
from reconciler.store.times import later, utc_now

LEASE_SECONDS: Final = 15 * 60
"""How long a lease lasts when its holder dies; an apply that is still writing then holds the write lock too."""


@dataclass(frozen=True, slots=True)
class Lease:
    """A lease that was taken."""

    lease_id: str
    fencing: int


def take_lease(connection: Connection, owner: str, seconds: float = LEASE_SECONDS) -> Lease:
    """Take the lease, in a transaction that takes the write lock; the caller commits.

    Raises:
        LeaseError: someone holds it.
    """
    refuse_held(connection)
    row = connection.execute(select(lease.c.fencing)).one_or_none()
    taken = Lease(secrets.token_hex(4), (row.fencing if row else 0) + 1)
    now = utc_now()
    values = {
        "lease_id": taken.lease_id,
        "owner": owner,
        "since": now,
        "expires": later(now, seconds),
        "held": True,
        "fencing": taken.fencing,
    }
    connection.execute(insert(lease).values(id=1, **values) if row is None else update(lease).values(values))
    return taken


def refuse_held(connection: Connection) -> None:
    """Do nothing when the lease is free or has ended.

    Raises:
        LeaseError: someone holds it.
    """
    row = connection.execute(select(lease).where(lease.c.held, lease.c.expires > utc_now())).one_or_none()
    if row is not None:
        raise LeaseError(
            f"Another apply holds the store: {row.owner}, since {row.since}. Wait until it is done. If it died, its "
            f"lease ends by itself at {row.expires}, or now with: reconciler store unlock ENV {row.lease_id}"
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


def give_up(connection: Connection, taken: Lease) -> None:
    """Free the lease if it is still ours."""
    connection.execute(update(lease).where(lease.c.fencing == taken.fencing).values(held=False))


def describe_lease(connection: Connection) -> str | None:
    """Return who holds the lease, in words; None when nobody does."""
    row = connection.execute(select(lease).where(lease.c.held)).one_or_none()
    if row is None:
        return None
    ended = " (ended)" if row.expires <= utc_now() else ""
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
