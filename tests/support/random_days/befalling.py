"""Which row of the table *Presence* befalls each binding on a day: M1 to M7 for one matching field, written anew.

The result says for every binding of an enabled tenant what becomes of it, for every unbound device whether it may get
one, and nothing of what cannot be told from outside (whether an asset can be created).
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from msgspec import UNSET

from random_days.choices import AFTER_DAYS, Choices
from random_days.table import NOTHING, Reading
from reconciler.model.snapshot import Snapshot
from reconciler.model.state import Binding, Presence, State
from reconciler.settings.imports import Absence, Clock, OnFirstMatch

_PLACEHOLDERS = frozenset({"0000"})


@dataclass(frozen=True)
class Seen:
    """A device that a read has: its worthy matching value, whether it is in scope (None: unknown), and its row.

    `writes` says whether it has a value that its asset gets, be it worthy or not.
    """

    key: str
    value: Any
    writes: bool
    inside: bool | None
    row: str
    order: tuple[Any, ...]


@dataclass(frozen=True)
class Befallen:
    """What becomes of a binding: the row, the device that has it afterwards, and what the row was reached by."""

    binding: Binding
    row: str
    device: str
    by: str


@dataclass
class Day:
    """What became of one tenant's bindings and of its unbound devices.

    `matched` are devices that are tied to an asset that had no binding of the tenant, with their row; `new` are those
    for which an asset may be created.
    """

    connection: str
    chosen: Choices
    reading: Reading
    seen: dict[str, Seen]
    own: dict[str, Binding]
    absent: set[str]
    befallen: dict[str, Befallen] = field(default_factory=dict)
    matched: dict[str, tuple[int, str]] = field(default_factory=dict)
    new: dict[str, str] = field(default_factory=dict)
    left: set[str] = field(default_factory=set)
    open: set[str] = field(default_factory=set)
    """Unbound devices of which nothing could be decided."""

    def put(self, binding: Binding, row: str, device: str | None = None, by: str = "") -> None:
        """Note what becomes of a binding."""
        self.befallen[binding.life.device_id] = Befallen(binding, row, device or binding.life.device_id, by or row)


class Befalling:
    """Both tenants' days, decided in the order of the rules: bound devices, what others match, what was not seen."""

    def __init__(self, state: State, days: list[Day]) -> None:
        self.pins = state.pins
        place = state.fields.index("serialNumber")
        self.values = {asset.id: worthy(asset.values[place]) for asset in state.assets}
        self.live = {each.asset_id: each for each in state.bindings if each.life.presence is not Presence.DELETED}
        self.taken: dict[int, str] = {}
        for day in days:
            self._together(day)
            self._bound(day)
        for day in days:
            self._others(day)
        for day in days:
            self._unseen(day)

    def _together(self, day: Day) -> None:
        """Decide M5 and row 8: of several devices with one value the latest enrolled has the asset."""
        groups: dict[str, list[Seen]] = defaultdict(list)
        for each in day.seen.values():
            if each.value not in (None, UNSET) and (each.inside or each.key in day.own):
                groups[each.value].append(each)
        for members in groups.values():
            if len(members) > 1:
                self._group(day, members)

    def _group(self, day: Day, members: list[Seen]) -> None:
        bound = [day.own[each.key] for each in members if each.key in day.own]
        unbound = {each.key for each in members if each.key not in day.own}
        if len({each.asset_id for each in bound}) > 1 or any(UNSET in each.order for each in members):
            day.open |= unbound
            return
        latest = _whose(members)
        day.left |= {each.key for each in members if each is not latest}
        for each in bound:
            if each.life.device_id != latest.key:
                day.put(each, NOTHING, by="superseded")
        if bound and latest.key not in day.own:
            has = next((each for each in bound if each == self.live.get(each.asset_id)), bound[0])
            self._move(day, has, latest, "8")

    def _move(self, day: Day, binding: Binding, to: Seen, by: str) -> None:
        """Move a binding, unless the asset has another live one (M4)."""
        live = self.live.get(binding.asset_id, binding)
        revives = binding.life.presence is Presence.DELETED
        if live != binding or (revives and not self._take(binding.asset_id, to.key)):
            day.open.add(to.key)
            return
        day.left.add(to.key)
        day.put(binding, to.row, to.key, by)
        self._write(binding.asset_id, to)

    def _take(self, asset: int, key: str) -> bool:
        return self.taken.setdefault(asset, key) == key

    def _write(self, asset: int, seen: Seen) -> None:
        """Note the matching value that an asset gets from its device."""
        if seen.inside and seen.writes and "serialNumber" not in self.pins.get(asset, {}):
            self.values[asset] = seen.value

    def _bound(self, day: Day) -> None:
        for key, binding in sorted(day.own.items()):
            seen = day.seen.get(key)
            if seen is None or key in day.befallen:
                continue
            deleted = binding.life.presence is Presence.DELETED
            stuck = seen.inside is None or (deleted and binding.asset_id in self.live)
            if stuck or (deleted and seen.inside and not self._take(binding.asset_id, key)):
                day.put(binding, NOTHING)
            else:
                day.put(binding, seen.row)
                self._write(binding.asset_id, seen)

    def _others(self, day: Day) -> None:
        """Decide the devices without a binding by their value alone (M2, M4, M6, M7; rows 1, 7 and 7b)."""
        for key, seen in sorted(day.seen.items()):
            if key in day.own or key in day.left or key in day.open or seen.inside is False:
                continue
            found = [asset for asset, value in self.values.items() if value is not None and value == seen.value]
            if seen.inside is None or seen.value is UNSET or len(found) > 1:
                day.open.add(key)
            elif found:
                self._claim(day, found[0], seen)
            else:
                day.new[key] = seen.row

    def _claim(self, day: Day, asset: int, seen: Seen) -> None:
        mine = [each for each in day.own.values() if each.asset_id == asset]
        live = self.live.get(asset)
        if not mine and live is None and self._take(asset, seen.key):
            day.matched[seen.key] = asset, seen.row
            if day.chosen.first is not OnFirstMatch.BIND_ONLY:
                self._write(asset, seen)
            return
        has = live if live in mine else next(iter(mine), None)
        if has is None or (live is not None and live not in mine) or has.life.device_id in day.seen:
            day.open.add(seen.key)
        elif has.life.presence is Presence.DELETED or has.life.device_id in day.absent:
            self._move(day, has, seen, "7")
        else:
            day.open.add(seen.key)

    def _unseen(self, day: Day) -> None:
        """Decide the bindings whose device was not seen: rows 4 to 6 and 10."""
        outside = {each.value for each in day.seen.values() if each.inside is False} - {None, UNSET}
        for key, binding in day.own.items():
            if key in day.seen or key in day.befallen:
                continue
            value = self.values[binding.asset_id]
            if key not in day.absent:
                day.put(binding, "6")
            elif value in outside:
                day.put(binding, "10")
            else:
                maybe = (day.seen[each].value for each in day.open)
                machine = any(each is UNSET or (each is not None and each == value) for each in maybe)
                day.put(binding, "6" if machine else "4", by="6" if machine else _row_of_absence(day, binding))


