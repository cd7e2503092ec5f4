"""What reading and writing a store behind an API costs, in requests and minutes, against what its plan says (W7)."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import halo_fleet
import pytest
import snipeit_fleet
from fleet_days import HaloHands, Hands, SnipeItHands
from halo_fleet import Fleet, in_memory
from interrupted import is_write

from reconciler.remote import effort

STORES: dict[str, Any] = {"halo": (halo_fleet, HaloHands, 3), "snipe-it": (snipeit_fleet, SnipeItHands, 2)}


class World(NamedTuple):
    """A fleet, those who work in its store, and the most requests that a change of an asset may take."""

    fleet: Fleet
    hands: Hands
    most: int

    def filled(self, number: int) -> None:
        """Put assets into the store, bind the devices to them that they are, and let a day pass."""
        for each in range(number):
            self.hands.put(f"A-{each}", f"SN{each}", f"PC-{each}")
            self.fleet.enrol(f"SN{each}", deviceName=f"PC-{each}")
        assert self.fleet.apply().not_done() == ()
        self.fleet.tomorrow()
        self.fleet.server.forget_requests()

    def changed(self, number: int) -> None:
        """Let things happen to devices: each is renamed, is given to somebody, or is gone; others are new."""
        upn = self.fleet.person("Ann")
        for at, device in enumerate(list(self.fleet.tenant.devices.values())[:number]):
            match at % 4:
                case 0 | 1:
                    device["deviceName"] = f"Renamed-{at}"
                case 2:
                    device["userPrincipalName"] = upn
                case _:
                    self.fleet.tenant.delete(device["id"])
        for at in range(number // 4):
            self.fleet.enrol(f"NEW{at}", deviceName=f"New-{at}")

    def asked(self) -> int:
        """Return how many requests were made, those for tokens left out."""
        return sum(each.path != "/auth/token" for each in self.fleet.server.log)


@contextmanager
def world_at(store: str) -> Iterator[World]:
    made, hands, most = STORES[store]
    with in_memory() as folder, made.fleet_at(folder) as fleet:
        yield World(fleet, hands(fleet), most)


@pytest.mark.thorough
@pytest.mark.parametrize("store", STORES)
def test_an_unchanged_apply_of_10_000_assets_sends_no_request_but_reading(store: str) -> None:
    with world_at(store) as world:
        world.filled(10_000)
        with world.fleet.opened() as (writer, room):
            plan, state = world.fleet.plan(writer)
            said = effort(plan, state, room.requests)
        planned = world.asked()
        world.fleet.server.forget_requests()
        done = world.fleet.apply()

        assert done.outcome is None
        assert [each for each in world.fleet.server.log if is_write(each)] == []
        assert world.fleet.server.audit.writes() == ()
        assert said is not None
        assert (said.reading, said.writing) == (planned, 0)
        assert world.asked() == planned


@pytest.mark.thorough
@pytest.mark.parametrize("store", STORES)
def test_a_days_changes_take_the_requests_and_the_minutes_that_their_plan_says(store: str) -> None:
    with world_at(store) as world:
        fleet, clock = world.fleet, world.fleet.data.clock
        world.filled(500)
        world.changed(200)
        fleet.per_minute = 20
        with fleet.opened() as (writer, room):
            began = clock.monotonic()
            plan, state = fleet.plan(writer)
            said = effort(plan, state, room.requests)
            reading = world.asked()
            outcome = fleet.write(writer, plan, state)
        minutes, asked = (clock.monotonic() - began) / 60, world.asked()

        assert outcome.conflicts + outcome.failures == ()
        assert len(plan.changes) == 250
        assert asked - reading <= world.most * len(plan.changes)
        assert said is not None
        assert abs(said.reading + said.writing - asked) <= 0.05 * asked
        assert abs(said.minutes - minutes) <= 0.05 * minutes
