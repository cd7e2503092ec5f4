"""A third store needs one room and one settings model: what knows a product is counted, and one is made here."""

import ast
import inspect
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path

import pytest
from halo_fleet import environment
from msgspec.structs import replace
from random_days.tenant import Tenant
from storing import DAY, ORIGIN

from reconciler.configuration.documents import document
from reconciler.model.offer import Offer
from reconciler.model.plan import Action, Change, Plan, Subject
from reconciler.model.run import Outcome
from reconciler.model.state import Recording, RemoteIdentity, State, StoredCatalogue
from reconciler.planning.build import build_plan
from reconciler.remote import Reading, RemoteWriter, Room, Seen, fit
from reconciler.remote.room import AssetRecord
from reconciler.store.opening import initialise, open_ledger
from reconciler.undo.build import plan_undo

PACKAGE = Path(__file__).parents[2] / "reconciler"
OF_A_PRODUCT = ("halo", "snipeit", "simulator")
"""Rooms that are a product's, or pretend to be one."""

LEARNING = ("cli/learning/demo_stores.py",)
ADOPTING = ("run/remotes/adopting.py",)
"""`init --from-halo`, which writes settings and opens no store."""


@cache
def modules() -> tuple[tuple[str, ast.Module], ...]:
    """Return the modules that are no product's, by their path."""
    return tuple(_modules())


def _modules() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        name = path.relative_to(PACKAGE).as_posix()
        if name.partition("/")[0] not in OF_A_PRODUCT and name not in LEARNING:
            yield name, ast.parse(path.read_text("utf-8"))


def knowing(knows: Callable[[ast.AST], bool]) -> tuple[str, ...]:
    """Return the modules that have a node of which something is known."""
    return tuple(name for name, tree in modules() if any(map(knows, ast.walk(tree))))


def test_one_module_opens_each_products_room() -> None:
    def imports(node: ast.AST) -> bool:
        return isinstance(node, ast.ImportFrom) and (node.module or "").startswith(
            ("reconciler.halo", "reconciler.snipeit")
        )

    assert knowing(imports) == (*ADOPTING, "run/remotes/opening.py")


def test_a_products_settings_are_known_where_they_are_declared_opened_and_checked() -> None:
    """`configuration/references/stores.py` checks what only Snipe-IT's settings have."""

    def reads(node: ast.AST) -> bool:
        return isinstance(node, ast.Attribute) and node.attr in ("snipe_it", "halo")

    assert knowing(reads) == ("configuration/references/stores.py", "run/remotes/opening.py", "settings/stores.py")


def test_a_room_has_six_members() -> None:
    members = [name for name, _ in inspect.getmembers(Room) if not name.startswith("_")]

    assert members == ["find", "identity", "product", "read", "requests", "send"]


class Shelf:
    """A third product: assets on a shelf, by their number there."""

    product = "Shelf"

    def __init__(self) -> None:
        self.assets: dict[str, Seen] = {}
        self.sent = 0

    def identity(self) -> RemoteIdentity:
        """Return which shelf this is."""
        return RemoteIdentity(self.product, "https://shelf.example")

    def read(self, known: frozenset[str]) -> Reading:
        """Return everything on it."""
        records = [
            AssetRecord(
                id_, seen.name, *(seen.values.get(name) for name in ("type", "site", "status")), None, seen.values
            )
            for id_, seen in self.assets.items()
        ]
        catalogue = StoredCatalogue(
            organisations=("Contoso",),
            sites=("Contoso/Head Office", "Contoso/Leeds"),
            statuses=("In Use", "In Stock", "Retired", "Inactive", "Stolen"),
            types={"Laptop": "", "Virtual Machine": "", "Phone": ""},
            custom_fields=("label", "managed_by"),
        )
        offer = Offer(product=self.product, requests=1, per_minute=60)
        return Reading(records, (), catalogue, offer, gone=known - self.assets.keys())

    def find(self, change: Change, remote_id: str | None) -> tuple[Seen, ...]:
        """Return an asset by its number, or by its tag when it is to be made."""
        if change.action is not Action.CREATE:
            return tuple(seen for id_, seen in self.assets.items() if id_ == remote_id)
        return tuple(seen for seen in self.assets.values() if seen.name == change.name)

    def send(self, change: Change, seen: Seen | None) -> Seen:
        """Put an asset there, change it, or take it away."""
        self.sent += 1
        id_ = seen.remote_id if seen else str(len(self.assets) + 1)
        if change.action is Action.DELETE:
            return self.assets.pop(id_)
        written = {each.name: each.after for each in change.attributes}
        self.assets[id_] = Seen(id_, change.name, {**(seen.values if seen else {}), **written})
        return self.assets[id_]

    def requests(self, changes: Sequence[Change]) -> int:
        """Return two for each change of an asset: a look and a write."""
        return 2 * sum(each.subject is Subject.ASSET for each in changes)


class Fleet:
    """Devices whose assets are on a shelf."""

    def __init__(self, ledger: str) -> None:
        self.ledger, self.shelf, self.tenant, self.settings = ledger, Shelf(), Tenant("intune"), environment()

    def apply(self, now: str) -> Outcome | None:
        """Plan and apply; None where there is nothing to do."""
        with open_ledger(self.ledger, write=True) as ledger:
            writer = RemoteWriter(ledger, self.shelf, lambda _what, _count: None)
            state = writer.state(DAY, now)
            connection = self.settings.connections["intune"]
            snapshot = self.tenant.read(connection, now, [each.life for each in state.bindings])
            recording = Recording(instance="prod", taken_at=now, state=state, snapshots=(snapshot,))
            plan = fit(build_plan(self.settings, recording), state)
            assets = [each for each in plan.changes if each.subject is Subject.ASSET]
            return self.write(writer, plan, state, now) if assets else None

    def undo(self, run_id: str, now: str) -> Outcome:
        """Undo a run."""
        with open_ledger(self.ledger, write=True) as ledger:
            writer = RemoteWriter(ledger, self.shelf, lambda _what, _count: None)
            state = writer.state(DAY, now)
            plan = plan_undo(self.settings, state, writer.undoable(run_id), made_at=now, allowances={})
            return self.write(writer, plan, state, now)

    def write(self, writer: RemoteWriter, plan: Plan, state: State, now: str) -> Outcome:
        """Apply a plan that was made on a state."""
        with writer.apply(owner="test", origin=replace(ORIGIN, started_at=now), planned_on=state) as application:
            application.write(plan, document(self.settings), {"intune": True}, self.settings.digest, kind="production")
        return application.outcome


@pytest.fixture
def fleet(tmp_path: Path) -> Fleet:
    ledger = f"sqlite:///{tmp_path / 'ledger.db'}"
    initialise(ledger)
    return Fleet(ledger)


def test_a_fleet_is_imported_kept_and_undone_in_a_third_store(fleet: Fleet) -> None:
    for serial in ("SN1", "SN2"):
        fleet.tenant.enrol(serial, "2026-11-23T08:00:00Z")
    first = fleet.apply("2026-11-23T08:00:00Z")
    again = fleet.apply("2026-11-24T08:00:00Z")
    held = [seen.values["serialNumber"] for seen in fleet.shelf.assets.values()]
    sent = fleet.shelf.sent
    assert first is not None
    undone = fleet.undo(first.run_id, "2026-11-25T08:00:00Z")

    assert (again, held, sent) == (None, ["SN1", "SN2"], 2)
    assert (undone.conflicts + undone.failures, fleet.shelf.assets) == ((), {})
