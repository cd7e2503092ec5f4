"""The listed devices of one connection, column by column."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import attrgetter
from typing import Any

from msgspec.structs import replace

from reconciler.columnar import PIECE, Column, Packed, once_each, pack, take_ordered
from reconciler.model.snapshot import UNKNOWN, Snapshot
from reconciler.planning.matching.asset_index import Form, first_key, worthy_form, worthy_forms
from reconciler.planning.matching.matches import Candidate
from reconciler.planning.matching.presence import Sighting
from reconciler.planning.matching.rivals import Machine
from reconciler.planning.rules import needs
from reconciler.planning.rules.columns import Columns, DeviceColumns, LazyColumns, fitted, map_distinct
from reconciler.planning.rules.compiled import Compiled
from reconciler.planning.rules.criteria import Answer
from reconciler.planning.rules.identity import IMEI, SERIAL, WIFI_MAC, matching_form
from reconciler.planning.rules.types import TypeDecision
from reconciler.planning.users.entra import DEVICE_ID, Users, named_users, no_users, registered_owners
from reconciler.settings.users import AssignFrom

_USER = "user."


@dataclass(frozen=True)
class Devices:
    """Listed devices, a value of each in every column.

    What every decision needs is held. All else is worked out when it is asked for and not kept: all columns of a fleet
    are too large to be held together.
    """

    compiled: Compiled
    ids: Sequence[str]
    read: Callable[[int], Column]
    """The column of a property, by the property's place."""
    said: Users
    """The devices' Entra users, as the source says them."""
    users: Users
    """The same, as mappings read them: none is Unclear."""
    excluded: Sequence[Answer]
    stale: Sequence[bool]
    types: Sequence[TypeDecision]
    forms: Sequence[Column]
    """The matching values as they are compared, a column a matching field."""
    known: Mapping[int, Column]
    """Mapped values that are worked out already."""

    def mapped(self, place: int) -> Column:
        """Return each device's value of one mapping."""
        if place in self.known:
            return self.known[place]
        return self.compiled.fields.sources[place](self._properties(), self.users)

    def fitted(self, place: int) -> Column:
        """Return the same as its field holds it: MISFIT where it does not fit (F4)."""
        return fitted(self.compiled.fields.fields[place], self.mapped(place))

    def property(self, name: str) -> Column:
        """Return a property of each device, UNKNOWN when it was not read."""
        place = self.compiled.places.get(name)
        return [UNKNOWN] * len(self.ids) if place is None else self.read(place)

    def identifiers(self) -> Column:
        """Return what the source says of each device's user: None for nobody, UNKNOWN, or Unclear (U1-U3)."""
        source = self.compiled.connection.users.identifier_source()
        if source.startswith(_USER):
            return self.said.property(source.removeprefix(_USER))
        return self.property(source)

    def entra_ids(self) -> Column:
        """Return the id in Entra of each device's user, in lower case; None where it is not known (U5)."""
        by_owner = self.compiled.connection.users.assign_from is AssignFrom.ENTRA
        found = self.said.property("id") if by_owner else self.property("userId")
        return map_distinct(lambda key: key.lower() if isinstance(key, str) and key else None, found)

    def sighting(self, row: int) -> Sighting | None:
        """Return how a device was seen; None when whether it is excluded is unknown."""
        if self.excluded[row] is None:
            return None
        if self.excluded[row]:
            return Sighting.EXCLUDED
        return Sighting.STALE if self.stale[row] else Sighting.FRESH

    def row(self, row: int) -> tuple[Any, ...]:
        """Return one device's properties, in the order of `Compiled.names`."""
        return tuple([self.read(place)[row] for place in range(len(self.compiled.names))])

    def values(self, row: int) -> tuple[Any, ...]:
        """Return one device's mapped values, in the order of the mappings."""
        return tuple([self.mapped(place)[row] for place in range(len(self.compiled.fields.mappings))])

    def forms_of(self, row: int) -> tuple[Form, ...]:
        """Return one device's matching values as they are compared."""
        return tuple([column[row] for column in self.forms])

    def _properties(self) -> Columns:
        return LazyColumns(len(self.compiled.names), self.read)


