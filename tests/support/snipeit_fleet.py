"""A fleet whose assets are in a pretend Snipe-IT: what happens in it, and applies as the product makes them."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from halo_fleet import Fleet, environment, quiet
from random_days.tenant import Tenant

from reconciler.remote import RemoteWriter
from reconciler.remote.budget import Budget, Pace
from reconciler.remote.transport import Transport
from reconciler.settings.environment import Environment
from reconciler.settings.stores import SnipeIt as SnipeItSettings
from reconciler.simulator.snipeit import SnipeIt, SnipeItServer
from reconciler.simulator.snipeit.data import Options
from reconciler.simulator.stores.audit import Audit
from reconciler.simulator.stores.clock import Clock
from reconciler.snipeit import SnipeItRoom
from reconciler.store.opening import initialise, open_ledger

FIELDS = {"custom.label": "Label", "custom.managed_by": "Managed by"}


class Kept(NamedTuple):
    """A Snipe-IT, its fleet and a copy of the ledger."""

    tables: dict[str, Any]
    options: Options
    tenant: Tenant
    days: int
    ledger: Path


@dataclass
class SnipeItFleet(Fleet):
    """Devices, a Snipe-IT, and a ledger in a file."""

    server: SnipeItServer
    per_minute: int = 1_000_000

    @property
    def data(self) -> SnipeIt:
        """What the Snipe-IT holds."""
        return self.server.data

    def person(self, name: str, *, site: str = "Leeds") -> str:
        """Add a user to Snipe-IT and return the user name."""
        upn = f"{name.lower()}@contoso.example"
        where = {
            "company_id": self.data.named("companies", "Contoso"),
            "location_id": self.data.named("locations", site),
        }
        self.people[upn] = self.data.add_user(upn, name=name, **where)
        return upn

    @contextmanager
    def opened(self) -> Iterator[tuple[RemoteWriter, SnipeItRoom]]:
        """Open the store as a command does, with a lease that binds nobody once its holder is gone."""
        with (
            room_at(self.server, self.environment, self.per_minute) as room,
            open_ledger(f"sqlite:///{self.ledger}", write=True, lease_seconds=0) as ledger,
        ):
            yield RemoteWriter(ledger, room, lambda _what, _count: None), room

    def assets(self) -> dict[str, dict[str, Any]]:
        """Return what Snipe-IT has, by tag and in names."""
        tables = self.data.tables
        return {row["asset_tag"]: _in_names(tables, row) for row in self.data.live_assets()}

    def asset(self, name: str) -> int:
        """Return the id of the asset of a name."""
        return self.data.named("hardware", name)

    def keep(self, name: str) -> Kept:
        """Keep everything as it is now."""
        copy = self.ledger.with_name(f"{name}.kept")
        shutil.copy(self.ledger, copy)
        data = self.data
        return Kept(*map(deepcopy, (data.tables, data.options, self.tenant, self.days)), copy)

    def rewind(self, kept: Kept) -> None:
        """Make everything as it was when it was kept, with an empty audit and nothing that meddles."""
        data = self.data
        with data.lock:
            data.tables, data.options = deepcopy(kept.tables), deepcopy(kept.options)
            data._ids = {table: count(max(rows, default=0) + 1) for table, rows in data.tables.items()}
            data.audit = self.server.audit = Audit()
        self.tenant, self.days = deepcopy(kept.tenant), kept.days
        self.server.faults.clear()
        self.server.hook = quiet
        self.server.forget_requests()
        for each in self.ledger.parent.glob(f"{self.ledger.name}*"):
            each.unlink()
        shutil.copy(kept.ledger, self.ledger)


def _in_names(tables: dict[str, Any], row: dict[str, Any]) -> dict[str, Any]:
    def name(table: str, id_: Any) -> str | None:
        return tables[table][id_]["name"] if id_ else None

    model = tables["models"][row["model_id"]]
    user = tables["users"].get(row.get("assigned_to"))
    return {
        "name": row["name"],
        "serial": row["serial"],
        "model": model["name"],
        "type": name("categories", model["category_id"]),
        "status": name("statuslabels", row["status_id"]),
        "site": name("locations", row.get("rtd_location_id")),
        "user": user["first_name"] if user else None,
        **{key: value for key, value in row.items() if key.startswith("_snipeit_") and value},
    }


@contextmanager
def room_at(server: SnipeItServer, settings: Environment, per_minute: int = 1_000_000) -> Iterator[SnipeItRoom]:
    """Open a room at a pretend Snipe-IT, on its clock."""
    clock = server.data.clock
    pace = Pace(monotonic=clock.monotonic, wait=clock.wait, jitter=lambda: 0.0)
    transport = Transport(Budget(per_minute, pace), server.data.options.token)
    remote = SnipeItSettings.model_validate({"url": server.url, "token": {"env": "SNIPEIT_TOKEN"}})
    try:
        yield SnipeItRoom(server.url, transport, remote, settings.catalogue, FIELDS)
    finally:
        transport.close()


@contextmanager
def fleet_at(folder: Path, *, per_minute: int = 1_000_000) -> Iterator[SnipeItFleet]:
    """Serve a furnished Snipe-IT with one asset of a person's, whose clock moves only where it is waited on."""
    settings = environment()
    data = SnipeIt.furnished(categories=settings.catalogue.types(), fields=("Label", "Managed by"), clock=Clock())
    for status in settings.catalogue.statuses:
        if not data.find("statuslabels", name=status):
            data.add("statuslabels", name=status, type="deployable")
    desk = data.add("models", name="Desk", category_id=data.named("categories", "Laptop"), fieldset_id=None)
    old = {"asset_tag": "OLD-1", "model_id": desk, "status_id": data.named("statuslabels", "In Use")}
    data.add("hardware", name="Old", serial=None, **old)
    ledger = folder / "ledger.db"
    initialise(f"sqlite:///{ledger}")
    with SnipeItServer(data, per_minute=per_minute) as server, pytest.MonkeyPatch.context() as patch:
        patch.setenv("REQUESTS_CA_BUNDLE", str(server.ca_file))
        yield SnipeItFleet(server, ledger, environment=settings, per_minute=per_minute)
