"""Two applies in two processes (A2): one at a time, the dead stop nobody for long, and the slow cannot commit."""

import os
import time

import pytest
from holding import TAKEN, WRITTEN, holding
from postgres import Database
from storing import NEXT_READ, ORIGIN, Where, apply, changed, execute, first_store, plan, query, state, url

from reconciler.errors import LeaseError, StoreError
from reconciler.store.opening import open_store

pytestmark = pytest.mark.thorough

SHORT = 1.0
OURS = plan(changed("AST-000002", name=("LT-2", "ours")), read_at=NEXT_READ)


def names(place: Where) -> list[object]:
    """Return the assets' names."""
    return [asset.values[0] for asset in state(place).assets]


def wait_until_ended(place: Where) -> None:
    """Wait until the lease that is held has ended."""
    while True:
        with open_store(url(place)) as store:
            if str(store.status().lease).endswith("(ended)"):
                return
        time.sleep(0.05)


def test_of_two_applies_one_wins_and_the_other_is_told_who(place: Where) -> None:
    """The loser writes nothing, the winner everything."""
    first_store(place)
    with holding(place, WRITTEN) as holder:
        with pytest.raises(LeaseError, match="Another apply holds the store: eve on server, since 20"):
            apply(place, OURS)
        assert holder.let_go() == "kept"
    assert names(place) == ["theirs", "LT-2"]
    apply(place, OURS)
    assert names(place) == ["theirs", "ours"]


def test_a_holder_that_was_killed_stops_nobody_once_its_lease_ended(place: Where) -> None:
    """Nothing of it is left, and until then everyone is told who holds the store and how to free it."""
    first_store(place)
    with holding(place, WRITTEN, 3 * SHORT) as holder:
        holder.process.kill()
        holder.process.wait()
        execute(place, "UPDATE lease_holder SET machine = 'another'")
        with pytest.raises(LeaseError, match="reconciler store unlock ENV"):
            apply(place, OURS)
    wait_until_ended(place)
    apply(place, OURS)
    assert names(place) == ["LT-1", "ours"]


def test_a_holder_that_was_killed_on_this_machine_stops_nobody(place: Where) -> None:
    """Its process is gone, which is seen at once; the lease would last for hours."""
    first_store(place)
    with holding(place, WRITTEN, 3600) as holder:
        with pytest.raises(LeaseError, match="Another apply holds the store"):
            apply(place, OURS)
        holder.process.kill()
        holder.process.wait()
        with open_store(url(place)) as store:
            assert str(store.status().lease).endswith("(ended)")
        apply(place, OURS)
    assert names(place) == ["LT-1", "ours"]


def test_another_process_with_the_number_of_a_dead_holder_is_not_taken_for_it(place: Where) -> None:
    """Numbers are given again; when a process began tells two of them apart."""
    first_store(place)
    with holding(place, WRITTEN, 3600) as holder:
        holder.process.kill()
        holder.process.wait()
        execute(place, f"UPDATE lease_holder SET process = {os.getpid()}")
        apply(place, OURS)
    assert names(place) == ["LT-1", "ours"]


def test_a_slow_holder_that_comes_back_after_another_ran_cannot_commit(place: Where) -> None:
    """Its lease ended, another apply was kept, and its own changes are not."""
    first_store(place)
    with holding(place, TAKEN, SHORT) as holder:
        wait_until_ended(place)
        apply(place, OURS)
        told = holder.let_go()
    assert told.startswith("LeaseError: The store's lease was taken from this apply before it could write")
    assert names(place) == ["LT-1", "ours"]


def test_a_slow_holder_that_nobody_took_over_may_still_commit(place: Where) -> None:
    """An ended lease that is still its own does no harm."""
    first_store(place)
    with holding(place, TAKEN, SHORT) as holder:
        wait_until_ended(place)
        assert holder.let_go() == "kept"
    assert names(place) == ["theirs", "LT-2"]


def test_a_server_ends_the_session_of_a_holder_that_hangs_in_the_middle(database: Database) -> None:
    """Its locks go with its lease; whoever comes next writes, and it finds its session gone."""
    first_store(database)
    with holding(database, WRITTEN, SHORT) as holder:
        wait_until_ended(database)
        apply(database, OURS)
        told = holder.let_go()
    assert told.startswith("StoreError: The store")
    assert names(database) == ["LT-1", "ours"]


def test_a_file_stays_locked_while_its_holder_hangs_in_the_middle(tmp_path) -> None:
    """SQLite cannot take a file's lock away, so whoever comes next is told, and the holder may still commit."""
    path = first_store(tmp_path / "store.db")
    with holding(path, WRITTEN, SHORT) as holder:
        wait_until_ended(path)
        with open_store(url(path), write=True, wait_seconds=0.1) as store, pytest.raises(StoreError) as caught:  # noqa: SIM117
            with store.apply(owner="ann", origin=ORIGIN):
                pytest.fail("two applies at once")
        assert "is locked by another program" in str(caught.value)
        assert holder.let_go() == "kept"


def test_a_lease_that_is_lost_in_the_middle_is_found_at_the_end(database: Database) -> None:
    """Its number is looked at again by the transaction that commits, in the rows as they are by then."""
    first_store(database)

    def cut_short() -> None:
        with (
            open_store(url(database), write=True) as store,
            store.apply(owner="ann", origin=ORIGIN) as transaction,
        ):
            transaction.revision()
            execute(database, "UPDATE lease SET fencing = fencing + 1, owner = 'eve'")

    with pytest.raises(LeaseError, match="was taken from this apply while it wrote"):
        cut_short()
    assert query(database, "SELECT held, owner FROM lease") == [(True, "eve")]


def test_an_apply_whose_lease_was_freed_cannot_commit(database: Database) -> None:
    """Whoever frees the lease of an apply that still runs has stopped it."""
    first_store(database)

    def cut_short() -> None:
        with (
            open_store(url(database), write=True) as store,
            store.apply(owner="ann", origin=ORIGIN) as transaction,
        ):
            transaction.revision()
            (held,) = query(database, "SELECT lease_id FROM lease")
            with open_store(url(database), write=True) as other:
                other.unlock(held[0])
            apply(database, OURS)

    with pytest.raises(LeaseError, match="or someone freed it"):
        cut_short()
    assert names(database) == ["LT-1", "ours"]


def test_the_clock_of_a_lease_on_a_server_is_the_servers(database: Database) -> None:
    """Machines whose clocks differ agree on when it ends."""
    first_store(database)
    with open_store(url(database), write=True) as store, store.apply(owner="ann", origin=ORIGIN):
        ((seconds,),) = query(
            database, "SELECT extract(epoch FROM expires::timestamptz - now())::int / 60 FROM lease WHERE held"
        )
    assert seconds in (14, 15)