def _row_of_absence(day: Day, binding: Binding) -> str:
    if binding.life.missing_reads + 1 < day.chosen.missing_reads:
        return "4"
    return "5b" if day.chosen.deleted is None else "5"


def worthy(value: Any) -> Any:
    """Return a serial as it is compared, None when it never matches (M2, M3)."""
    if value is UNSET:
        return UNSET
    form = "".join(str(value or "").split()).casefold()
    return form if form and form not in _PLACEHOLDERS else None


def day_of(chosen: Choices, snapshot: Snapshot, bindings: Iterable[Binding], days: Iterable[str]) -> Day:
    """Return what a tenant's day is decided from; `days` had a whole read before."""
    own = {each.life.device_id: each for each in bindings if each.tenant_id == snapshot.tenant_id}
    seen = {device.id: _seen(device, chosen, snapshot.read_at) for device in snapshot.devices}
    whole = snapshot.devices_unknown is None
    unseen = own.keys() - seen.keys()
    absent = unseen if chosen.absence is Absence.LIST else unseen & set(snapshot.absent)
    today = {snapshot.read_at[:10]} if whole else set()
    reading = Reading(snapshot.read_at, whole, frozenset(days) | today)
    return Day(snapshot.connection, chosen, reading, seen, own, set(absent) if whole else set())


def _whose(members: list[Seen]) -> Seen:
    """Return whose the asset is: the latest enrolled, unless an older one checked in a day after it enrolled (M5 b)."""
    latest = max(members, key=lambda each: each.order)
    if not all(each.inside for each in members) or None in latest.order[:2]:
        return latest
    day = timedelta(days=1)
    times = {each.key: datetime.fromisoformat(str(each.order[1])) for each in members if each.order[1] is not None}
    enrolled = datetime.fromisoformat(str(latest.order[0]))
    alive = [each for each in members if each is not latest and each.key in times and times[each.key] - enrolled > day]
    if not alive:
        return latest
    last = max(times[each.key] for each in (latest, *alive))
    near = [each for each in (latest, *alive) if last - times[each.key] <= day]
    return max(near, key=lambda each: each.order)


def _seen(device: Any, chosen: Choices, at: str) -> Seen:
    category = getattr(device, "deviceCategoryDisplayName", UNSET)
    agent = getattr(device, "managementAgent", UNSET)
    inside = None if UNSET in (category, agent) else True
    if category == "Lab" or agent == "msSense":
        inside = False
    order = tuple(getattr(device, name, UNSET) for name in ("enrolledDateTime", "lastSyncDateTime"))
    silent = chosen.clock is Clock.DEVICE_CHECK_IN and _days_before(at, AFTER_DAYS) > str(device.lastSyncDateTime)
    row = "3" if inside is False else ("2" if silent else "1")
    serial = getattr(device, "serialNumber", UNSET)
    writes = serial is not UNSET and bool(str(serial or "").strip())
    return Seen(device.id, worthy(serial), writes, inside, row, (*order, device.id))


def _days_before(at: str, days: int) -> str:
    return (datetime.fromisoformat(at) - timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")
