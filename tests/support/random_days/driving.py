"""Driving a fleet through its days: what happens, the run that follows, and everything that must hold then."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from applying import applied
from msgspec.structs import replace
from states import comparable
from storing import ORIGIN, Where, url

from random_days.befalling import Befalling, Day, day_of
from random_days.choices import TENANTS
from random_days.events import EVENTS, one
from random_days.seeing import People, view
from random_days.table import KEEP, NOTHING, cell, column, created
from random_days.undoing import undo_faults
from random_days.world import Ran, World
from reconciler.configuration.documents import document
from reconciler.model.plan import SOFTWARE, Action, Kind, Plan, Subject
from reconciler.model.state import Life, Presence, Recording, State
from reconciler.planning.build import build_plan, is_empty
from reconciler.settings.environment import Environment
from reconciler.settings.imports import Absence
from reconciler.store.opening import open_store
from reconciler.store.writer import SqlWriter
from reconciler.undo.build import plan_undo

Happening = tuple[str, int, int]
UNDO: Final = "undo"
KINDS: Final = (*EVENTS, UNDO)

_NOT_OF_THE_TABLE: Final = ("unlisted_reads", "superseded")
"""What a binding keeps beside the life that the table is about."""


@dataclass
class Figures:
    """How much was driven: days, events and undos by name, and the cells of the table that were reached."""

    days: int = 0
    events: Counter[str] = field(default_factory=Counter)
    cells: Counter[tuple[str, str]] = field(default_factory=Counter)

    def __str__(self) -> str:
        total = sum(self.events.values())
        told = ", ".join(f"{name} {count:,}" for name, count in sorted(self.events.items()))
        reached = "\n".join(f"  row {row:10} {life:18} {count:,}" for (row, life), count in sorted(self.cells.items()))
        return f"{self.days:,} days, {total:,} events ({told})\ncells of the table Presence:\n{reached}\n"


class Driver:
    """One fleet and its store."""

    def __init__(self, place: Where, store: SqlWriter, figures: Figures) -> None:
        self.world = World(place, store)
        self.figures = figures
        self.people = People()
        self.ever_bound: set[str] = set()
        self.tags: dict[int, str] = {}
        self.numbers: dict[str, int] = {}
        self.holds: dict[str, str] = {}
        """Each tenant that is held, with the run that was undone."""

    def drive(self, days: Iterable[Iterable[Happening]]) -> None:
        """Drive the fleet through days, each a list of events with the numbers that choose what they strike."""
        for day in days:
            for name, a, b in day:
                happened = self.undo(a) if name == UNDO else EVENTS[name](self.world, a, b)
                self.figures.events[name] += happened
            self.run()
            self.world.tomorrow()
            self.figures.days += 1

    def run(self) -> None:
        """Read, plan, apply, and look at what came of it."""
        world = self.world
        environment, before = world.environment(), world.state()
        recording = self._recording(environment, before)
        plan = build_plan(environment, recording)
        _refuse(self._removals(plan, recording, environment))
        after = self._write(plan, environment, before)
        again = build_plan(environment, replace(recording, state=after))
        assert is_empty(again), ("planning again is not empty", again.changes, again.bindings)
        assert comparable(after) == comparable(applied(plan, before))
        _refuse(self._cells(recording, before, after))
        _refuse(self._untouched(before, after))
        for each in plan.connections:
            if each.enabled and not each.skipped:
                self.holds.pop(each.tenant_id, None)
        assert {each.tenant_id: each.run_id for each in after.holds} == self.holds

    def _recording(self, environment: Environment, state: State) -> Recording:
        snapshots, failures = [], {}
        for name, tenant in self.world.tenants.items():
            connection = environment.connections[name]
            if not environment.enabled(connection):
                continue
            if tenant.faults.unreachable:
                failures[name] = "sign-in answered 503"
                continue
            lives = [each.life for each in state.bindings if each.tenant_id == TENANTS[name]]
            snapshots.append(tenant.read(connection, self.world.now, lives))
        return Recording(
            instance="prod", taken_at=self.world.now, state=state, snapshots=tuple(snapshots), failures=failures
        )

    def _write(self, plan: Plan, environment: Environment, before: State, undoes: int | None = None) -> State:
        """Apply a plan as the product does, note it as a run, and look at the store."""
        world = self.world
        enabled = {name: environment.enabled(each) for name, each in environment.connections.items()}
        origin = replace(ORIGIN, started_at=world.now)
        with world.store.apply(owner="test", origin=origin) as transaction:
            transaction.verify(plan)
            transaction.write(plan, document(environment), enabled, environment.digest, kind="production")
            transaction.read_back(plan)
        faults = [fault for finding in world.store.check("prod") for fault in finding.faults]
        assert not faults, faults
        after = world.state()
        world.ran.append(Ran(transaction.outcome.run_id, plan, before, after, undoes))
        _refuse(self._identities(after))
        return after

    def _identities(self, state: State) -> Iterator[str]:
        """Yield what has two live bindings, and numbers and tags that were given twice."""
        live = Counter(each.asset_id for each in state.bindings if each.life.presence is not Presence.DELETED)
        yield from (f"asset {key} has {count} live bindings" for key, count in live.items() if count > 1)
        for asset in state.assets:
            if self.tags.setdefault(asset.id, asset.tag) != asset.tag:
                yield f"the number {asset.id} was {self.tags[asset.id]}'s and is {asset.tag}'s"
        for change in self.world.ran[-1].plan.changes:
            if change.subject is Subject.ASSET and change.action is Action.CREATE:
                last = self.numbers.setdefault(change.name, len(self.world.ran))
                if last != len(self.world.ran) and self.world.ran[-1].undoes is None:
                    yield f"the tag {change.name} was given before"

    def _removals(self, plan: Plan, recording: Recording, environment: Environment) -> Iterator[str]:
        """Yield what is removed from something that is there, by what Intune and Entra really have."""
        for change in plan.changes:
            if change.subject is not Subject.ASSET or change.action is not Action.UPDATE or change.connection is None:
                continue
            tenant = self.world.tenants[change.connection]
            device = tenant.devices.get(change.device_id or "")
            proven = environment.connections[change.connection].imports.absence is Absence.PER_DEVICE
            if Kind.DELETED_IN_INTUNE in change.kinds and (tenant.faults.broken or (device is not None and proven)):
                yield f"{change.name} is retired, and its device is in Intune"
            for each in change.attributes:
                if each.name == "device" and proven and str(each.before) in tenant.devices:
                    old, new = tenant.devices[str(each.before)], device or {}
                    earlier = str(old["enrolledDateTime"]) > str(new.get("enrolledDateTime"))
                    if earlier and not _checked_in_since(new, old):
                        yield f"{change.name} moves from a device that is in Intune and enrolled later"
                if each.name.startswith(SOFTWARE) and device is not None:
                    yield from _lost_software(each.name, each.before, each.after, device["software"])
                if each.name == "user" and each.after is None and device is not None:
                    yield from self._lost_user(change.name, device, recording)

    def _lost_user(self, tag: str, device: dict[str, object], recording: Recording) -> Iterator[str]:
        wanted = str(device["userPrincipalName"] or "").casefold()
        tenant = self.world.tenant_of(str(device["id"]))
        known = {str(each["userPrincipalName"]).casefold() for each in tenant.users.values()}
        known |= {str(each.upn).casefold() for each in recording.state.people}
        if wanted and wanted in known:
            yield f"{tag} loses its user, whom its device has"

    def _cells(self, recording: Recording, before: State, after: State) -> Iterator[str]:
        """Yield each binding, and each status, that is not what the table *Presence* says."""
        whole = {each.tenant_id: each.whole_days for each in before.reads}
        days = [
            day_of(
                self.world.choices[snapshot.connection],
                snapshot,
                before.bindings,
                whole.get(snapshot.tenant_id, ()),
            )
            for snapshot in recording.snapshots
        ]
        Befalling(before, days)
        expected = Expected(before, after, self.figures)
        for day in days:
            yield from expected.of(day)
        yield from expected.faults()

    def _untouched(self, before: State, after: State) -> Iterator[str]:
        """Yield assets that changed though no device was ever matched to them, or theirs is excluded (M9, X1)."""
        tags = {asset.id: asset.tag for asset in after.assets}
        self.ever_bound |= {tags[each.asset_id] for each in after.bindings}
        was, now = view(before, self.people).assets, view(after, self.people).assets
        for tag in sorted(was):
            if tag not in self.ever_bound and was[tag] != now.get(tag):
                yield f"{tag} changes, and no device was ever matched to it"
        outside = {tags[each.asset_id] for each in after.bindings if each.life.presence is Presence.EXCLUDED}
        for tag in sorted(outside & was.keys()):
            if was[tag] != now[tag]:
                yield f"{tag} changes, and its device is out of scope"

    def undo(self, number: int) -> bool:
        """Undo an earlier run, if there is one that is not undone; undo plans that come to nothing are not written."""
        world = self.world
        standing = [place for place, run in enumerate(world.ran) if run.undone_by is None]
        chosen = one(standing[::-1], number)
        if chosen is None:
            return False
        environment, now = world.environment(), world.state()
        undoable = world.store.undoable(world.ran[chosen].run_id)
        plan = plan_undo(environment, now, undoable, made_at=world.now)
        if is_empty(plan):
            return False
        done = self._write(plan, environment, now, undoes=chosen)
        _refuse(undo_faults(world, chosen, plan, now, done, self.people))
        self._mark(chosen, plan)
        _refuse(self._marks())
        assert {each.tenant_id: each.run_id for each in done.holds} == self.holds
        return True

    def _mark(self, chosen: int, plan: Plan) -> None:
        """Note which runs stand, and what is held: an undo takes its run's standing, and undoing it gives that back."""
        ran, by = self.world.ran, len(self.world.ran) - 1
        ran[chosen].undone_by = by
        chain = [chosen]
        while (before := ran[chain[-1]].undoes) is not None:
            chain.append(before)
        for place in range(1, len(chain)):
            ran[chain[place]].undone_by = None if place % 2 else chain[place - 1]
        root = ran[chain[-1]].run_id
        self.holds = {tenant: run for tenant, run in self.holds.items() if run != root}
        if len(chain) % 2:
            self.holds |= {each.tenant_id: root for each in plan.connections}

    def _marks(self) -> Iterator[str]:
        names = {None: None} | {place: run.run_id for place, run in enumerate(self.world.ran)}
        history = {each.run_id: each for each in self.world.store.history(len(self.world.ran))}
        for run in self.world.ran:
            found = history[run.run_id]
            if (found.undoes, found.undone_by) != (names[run.undoes], names[run.undone_by]):
                yield f"run {run.run_id} is marked {found.undoes}, {found.undone_by}"


