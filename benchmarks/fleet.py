"""W(N): N devices as pages of Graph's on disk, and their next day; every device a function of the seed and its number.

1. The first day has the devices 0 to N, all of them the company's, so that there are as many assets; four users for
   five devices, as Entra lists them.
2. The next day 1 % are new, 1 % vanished, 5 % have one to three changed fields, and 0.5 % name no user any more.
3. A page holds 1,000, with the properties that the settings select.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from itertools import count, islice
from pathlib import Path
from random import Random
from typing import Any, Final

import msgspec
from msgspec.structs import replace

from benchmarks.days import FIRST
from benchmarks.settings import connection
from reconciler.intune.parts.records import listed_devices, users
from reconciler.planning.rules import needs
from reconciler.simulator.graph import rows
from reconciler.simulator.tenant.devices import Ticket, assigned, has_user, kind, make_device
from reconciler.simulator.tenant.names import code
from reconciler.simulator.tenant.records import Device, User
from reconciler.simulator.tenant.users import make_user

PAGE: Final = 1000
NEW, VANISHED, CHANGED, USERLESS = 0.01, 0.01, 0.05, 0.005
_GIGABYTE: Final = 1024**3

_CHANGES: Final[tuple[Callable[[Device, Random], dict[str, Any]], ...]] = (
    lambda device, rng: {"deviceName": f"RENAMED-{code(rng.getrandbits(30), 6)}"},
    lambda device, rng: {"osVersion": f"{device.osVersion}.1"},
    lambda device, rng: {"complianceState": "noncompliant" if device.complianceState == "compliant" else "compliant"},
    lambda device, rng: {"isEncrypted": not device.isEncrypted},
    lambda device, rng: {"freeStorageSpaceInBytes": device.freeStorageSpaceInBytes + 5 * _GIGABYTE},
    lambda device, rng: {"deviceCategoryDisplayName": "Lent" if device.deviceCategoryDisplayName != "Lent" else "Own"},
)


class Fleet:
    """The devices and users of both days."""

    def __init__(self, size: int, seed: int = 1) -> None:
        self.size, self.seed = size, seed
        self.people = size * 4 // 5
        self.user = lru_cache(maxsize=8)(self._user)
        vanished, changed, userless = (round(size * share) for share in (VANISHED, CHANGED, USERLESS))
        chosen = iter(self._rng("next day").sample(range(size), size))
        self.vanished = frozenset(islice(chosen, vanished))
        self.changed = frozenset(islice(chosen, changed))
        self.userless = frozenset(islice((number for number in chosen if self._device(number).userId), userless))

    def first(self) -> Iterator[Device]:
        """Yield the devices of the first day."""
        return map(self._device, range(self.size))

    def next(self) -> Iterator[Device]:
        """Yield the devices of the next day."""
        for number in range(self.size):
            if number in self.vanished:
                continue
            device = self._device(number)
            if number in self.userless:
                device = assigned(device, None)
            yield self._another(device, number) if number in self.changed else device
        yield from map(self._device, range(self.size, self.size + round(self.size * NEW)))

    def absent(self) -> list[str]:
        """Return the ids of the devices that vanished."""
        return sorted(self._device(number).id for number in self.vanished)

    def _rng(self, purpose: str) -> Random:
        return Random(f"{self.seed}/{purpose}")  # noqa: S311 - reproducible, and no secret comes of it

    def _user(self, number: int) -> User:
        return make_user(number, self._rng(f"user/{number}"), FIRST)

    def _device(self, number: int) -> Device:
        rng = self._rng(f"device/{number}")
        drawn = kind(rng)
        owner = self.user(number * 4 // 5 % self.people) if self.people and has_user(drawn, rng) else None
        device = make_device(drawn, Ticket(number, rng, FIRST, owner))
        return replace(device, managedDeviceOwnerType="company", managementAgent="mdm")

    def _another(self, device: Device, number: int) -> Device:
        rng = self._rng(f"change/{number}")
        for change in rng.sample(_CHANGES, rng.randint(1, 3)):
            device = replace(device, **change(device, rng))
        return device


def generate(folder: str, size: int, seed: int) -> None:
    """Write W(N) below a folder: `first/devices-*.json`, `users-*.json` and so on, and the ids that vanished."""
    fleet, root = Fleet(size, seed), Path(folder)
    settings = connection()
    device = rows.listed_device(tuple(listed_devices(needs.device_properties(settings)).select.split(",")))
    user = rows.user(tuple(users(needs.user_properties(settings)).select.split(",")))
    for day, devices in (("first", fleet.first()), ("next", fleet.next())):
        _write(root / day, "devices", map(device, devices))
    _write(root, "users", map(user, map(fleet.user, range(fleet.people))))
    (root / "absent.json").write_text(json.dumps(fleet.absent()))


def _write(folder: Path, name: str, records: Iterable[object]) -> None:
    """Write records as pages of Graph's, each with the link to the next one."""
    folder.mkdir(parents=True, exist_ok=True)
    remaining, numbers = iter(records), count(1)
    while page := list(islice(remaining, PAGE)):
        number = next(numbers)
        envelope = {
            "@odata.context": f"https://graph.microsoft.com/v1.0/$metadata#{name}",
            "@odata.nextLink": f"https://graph.microsoft.com/v1.0/{name}?$skiptoken={number}",
            "value": page,
        }
        (folder / f"{name}-{number:05}.json").write_bytes(msgspec.json.encode(envelope))
