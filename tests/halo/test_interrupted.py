"""An apply to Halo that is killed anywhere: the next one finishes it, nothing is made twice, the one after is empty.

The pretend Halo kills whoever makes a request, before it does anything or when it has done it and not answered yet. A
ledger's commits lie between requests; kills at these are counted by the ledger's own database.
"""

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from random import Random
from typing import Any

import pytest
from crashing import Ended, in_child
from halo_fleet import Fleet, Killer, a_day, first_day, fleet_at, imported, in_memory, quiet
from sqlalchemy import event
from sqlalchemy.engine import Engine

from reconciler.simulator.stores.server import Moment

KILLED = Ended(signal.SIGKILL, 0)
Day = Callable[[Fleet], None]


class World:
    """A day that was applied without a kill, and the same morning again."""

    def __init__(self, fleet: Fleet, day: Day) -> None:
        self.fleet = fleet
        before = len(fleet.assets())
        day(fleet)
        self.morning = fleet.keep("morning")
        fleet.server.forget_requests()
        self.commits = _counted_commits(fleet.apply)
        asked = [each for each in fleet.server.log if each.path != "/auth/token"]
        writes = [at for at, each in enumerate(asked, 1) if each.method == "POST" and each.path == "/api/Asset"]
        self.requests, self.first_write = len(asked), writes[0] - 1
        self.evening = fleet.assets()
        self.created = len(self.evening) - before

    def again(self) -> Fleet:
        """Begin the day anew."""
        self.fleet.rewind(self.morning)
        return self.fleet

    def kills(self) -> list[tuple[int, Moment]]:
        """Return every kill at a request from the first asset's on, and some while everything is read."""
        numbers = [*range(1, self.first_write, 4), *range(self.first_write, self.requests + 1)]
        return [(number, moment) for number in numbers for moment in Moment]


@contextmanager
def world_of(day: Day, *, after_import: bool) -> Iterator[World]:
    with in_memory() as folder, fleet_at(folder) as made:
        if after_import:
            imported(made)
        yield World(made, day)


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with world_of(a_day, after_import=True) as made:
        yield made


def _counted_commits(work: Callable[[], Any]) -> int:
    """Do work and return how many transactions it committed."""
    counted = 0

    def count(_connection: object) -> None:
        nonlocal counted
        counted += 1

    event.listen(Engine, "commit", count)
    try:
        work()
    finally:
        event.remove(Engine, "commit", count)
    return counted


def _dying_at_commit(number: int, work: Callable[[], Any]) -> Callable[[], None]:
    """Return work that is killed right before its nth commit."""

    def die() -> None:
        left = number

        def count(_connection: object) -> None:
            nonlocal left
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

        event.listen(Engine, "commit", count)
        work()

    return die


def _killed_at_request(fleet: Fleet, number: int, moment: Moment) -> Ended:
    killer = Killer(fleet.server, number, moment)
    fleet.server.hook = killer
    ended = in_child(fleet.apply, killer.meddle)
    fleet.server.hook = quiet
    return ended


def _finished(world: World) -> None:
    """Apply until nothing is left, and look at what was written all in all."""
    fleet = world.fleet
    done = fleet.apply()
    for outcome in (*done.settled, *((done.outcome,) if done.outcome else ())):
        assert outcome.conflicts + outcome.failures == ()
    again = fleet.apply()
    assert (again.settled, again.outcome) == ((), None)
    assert fleet.assets() == world.evening
    audit = fleet.server.audit
    assert audit.created_twice("assets", "inventory_number") == {}
    creations = [each for each in audit.writes("assets") if each.before is None]
    assert len(creations) == world.created
    once = [(each.id, str(sorted((each.after or {}).items()))) for each in audit.writes("assets")]
    assert len(once) == len(set(once))


def test_an_apply_killed_at_a_request_is_finished_by_the_next(world: World) -> None:
    for number, moment in Random(16).sample(world.kills()[-30:], 4):
        fleet = world.again()
        assert _killed_at_request(fleet, number, moment) == KILLED
        _finished(world)


def test_an_apply_killed_before_a_commit_is_finished_by_the_next(world: World) -> None:
    for number in Random(17).sample(range(1, world.commits + 1), 3):
        fleet = world.again()
        assert in_child(_dying_at_commit(number, fleet.apply)) == KILLED
        _finished(world)


def test_a_finishing_apply_may_be_killed_too(world: World) -> None:
    fleet = world.again()
    _killed_at_request(fleet, world.requests - 8, Moment.AFTER)
    for number in (4, 6, 8):
        assert _killed_at_request(fleet, number, Moment.AFTER) == KILLED
    _finished(world)


def test_what_a_person_changes_after_a_kill_stays_theirs(world: World) -> None:
    fleet = world.again()
    device_name = fleet.data.named("fields", "Device name")
    target = next(row["id"] for row in fleet.data.assets() if row["fields"].get(device_name) == "PC-0")
    killer = Killer(fleet.server, world.requests - 14, Moment.AFTER)
    fleet.server.hook = killer
    assert in_child(fleet.apply, killer.meddle) == KILLED
    fleet.server.hook = quiet
    fleet.data.set_field(target, "Device name", "Theirs")
    with fleet.opened() as (writer, _room):
        (settled,) = writer.settle("test")

    assert [each.name for each in settled.conflicts] == [fleet.data.tables["assets"][target]["inventory_number"]]
    assert fleet.data.tables["assets"][target]["fields"][device_name] == "Theirs"


@pytest.mark.thorough
@pytest.mark.parametrize(("day", "after_import"), [(first_day, False), (a_day, True)], ids=["import", "day"])
def test_an_apply_killed_anywhere_is_finished_by_the_next(day: Day, after_import: bool) -> None:
    """Kills at every request that writes or looks before or after, at every commit, and again while finishing."""
    random, killed = Random(18), 0
    with world_of(day, after_import=after_import) as world:
        for number, moment in world.kills():
            fleet = world.again()
            killed += _killed_at_request(fleet, number, moment) == KILLED
            if random.random() < 0.2:
                killed += _killed_at_request(fleet, random.randint(3, 9), random.choice(list(Moment))) == KILLED
            _finished(world)
        for number in range(1, world.commits + 1):
            fleet = world.again()
            killed += in_child(_dying_at_commit(number, fleet.apply)) == KILLED
            _finished(world)
        sys.stdout.write(f"\n{killed} applies to Halo were killed\n")
        assert killed >= len(world.kills()) + world.commits
