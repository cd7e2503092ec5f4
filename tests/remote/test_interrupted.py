"""An apply to Halo or Snipe-IT that is interrupted anywhere: the next finishes it, and nothing is written twice.

The pretend store kills whoever makes a request, before it does anything or when it has done it and not answered yet. A
ledger's commits lie between requests; kills at these are counted by the ledger's own database. The store's audit has
every write: those of an interrupted day are the very ones of a day that nothing disturbed.
"""

import sys
from collections.abc import Iterator
from contextlib import suppress
from random import Random
from typing import Any

import halo_fleet
import pytest
import snipeit_fleet
from fleet_days import EDITED, HaloHands, SnipeItHands
from halo_fleet import a_day, first_day
from interrupted import KILLED, World, world_of

from reconciler.errors import RemoteError, StaleError
from reconciler.simulator.stores.faults import Fault, FaultName
from reconciler.simulator.stores.server import Moment

STORES: dict[str, Any] = {"halo": (halo_fleet, HaloHands), "snipe-it": (snipeit_fleet, SnipeItHands)}
INTERRUPTED = 500
"""At least so many applies are killed in `.ci/run`, half of them on each store."""

ANSWERED = (FaultName.THROTTLE, FaultName.SERVER_ERROR, FaultName.ERROR_AFTER, FaultName.LOST_REPLY, FaultName.BAD_JSON)
LISTED = (FaultName.EMPTY_LIST, FaultName.SHORT_LIST, FaultName.WRONG_TOTAL, FaultName.DUPLICATE)


@pytest.fixture(scope="module", params=STORES)
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    with world_of(a_day, *STORES[request.param], after_import=True) as made:
        yield made


def test_an_apply_killed_at_a_request_is_finished_by_the_next(world: World) -> None:
    for number, moment in Random(16).sample(world.kills()[-30:], 4):
        world.again()
        assert world.killed_at_request(number, moment) == KILLED
        world.finish()


def test_an_apply_killed_at_a_commit_is_finished_by_the_next(world: World) -> None:
    for number in Random(17).sample(range(1, world.commits + 1), 4):
        world.again()
        assert world.killed_at_commit(number, list(Moment)[number % 2]) == KILLED
        world.finish()


def test_a_finishing_apply_may_be_killed_too(world: World) -> None:
    world.again()
    world.killed_at_request(world.first_write + 2, Moment.AFTER)
    for number in (4, 8, 11):
        assert world.killed_at_request(number, Moment.AFTER) == KILLED
    world.finish()


def test_what_people_change_between_reading_and_writing_stays_theirs(world: World) -> None:
    looks = world.looks()
    for number in (looks[0], looks[-1]):
        world.again()
        world.edited_at_request(number)


def test_what_people_change_after_a_kill_stays_theirs(world: World) -> None:
    fleet = world.again()
    assert world.killed_at_request(world.first_write, Moment.AFTER) == KILLED
    for id_ in world.hands.live():
        world.hands.edit(id_)
    with fleet.opened() as (writer, _room):
        (settled,) = writer.settle("test")

    assert [each.why for each in settled.conflicts] == [
        f"somebody changed it since the plan was made: name is {EDITED!r} and was 'PC-0'"
    ]
    assert world.overwritten() == []


@pytest.mark.thorough
def test_what_people_change_at_any_time_stays_theirs_until_the_next_plan(world: World) -> None:
    """People write right before each request but those that write: a record is compared just before it is written."""
    for number in world.looks():
        world.again()
        world.edited_at_request(number)
        world.end()


@pytest.mark.thorough
@pytest.mark.parametrize("name", ANSWERED)
def test_a_fault_at_any_request_is_outlasted(world: World, name: FaultName) -> None:
    """Each request of a day that writes or looks is struck; the day ends as it would have, by the same writes."""
    for number in world.worth_striking():
        fleet = world.again()
        fleet.server.inject(Fault(name, on="/api/", after=number - 1, times=2 if name is FaultName.THROTTLE else 1))
        with suppress(RemoteError):
            fleet.apply()
        fleet.server.faults.clear()
        world.finish()


@pytest.mark.thorough
@pytest.mark.parametrize("name", LISTED)
@pytest.mark.parametrize("left_out", [1, 3])
def test_a_list_that_is_wrong_loses_nothing_and_makes_nothing_twice(
    world: World, name: FaultName, left_out: int
) -> None:
    """Each list of a day is struck; the next day ends as it would have, by the same writes."""
    for at in range(world.first_write):
        fleet = world.again()
        fleet.server.inject(Fault(name, after=at, leave_out=left_out))
        with suppress(RemoteError, StaleError):
            fleet.apply()
        fleet.server.faults.clear()
        world.finish_next_day()


@pytest.mark.thorough
def test_an_interrupted_run_is_given_up_and_what_was_done_is_kept(world: World) -> None:
    fleet = world.again()
    assert world.killed_at_request(world.requests - 1, Moment.AFTER) == KILLED
    with fleet.opened() as (writer, _room):
        outcome = writer.abandon(writer._ledger.open_runs()[0].run_id, because="enough", who="ann")
        assert writer._ledger.open_runs() == ()

    assert outcome.changes > 0
    assert outcome.failures != ()
    world.settle()


@pytest.mark.thorough
@pytest.mark.parametrize("store", STORES)
def test_an_apply_killed_anywhere_is_finished_by_the_next(store: str) -> None:
    """Kills around every request that writes or looks, around every commit, and again while finishing."""
    random, killed = Random(18), 0
    for day, after_import in ((first_day, False), (a_day, True)):
        with world_of(day, *STORES[store], after_import=after_import) as world:
            for number, moment in world.kills():
                world.again()
                killed += world.killed_at_request(number, moment) == KILLED
                while random.random() < 0.55:
                    killed += world.killed_at_request(random.randint(3, 14), random.choice(list(Moment))) == KILLED
                world.finish()
            for number in range(1, world.commits + 1):
                for moment in Moment:
                    world.again()
                    assert world.killed_at_commit(number, moment) == KILLED
                    killed += 1
                    world.finish()
    sys.stdout.write(f"\n{killed} applies to {store} were killed\n")
    assert killed >= INTERRUPTED // len(STORES)
