"""A connection's settings compiled for one snapshot, and its listed devices as planning sees them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Final, TypeVar

from reconciler.model.snapshot import UNKNOWN, Snapshot
from reconciler.planning import needs
from reconciler.planning.asset_index import Form, first_key, worthy_form
from reconciler.planning.columns import Table, asked, distinct_rows, fitted, table_of
from reconciler.planning.criteria import Answer, Inputs, Test, compile_criterion, inputs
from reconciler.planning.mapping import FieldMap, compile_mappings
from reconciler.planning.matching import Candidate
from reconciler.planning.owners import DEVICE_ID, Unclear, plainly, registered_owners
from reconciler.planning.presence import Sighting
from reconciler.planning.types import Decide, TypeDecision, compile_types
from reconciler.planning.values import worthless_forms
from reconciler.settings.environment import Connection
from reconciler.settings.fields import AssetField
from reconciler.settings.imports import Clock
from reconciler.settings.users import AssignFrom
from reconciler.sharing import Column

_USER = "user."
_DEFENDER = "msSense"
_ID: Final = attrgetter("id")

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

    def sighting(self) -> Sighting | None:
        """Return how the device was seen; None when whether it is excluded is unknown."""
        if self.excluded is None:
            return None
        if self.excluded:
            return Sighting.EXCLUDED
        return Sighting.STALE if self.stale else Sighting.FRESH


@dataclass(frozen=True, slots=True)
class Devices:
    """The listed devices, column by column and sorted by id; `index` says where an id stands."""

    ids: list[str]
    index: dict[str, int]
    table: Table
    fitted: Sequence[Column]
    """The mapped values as their fields hold them: MISFIT where one does not fit (F4)."""
    users: Column
    """The Entra users: None for no user, UNKNOWN when that is not known."""
    excluded: Sequence[Answer]
    stale: list[bool]
    identifiers: Column
    types: Sequence[TypeDecision]
    forms: list[tuple[Form, ...]]
    places: dict[str, int]

    def label(self, index: int) -> str:
        """Return what people call the device: its name, else its id."""
        name = self._property(index, "deviceName")
        return name if isinstance(name, str) and name else self.ids[index]

    def at(self, index: int) -> Listed:
        """Return one device."""
        return Listed(
            device_id=self.ids[index],
            label=self.label(index),
            values=self.values(index),
            fitted=tuple([column[index] for column in self.fitted]),
            excluded=self.excluded[index],
            stale=self.stale[index],
            identifier=self.identifiers[index],
            type=self.types[index],
        )

    def row(self, index: int) -> tuple[Any, ...]:
        """Return one device's properties, in the order of `places`."""
        return tuple([column[index] for column in self.table.properties.values()])

    def values(self, index: int) -> tuple[Any, ...]:
        """Return one device's mapped values, in the order of the mappings."""
        return tuple([column[index] for column in self.table.fields.values()])

    def candidate(self, index: int) -> Candidate:
        """Return the device as matching sees it."""
        return Candidate(
            device_id=self.ids[index],
            label=self.label(index),
            excluded=self.excluded[index],
            enrolled=self._property(index, "enrolledDateTime"),
            synced=self._property(index, "lastSyncDateTime"),
            forms=self.forms[index],
        )

    def property_of(self, device_id: str, name: str) -> Any:
        """Return a property of one device, UNKNOWN when it was not read."""
        return self._property(self.index[device_id], name)

    def keys(self) -> list[Any]:
        """Return each device's first worthy matching value, None where there is none or an earlier one is unknown."""
        if len(self.forms[0] if self.forms else ()) == 1:
            return [None if form is UNKNOWN else form for (form,) in self.forms]
        return list(map(first_key, self.forms))

    def _property(self, index: int, name: str) -> Any:
        place = self.places.get(name)
        return UNKNOWN if place is None else self.table.properties[place][index]


