"""Which properties of devices and users a connection's settings use, so that only those are read (G2)."""

from collections.abc import Iterator
from typing import Literal

from reconciler.planning.rules.criteria import comparisons_in
from reconciler.settings.connection import Entity
from reconciler.settings.environment import Connection
from reconciler.settings.imports import Clock
from reconciler.settings.mappings import criteria
from reconciler.settings.mappings.asset_types import Determine
from reconciler.settings.mappings.properties import DEVICE_PROPERTIES
from reconciler.settings.users import AssignFrom

_USER = "user."
_IMPORTED_USER = ("displayName", "userPrincipalName", "mail", "employeeId", "accountEnabled")
_ALWAYS = ("deviceName", "enrolledDateTime", "lastSyncDateTime")


def device_properties(connection: Connection) -> tuple[str, ...]:
    """Return the managedDevice properties that planning this connection reads, sorted."""
    names = set(_ALWAYS) | {name for name in _sources(connection) if not name.startswith(_USER)}
    comparisons = (each for criterion in _criteria(connection) for each in comparisons_in(criterion))
    names |= {each.property for each in comparisons if each.property is not None}
    return tuple(sorted((names | _of_options(connection)) - {"id"}))


def _of_options(connection: Connection) -> set[str]:
    """Return the properties that single settings read: exclusions, types, software, and whose a device is."""
    names = set()
    if connection.imports.exclude_defender_managed:
        names.add("managementAgent")
    types = connection.asset_types
    if types.determine is Determine.FIELD and types.field is not None and types.field.property is not None:
        names.add(types.field.property)
    if connection.imports.software.import_:
        names.add("managedDeviceOwnerType")
    if owners(connection):
        names.add("azureADDeviceId")
    elif user_properties(connection) or connection.users.assign_from is AssignFrom.INTUNE:
        names.add("userId")
    return names


def details(connection: Connection) -> frozenset[str]:
    """Return the properties that are mapped, or read otherwise, and that lists leave empty (G5)."""
    return frozenset(name for name in device_properties(connection) if not DEVICE_PROPERTIES[name].in_list)


def details_decide(connection: Connection) -> bool:
    """Return whether a rule, a criterion, matching or the user's identifier reads a property that lists leave empty."""
    keys = set(connection.imports.matching_fields())
    comparisons = [each for criterion in _criteria(connection) for each in comparisons_in(criterion)]
    fields = keys | {each.field for each in comparisons if each.field is not None}
    types = connection.asset_types.field
    if types is not None and types.field is not None:
        fields.add(types.field)
    decides = {name for each in connection.field_mappings.mappings if each.to in fields for name in each.sources()}
    decides |= {each.property for each in comparisons if each.property is not None}
    decides |= {types.property} if types is not None and types.property is not None else set()
    decides.add(connection.users.identifier_source())
    return not details(connection).isdisjoint(decides)


def user_properties(connection: Connection) -> tuple[str, ...]:
    """Return the Entra user properties that planning this connection reads, sorted; none when users are not read."""
    names = {name.removeprefix(_USER) for name in _sources(connection) if name.startswith(_USER)}
    importing = connection.users.import_users
    if importing.enabled:
        names |= set(_IMPORTED_USER)
        if importing.site is not None:
            names.add(importing.site.from_.removeprefix(_USER))
    if owners(connection) or names == {"id"}:
        names.add("userPrincipalName")  # an id comes with any other property, and none means that nobody is read
    return tuple(sorted(names - {"id"}))


def owners(connection: Connection) -> bool:
    """Return whether the registered owners of Entra's devices are read (U1)."""
    return connection.users.assign_from is AssignFrom.ENTRA


def organisation(connection: Connection) -> bool:
    """Return whether the tenant's own organisation is kept: only when `entities` are written and name it (S2)."""
    integrator = connection.connection.integrator
    return "entities" in integrator.model_fields_set and Entity.ORGANISATIONS in integrator.entities


def software(connection: Connection) -> Literal["export", "detected-apps"] | None:
    """Return the way to read the detected software, None when it is not imported (G8, L1)."""
    return connection.imports.software.via if connection.imports.software.import_ else None


def measures_check_in(connection: Connection) -> bool:
    """Return whether inactivity is measured by the device's own check-in."""
    inactive = connection.imports.inactive
    return inactive is not None and inactive.measured_by is Clock.DEVICE_CHECK_IN


def _sources(connection: Connection) -> Iterator[str]:
    for mapping in connection.field_mappings.mappings:
        yield from mapping.sources()
    if connection.users.assign_from is not AssignFrom.NONE:
        yield connection.users.identifier_source()


def _criteria(connection: Connection) -> Iterator[criteria.Criterion]:
    yield from connection.asset_types.criteria()
    if connection.imports.exclude is not None:
        yield connection.imports.exclude