def _lost_software(name: str, before: object, after: object, there: dict[str, str]) -> Iterator[str]:
    lost = set(str(before or "").split("\n")) - set(str(after or "").split("\n"))
    if there.get(name.removeprefix(SOFTWARE)) in lost:
        yield f"{name} goes, and is on the device"


def _checked_in_since(device: Mapping[str, object], other: Mapping[str, object]) -> bool:
    """Return whether a device checked in more than a day after another one enrolled, and checked in (M5 b)."""
    synced, enrolled, last = (
        datetime.fromisoformat(str(value))
        for value in (device["lastSyncDateTime"], other["enrolledDateTime"], other["lastSyncDateTime"])
    )
    return synced - max(enrolled, last) > timedelta(days=1)


def _refuse(faults: Iterable[str]) -> None:
    found = list(faults)
    assert not found, "\n".join(found)


def drive(place: Where, days: Iterable[Iterable[Happening]], figures: Figures) -> None:
    """Drive a fleet whose store is in an empty place through days."""
    with open_store(url(place), write=True) as store:
        Driver(place, store, figures).drive(days)


class Expected:
    """What the table makes of a state, compared with the one that came out."""

    def __init__(self, before: State, after: State, figures: Figures) -> None:
        self.figures = figures
        self.before = {(each.tenant_id, each.life.device_id): (each.asset_id, each.life) for each in before.bindings}
        self.after = {(each.tenant_id, each.life.device_id): (each.asset_id, each.life) for each in after.bindings}
        self.wanted = dict(self.before)
        self.now = {asset.id: asset for asset in after.assets}
        self.statuses = {asset.id: asset.status for asset in before.assets}
        self.pins = before.pins
        self.written: dict[int, object] = {}
        self.unlisted: dict[str, set[str]] = {}

    def of(self, day: Day) -> Iterator[str]:
        """Put what the table says of a tenant's day; yield what was bound that should not be."""
        tenant = TENANTS[day.connection]
        for old, each in sorted(day.befallen.items()):
            asset, life = each.binding.asset_id, each.binding.life
            if each.row is NOTHING:
                self.figures.cells[each.by, column(life)] += 1
                continue
            if each.device != old:
                del self.wanted[tenant, old]
                life = replace(life, device_id=each.device, unlisted_reads=0)
            found = cell(each.row, life, self.statuses[asset], day.reading, day.chosen)
            self.figures.cells[found.row or each.by, column(each.binding.life)] += 1
            self.wanted[tenant, each.device] = asset, found.life
            self._write(asset, found.status)
        for device, (asset, row) in day.matched.items():
            self.figures.cells[row, f"{column(None)}, matched"] += 1
            self.wanted[tenant, device] = asset, Life(device, Presence.PRESENT, day.reading.at)
        for device, row in day.new.items():
            if (made := self.after.get((tenant, device))) is not None:
                if not day.chosen.create:
                    yield f"an asset is created for {device}"
                self.figures.cells[row, f"{column(None)}, created"] += 1
                found = created(row, device, day.reading, day.chosen)
                self.wanted[tenant, device] = made[0], found.life
                self.statuses[made[0]] = None
                self._write(made[0], found.status)

    def _write(self, asset: int, status: object) -> None:
        if status is not KEEP and "status" not in self.pins.get(asset, {}):
            self.written[asset] = status

    def faults(self) -> Iterator[str]:
        """Yield what is not as the table says."""
        for device in sorted({*self.wanted, *self.after}):
            wanted, found = (each.get(device) for each in (self.wanted, self.after))
            if wanted is not None and found is not None:
                aside = {name: getattr(found[1], name) for name in _NOT_OF_THE_TABLE}
                wanted = wanted[0], replace(wanted[1], **aside)
            if wanted != found:
                yield f"binding {device}: was {self.before.get(device)}, should be {wanted}, is {found}"
        for key, status in self.statuses.items():
            wanted_status = self.written.get(key, status)
            if self.now[key].status != wanted_status:
                yield f"{self.now[key].tag}: status was {status}, should be {wanted_status}, is {self.now[key].status}"
