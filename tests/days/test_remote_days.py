"""Random days of a fleet in Halo and in Snipe-IT: people and faults meddle, and each day ends as Intune says."""

import sys
from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

import halo_fleet
import pytest
import snipeit_fleet
from fleet_days import Days, HaloHands, Hands, SnipeItHands
from halo_fleet import Fleet, in_memory

STORES = {"halo": (halo_fleet, HaloHands), "snipe-it": (snipeit_fleet, SnipeItHands)}


class World(NamedTuple):
    """A fleet with its store, those who work in it, and how it was before the first day."""

    fleet: Fleet
    hands: Hands
    fresh: Any

    def drive(self, seed: int, days: int, told: Counter[str]) -> None:
        """Drive a fleet that begins anew."""
        self.fleet.rewind(self.fresh)
        Days(self.fleet, self.hands, seed, told).drive(days)


@pytest.fixture(scope="module", params=STORES)
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    made: Any
    made, hands = STORES[request.param]
    with in_memory() as folder, made.fleet_at(folder) as fleet:
        yield World(fleet, hands(fleet), fleet.keep("fresh"))


def test_a_few_days_end_as_intune_says(world: World) -> None:
    world.drive(1, 4, Counter())


@pytest.mark.thorough
def test_many_days_end_as_intune_says(world: World) -> None:
    told: Counter[str] = Counter()
    for seed in range(2, 18):
        world.drive(seed, 6, told)
    sys.stdout.write(f"\nDays on {world.fleet.server.data.__class__.__name__}: {dict(told)}\n")
    assert told["kills"] > 7
