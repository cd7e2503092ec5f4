"""A connection's settings compiled for one snapshot, and its listed devices as planning sees them."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from operator import attrgetter
from typing import Any, TypeVar

from msgspec.structs import replace

from reconciler.columnar import PIECE, Column, DictionaryColumn, Packed, once_each, pack
from reconciler.model.snapshot import UNKNOWN, Snapshot
from reconciler.planning.matching.asset_index import Form, first_key, worthy_forms
from reconciler.planning.matching.matches import Candidate
from reconciler.planning.matching.presence import Sighting
from reconciler.planning.rules import needs
from reconciler.planning.rules.columns import Columns, DeviceColumns, LazyColumns, distinct_rows, fitted, map_distinct
from reconciler.planning.rules.criteria import Answer, Inputs, Test, compile_criterion, inputs
from reconciler.planning.rules.mapping import FieldMap, compile_mappings
from reconciler.planning.rules.types import Decide, TypeDecision, compile_types
from reconciler.planning.rules.values import worthless_forms
from reconciler.planning.users.entra import DEVICE_ID, Users, named_users, no_users, registered_owners
from reconciler.settings.environment import Connection
from reconciler.settings.fields import AssetField
from reconciler.settings.imports import Clock
from reconciler.settings.users import AssignFrom

_USER = "user."
_DEFENDER = "msSense"
_TOGETHER = 10 * PIECE

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Compiled:
    """What a connection's settings say, as functions of a device."""

    connection: Connection
    fields: FieldMap
    decide_type: Decide
    type_inputs: Inputs
    excluded: Test | None
    exclusion_inputs: Inputs
    keys: tuple[int, ...]
    """Where the matching fields stand among the mapped values, in the order in which they are tried."""
    worthless: frozenset[str]
    stale_before: str | None
    """A device that checked in before this point in time is stale; None when check-ins do not count."""
    places: dict[str, int]
    names: tuple[str, ...]
    """The properties by their place."""


def compile_connection(
    connection: Connection, snapshot: Snapshot, fields: dict[str, AssetField], stale_before: str | None
) -> Compiled:
    """Compile a connection's settings for the properties that the snapshot has."""
    mapped = compile_mappings(
        connection.field_mappings.mappings, fields, snapshot.device_properties, snapshot.user_properties
    )
    imports = connection.imports
    by_check_in = imports.inactive and imports.inactive.measured_by is Clock.DEVICE_CHECK_IN
    return Compiled(
        connection=connection,
        fields=mapped,
        decide_type=compile_types(connection.asset_types, mapped.places),
        type_inputs=inputs(connection.asset_types.criteria(), mapped.places),
        excluded=compile_criterion(imports.exclude, mapped.places) if imports.exclude else None,
        exclusion_inputs=inputs([imports.exclude] if imports.exclude else [], mapped.places),
        keys=tuple(index for name in imports.matching_fields() if (index := mapped.places.field_at(name)) is not None),
        worthless=worthless_forms(imports.ignored_values),
        stale_before=stale_before if by_check_in else None,
        places=mapped.places.properties,
        names=tuple(mapped.places.properties),
    )


@dataclass(frozen=True, slots=True)
class Listed:
    """One listed device: its mapped values, the same as their fields hold them, and what was found out about it.

    `excluded` is None when that is not known; `identifier` is what the source says of its user: None for nobody,
    UNKNOWN, or Unclear (U1-U3).
    """

    device_id: str
    label: str
    values: Sequence[Any]
    fitted: Sequence[Any]
    excluded: Answer
    stale: bool
    identifier: Any
    type: TypeDecision
    forms: tuple[Form, ...]
    """Its matching values as they are compared."""

    def sighting(self) -> Sighting | None:
        """Return how the device was seen; None when whether it is excluded is unknown."""
        if self.excluded is None:
            return None
        if self.excluded:
            return Sighting.EXCLUDED
        return Sighting.STALE if self.stale else Sighting.FRESH


