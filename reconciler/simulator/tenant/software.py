"""What is detected on devices: drawn from the seed for each device, with a slow drift from day to day.

Nothing is detected on personal devices, as Intune does not collect there, nor on those that only Defender manages.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from random import Random
from typing import Final, NamedTuple

from reconciler.simulator.tenant.records import Device

SIZE: Final = 12
"""How many applications are detected on a device, unless said otherwise."""

_DRIFT_DAYS: Final = 50
"""After so many days each device has had one of its applications updated and another exchanged."""

_COMMON: Final = {
    "Windows": (
        ("Microsoft Edge", "Microsoft Corporation"),
        ("Microsoft Visio Professional 2021", "Microsoft Corporation"),
        ("Microsoft Teams", "Microsoft Corporation"),
        ("Microsoft Visual C++ 2015-2022 Redistributable (x64) - 14.38", "Microsoft Corporation"),
        ("7-Zip 23.01 (x64)", "Igor Pavlov"),
        ("Notepad++ (64-bit x64)", "Notepad++ Team"),
        ("Contoso VPN, Business Edition", "Contoso"),
        ("Adobe Acrobat (64-bit)", "Adobe"),
    ),
    "macOS": (("Safari", "Apple Inc."), ("Keynote", "Apple Inc."), ("Microsoft Teams", "Microsoft Corporation")),
    "iOS": (("Outlook", ""), ("Contoso Time Sheet", ""), ("Authenticator", "")),
    "Android": (("com.microsoft.office.outlook", ""), ("com.contoso.timesheet", "")),
}
_ADJECTIVES: Final = (
    *("Amber", "Brisk", "Calm", "Dapper", "Eager", "Fable", "Gentle", "Hollow", "Ivory", "Jolly", "Keen", "Lunar"),
    *("Mellow", "Nimble", "Opal", "Plain", "Quiet", "Rustic", "Silver", "Tidy", "Urban", "Velvet", "Witty", "Zesty"),
)
_NOUNS: Final = (
    *("Archive", "Board", "Chart", "Desk", "Editor", "Forms", "Graph", "Helper", "Inbox", "Journal", "Keys"),
    *("Ledger", "Mapper", "Notes", "Outline", "Planner", "Queue", "Reader", "Sketch", "Tracker", "Viewer", "Writer"),
)


class Detected(NamedTuple):
    """One detected application in one version; each version is an application of its own to Graph."""

    name: str
    version: str
    publisher: str
    platform: str

    @property
    def id(self) -> str:
        """The application's id: 64 hex digits, as Graph's are."""
        return hashlib.sha256("\0".join(self).encode()).hexdigest()


_Application = tuple[str, str, int]
"""A name, a publisher and a number."""


@dataclass
class _Drawn:
    """What was drawn for a device, and what that came to after the last turn that was asked for."""

    chosen: list[_Application]
    releases: list[int]
    phase: int
    turns: int = -1
    found: tuple[Detected, ...] = ()


class Inventory:
    """What is detected on each device; `size` is how many applications a device has.

    `set` says it for one device by hand.
    """

    def __init__(self, seed: int, size: int = SIZE) -> None:
        self._seed = seed
        self._size = size
        self.changes = 0
        self._by_hand: dict[str, tuple[Detected, ...]] = {}
        self._known: dict[tuple[str, int, str], Detected] = {}
        self._drawn: dict[tuple[str, str, str | None], _Drawn] = {}
        self._catalogues = {system: _catalogue(common, size) for system, common in _COMMON.items()}

    def set(self, device: Device, *applications: tuple[str, str, str]) -> None:
        """Say what is detected on a device from now on: names, versions, publishers."""
        self.changes += 1
        self._by_hand[device.id] = tuple(Detected(*each, _platform(device)) for each in applications)

    def of(self, device: Device, day: int) -> tuple[Detected, ...]:
        """Return what is detected on a device on the tenant's day of this number."""
        by_hand = self._by_hand.get(device.id)
        if by_hand is not None:
            return by_hand
        if not self._size or device.managedDeviceOwnerType == "personal" or device.managementAgent == "msSense":
            return ()
        drawn = self._draw(device)
        turns = (drawn.phase + day) // _DRIFT_DAYS
        if turns != drawn.turns:
            drawn.turns, drawn.found = turns, tuple(self._versions(drawn, turns, _platform(device)))
        return drawn.found

    def _draw(self, device: Device) -> _Drawn:
        key = (device.operatingSystem, device.serialNumber, device.udid)
        known = self._drawn.get(key)
        if known is not None:
            return known
        catalogue = self._catalogues.get(device.operatingSystem, [])
        rng = Random(f"{self._seed}/software/{device.serialNumber}/{device.udid}")  # noqa: S311 - reproducible
        chosen = rng.sample(catalogue, min(self._size + 1, len(catalogue)))
        releases = [rng.randrange(3) for _ in chosen]
        known = self._drawn[key] = _Drawn(chosen, releases, rng.randrange(_DRIFT_DAYS))
        return known

    def _versions(self, drawn: _Drawn, turns: int, platform: str) -> Iterator[Detected]:
        """Yield the applications: the first one is updated with each turn, and one of the next two is not there."""
        left_out = 1 + turns % 2 if len(drawn.chosen) > self._size else None
        for place, (application, release) in enumerate(zip(drawn.chosen, drawn.releases, strict=True)):
            if place != left_out:
                yield self._version(application, release + (0 if place else turns), platform)

    def _version(self, application: _Application, release: int, platform: str) -> Detected:
        name, publisher, number = application
        found = self._known.get((name, release, platform))
        if found is None:
            version = f"{1 + number % 9}.{release}.{number}"
            found = self._known[name, release, platform] = Detected(name, version, publisher, platform)
        return found


def _catalogue(common: Iterable[tuple[str, str]], size: int) -> list[_Application]:
    """Return a system's applications with their numbers: about four times as many as a device has."""
    found = [(name, publisher, number) for number, (name, publisher) in enumerate(common)]
    for number in range(len(found), max(len(found), size * 4)):
        turn, place = divmod(number, len(_ADJECTIVES) * len(_NOUNS))
        adjective, noun = _ADJECTIVES[place % len(_ADJECTIVES)], _NOUNS[place // len(_ADJECTIVES)]
        found.append((f"{adjective} {noun}{f' {turn + 1}' if turn else ''}", f"{adjective} Software", number))
    return found


def _platform(device: Device) -> str:
    match device.operatingSystem:
        case "iOS":
            return "ios"
        case "Android":
            return "androidWorkProfile"
        case system:
            return system[0].lower() + system[1:] if system else "unknown"
