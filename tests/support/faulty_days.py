"""A tenant, imported, and a day on which every rule that removes takes something: what then becomes of the store.

Each `Removal` is one thing of one asset (or user, or organisation) that the day's read takes away when all of it is
known. `zz` begins every name, so that these devices are on the last page of a list.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Lock
from typing import Any

import pytest
from command_line import CommandLine, everything, rows, simulated
from msgspec.structs import replace

from reconciler.cli.runs.plan import exit_code
from reconciler.configuration.loader import load_environment
from reconciler.errors import ExitCode, ReconcilerError
from reconciler.intune.http.budget import Pace
from reconciler.model.plan import Plan
from reconciler.run.context import Surroundings
from reconciler.run.writes import applying
from reconciler.run.writes.applying import Order
from reconciler.settings.environment import Environment
from reconciler.simulator.exchange import Endpoint
from reconciler.simulator.faults import Fault
from reconciler.simulator.server import Simulator
from reconciler.simulator.tenant.records import Device
from reconciler.simulator.tenant.tenant import Tenant

IMPORTS = "prod/connections/intune/imports.yaml"
USERS = "prod/connections/intune/users.yaml"
_MODEL = "  - {from: model, to: model}\n"
_MAC = "  - {from: ethernetMacAddress, to: ethernetMac, transform: [macAddress], empty: clear}\n"
_LIST = frozenset({Endpoint.DEVICES})
_SINGLE = frozenset({Endpoint.DEVICE, Endpoint.BATCH})
_PROOF = _LIST | _SINGLE
_USERS = frozenset({Endpoint.USERS})
_NAME = frozenset({Endpoint.ORGANIZATION})
"""Until the tenant's new name is known, what catalogue.yaml calls by it is not made, and nothing is planned."""
_EXPORT = frozenset({Endpoint.EXPORTS, Endpoint.EXPORT, Endpoint.DOWNLOAD})
_DETECTED = frozenset({Endpoint.DETECTED_APPS, Endpoint.APP_DEVICES, Endpoint.BATCH})

_ASSET = "SELECT {} FROM asset WHERE name = '{}'"
_STATUS = "(SELECT name FROM status WHERE id = status_id)"
_SITE = "(SELECT name FROM site WHERE id = site_id)"
_USER = "(SELECT upn FROM person WHERE id = person_id)"
_DEVICES = "(SELECT group_concat(device_id || presence) FROM binding WHERE asset_id = asset.id)"
_SOFTWARE = "(SELECT count(*) FROM asset_software WHERE asset_id = asset.id)"


@dataclass(frozen=True)
class Removal:
    """What one rule takes away: where the store has it, and the endpoints that have to answer for it.

    `withheld` is how what the plan withholds ends when another endpoint than the list of devices does not answer; with
    the list it is the asset's deletion, by its `name`.
    """

    what: str
    query: str
    needs: frozenset[Endpoint]
    withheld: str
    name: str | None = None

    def is_told(self, plan: Plan, endpoint: Endpoint) -> bool:
        """Say whether a plan tells that this is withheld, and why."""
        if endpoint is Endpoint.DEVICES:
            return any((each.label, each.what) == (self.name, "its deletion") and each.reason for each in plan.withheld)
        return any(each.what.endswith(self.withheld) and each.reason for each in plan.withheld)


def _of(what: str, name: str, column: str, needs: frozenset[Endpoint], withheld: str) -> Removal:
    return Removal(what, _ASSET.format(column, name), needs, withheld, name)


@dataclass
class World:
    """A store as it was before the day, the settings, and the simulator as it is on that day."""

    place: CommandLine
    simulator: Simulator
    removals: tuple[Removal, ...]
    environment: Environment
    before: bytes = b""
    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    listed: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    outcomes: dict[str, tuple[object, object]] = field(default_factory=dict)

    def find(self) -> dict[str, object]:
        """Return what the store has for each removal."""
        return {
            each.what: [tuple(row.values()) for row in rows(self.place.store, each.query)] for each in self.removals
        }


@dataclass(frozen=True)
class Done:
    """What an apply came to: its exit code, the plans it showed, why it failed, and what the store has by then."""

    code: ExitCode
    plan: Plan | None
    why: str
    found: dict[str, object]
    same_rows: bool
    """Whether the store is as it was, but for the attempt that a failure leaves (J4)."""


class Clock:
    """Time that passes only where it is waited for."""

    def __init__(self) -> None:
        self.elapsed = 0.0
        self.lock = Lock()

    def wait(self, _event: Event, seconds: float) -> None:
        """Let the seconds pass."""
        with self.lock:
            self.elapsed += seconds

    @property
    def pace(self) -> Pace:
        return Pace(
            monotonic=lambda: self.elapsed,
            now=lambda: datetime.now(UTC) + timedelta(seconds=self.elapsed),
            wait=self.wait,
            jitter=lambda: 0,
        )


