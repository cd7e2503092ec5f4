"""One device tried on a connection's settings: a recording of nothing else, the pure planner, what became of it (K5).

1. The store holds the catalogue and nothing else, so the device's asset is created, whatever `createAssets` says.
2. The store has the user that the device names; without an import of users, with the identifier that is asked for.
3. A property that is not given is empty, and the device is read at its last check-in unless a time is given.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from msgspec import Struct

from reconciler.model.plan import Attribute, Plan, Subject
from reconciler.model.snapshot import Scalar, Snapshot, record_type
from reconciler.model.state import Person, Recording, State, StoredCatalogue
from reconciler.planning.build import build_plan
from reconciler.planning.rules import needs
from reconciler.settings.catalogue import CatalogueFile
from reconciler.settings.environment import Connection, Environment
from reconciler.settings.fields import asset_fields
from reconciler.settings.mappings.properties import DEVICE_PROPERTIES, DEVICE_USER_PROPERTIES, USER_PROPERTIES, Property
from reconciler.settings.users import UserField

Properties = Mapping[str, Scalar]

_READ_AT: Final = "2026-01-01T00:00:00Z"
_ID: Final = "the device"
_USER_ID: Final = "the user"
_USER: Final = "user."
_OF_ENTRA: Final = {
    "userPrincipalName": "userPrincipalName",
    "mail": "emailAddress",
    "displayName": "userDisplayName",
}
"""What Entra's user has in common with what the device says of him."""


@dataclass(frozen=True, slots=True)
class Device:
    """A device to be tried: its properties, those of its user in Entra, and when it is read."""

    properties: Properties
    user: Properties = field(default_factory=dict)
    read_at: str | None = None


@dataclass(frozen=True, slots=True)
class Trial:
    """What became of a device: its asset's attributes, each with its reason, or why it has no asset.

    `user_names` are what its user may be called, without case. `problems` and `unknown` are messages with their rule.
    """

    attributes: dict[str, Attribute]
    excluded: str | None
    problems: tuple[str, ...]
    unknown: tuple[str, ...]
    user_names: frozenset[str]

    @property
    def no_asset(self) -> str | None:
        """Why the device has no asset; None when it has one."""
        if self.attributes:
            return None
        why = [*([self.excluded] if self.excluded else []), *self.problems, *self.unknown]
        return "; ".join(why) or "no asset comes of it"


def try_device(environment: Environment, connection: Connection, device: Device) -> Trial:
    """Return what the settings make of a device."""
    creating = replace(connection, imports=connection.imports.model_copy(update={"create_assets": True}))
    alone = replace(environment, connections={connection.name: creating})
    stored = _store_user(creating, device)
    plan = build_plan(alone, _recording(alone, creating, device, stored), as_if_enabled=True)
    assets = [change for change in plan.changes if change.subject is Subject.ASSET]
    return Trial(
        attributes={each.name: each for change in assets for each in change.attributes},
        excluded=next((f"{each.reason} ({each.rule})" for each in plan.left_alone if each.why == "excluded"), None),
        problems=tuple(f"{each.message} ({each.rule})" for each in plan.problems),
        unknown=tuple(f"{each.what} is withheld: {each.reason} ({each.rule})" for each in plan.withheld),
        user_names=_user_names(plan, stored),
    )


def _recording(environment: Environment, connection: Connection, device: Device, user: Person | None) -> Recording:
    read_at = device.read_at or str(device.properties.get("lastSyncDateTime") or _READ_AT)
    snapshot = _snapshot(connection, device, read_at)
    state = State(
        fields=tuple(asset_fields(environment.catalogue)),
        catalogue=_stored(environment.catalogue),
        people=(user,) if user else (),
    )
    return Recording(instance=environment.instance.name, taken_at=read_at, state=state, snapshots=(snapshot,))