@dataclass(frozen=True)
class Listing:
    """All listed devices; `index` is where each id stands among them."""

    compiled: Compiled
    records: Packed[Any]
    index: Mapping[str, int]
    devices: Devices

    def take(self, places: Sequence[int]) -> Devices:
        """Return the devices at these places, which are in order."""
        all_ = self.devices
        read = self._read_few(places) if len(places) <= PIECE else lambda at: take_ordered(all_.read(at), places)
        return Devices(
            compiled=self.compiled,
            ids=take_ordered(all_.ids, places),
            read=read,
            said=all_.said.of(places),
            users=all_.users.of(places),
            excluded=take_ordered(all_.excluded, places),
            stale=take_ordered(all_.stale, places),
            types=take_ordered(all_.types, places),
            forms=[take_ordered(column, places) for column in all_.forms],
            known={place: take_ordered(column, places) for place, column in all_.known.items()},
        )

    def label(self, place: int) -> str:
        """Return what people call a device: its name, else its id."""
        name = self._names[place]
        return name if isinstance(name, str) and name else self.devices.ids[place]

    def label_of(self, device_id: str) -> str:
        """Return what people call the device with this id."""
        return self.label(self.index[device_id])

    def candidates(self, places: Iterable[int]) -> Iterator[Candidate]:
        """Yield these devices as matching sees them."""
        enrolled, synced = self._enrolled, self._synced
        for place in places:
            yield Candidate(
                device_id=self.devices.ids[place],
                excluded=self.devices.excluded[place],
                enrolled=enrolled[place],
                synced=synced[place],
                forms=self.devices.forms_of(place),
            )

    def machine(self, device_id: str) -> Machine:
        """Return what identifies a device's machine, as far as it was read (M5)."""
        place, worthless = self.index[device_id], self.compiled.worthless
        serial, imei, mac, model = (column[place] for column in self._machines)
        return Machine(
            serial=worthy_form(serial, worthless, SERIAL) if isinstance(serial, str) else None,
            imei=worthy_form(imei, worthless, IMEI) if isinstance(imei, str) else None,
            mac=worthy_form(mac, worthless, WIFI_MAC) if isinstance(mac, str) else None,
            model=matching_form(model) if isinstance(model, str) and model else None,
        )

    def shared(self) -> frozenset[int]:
        """Return the devices whose first worthy matching value another one has, too."""
        forms = self.devices.forms
        if not forms:
            return frozenset()
        keys = forms[0] if len(forms) == 1 else list(map(first_key, zip(*forms, strict=True)))
        worthy = [key for key in keys if key is not None and key is not UNKNOWN]
        if len(set(worthy)) == len(worthy):
            return frozenset()
        counts = Counter(worthy)
        return frozenset(place for place, key in enumerate(keys) if counts[key] > 1)

    @cached_property
    def _machines(self) -> tuple[Column, ...]:
        return tuple(map(self.devices.property, ("serialNumber", "imei", "wiFiMacAddress", "model")))

    @cached_property
    def _names(self) -> Column:
        return self.devices.property("deviceName")

    @cached_property
    def _enrolled(self) -> Column:
        return self.devices.property("enrolledDateTime")

    @cached_property
    def _synced(self) -> Column:
        return self.devices.property("lastSyncDateTime")

    def _read_few(self, places: Sequence[int]) -> Callable[[int], Column]:
        found = self.records.at(places)
        devices, names = [found[place] for place in places], self.compiled.names
        return LazyColumns(len(names), lambda at: list(map(attrgetter(names[at]), devices))).__getitem__


def list_devices(compiled: Compiled, snapshot: Snapshot) -> Listing:
    """Return the snapshot's devices with all that the settings say of them."""
    records = pack(snapshot.devices)
    ids = records.column("id")
    index = dict(zip(ids, range(len(ids)), strict=True))
    if len(index) < len(ids):
        return list_devices(compiled, replace(snapshot, devices=once_each(records, "id")))

    def read(place: int) -> Column:
        return records.coded(compiled.names[place])

    properties = LazyColumns(len(compiled.names), read)
    said = _users(compiled, snapshot, properties, len(ids))
    users = said.plainly() if _by_entra(compiled) else said
    sources = compiled.fields.sources
    mapped = LazyColumns(len(sources), lambda at: sources[at](properties, users))
    columns = DeviceColumns(len(ids), properties, mapped)
    devices = Devices(
        compiled=compiled,
        ids=ids,
        read=read,
        said=said,
        users=users,
        excluded=compiled.exclusions(columns),
        stale=compiled.staleness(columns),
        types=compiled.types(columns),
        forms=[
            worthy_forms(mapped[key], compiled.worthless, compiled.fields.fields[key].name) for key in compiled.keys
        ],
        known=mapped.made(),
    )
    return Listing(compiled, records, index, devices)


def _by_entra(compiled: Compiled) -> bool:
    return compiled.connection.users.assign_from is AssignFrom.ENTRA


def _users(compiled: Compiled, snapshot: Snapshot, properties: Columns, count: int) -> Users:
    """Return each device's Entra user, as the source says it."""
    if _by_entra(compiled):
        place = compiled.places.get(DEVICE_ID)
        return registered_owners(snapshot, [UNKNOWN] * count if place is None else properties[place])
    if not needs.user_properties(compiled.connection):
        return no_users(count)
    place = compiled.places.get("userId")
    return named_users(snapshot, None if place is None else properties[place], count)
