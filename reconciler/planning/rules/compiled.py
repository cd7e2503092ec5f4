"""A connection's settings compiled once, for the properties that one snapshot has."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from reconciler.columnar import DictionaryColumn
from reconciler.model.snapshot import UNKNOWN, Snapshot
from reconciler.planning.rules.columns import DeviceColumns, distinct_rows, map_distinct
from reconciler.planning.rules.criteria import Answer, Inputs, Test, compile_criterion, inputs
from reconciler.planning.rules.identity import worthless_forms
from reconciler.planning.rules.mapping import FieldMap, compile_mappings
from reconciler.planning.rules.types import Decide, TypeDecision, compile_types
from reconciler.settings.environment import Connection
from reconciler.settings.fields import AssetField
from reconciler.settings.imports import Clock

_DEFENDER = "msSense"

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Compiled:
    """What a connection's settings say, as functions of devices."""

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
    asked: frozenset[str] | None
    """The devices that were asked for what lists leave empty; None when all were (G5)."""

    def types(self, devices: DeviceColumns) -> Sequence[TypeDecision]:
        """Return each device's type (T1-T3)."""
        return _decided(self.decide_type, self.type_inputs, devices)

    def exclusions(self, devices: DeviceColumns) -> Sequence[Answer]:
        """Return whether each device is left out (X1); None when that is unknown."""
        answers: Sequence[Answer] = [False] * devices.count
        if self.excluded is not None:
            answers = _decided(self.excluded, self.exclusion_inputs, devices)
        if not self.connection.imports.exclude_defender_managed:
            return answers
        place = self.places.get("managementAgent")
        agents = [UNKNOWN] * devices.count if place is None else devices.properties[place]
        managed = map_distinct(lambda agent: None if agent is UNKNOWN else agent == _DEFENDER, agents)
        if isinstance(managed, DictionaryColumn) and not any(each is not False for each in managed.values):
            return answers
        return list(map(_either, answers, managed))

    def staleness(self, devices: DeviceColumns) -> Sequence[bool]:
        """Return whether each check-in is older than `afterDays`; one that is unknown or empty is not."""
        before, place = self.stale_before, self.places.get("lastSyncDateTime")
        if before is None or place is None:
            return [False] * devices.count
        return [isinstance(seen, str) and seen < before for seen in devices.properties[place]]


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
        asked=None if snapshot.details_asked is None else frozenset(snapshot.details_asked),
    )


def _decided(decide: Callable[[DeviceColumns], Sequence[T]], inputs: Inputs, devices: DeviceColumns) -> Sequence[T]:
    """Return what is decided of each device; only the inputs decide, so devices alike are decided together."""
    found = distinct_rows(inputs.of(devices))
    if found is None:
        return decide(devices)
    first, like = found
    return list(map(decide(inputs.take(devices, first)).__getitem__, like))


def _either(one: Answer, other: Answer) -> Answer:
    return True if one or other else None if None in (one, other) else False