def apply(world: World, *faults: Fault) -> Done:
    """Apply the day under faults, to the store as it was before."""
    world.place.store.write_bytes(world.before)
    world.simulator.clear_faults()
    for fault in faults:
        world.simulator.inject(fault)
    shown: list[Plan] = []
    why, code = "", ExitCode.DONE
    try:
        _apply(world, shown)
        code = exit_code(shown[-1])
    except ReconcilerError as error:
        why, code = str(error), error.exit_code
    same = everything(world.place.store) == world.rows
    return Done(code, shown[-1] if shown else None, why, world.find(), same)


def _apply(world: World, shown: list[Plan]) -> None:
    """Apply with the variables of this world's simulator; another one may have set its own meanwhile."""
    around = Surroundings(
        environment=world.environment,
        environments=world.place.environments,
        overlaid=True,
        variables=world.simulator.environment(),
        progress=lambda _connection, _what, _count: None,
        now=lambda: f"{world.simulator.tenant.now:%Y-%m-%dT%H:%M:%SZ}",
        pace=Clock().pace,
    )
    order = Order(
        who="somebody",
        where="here",
        warn=lambda _text: None,
        show=shown.append,
        confirm=lambda: True,
        allowances={},
        allow_uncommitted=True,
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("REQUESTS_CA_BUNDLE", world.simulator.ca_file)
        applying.apply(around, order)


def _import(world: World) -> None:
    """Apply, and keep the store as it is then."""
    _apply(world, [])
    world.before = world.place.store.read_bytes()
    world.rows = everything(world.place.store)


def _settled(place: CommandLine) -> Environment:
    return load_environment(place.environments, "prod", overlay=place.overlay).settled()


Begin = Callable[[CommandLine], None]
Days = Callable[[World], None]


@contextmanager
def world(folder: Path, name: str) -> Iterator[World]:
    """Give one of the worlds, imported, on its day."""
    begin, removals, days = WORLDS[name]
    place = CommandLine(folder)
    with simulated(30) as simulator:
        place.connect(simulator)
        begin(place)
        made = World(place, simulator, removals, _settled(place))
        days(made)
        before = _found_before(made)
        done = apply(made)
        assert done.code == ExitCode.DONE, done.why
        made.outcomes = {each.what: (before[each.what], done.found[each.what]) for each in removals}
        yield made


def _found_before(made: World) -> dict[str, object]:
    made.place.store.write_bytes(made.before)
    return made.find()


def _laptop(tenant: Tenant, name: str, user: str | None = None) -> Device:
    serial = name.upper().replace("-", "")
    entra = f"{len(tenant.devices.items):08}-1111-4000-8000-000000000000"
    return tenant.enrol(
        user=user, deviceName=name, serialNumber=serial, azureADDeviceId=entra, ethernetMacAddress="0A0B0C0D0E0F"
    )


def _person(tenant: Tenant, name: str) -> str:
    """Add somebody in Leeds; return the UPN."""
    pattern = tenant.users.items[0]
    upn = f"{name}@{tenant.domain}"
    tenant.put_user(
        replace(
            pattern,
            id=f"{name:0<8}-0000-4000-8000-000000000000",
            userPrincipalName=upn,
            mail=upn,
            displayName=name,
            employeeId=None,
            accountEnabled=True,
            officeLocation="Leeds",
        )
    )
    return upn


def _detailed(place: CommandLine) -> None:
    place.edit("prod/connections/intune/field-mappings.yaml", _MODEL, _MODEL + _MAC)
    place.edit("prod/connections/intune/connection.yaml", "\nintegrator:", "\ndetails: {refresh: 1h}\nintegrator:")


def _one_by_one(made: World) -> None:
    tenant = made.simulator.tenant
    mover, leaver, owner = (_person(tenant, each) for each in ("zz-mover", "zz-leaver", "zz-owner"))
    for name in ("zz-gone", "zz-again", "zz-later", "zz-silent", "zz-plain", "zz-tidy"):
        _laptop(tenant, name)
    for name, user in (("zz-moved", mover), ("zz-nobodys", owner), ("zz-strangers", owner), ("zz-left", leaver)):
        _laptop(tenant, name, user)
    named = {each.deviceName: each for each in tenant.devices.items}
    tenant.inventory.set(named["zz-tidy"], ("Kept", "1", "Contoso"), ("Dropped", "2", "Contoso"))
    _import(made)
    tenant.advance(86_400)
    tenant.delete(named["zz-gone"].id)
    tenant.re_enrol(named["zz-again"].id)
    later = f"{tenant.now - timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}"
    tenant.put(replace(named["zz-later"], id="zz-later-again", enrolledDateTime=later, lastSyncDateTime=later))
    long_ago = f"{tenant.now - timedelta(days=90):%Y-%m-%dT%H:%M:%SZ}"
    tenant.edit(named["zz-silent"].id, lastSyncDateTime=long_ago)
    tenant.edit(named["zz-plain"].id, ethernetMacAddress=None)
    tenant.inventory.set(named["zz-tidy"], ("Kept", "1", "Contoso"))
    tenant.edit_user(mover, officeLocation="Remote")
    tenant.edit_user(leaver, accountEnabled=False)
    tenant.reassign(named["zz-nobodys"].id, None)
    tenant.edit(
        named["zz-strangers"].id, userId="11111111-0000-4000-8000-000000000000", userPrincipalName="stranger@elsewhere"
    )
    made.gone = (named["zz-gone"].id,)
    made.listed = tuple(
        named[each].id for each in named if each.startswith("zz-") and each not in ("zz-gone", "zz-again")
    )


_ONE_BY_ONE = (
    _of("a deleted device's status", "zz-gone", _STATUS, _PROOF, "its deletion"),
    _of("a binding that moves to a new enrolment", "zz-again", _DEVICES, _PROOF, "its binding's move"),
    _of("a binding that moves to a later twin", "zz-later", _DEVICES, _LIST, ""),
    _of("a silent device's status", "zz-silent", _STATUS, _LIST, ""),
    _of("a detail that is empty by now", "zz-plain", "ethernet_mac", _PROOF, "ethernetMac"),
    _of("software that is detected no more", "zz-tidy", _SOFTWARE, _LIST | _EXPORT, "software"),
    _of("a site that a user left", "zz-moved", _SITE, _LIST | _USERS, "import of users"),
    _of("a link to a user, of a device of nobody", "zz-nobodys", _USER, _LIST, ""),
    _of("a link to a user, of a device of a stranger", "zz-strangers", _USER, _LIST | _USERS, "user"),
    Removal(
        "an account that is disabled",
        "SELECT active FROM person WHERE name = 'zz-leaver'",
        _USERS,
        "import of users",
    ),
)


def _begin_by_list(place: CommandLine) -> None:
    place.edit(IMPORTS, "absence: per-device", "absence: list")
    place.edit(IMPORTS, "via: export", "via: detected-apps")
    place.edit(USERS, "assignFrom: intune ", "assignFrom: entra ")


def _by_list(made: World) -> None:
    tenant = made.simulator.tenant
    owner = _person(tenant, "zz-owner")
    for name in ("zz-gone", "zz-again", "zz-tidy"):
        _laptop(tenant, name)
    _laptop(tenant, "zz-unowned", owner)
    named = {each.deviceName: each for each in tenant.devices.items}
    tenant.inventory.set(named["zz-tidy"], ("Kept", "1", "Contoso"), ("Dropped", "2", "Contoso"))
    _import(made)
    tenant.advance(86_400)
    tenant.delete(named["zz-gone"].id)
    tenant.re_enrol(named["zz-again"].id)
    tenant.inventory.set(named["zz-tidy"], ("Kept", "1", "Contoso"))
    tenant.own(named["zz-unowned"].id)
    made.gone = (named["zz-gone"].id,)
    made.listed = tuple(named[each].id for each in ("zz-tidy", "zz-unowned"))


_BY_LIST = (
    _of("a deleted device's status", "zz-gone", _STATUS, _LIST, ""),
    _of("a binding that moves to a new enrolment", "zz-again", _DEVICES, _LIST, ""),
    _of("software that is detected no more", "zz-tidy", _SOFTWARE, _LIST | _DETECTED, "software"),
    _of("a link to a user, of a device of no owner", "zz-unowned", _USER, _LIST | {Endpoint.ENTRA_DEVICES}, "user"),
)


def _begin_last_import(place: CommandLine) -> None:
    place.edit(IMPORTS, "deletedInIntune: Retired", "deletedInIntune: null")
    place.edit(IMPORTS, "afterDays: 60", "afterDays: 1")
    place.edit(IMPORTS, "measuredBy: device-check-in", "measuredBy: last-import")
    place.edit(
        "prod/connections/intune/connection.yaml",
        "entities: [users, assets, software]",
        "entities: [organisations, users, assets, software]",
    )
    (place.environments / "prod/connections/intune/tests.yaml").unlink()


def _last_import(made: World) -> None:
    tenant = made.simulator.tenant
    _laptop(tenant, "zz-gone")
    gone = next(each for each in tenant.devices.items if each.deviceName == "zz-gone")
    _import(made)
    tenant.delete(gone.id)
    tenant.advance(86_400)
    _import(made)
    tenant.advance(86_400)
    tenant.organisation = "Contoso Holding"
    _rename_organisation(made)
    made.gone = (gone.id,)


def _rename_organisation(made: World) -> None:
    """Let the settings have the organisation's new name."""
    for file in ("catalogue", "connections/intune/imports", "connections/intune/users"):
        path = made.place.environments / "prod" / f"{file}.yaml"
        text = path.read_text()
        path.write_text(
            text.replace("Contoso/", "Contoso Holding/").replace("name: Contoso\n", "name: Contoso Holding\n")
        )
    made.environment = _settled(made.place)


_LAST_IMPORT = (
    _of("the status of a device that no import found", "zz-gone", _STATUS, _LIST | _NAME, "its name"),
    Removal("an organisation's name", "SELECT name FROM organisation", _NAME, "its name"),
)

WORLDS: dict[str, tuple[Begin, tuple[Removal, ...], Days]] = {
    "one by one": (_detailed, _ONE_BY_ONE, _one_by_one),
    "by list": (_begin_by_list, _BY_LIST, _by_list),
    "last import": (_begin_last_import, _LAST_IMPORT, _last_import),
}
