"""Random days of a fleet in Halo: people and faults meddle, and after each day Halo is as Intune says."""

import signal
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

import pytest
from crashing import in_child
from halo_fleet import Fleet, Kept, Killer, fleet_at, in_memory, quiet

from reconciler.errors import StoreError
from reconciler.simulator.stores.faults import Fault, FaultName
from reconciler.simulator.stores.server import Moment

PEOPLE = ("Ann", "Bob", "Cat", "Dan")


class Days:
    """One fleet's days; `told` counts what happened."""

    def __init__(self, fleet: Fleet, seed: int, told: Counter[str]) -> None:
        self.fleet = fleet
        self.random = Random(seed)
        self.told = told
        self.serials = 0
        self.notes: dict[int, str] = {}

    def drive(self, days: int) -> None:
        """Let days pass, each with a few events and perhaps a fault, and look at Halo after each."""
        upns = [self.fleet.person(name, site=("Leeds", "Head Office")[at % 2]) for at, name in enumerate(PEOPLE)]
        events: list[Callable[[], None]] = [
            *(self.enrol, self.enrol, self.delete, self.come_back, self.enrol_again, self.rename, self.give),
            *(self.edit, self.note, self.remove, self.retire),
        ]
        self.upns = [*upns, None]
        for _ in range(4):
            self.enrol()
        for _ in range(days):
            for event in self.random.choices(events, k=self.random.randint(0, 4)):
                event()
                self.told[event.__name__] += 1
            self.meddle()
            self.settle()
            self.look()
            self.fleet.tomorrow()
            self.told["days"] += 1

    def enrol(self) -> None:
        """Enrol a new machine."""
        self.serials += 1
        self.fleet.enrol(f"SN{self.serials}", userPrincipalName=self.random.choice(self.upns))

    def delete(self) -> None:
        """Delete a device from Intune."""
        if device := self.device():
            self.fleet.tenant.delete(device["id"])

    def come_back(self) -> None:
        """Let a deleted device be there again, unless its machine was enrolled anew."""
        there = {each["serialNumber"] for each in self.fleet.tenant.devices.values()}
        for key, device in list(self.fleet.tenant.gone.items()):
            if device["serialNumber"] not in there:
                self.fleet.tenant.devices[key] = self.fleet.tenant.gone.pop(key)
                return

    def enrol_again(self) -> None:
        """Enrol a machine again under another id."""
        if device := self.device():
            self.fleet.tenant.delete(device["id"])
            self.fleet.enrol(device["serialNumber"], userPrincipalName=device["userPrincipalName"])

    def rename(self) -> None:
        """Give a device another name."""
        if device := self.device():
            device["deviceName"] = f"Named-{self.random.randint(0, 999)}"

    def give(self) -> None:
        """Give a device to somebody else, or to nobody."""
        if device := self.device():
            device["userPrincipalName"] = self.random.choice(self.upns)

    def edit(self) -> None:
        """Let a person write a field that is ours."""
        if row := self.asset():
            self.fleet.data.set_field(row["id"], "Model", "Somebody's")

    def note(self) -> None:
        """Let a person write what is theirs."""
        if row := self.asset():
            self.notes[row["id"]] = f"note {self.random.random()}"
            self.fleet.data.edit("assets", row["id"], notes=self.notes[row["id"]])

    def remove(self) -> None:
        """Let a person remove an asset for good."""
        if row := self.asset():
            self.fleet.data.remove("assets", row["id"])
            self.notes.pop(row["id"], None)

    def retire(self) -> None:
        """Let a person set a status of theirs."""
        if row := self.asset():
            self.fleet.data.edit("assets", row["id"], status_id=self.fleet.data.named("statuses", "In Stock"))

    def device(self) -> dict[str, Any] | None:
        devices = sorted(self.fleet.tenant.devices.values(), key=lambda each: str(each["id"]))
        return self.random.choice(devices) if devices else None

    def asset(self) -> dict[str, Any] | None:
        rows = [each for each in self.fleet.data.assets() if each["inventory_number"] != "OLD-1"]
        return self.random.choice(rows) if rows else None

    def meddle(self) -> None:
        """Let something go wrong on most days: a fault, or a kill."""
        server, names = self.fleet.server, list(FaultName)
        fault = self.random.choice([*names, None, None, "kill", "kill", "kill"])
        if fault == "kill":
            killer = Killer(server, self.random.randint(1, 60), self.random.choice(list(Moment)))
            server.hook = killer
            ended = in_child(self.fleet.apply, killer.meddle)
            server.hook = quiet
            self.told["kills"] += ended.signal == signal.SIGKILL
        elif fault is not None:
            on = self.random.choice(("POST /api/Asset$", "GET /api/Asset$", "Users", "Report", ""))
            server.inject(Fault(FaultName(fault), on=on, times=self.random.randint(1, 3)))
            self.told["faults"] += 1

    def settle(self) -> None:
        """Apply until nothing is left; what a fault stops is gone on with when it is over."""
        for _ in range(6):
            try:
                done = self.fleet.apply()
            except StoreError:
                self.fleet.server.faults.clear()
                continue
            if done.outcome is None:
                return
        raise AssertionError(f"planning again is not empty: {done.plan.changes}")

    def look(self) -> None:
        """Compare Halo with Intune."""
        fleet = self.fleet
        by_serial: dict[str, list[dict[str, Any]]] = {}
        for row in fleet.assets().values():
            by_serial.setdefault(str(row.get("Serial number")), []).append(row)
        sites = {row["name"]: row["site_id"] for row in fleet.data.tables["users"].values()}
        for device in fleet.tenant.devices.values():
            (row,) = by_serial[device["serialNumber"]]
            name = str(device["userPrincipalName"] or "").partition("@")[0].title()
            site = fleet.data.tables["sites"][sites[name]]["name"] if name else "Head Office"
            found = (row["Device name"], row.get("Model"), row["users"], row["site"])
            assert found == (device["deviceName"], device["model"], [name] if name else [], site)
            assert row["status"] != "Retired"
        assert fleet.server.audit.created_twice("assets", "inventory_number") == {}
        assert {key: fleet.data.tables["assets"][key]["notes"] for key in self.notes} == self.notes
        assert [each.action for each in fleet.server.audit.writes() if each.action == "delete"] == []


@pytest.fixture(scope="module")
def world() -> Iterator[tuple[Fleet, Kept]]:
    with in_memory() as folder, fleet_at(folder) as made:
        yield made, made.keep("fresh")


def test_a_few_days_end_as_intune_says(world: tuple[Fleet, Kept]) -> None:
    fleet, fresh = world
    fleet.rewind(fresh)
    Days(fleet, 1, Counter()).drive(4)


@pytest.mark.thorough
def test_many_days_end_as_intune_says(world: tuple[Fleet, Kept]) -> None:
    fleet, fresh = world
    told: Counter[str] = Counter()
    for seed in range(2, 18):
        fleet.rewind(fresh)
        Days(fleet, seed, told).drive(6)
    sys.stdout.write(f"\nDays on Halo: {dict(told)}\n")
    assert told["kills"] > 3
