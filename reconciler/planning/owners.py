"""Whose a device is by Entra: the registered owner of the Entra device with the same `azureADDeviceId` (U1).

1. No such Entra device, or one without an owner: the source names nobody.
2. A device without an id of Entra's (the zero GUID is none), owners or users that were not read: unknown.
3. Several owners are a problem: nothing says which of them has the device.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from reconciler.model.snapshot import UNKNOWN, Snapshot
from reconciler.sharing import Column

DEVICE_ID: Final = "azureADDeviceId"

_SHOWN: Final = 3


@dataclass(frozen=True, slots=True)
class Unclear:
    """Stands for a device's user when Entra does not tell one; `several` for a problem, else it is unknown."""

    reason: str
    several: bool = False


_NO_ID: Final = Unclear("the device's id in Entra is unknown")
_NOT_A_USER: Final = Unclear("the registered owner is none of Entra's users that were read")


def registered_owners(snapshot: Snapshot, device_ids: Column) -> list[Any]:
    """Return the Entra user of each `azureADDeviceId`: None for nobody, or Unclear."""
    if snapshot.owners_unknown is not None:
        return [Unclear(f"the registered owners are unknown: {snapshot.owners_unknown}")] * len(device_ids)
    owner = _owner_of(snapshot)
    owners = snapshot.owners
    return [
        owner(owners.get(device_id.lower(), ())) if isinstance(device_id, str) else _NO_ID for device_id in device_ids
    ]


def plainly(users: Column) -> Column:
    """Return the users with UNKNOWN for each that is Unclear."""
    return [UNKNOWN if user.__class__ is Unclear else user for user in users]


def _owner_of(snapshot: Snapshot) -> Callable[[tuple[str, ...]], Any]:
    users = {user.id: user for user in snapshot.users}
    missing = _NOT_A_USER
    if snapshot.users_unknown is not None:
        missing = Unclear(f"the users are unknown: {snapshot.users_unknown}")

    def owner(ids: tuple[str, ...]) -> Any:
        match ids:
            case ():
                return None
            case (one,):
                return users.get(one, missing)
            case several:
                return Unclear(
                    _several([str(getattr(users.get(each), "userPrincipalName", each)) for each in several]), True
                )

    return owner


def _several(names: list[str]) -> str:
    shown = ", ".join(sorted(names)[:_SHOWN]) + (", …" if len(names) > _SHOWN else "")
    return f"its Entra device has {len(names)} registered owners ({shown}), and an asset has one user; leave one"
