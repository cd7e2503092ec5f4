"""One connection's planning: what it reads, what it counts, and how it reports."""

import datetime
from collections import Counter
from dataclasses import dataclass, field

from reconciler.model.plan import LeftAlone, Problem, Withheld
from reconciler.model.snapshot import Snapshot
from reconciler.model.state import Asset, LastRead
from reconciler.planning.attributes.software import DetectedSoftware, detected_software
from reconciler.planning.devices import Compiled, Devices, compile_connection, list_devices
from reconciler.planning.matching.asset_index import AssetIndex
from reconciler.planning.matching.matches import Matches, Ties
from reconciler.planning.matching.presence import Read
from reconciler.planning.matching.tenant_bindings import tenant_bindings
from reconciler.planning.world import World
from reconciler.settings.environment import Connection
from reconciler.settings.fields import AssetField
from reconciler.settings.imports import Absence


@dataclass(slots=True)
class Planner:
    """One connection's planning.

    `left` are the devices that have no asset and take none, `unproven` counts the bound devices for whose absence
    nobody asked (G3), `counts` the devices by verdict, `unknown` the assets by what could not be decided: attribute,
    reason, rule.
    """

    world: World
    connection: Connection
    snapshot: Snapshot
    compiled: Compiled
    devices: Devices
    read: Read
    ties: Ties
    bound: list[int | None]
    """Where each listed device's own binding is, among all that the store has."""
    index: AssetIndex
    unlisted: frozenset[str]
    software: DetectedSoftware | None
    """None when software is not imported, or not known."""
    matching: Matches = field(default_factory=Matches)
    left: frozenset[str] = frozenset()
    unproven: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    unknown: Counter[tuple[str, str, str]] = field(default_factory=Counter)

    @property
    def name(self) -> str:
        """The connection's name."""
        return self.connection.name

    def leave(self, device_id: str, label: str, why: str, reason: str, rule: str) -> None:
        """Note something that is on purpose not done."""
        self.counts[f"left-{why}"] += 1
        self.world.left_alone.append(
            LeftAlone(connection=self.name, device_id=device_id, label=label, why=why, reason=reason, rule=rule)
        )

    def problem(self, device_id: str | None, label: str, message: str, rule: str) -> None:
        """Note something that a person must look at."""
        self.world.problems.append(
            Problem(connection=self.name, label=label, message=message, rule=rule, device_id=device_id)
        )

    def withhold(self, device_id: str | None, label: str, what: str, reason: str, rule: str) -> None:
        """Note a change that would be made if something unknown were known."""
        self.world.withheld.append(
            Withheld(connection=self.name, label=label, what=what, reason=reason, rule=rule, device_id=device_id)
        )

    def asset_label(self, asset: Asset) -> str:
        """Return what people call an asset: its name, else its tag."""
        position = self.world.positions.get("name")
        return str((None if position is None else asset.values[position]) or asset.tag)


def make_planner(world: World, connection: Connection, snapshot: Snapshot, fields: dict[str, AssetField]) -> Planner:
    """Return a connection's planning before it begins: its devices listed, its bindings and assets indexed."""
    compiled = compile_connection(connection, snapshot, fields, _stale_before(connection, snapshot.read_at))
    devices = list_devices(compiled, snapshot)
    read = make_read(snapshot, world.reads.get(connection.tenant_id), counts=not world.scope.picked)
    bindings = tenant_bindings(world, connection.tenant_id, read.newer, devices)
    names = connection.imports.matching_fields()
    absent = _absent(connection, snapshot, bindings.own.places.keys() - devices.index.keys())
    return Planner(
        world=world,
        connection=connection,
        snapshot=snapshot,
        compiled=compiled,
        devices=devices,
        read=read,
        ties=Ties(bindings.own, bindings.others, absent, bindings.holders),
        bound=list(map(bindings.own.places.get, devices.ids)),
        index=AssetIndex(world.assets, names, world.positions, compiled.worthless, world.rewritten),
        unlisted=frozenset(snapshot.unlisted),
        software=detected_software(world, connection, snapshot),
    )


def _stale_before(connection: Connection, read_at: str) -> str | None:
    if connection.imports.inactive is None:
        return None
    moment = datetime.datetime.fromisoformat(read_at) - datetime.timedelta(days=connection.imports.inactive.after_days)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _absent(connection: Connection, snapshot: Snapshot, not_listed: set[str]) -> frozenset[str]:
    """Return the bound devices that are proven absent (G3)."""
    if snapshot.devices_unknown is not None:
        return frozenset()
    if connection.imports.absence is Absence.LIST:
        return frozenset(not_listed)
    return frozenset(not_listed.intersection(snapshot.absent))


def make_read(snapshot: Snapshot, last: LastRead | None, *, counts: bool = True) -> Read:
    """Return the read that the snapshot is, compared with the last applied one (D3); one that does not count is old."""
    whole = snapshot.devices_unknown is None
    days = set(last.whole_days if last else ())
    if whole:
        days.add(snapshot.read_at[:10])
    return Read(
        snapshot.read_at, counts and (last is None or snapshot.read_at > last.read_at), whole, tuple(sorted(days))
    )