def list_devices(compiled: Compiled, snapshot: Snapshot) -> Devices:
    """Return the snapshot's devices with all that its settings say of them."""
    by_id = {device.id: device for device in sorted(snapshot.devices, key=_ID)}
    ids = list(by_id)
    properties = compiled.fields.properties(by_id.values())
    said = _users(compiled, snapshot, properties, len(ids))
    users = plainly(said) if _by_entra(compiled) else said
    columns = compiled.fields.columns(properties, users)
    table = table_of(len(ids), properties, columns)
    return Devices(
        ids=ids,
        index=dict(zip(ids, range(len(ids)), strict=True)),
        table=table,
        fitted=[fitted(field, column) for field, column in zip(compiled.fields.fields, columns, strict=True)],
        users=users,
        excluded=_excluded(compiled, table),
        stale=_stale(compiled, properties, len(ids)),
        identifiers=_identifiers(compiled, properties, said),
        types=_decided(compiled.decide_type, compiled.type_inputs, table),
        forms=_forms(compiled, columns, len(ids)),
        places=compiled.places,
    )


def _decided(decide: Callable[[Table], Sequence[T]], inputs: Inputs, table: Table) -> Sequence[T]:
    """Return what is decided of each device; only the inputs decide, so devices alike are decided together."""
    found = distinct_rows(inputs.of(table))
    if found is None:
        return decide(table)
    first, like = found
    return list(map(decide(inputs.picked(table, first)).__getitem__, like))


def _by_entra(compiled: Compiled) -> bool:
    return compiled.connection.users.assign_from is AssignFrom.ENTRA


def _users(compiled: Compiled, snapshot: Snapshot, properties: Sequence[Column], count: int) -> Column:
    """Return each device's Entra user: None for no user, UNKNOWN or Unclear when that is not known."""
    if _by_entra(compiled):
        place = compiled.places.get(DEVICE_ID)
        return registered_owners(snapshot, [UNKNOWN] * count if place is None else properties[place])
    if not needs.user_properties(compiled.connection):
        return [None] * count
    place = compiled.places.get("userId")
    if place is None:
        return [UNKNOWN] * count
    if snapshot.users_unknown is not None:
        return [None if user_id is None else UNKNOWN for user_id in properties[place]]
    users: dict[Any, Any] = {user.id: user for user in snapshot.users} | {UNKNOWN: UNKNOWN}
    return list(map(users.get, properties[place]))


def _identifiers(compiled: Compiled, properties: Sequence[Column], users: Column) -> Column:
    source = compiled.connection.users.identifier_source()
    if source.startswith(_USER):
        name = source.removeprefix(_USER)
        return [_property_of(user, name) for user in users]
    place = compiled.places.get(source)
    return [UNKNOWN] * len(users) if place is None else properties[place]


def _property_of(user: Any, name: str) -> Any:
    return user if user is None or user is UNKNOWN or isinstance(user, Unclear) else getattr(user, name, UNKNOWN)


def _excluded(compiled: Compiled, table: Table) -> Sequence[Answer]:
    """Say of each device whether it is left out (X1); None when that is unknown."""
    answers: Sequence[Answer] = [False] * table.count
    if compiled.excluded is not None:
        answers = _decided(compiled.excluded, compiled.exclusion_inputs, table)
    if not compiled.connection.imports.exclude_defender_managed:
        return answers
    place = compiled.places.get("managementAgent")
    agents = [UNKNOWN] * table.count if place is None else table.properties[place]
    return list(map(_either, answers, agents))


def _either(answer: Answer, agent: Any) -> Answer:
    if answer or agent == _DEFENDER:
        return True
    return None if agent is UNKNOWN else answer


def _stale(compiled: Compiled, properties: Sequence[Column], count: int) -> list[bool]:
    """Say of each device whether its check-in is older than `afterDays`; an unknown or empty check-in is not."""
    before, place = compiled.stale_before, compiled.places.get("lastSyncDateTime")
    if before is None or place is None:
        return [False] * count
    return [isinstance(seen, str) and seen < before for seen in properties[place]]


def _forms(compiled: Compiled, columns: Sequence[Column], count: int) -> list[tuple[Form, ...]]:
    """Return each device's matching values as they are compared, one for each matching field."""

    def form(value: Any) -> Form:
        return UNKNOWN if value is UNKNOWN else worthy_form(value, compiled.worthless)

    if not compiled.keys:
        return [()] * count
    return list(zip(*(asked(form, columns[key]) for key in compiled.keys), strict=True))
