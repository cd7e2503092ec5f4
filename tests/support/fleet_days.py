"""Random days of a fleet in a remote store: people and faults meddle, and after each day it is as Intune says."""

import signal
from collections import Counter
from collections.abc import Callable
from random import Random
from typing import Any, NamedTuple, Protocol

from crashing import in_child
from halo_fleet import Fleet, Killer, quiet

from reconciler.errors import StoreError
from reconciler.simulator.stores.faults import Fault, FaultName
from reconciler.simulator.stores.server import Moment

PEOPLE = ("Ann", "Bob", "Cat", "Dan")
EDITED = "Somebody's"
"""What people write where we write too."""


class Row(NamedTuple):
    """One asset as people see it in the store."""

    serial: str | None
    name: str | None
    model: str | None
    user: str | None
    site: str | None
    status: str | None


class Hands(Protocol):
    """What people do in one product beside the API, and how they see it."""

    kind: str
    tag: str
    struck: tuple[str, ...]

    def live(self) -> list[int]:
        """Return the ids of the assets that devices have made, in order."""

    def put(self, tag: str, serial: str, name: str) -> None:
        """Add an asset that holds what its device will say."""

    def edit(self, id_: int) -> None:
        """Write a field of an asset that is ours."""

    def note(self, id_: int, text: str) -> None:
        """Write what is theirs."""

    def noted(self, id_: int) -> str:
        """Return what they wrote."""

    def remove(self, id_: int) -> None:
        """Remove an asset."""

    def retire(self, id_: int) -> None:
        """Set a status of theirs."""

    def rows(self) -> list[Row]:
        """Return every asset."""


class HaloHands:
    """People in a Halo."""

    kind, tag = "assets", "inventory_number"
    struck = ("POST /api/Asset$", "GET /api/Asset$", "Users", "Report", "")

    def __init__(self, fleet: Fleet) -> None:
        self.fleet, self.data = fleet, fleet.data

    def live(self) -> list[int]:
        """Return the ids of the assets that devices have made, in order."""
        return [row["id"] for row in self.data.assets() if row["inventory_number"] != "OLD-1"]

    def put(self, tag: str, serial: str, name: str) -> None:
        """Add an asset that holds what its device will say."""
        values = {"Device name": name, "Serial number": serial, "Model": "Latitude"}
        fields = {self.data.named("fields", label): value for label, value in values.items()}
        self.data.add_asset(tag, assettype="Laptop", site="Head Office", status="In Use", fields=fields)

    def edit(self, id_: int) -> None:
        """Rename an asset."""
        self.data.set_field(id_, "Device name", EDITED)

    def note(self, id_: int, text: str) -> None:
        """Write a note."""
        self.data.edit("assets", id_, notes=text)

    def noted(self, id_: int) -> str:
        """Return an asset's note."""
        return str(self.data.tables["assets"][id_]["notes"])

    def remove(self, id_: int) -> None:
        """Remove an asset for good."""
        self.data.remove("assets", id_)

    def retire(self, id_: int) -> None:
        """Put an asset into stock."""
        self.data.edit("assets", id_, status_id=self.data.named("statuses", "In Stock"))

    def rows(self) -> list[Row]:
        """Return every asset; one has one user at most here."""
        return [
            Row(
                *map(row.get, ("Serial number", "Device name", "Model")),
                *(row["users"] or [None]),
                row["site"],
                row["status"],
            )
            for row in self.fleet.assets().values()
        ]