def _stored(catalogue: CatalogueFile) -> StoredCatalogue:
    """Return a store's catalogue that has all that the settings declare, so that no change makes it."""
    return StoredCatalogue(
        organisations=tuple(each.name for each in catalogue.organisations),
        sites=tuple(catalogue.sites()),
        statuses=tuple(catalogue.statuses),
        asset_groups=tuple(each.name for each in catalogue.asset_groups),
        types=catalogue.types(),
        custom_fields=tuple(each.name for each in catalogue.custom_fields),
        licences=tuple(each.name for each in catalogue.licences),
    )


def _snapshot(connection: Connection, device: Device, read_at: str) -> Snapshot:
    """Return a read of one device and of its user, as if nothing else were there."""
    names = needs.device_properties(connection)
    user_names = needs.user_properties(connection)
    given = {"enrolledDateTime": read_at, "lastSyncDateTime": read_at, **device.properties}
    if _names_user(device):
        given = {"userId": _USER_ID, **given}
    if needs.owners(connection):
        given.setdefault("azureADDeviceId", _ID)
    registered = str(given.get("azureADDeviceId"))
    entra = {"id": given.get("userId") or _USER_ID, "accountEnabled": True, **_of_entra(device)}
    return Snapshot(
        connection=connection.name,
        source="intune",
        tenant_id=connection.tenant_id,
        read_at=read_at,
        device_properties=names,
        devices=(_record("Device", DEVICE_PROPERTIES, names, {**given, "id": _ID}),),
        user_properties=user_names,
        users=(_record("User", USER_PROPERTIES, user_names, entra),) if user_names and _names_user(device) else (),
        users_unknown=None if user_names else "not read",
        owners={registered.lower(): (str(entra["id"]),)} if _names_user(device) else {},
        owners_unknown=None,
        software_unknown=None,
    )


def _record(kind: str, known: Mapping[str, Property], names: Sequence[str], values: Properties) -> Struct:
    record = record_type(kind, tuple((name, known[name].type.value) for name in names))
    full: dict[str, Any] = {"id": values["id"], **{name: values.get(name) for name in names}}
    return record(**full)


def _names_user(device: Device) -> bool:
    return bool(device.user) or any(device.properties.get(name) for name in DEVICE_USER_PROPERTIES)


def _of_entra(device: Device) -> dict[str, Scalar]:
    """Return the Entra user's properties: as given, else as the device has them."""
    return {name: device.properties.get(same) for name, same in _OF_ENTRA.items()} | dict(device.user)


def _store_user(connection: Connection, device: Device) -> Person | None:
    """Return the store's user that the device names; None for no user, and when the import makes the store's users."""
    if connection.users.import_users.enabled or not _names_user(device):
        return None
    entra, identifier = _of_entra(device), connection.users.user_identifier
    source = connection.users.identifier_source()
    value = entra.get(source.removeprefix(_USER)) if source.startswith(_USER) else device.properties.get(source)
    names = {
        UserField.UPN: entra.get("userPrincipalName"),
        UserField.MAIL: entra.get("mail"),
        UserField.EMPLOYEE_ID: entra.get("employeeId"),
        UserField.NAME: entra.get("displayName"),
    } | ({identifier.store: value} if value else {})
    text = {field: str(name) for field, name in names.items() if name}
    return Person(
        id=1,
        name=text.get(UserField.NAME) or text.get(UserField.UPN) or text.get(UserField.MAIL) or _USER_ID,
        upn=text.get(UserField.UPN),
        mail=text.get(UserField.MAIL),
        employee_id=text.get(UserField.EMPLOYEE_ID),
    )


def _user_names(plan: Plan, stored: Person | None) -> frozenset[str]:
    made = [each.after for change in plan.changes if change.subject is Subject.USER for each in change.attributes]
    names = [stored.name, stored.upn, stored.mail, stored.employee_id] if stored else made
    return frozenset(name.casefold() for name in names if isinstance(name, str))
