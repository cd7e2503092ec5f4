"""The lease: one apply at a time, and a dead one's does not last (A2)."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Connection, event
from storing import NEXT_READ, ORIGIN, Where, apply, changed, dump, execute, first_store, plan, url

from reconciler.errors import LeaseError, UsageError
from reconciler.store.database.dialects import engine_of
from reconciler.store.database.location import locate
from reconciler.store.ledger.lease import Lease, check_fencing, free
from reconciler.store.opening import open_store

HELD = (
    "UPDATE lease SET lease_id = 'abcd1234', owner = 'eve on server', since = '2026-11-23T08:00:00Z', "
    "expires = '{expires}', held = true, fencing = 41"
)
FAR, PAST = "2999-01-01T00:00:00Z", "2026-11-23T08:15:00Z"


def held_store(place: Where, expires: str) -> Where:
    """Make a store whose lease someone else took."""
    execute(first_store(place), HELD.format(expires=expires))
    return place


def test_a_held_lease_stops_an_apply_and_says_who_has_it(place: Where) -> None:
    """The loser is told the owner, since when, and how to break a dead one's lease."""
    held_store(place, FAR)
    before = dump(place)
    with pytest.raises(LeaseError) as caught:
        apply(place, plan(read_at=NEXT_READ))
    assert str(caught.value) == (
        "Another apply holds the store: eve on server, since 2026-11-23T08:00:00Z. Wait until it is done. If it died, "
        "its lease ends by itself at 2999-01-01T00:00:00Z, or now with: reconciler store unlock ENV abcd1234"
    )
    assert dump(place) == before


def test_a_second_apply_is_told_at_once_while_the_first_writes(place: Where) -> None:
    """The lease is seen by others before anything is committed."""
    first_store(place)
    with open_store(url(place), write=True) as one, one.apply(owner="ann", origin=ORIGIN) as transaction:
        transaction.write(plan(changed("AST-000001", name=("LT-1", "LT-9"))), {}, {}, "s1", kind="production")
        with pytest.raises(LeaseError, match="holds the store: ann"):
            apply(place, plan(read_at=NEXT_READ))
    with open_store(url(place), write=False) as store:
        assert store.status().lease is None


def test_an_expired_lease_is_taken_with_the_next_fencing_number(tmp_path: Path) -> None:
    """A holder that died stops nobody for long."""
    path = held_store(tmp_path / "store.db", PAST)
    with open_store(url(path), write=False) as store:
        assert store.status().lease == (
            "abcd1234: eve on server, since 2026-11-23T08:00:00Z, until 2026-11-23T08:15:00Z (ended)"
        )
    with open_store(url(path), write=True) as store:
        with store.apply(owner="ann", origin=ORIGIN):
            assert " ann, since " in str(store.status().lease)
        assert store.status().lease is None
    connection = sqlite3.connect(path)
    assert connection.execute("SELECT fencing FROM lease").fetchall() == [(42,)]
    connection.close()


def test_an_apply_whose_lease_was_taken_writes_nothing(place: Where) -> None:
    """Whoever slept past the end of its lease finds another fencing number inside its transaction."""
    held_store(place, FAR)
    engine = engine_of(locate(url(place)), "rw", 1)
    ours = Lease("00000000", 40)
    with engine.connect() as connection, connection.begin():
        with pytest.raises(LeaseError) as caught:
            check_fencing(connection, ours)
        assert not free(connection, ours)
        check_fencing(connection, Lease("abcd1234", 41))
    assert str(caught.value) == (
        "The store's lease was taken from this apply before it could write (by eve on server, since "
        "2026-11-23T08:00:00Z); nothing was written. Apply again."
    )


def test_an_apply_looks_at_its_lease_inside_its_transaction(place: Where) -> None:
    """A lease that is taken over between its taking and the first write stops the apply."""
    first_store(place)
    begun = []

    def steal(connection: Connection) -> None:
        begun.append(connection)
        if len(begun) == 3:
            connection.exec_driver_sql(HELD.format(expires=FAR))

    with open_store(url(place), write=True) as store:
        event.listen(store._writer, "begin", steal)
        with pytest.raises(LeaseError, match="by eve on server"), store.apply(owner="ann", origin=ORIGIN):
            pytest.fail("the block must not be entered")


def test_an_apply_holds_the_write_lock_from_its_beginning(tmp_path: Path) -> None:
    """Rows that were verified cannot move before they are written."""
    path = first_store(tmp_path / "store.db")
    with (
        open_store(url(path), write=True) as store,
        store.apply(owner="ann", origin=ORIGIN),
        closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as other,
        pytest.raises(sqlite3.OperationalError, match="locked"),
    ):
        other.execute("BEGIN IMMEDIATE")


def test_a_lease_is_broken_by_its_id_alone(place: Where) -> None:
    """Nobody breaks a lease that they did not look at."""
    held_store(place, FAR)
    with open_store(url(place), write=True) as store:
        with pytest.raises(UsageError, match="There is no lease ffff on the store; held is abcd1234: eve on server"):
            store.unlock("ffff")
        store.unlock("abcd1234")
        with pytest.raises(UsageError, match="nobody holds one"):
            store.unlock("abcd1234")
    apply(place, plan(read_at=NEXT_READ))


def test_a_store_is_not_adopted_while_an_apply_holds_it(place: Where) -> None:
    """An apply does not find itself in another instance's store."""
    held_store(place, FAR)
    with open_store(url(place), write=True) as store, pytest.raises(LeaseError):
        store.adopt("uat", "uat")
