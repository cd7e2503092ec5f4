"""An apply to Snipe-IT that is killed anywhere: the next finishes it, nothing is made twice, the one after is empty.

The pretend Snipe-IT kills whoever makes a request, before it does anything or when it has done it and not answered yet.
"""

import sys
from collections.abc import Iterator
from contextlib import suppress
from random import Random

import pytest
from halo_fleet import a_day, first_day
from interrupted import KILLED, Day, World, world_of
from snipeit_fleet import fleet_at

from reconciler.errors import RemoteError
from reconciler.simulator.stores.faults import Fault, FaultName
from reconciler.simulator.stores.server import Moment


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with world_of(a_day, fleet_at, "hardware", "asset_tag", after_import=True) as made:
        yield made


def test_an_apply_killed_at_a_request_is_finished_by_the_next(world: World) -> None:
    for number, moment in Random(16).sample(world.kills()[-20:], 4):
        world.again()
        assert world.killed_at_request(number, moment) == KILLED
        world.finish()


def test_an_apply_killed_before_a_commit_is_finished_by_the_next(world: World) -> None:
    for number in Random(17).sample(range(1, world.commits + 1), 3):
        world.again()
        assert world.killed_at_commit(number) == KILLED
        world.finish()


def test_a_finishing_apply_may_be_killed_too(world: World) -> None:
    world.again()
    world.killed_at_request(world.first_write + 2, Moment.AFTER)
    for number in (10, 11, 12):
        assert world.killed_at_request(number, Moment.AFTER) == KILLED
    world.finish()


def test_what_a_person_changes_after_a_kill_stays_theirs(world: World) -> None:
    fleet = world.again()
    target = fleet.data.named("hardware", "PC-0")
    assert world.killed_at_request(world.first_write + 1, Moment.AFTER) == KILLED
    fleet.data.edit("hardware", target, name="Theirs")
    with fleet.opened() as (writer, _room):
        (settled,) = writer.settle("test")

    assert [each.name for each in settled.conflicts] == [fleet.data.tables["hardware"][target]["asset_tag"]]
    assert fleet.data.tables["hardware"][target]["name"] == "Theirs"


@pytest.mark.thorough
def test_an_interrupted_run_is_given_up_and_what_was_done_is_kept(world: World) -> None:
    fleet = world.again()
    assert world.killed_at_request(world.requests - 1, Moment.AFTER) == KILLED
    with fleet.opened() as (writer, _room):
        outcome = writer.abandon(writer._ledger.open_runs()[0].run_id, because="enough", who="ann")
        assert writer._ledger.open_runs() == ()

    assert outcome.changes > 0
    assert outcome.failures != ()
    fleet.apply()
    assert fleet.apply().outcome is None
    assert fleet.assets() == world.evening


@pytest.mark.thorough
@pytest.mark.parametrize(("day", "after_import"), [(first_day, False), (a_day, True)], ids=["import", "day"])
def test_an_apply_killed_anywhere_is_finished_by_the_next(day: Day, after_import: bool) -> None:
    """Kills at every request that writes or looks before or after, at every commit, and again while finishing."""
    random, killed = Random(18), 0
    with world_of(day, fleet_at, "hardware", "asset_tag", after_import=after_import) as world:
        for number, moment in world.kills():
            world.again()
            killed += world.killed_at_request(number, moment) == KILLED
            while random.random() < 0.7:
                killed += world.killed_at_request(random.randint(9, 14), random.choice(list(Moment))) == KILLED
            world.finish()
        for number in range(1, world.commits + 1):
            world.again()
            killed += world.killed_at_commit(number) == KILLED
            world.finish()
        sys.stdout.write(f"\n{killed} applies to Snipe-IT were killed\n")
        assert killed >= len(world.kills()) + world.commits


@pytest.mark.thorough
def test_storms_and_lost_answers_anywhere_are_outlasted() -> None:
    """Each request of a day is struck once by each fault; the day ends as it would have."""
    before = (FaultName.THROTTLE, FaultName.SERVER_ERROR)
    faults = (*before, FaultName.ERROR_AFTER, FaultName.LOST_REPLY, FaultName.BAD_JSON)
    with world_of(a_day, fleet_at, "hardware", "asset_tag", after_import=True) as world:
        for at in range(world.first_write - 1, world.requests):
            for name in faults:
                fleet = world.again()
                fleet.server.inject(Fault(name, after=at, times=2 if name is FaultName.THROTTLE else 1))
                with suppress(RemoteError):
                    fleet.apply()
                world.finish()
