"""A fleet whose assets are in a pretend Halo: what happens in it, and applies as the product makes them."""

import os
import shutil
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event
from typing import Any, NamedTuple

import pytest
from case_files import environment_of
from halo_room import room_at
from msgspec.structs import replace
from random_days.tenant import Tenant
from storing import DAY, ORIGIN

from reconciler.configuration.documents import document
from reconciler.halo.room import HaloRoom
from reconciler.model.plan import Plan
from reconciler.model.run import NotDone, Outcome
from reconciler.model.state import Recording, State
from reconciler.planning.build import build_plan, is_empty
from reconciler.remote import RemoteReader, RemoteWriter, fit
from reconciler.settings.environment import Environment
from reconciler.simulator.exchange import Call
from reconciler.simulator.halo import Halo, HaloServer, Options
from reconciler.simulator.stores.audit import Audit
from reconciler.simulator.stores.clock import Clock
from reconciler.simulator.stores.server import Moment
from reconciler.store.opening import initialise, open_ledger

FIELDS = {
    "name": "Device name",
    "serialNumber": "Serial number",
    "model": "Model",
    "custom.label": "Label",
    "custom.managed_by": "Managed by",
}
_DAY_ONE = datetime.fromisoformat("2026-11-23T08:00:00+00:00")
_CATALOGUE_SITES = ("Head Office", "Leeds")


def environment(*matching: str, label: str = "deviceName", **imports: str) -> Environment:
    """Return the settings of the fleet: fields, statuses and unlinking, no software; assets match by these fields.

    Where the label is one of them, this property of devices is written there.
    """
    mappings = [
        {"from": "deviceName", "to": "name"},
        {"from": "serialNumber", "to": "serialNumber", "transform": ["trim", "upper"]},
        {"from": "model", "to": "model", "empty": "clear"},
        {"value": "Intune", "to": "custom.managed_by", "write": "on-create"},
        *([{"from": label, "to": "custom.label"}] if "custom.label" in matching else []),
    ]
    return environment_of(
        {
            "catalogue": {"customFields": [{"name": name, "type": "text"} for name in ("label", "managed_by")]},
            "intune": {
                "field-mappings": {"mappings": mappings},
                "users": {"unlinkWhenNoMatch": True},
                **({"imports": {"assetMatchingField": list(matching), **imports}} if matching else {}),
            },
        }
    )


class Applied(NamedTuple):
    """What one apply came to: runs that it settled first, its plan, and what it wrote (None for nothing to do)."""

    settled: tuple[Outcome, ...]
    plan: Plan
    outcome: Outcome | None

    def not_done(self) -> tuple[NotDone, ...]:
        """Return what conflicted or failed of an apply that had something to do."""
        assert self.outcome is not None
        return self.outcome.conflicts + self.outcome.failures


@dataclass
class Fleet:
    """Devices, a Halo, and a ledger in a file."""

    server: HaloServer
    ledger: Path
    tenant: Tenant = field(default_factory=lambda: Tenant("intune"))
    environment: Environment = field(default_factory=environment)
    days: int = 0
    people: dict[str, int] = field(default_factory=dict)
    per_minute: int = 6_000

    @property
    def data(self) -> Halo:
        """What the Halo holds."""
        return self.server.data

    @property
    def now(self) -> str:
        """The time of today's read."""
        return (_DAY_ONE + timedelta(days=self.days)).strftime("%Y-%m-%dT%H:%M:%SZ")

    def enrol(self, serial: str, **more: Any) -> str:
        """Enrol a device."""
        return self.tenant.enrol(serial, self.now, **more)

    def tomorrow(self) -> None:
        """Let a day pass."""
        self.days += 1
        self.tenant.check_in(self.now)

    def rename(self, name: str, to: str) -> None:
        """Give the device of a name another one."""
        next(each for each in self.tenant.devices.values() if each["deviceName"] == name)["deviceName"] = to

    def person(self, name: str, *, site: str = "Leeds") -> str:
        """Add a user to Halo and return the sign-in name."""
        upn = f"{name.lower()}@contoso.example"
        self.people[upn] = self.data.add_user(name, upn, site=site)
        return upn

    def plan(self, store: RemoteReader) -> tuple[Plan, State]:
        """Read everything and plan."""
        state = store.state(DAY, self.now)
        connection = self.environment.connections["intune"]
        lives = [each.life for each in state.bindings]
        snapshot = self.tenant.read(connection, self.now, lives)
        recording = Recording(instance="prod", taken_at=self.now, state=state, snapshots=(snapshot,))
        return fit(build_plan(self.environment, recording), state), state

    @contextmanager
    def opened(self) -> Iterator[tuple[RemoteWriter, HaloRoom]]:
        """Open the store as a command does, with a lease that binds nobody once its holder is gone."""
        at = f"sqlite:///{self.ledger}"
        with (
            room_at(self.server, fields=FIELDS, per_minute=self.per_minute) as room,
            open_ledger(at, write=True, lease_seconds=0) as ledger,
        ):
            yield RemoteWriter(ledger, room, lambda _what, _count: None), room

    def apply(self) -> Applied:
        """Settle what was interrupted, then plan and apply."""
        with self.opened() as (writer, _room):
            settled = writer.settle("test")
            plan, state = self.plan(writer)
            if is_empty(plan):
                return Applied(settled, plan, None)
            return Applied(settled, plan, self.write(writer, plan, state))

    def write(self, writer: RemoteWriter, plan: Plan, state: State) -> Outcome:
        """Apply a plan that was made on a state."""
        origin = replace(ORIGIN, started_at=self.now)
        with writer.apply(owner="test", origin=origin, planned_on=state) as application:
            application.write(
                plan, document(self.environment), {"intune": True}, self.environment.digest, kind="production"
            )
        return application.outcome

    def assets(self) -> dict[str, dict[str, Any]]:
        """Return what Halo has, by tag and in names."""
        tables = self.data.tables
        fields = {id_: row["name"] for id_, row in tables["fields"].items()}
        return {
            row["inventory_number"]: {
                "type": tables["types"][row["assettype_id"]]["name"],
                "site": tables["sites"][row["site_id"]]["name"],
                "status": tables["statuses"][row["status_id"]]["name"],
                "users": [tables["users"][id_]["name"] for id_ in row["users"]],
                "inactive": row["inactive"],
                **{fields[id_]: value for id_, value in row["fields"].items() if value},
                **{f"custom {id_}": value for id_, value in row["customfields"].items() if value},
            }
            for row in self.data.assets()
        }

    def keep(self, name: str) -> "Kept":
        """Keep everything as it is now."""
        copy = self.ledger.with_name(f"{name}.kept")
        shutil.copy(self.ledger, copy)
        data = self.data
        return Kept(*map(deepcopy, (data.tables, data._ids, data._numbers, self.tenant, self.days, data.options)), copy)

    def rewind(self, kept: "Kept") -> None:
        """Make everything as it was when it was kept, with an empty audit and nothing that meddles."""
        data = self.data
        with data.lock:
            data.tables, data._ids, data._numbers = map(deepcopy, (kept.tables, kept.ids, kept.numbers))
            data.options = deepcopy(kept.options)
            data.version += 1
            data.audit = self.server.audit = Audit()
        self.tenant, self.days = deepcopy(kept.tenant), kept.days
        self.server.faults.clear()
        self.server.hook = quiet
        self.server.forget_requests()
        for each in self.ledger.parent.glob(f"{self.ledger.name}*"):
            each.unlink()
        shutil.copy(kept.ledger, self.ledger)