class SnipeItHands:
    """People in a Snipe-IT."""

    kind, tag = "hardware", "asset_tag"
    struck = ("(POST|PATCH) /api/v1/hardware", "GET /api/v1/hardware$", "checkin", "users", "models", "")

    def __init__(self, fleet: Fleet) -> None:
        self.fleet: Any = fleet
        self.data = self.fleet.data

    def live(self) -> list[int]:
        """Return the ids of the assets that devices have made, in order."""
        return [row["id"] for row in self.data.live_assets() if row["asset_tag"] != "OLD-1"]

    def put(self, tag: str, serial: str, name: str) -> None:
        """Add an asset that holds what its device will say."""
        self.data.add("hardware", asset_tag=tag, serial=serial, name=name, **self._common())

    def _common(self) -> dict[str, Any]:
        """Return what every asset has that was put there; its model is made for the first."""
        named = self.data.named
        if not self.data.find("models", name="Latitude"):
            where = {"category_id": named("categories", "Laptop"), "fieldset_id": named("fieldsets", "Intune")}
            self.data.add("models", name="Latitude", **where)
        return {
            "model_id": named("models", "Latitude"),
            "status_id": named("statuslabels", "In Use"),
            "company_id": named("companies", "Contoso"),
            "rtd_location_id": named("locations", "Head Office"),
        }

    def edit(self, id_: int) -> None:
        """Rename an asset."""
        self.data.edit("hardware", id_, name=EDITED)

    def note(self, id_: int, text: str) -> None:
        """Write a note."""
        self.data.edit("hardware", id_, notes=text)

    def noted(self, id_: int) -> str:
        """Return an asset's note."""
        return str(self.data.tables["hardware"][id_]["notes"])

    def remove(self, id_: int) -> None:
        """Delete an asset, which takes it back from its user."""
        self.data.edit("hardware", id_, assigned_to=None, deleted_at=self.data.now())

    def retire(self, id_: int) -> None:
        """Put an asset into stock."""
        self.data.edit("hardware", id_, status_id=self.data.named("statuslabels", "In Stock"))

    def rows(self) -> list[Row]:
        """Return every asset that is not deleted."""
        names = ("serial", "name", "model", "user", "site", "status")
        return [Row(*map(row.get, names)) for row in self.fleet.assets().values()]


class Days:
    """One fleet's days; `told` counts what happened."""

    def __init__(self, fleet: Fleet, hands: Hands, seed: int, told: Counter[str]) -> None:
        self.fleet = fleet
        self.hands = hands
        self.random = Random(seed)
        self.told = told
        self.serials = 0
        self.notes: dict[int, str] = {}

    def drive(self, days: int) -> None:
        """Let days pass, each with a few events and perhaps a fault, and look at the store after each."""
        self.sites: dict[str | None, str] = {name: ("Leeds", "Head Office")[at % 2] for at, name in enumerate(PEOPLE)}
        upns = [self.fleet.person(name, site=self.sites[name]) for name in PEOPLE]
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
        if id_ := self.asset():
            self.hands.edit(id_)

    def note(self) -> None:
        """Let a person write what is theirs."""
        if id_ := self.asset():
            self.notes[id_] = f"note {self.random.random()}"
            self.hands.note(id_, self.notes[id_])

    def remove(self) -> None:
        """Let a person remove an asset."""
        if id_ := self.asset():
            self.hands.remove(id_)
            self.notes.pop(id_, None)

    def retire(self) -> None:
        """Let a person set a status of theirs."""
        if id_ := self.asset():
            self.hands.retire(id_)

    def device(self) -> dict[str, Any] | None:
        devices = sorted(self.fleet.tenant.devices.values(), key=lambda each: str(each["id"]))
        return self.random.choice(devices) if devices else None

    def asset(self) -> int | None:
        """Return one asset's id."""
        ids = self.hands.live()
        return self.random.choice(ids) if ids else None

    def meddle(self) -> None:
        """Let something go wrong on most days: a fault, or a kill."""
        server, names = self.fleet.server, list(FaultName)
        fault = self.random.choice([*names, None, None, "kill", "kill", "kill"])
        if fault == "kill":
            killer = Killer(server, self.random.randint(1, 30), self.random.choice(list(Moment)))
            server.hook = killer
            ended = in_child(self.fleet.apply, killer.meddle)
            server.hook = quiet
            self.told["kills"] += ended.signal == signal.SIGKILL
        elif fault is not None:
            on = self.random.choice(self.hands.struck)
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
        """Compare the store with Intune."""
        fleet = self.fleet
        by_serial: dict[str | None, list[Row]] = {}
        for row in self.hands.rows():
            by_serial.setdefault(row.serial, []).append(row)
        for device in fleet.tenant.devices.values():
            (row,) = by_serial[device["serialNumber"]]
            name = str(device["userPrincipalName"] or "").partition("@")[0].title() or None
            site = self.sites.get(name, "Head Office")
            found = (row.name, row.model, row.user, row.site)
            assert found == (device["deviceName"], device["model"], name, site)
            assert row.status != "Retired"
        audit = fleet.server.audit
        assert audit.created_twice(self.hands.kind, self.hands.tag) == {}
        assert {key: self.hands.noted(key) for key in self.notes} == self.notes
        assert [each.action for each in audit.writes() if each.action == "delete"] == []