@dataclass(slots=True)
class Devices:
    """The listed devices; `index` says where an id stands, `forms` are columns, one a matching field.

    What every decision needs is held for each; all else is asked of the packed records, column by column.
    """

    compiled: Compiled
    records: Packed[Any]
    said: Users
    """Their Entra users, as the source says them."""
    users: Users
    """The same, as mappings read them: none is Unclear."""
    ids: list[str]
    index: dict[str, int]
    excluded: Sequence[Answer]
    stale: list[bool]
    types: Sequence[TypeDecision]
    forms: list[Column]
    _mapped: dict[int, Column]
    """Mapped values that were needed for these already."""
    _kept: dict[str, Column] = field(default_factory=dict)

    def label(self, index: int) -> str:
        """Return what people call the device: its name, else its id."""
        return _label(self._property(index, "deviceName"), self.ids[index])

    def each(self, places: Iterable[int]) -> Iterator[Listed]:
        """Yield these devices, many together: they may be in any piece, which costs as much as all in it."""
        for some in self._batches(places):
            yield from self._together(some)

    def at(self, index: int) -> Listed:
        """Return one device; several are had faster with `each`."""
        return next(self.each([index]))

    def row(self, index: int) -> tuple[Any, ...]:
        """Return one device's properties, in the order of `places`."""
        record = self.records[index]
        return tuple([getattr(record, name) for name in self.compiled.names])

    def values(self, index: int) -> Sequence[Any]:
        """Return one device's mapped values, in the order of the mappings."""
        return self.at(index).values

    def mapped(self, place: int) -> Column:
        """Return every device's value of one mapping."""
        if place in self._mapped:
            return self._mapped[place]
        return self.compiled.fields.sources[place](_properties(self.compiled, self.records), self.users)

    def fitted(self, place: int) -> Column:
        """Return the same as its field holds it: MISFIT where it does not fit (F4)."""
        return fitted(self.compiled.fields.fields[place], self.mapped(place))

    def identifiers(self) -> Column:
        """Return what the source says of each device's user, as `Listed` has it."""
        return _identifiers(self.compiled, _properties(self.compiled, self.records), self.said)

    def forms_of(self, index: int) -> tuple[Form, ...]:
        """Return one device's matching values as they are compared."""
        return tuple([column[index] for column in self.forms])

    def candidates(self, places: Iterable[int]) -> Iterator[Candidate]:
        """Yield these devices as matching sees them, many together as `each` does."""
        for some in self._batches(places):
            found = self.records.at(some)
            for place in some:
                device = found[place]
                yield Candidate(
                    device_id=device.id,
                    label=_label(self._read(device, "deviceName"), device.id),
                    excluded=self.excluded[place],
                    enrolled=self._read(device, "enrolledDateTime"),
                    synced=self._read(device, "lastSyncDateTime"),
                    forms=self.forms_of(place),
                )

    def property_of(self, device_id: str, name: str) -> Any:
        """Return a property of one device, UNKNOWN when it was not read."""
        return self._property(self.index[device_id], name)

    def shared(self) -> frozenset[int]:
        """Return the devices whose first worthy matching value another one has, too."""
        if not self.forms:
            return frozenset()
        keys = self.forms[0] if len(self.forms) == 1 else list(map(first_key, zip(*self.forms, strict=True)))
        worthy = [key for key in keys if key is not None and key is not UNKNOWN]
        if len(set(worthy)) == len(worthy):
            return frozenset()
        counts = Counter(worthy)
        return frozenset(place for place, key in enumerate(keys) if counts[key] > 1)

    def _batches(self, places: Iterable[int]) -> Iterator[list[int]]:
        remaining, most = iter(places), max(_TOGETHER, len(self.ids) // 10)
        while some := list(islice(remaining, most)):
            yield some

    def _read(self, device: Any, name: str) -> Any:
        return getattr(device, name) if name in self.compiled.places else UNKNOWN

    def _property(self, index: int, name: str) -> Any:
        if name not in self._kept:
            read = name in self.compiled.places
            self._kept[name] = self.records.column(name) if read else [UNKNOWN] * len(self.ids)
        return self._kept[name][index]

    def _together(self, places: Sequence[int]) -> Iterator[Listed]:
        found, compiled = self.records.at(places), self.compiled
        devices = [found[place] for place in places]
        properties = LazyColumns(len(compiled.names), lambda at: list(map(attrgetter(compiled.names[at]), devices)))
        columns = compiled.fields.columns(properties, self.users.of(places))
        identifiers = _identifiers(compiled, properties, self.said.of(places))
        held = [fitted(field, column) for field, column in zip(compiled.fields.fields, columns, strict=True)]
        for number, place in enumerate(places):
            yield Listed(
                device_id=self.ids[place],
                label=_label(self._read(devices[number], "deviceName"), self.ids[place]),
                values=[column[number] for column in columns],
                fitted=[column[number] for column in held],
                excluded=self.excluded[place],
                stale=self.stale[place],
                identifier=identifiers[number],
                type=self.types[place],
                forms=self.forms_of(place),
            )


def list_devices(compiled: Compiled, snapshot: Snapshot) -> Devices:
    """Return the snapshot's devices with all that its settings say of them."""
    records = pack(snapshot.devices)
    ids = records.column("id")
    index = dict(zip(ids, range(len(ids)), strict=True))
    if len(index) < len(ids):
        return list_devices(compiled, replace(snapshot, devices=once_each(records, "id")))
    properties = _properties(compiled, records)
    said = _users(compiled, snapshot, properties, len(ids))
    users = said.plainly() if _by_entra(compiled) else said
    sources = compiled.fields.sources
    fields = LazyColumns(len(sources), lambda at: sources[at](properties, users))
    table = DeviceColumns(len(ids), properties, fields)
    return Devices(
        compiled=compiled,
        records=records,
        said=said,
        users=users,
        ids=ids,
        index=index,
        excluded=_excluded(compiled, table),
        stale=_stale(compiled, properties, len(ids)),
        types=_decided(compiled.decide_type, compiled.type_inputs, table),
        forms=_forms(compiled, table),
        _mapped=fields.made(),
    )


def _label(name: Any, device_id: str) -> str:
    return name if isinstance(name, str) and name else device_id


def _properties(compiled: Compiled, records: Packed[Any]) -> LazyColumns:
    return LazyColumns(len(compiled.names), lambda at: records.coded(compiled.names[at]))


def _decided(decide: Callable[[DeviceColumns], Sequence[T]], inputs: Inputs, table: DeviceColumns) -> Sequence[T]:
    """Return what is decided of each device; only the inputs decide, so devices alike are decided together."""
    found = distinct_rows(inputs.of(table))
    if found is None:
        return decide(table)
    first, like = found
    return list(map(decide(inputs.take(table, first)).__getitem__, like))


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


def _identifiers(compiled: Compiled, properties: Columns, users: Users) -> Column:
    source = compiled.connection.users.identifier_source()
    if source.startswith(_USER):
        return users.property(source.removeprefix(_USER))
    place = compiled.places.get(source)
    return [UNKNOWN] * len(users) if place is None else properties[place]


def _excluded(compiled: Compiled, table: DeviceColumns) -> Sequence[Answer]:
    """Say of each device whether it is left out (X1); None when that is unknown."""
    answers: Sequence[Answer] = [False] * table.count
    if compiled.excluded is not None:
        answers = _decided(compiled.excluded, compiled.exclusion_inputs, table)
    if not compiled.connection.imports.exclude_defender_managed:
        return answers
    place = compiled.places.get("managementAgent")
    agents = [UNKNOWN] * table.count if place is None else table.properties[place]
    managed = map_distinct(lambda agent: None if agent is UNKNOWN else agent == _DEFENDER, agents)
    if isinstance(managed, DictionaryColumn) and not any(each is not False for each in managed.values):
        return answers
    return list(map(_either, answers, managed))


def _either(one: Answer, other: Answer) -> Answer:
    return True if one or other else None if None in (one, other) else False


def _stale(compiled: Compiled, properties: Columns, count: int) -> list[bool]:
    """Say of each device whether its check-in is older than `afterDays`; an unknown or empty check-in is not."""
    before, place = compiled.stale_before, compiled.places.get("lastSyncDateTime")
    if before is None or place is None:
        return [False] * count
    return [isinstance(seen, str) and seen < before for seen in properties[place]]


def _forms(compiled: Compiled, table: DeviceColumns) -> list[Column]:
    """Return the devices' matching values as they are compared, a column for each matching field."""
    return [worthy_forms(table.fields[key], compiled.worthless) for key in compiled.keys]