class Kept(NamedTuple):
    """A Halo, its fleet and a copy of the ledger."""

    tables: dict[str, Any]
    ids: dict[str, Any]
    numbers: Any
    tenant: Tenant
    days: int
    options: Options
    ledger: Path


@contextmanager
def fleet_at(folder: Path) -> Iterator[Fleet]:
    """Serve a furnished Halo with one asset of a person's, whose clock moves only where it is waited on."""
    data = Halo.furnished(sites=_CATALOGUE_SITES, clock=Clock())
    data.add_asset("OLD-1", assettype="Laptop", site="Leeds")
    ledger = folder / "ledger.db"
    initialise(f"sqlite:///{ledger}")
    with (
        HaloServer(data, per_window=1_000_000) as server,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setenv("REQUESTS_CA_BUNDLE", str(server.ca_file))
        yield Fleet(server, ledger)


@contextmanager
def in_memory() -> Iterator[Path]:
    """Give a folder in memory where there is one: whoever is killed loses nothing there, and commits are quick."""
    memory = Path("/dev/shm")
    with TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        yield Path(folder)


def first_day(fleet: Fleet) -> None:
    """Enrol eight devices of four people."""
    for number, name in enumerate(("Ann", "Bob", "Cat", "Dan")):
        upn = fleet.person(name, site=("Leeds", "Head Office")[number % 2])
        for each in (2 * number, 2 * number + 1):
            fleet.enrol(f"SN{each}", deviceName=f"PC-{each}", userPrincipalName=upn)


def imported(fleet: Fleet) -> None:
    """Import the first day's devices, then let a day pass."""
    first_day(fleet)
    assert fleet.apply().not_done() == ()
    fleet.tomorrow()


def a_day(fleet: Fleet) -> None:
    """Let something of every kind happen: renamed, new, gone, reassigned, unassigned."""
    keys = {each["deviceName"]: key for key, each in fleet.tenant.devices.items()}
    fleet.rename("PC-0", "Renamed")
    fleet.enrol("NEW1", deviceName="PC-new")
    fleet.tenant.delete(keys["PC-7"])
    fleet.tenant.devices[keys["PC-2"]]["userPrincipalName"] = "ann@contoso.example"
    fleet.tenant.devices[keys["PC-3"]]["userPrincipalName"] = None


class Killer:
    """Kills whoever makes the nth request, before anything is done or when it is done and not answered."""

    def __init__(self, server: HaloServer, number: int, moment: Moment) -> None:
        self.server = server
        self.left = number
        self.moment = moment
        self.pid = 0
        self.known = Event()

    def meddle(self, pid: int) -> None:
        """Take note of the process."""
        self.pid = pid
        self.known.set()

    def __call__(self, moment: Moment, call: Call) -> None:
        """Count a request, and kill at the last one."""
        if moment is not self.moment or call.path == "/auth/token":
            return
        self.left -= 1
        if self.left == 0:
            self.known.wait(30)
            os.kill(self.pid, signal.SIGKILL)


def quiet(_moment: Moment, _call: Call) -> None:
    """Do nothing around a request."""


Meddling = Callable[[Moment, Call], None]
