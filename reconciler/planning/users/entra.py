"""The Entra user of each device: by the id that Intune names, or the device's registered owner (U1).

A registered owner is the owner of the Entra device with the same `azureADDeviceId`:

1. No Entra device has it, or one without an owner: the source names nobody.
2. A device without an id of Entra's (the zero GUID is none), owners or users that were not read: unknown.
3. Several owners are a problem: nothing says which of them has the device.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from reconciler.columnar import Column, Packed, pack
from reconciler.model.snapshot import UNKNOWN, Snapshot

DEVICE_ID: Final = "azureADDeviceId"

_UPN: Final = "userPrincipalName"
_SHOWN: Final = 3


@dataclass(frozen=True, slots=True)
class Unclear:
    """Stands for a device's user when Entra does not tell one; `several` for a problem, else it is unknown."""

    reason: str
    several: bool = False


_NO_ID: Final = Unclear("the device's id in Entra is unknown")
_NOT_A_USER: Final = Unclear("the registered owner is none of Entra's users that were read")


@dataclass(frozen=True, slots=True)
class Users:
    """Each device's Entra user: its place among the users that were read; None for no user, UNKNOWN, or Unclear."""

    places: Column
    records: Packed[Any]

    def __len__(self) -> int:
        return len(self.places)

    def property(self, name: str) -> Column:
        """Return a property of each device's user, UNKNOWN when users were read without it; what is no user stays."""
        if name not in self.records.layout.names:
            return [UNKNOWN if place.__class__ is int else place for place in self.places]
        values = self.records.column(name)
        return [values[place] if place.__class__ is int else place for place in self.places]

    def of(self, devices: Sequence[int]) -> "Users":
        """Return the users of these devices, which are in order."""
        if len(devices) == len(self.places):
            return self
        return Users([self.places[device] for device in devices], self.records)

    def plainly(self) -> "Users":
        """Return the users with UNKNOWN for each that is Unclear."""
        return Users([UNKNOWN if place.__class__ is Unclear else place for place in self.places], self.records)


def no_users(count: int) -> Users:
    """Return that none of so many devices has a user."""
    return Users([None] * count, pack(()))


def named_users(snapshot: Snapshot, user_ids: Column | None, count: int) -> Users:
    """Return the Entra users of these ids, one for each device; None when the devices' users were not read."""
    users = pack(snapshot.users)
    if user_ids is None:
        return Users([UNKNOWN] * count, users)
    if snapshot.users_unknown is not None:
        return Users([None if user_id is None else UNKNOWN for user_id in user_ids], users)
    places: dict[Any, Any] = {user_id.lower(): place for place, user_id in enumerate(users.column("id"))}
    places[UNKNOWN] = UNKNOWN
    lower = [user_id.lower() if user_id.__class__ is str else user_id for user_id in user_ids]
    return Users(list(map(places.get, lower)), users)


def registered_owners(snapshot: Snapshot, device_ids: Column) -> Users:
    """Return the registered owner of each `azureADDeviceId`."""
    users = pack(snapshot.users)
    if snapshot.owners_unknown is not None:
        why = Unclear(f"the registered owners are unknown: {snapshot.owners_unknown}")
        return Users([why] * len(device_ids), users)
    owner = _owner_of(snapshot, users)
    owners = snapshot.owners
    found = [
        owner(owners.get(device_id.lower(), ())) if isinstance(device_id, str) else _NO_ID for device_id in device_ids
    ]
    return Users(found, users)


def _owner_of(snapshot: Snapshot, users: Packed[Any]) -> Callable[[tuple[str, ...]], Any]:
    """Return what finds an owner's place among the users; Unclear where several own a device or users are unknown."""
    places = {user_id.lower(): place for place, user_id in enumerate(users.column("id"))}
    missing = _NOT_A_USER
    if snapshot.users_unknown is not None:
        missing = Unclear(f"the users are unknown: {snapshot.users_unknown}")

    @cache
    def upns() -> Column:
        return users.column(_UPN) if _UPN in users.layout.names else users.column("id")

    def called(user_id: str) -> str:
        place = places.get(user_id.lower())
        return user_id if place is None else str(upns()[place])

    def owner(ids: tuple[str, ...]) -> Any:
        match ids:
            case ():
                return None
            case (one,):
                return places.get(one.lower(), missing)
            case several:
                return Unclear(_several(list(map(called, several))), True)

    return owner


def _several(names: list[str]) -> str:
    shown = ", ".join(sorted(names)[:_SHOWN]) + (", …" if len(names) > _SHOWN else "")
    return f"its Entra device has {len(names)} registered owners ({shown}), and an asset has one user; leave one"
