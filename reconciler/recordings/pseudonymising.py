"""A recording without the names, addresses, serial numbers and ids of people, for sharing.

- Replaced are those of devices, of Entra's and the store's users, and of assets; in custom fields the words that were
  replaced elsewhere. What a pin's reason says is left out.
- Kept are models, versions, departments, offices and cities, tags, the ids of devices and tenants, and software: what
  types, sites and limits are decided by.
- Plans of it have the shape of the original's, while settings look into replaced texts with the words that are spared.
"""

from collections.abc import Iterable
from typing import Any, Final

from msgspec import UNSET
from msgspec.structs import replace

from reconciler.model.snapshot import Scalar, Snapshot
from reconciler.model.state import Asset, Recording, State
from reconciler.recordings.pseudonyms import Pseudonyms

DEVICE_PROPERTIES: Final = (
    "deviceName",
    "managedDeviceName",
    "serialNumber",
    "imei",
    "meid",
    "iccid",
    "udid",
    "easDeviceId",
    "phoneNumber",
    "wiFiMacAddress",
    "ethernetMacAddress",
    "userDisplayName",
    "userPrincipalName",
    "emailAddress",
    "userId",
    "notes",
)
"""The properties of devices that are replaced."""

USER_PROPERTIES: Final = (
    "id",
    "userPrincipalName",
    "mail",
    "displayName",
    "givenName",
    "surname",
    "employeeId",
    "streetAddress",
    "postalCode",
    "mobilePhone",
    "mailNickname",
    "onPremisesImmutableId",
    "onPremisesSamAccountName",
    "onPremisesUserPrincipalName",
    "onPremisesDistinguishedName",
    "onPremisesSecurityIdentifier",
)
"""The properties of users that are replaced."""

ASSET_FIELDS: Final = ("name", "serialNumber", "wifiMac", "ethernetMac", "imei", "phoneNumber", "notes")
"""The fields of assets that are replaced."""

_CODES: Final = frozenset(
    {"serialNumber", "imei", "meid", "iccid", "udid", "easDeviceId", "phoneNumber", "employeeId", "employee_id"}
)
_PERSON: Final = ("name", "upn", "mail", "employee_id", "entra_id", "also_entra_ids")
_CUSTOM: Final = "custom."
_LEFT_OUT: Final = "(left out)"


def pseudonymise(recording: Recording, key: bytes, spared: Iterable[str] = ()) -> Recording:
    """Return a recording with pseudonyms, the same ones for the same key; words that are `spared` stay."""
    pseudonyms = Pseudonyms(key, spared)
    snapshots = tuple(_snapshot(each, pseudonyms) for each in recording.snapshots)
    return replace(recording, snapshots=snapshots, state=_state(recording.state, pseudonyms))


def _snapshot(snapshot: Snapshot, pseudonyms: Pseudonyms) -> Snapshot:
    users = (_replaced(user, USER_PROPERTIES, pseudonyms) for user in snapshot.users)
    return replace(
        snapshot,
        devices=tuple(_replaced(device, DEVICE_PROPERTIES, pseudonyms) for device in snapshot.devices),
        users=tuple(sorted(users, key=lambda user: user.id)),
        owners={device: tuple(map(pseudonyms.of, owners)) for device, owners in snapshot.owners.items()},
    )


def _state(state: State, pseudonyms: Pseudonyms) -> State:
    people = tuple(_replaced(person, _PERSON, pseudonyms) for person in state.people)
    return replace(
        state,
        people=people,
        assets=tuple(_asset(asset, state.fields, pseudonyms) for asset in state.assets),
        pins={key: dict.fromkeys(fields, _LEFT_OUT) for key, fields in state.pins.items()},
    )


def _replaced(record: Any, names: Iterable[str], pseudonyms: Pseudonyms) -> Any:
    """Return a record with those of its texts replaced; what is empty or unknown stays so."""
    found = {name: getattr(record, name, UNSET) for name in names}
    return replace(
        record, **{name: _text(name, text, pseudonyms) for name, text in found.items() if isinstance(text, str)}
    )


def _text(name: str, text: str, pseudonyms: Pseudonyms) -> str:
    return pseudonyms.of_code(text) if name in _CODES else pseudonyms.of(text)


def _asset(asset: Asset, fields: tuple[str, ...], pseudonyms: Pseudonyms) -> Asset:
    values = tuple(_value(name, value, pseudonyms) for name, value in zip(fields, asset.values, strict=True))
    return replace(asset, values=values)


def _value(name: str, value: Scalar, pseudonyms: Pseudonyms) -> Scalar:
    if not isinstance(value, str):
        return value
    if name in ASSET_FIELDS:
        return _text(name, value, pseudonyms)
    return pseudonyms.of_known(value) if name.startswith(_CUSTOM) else value
