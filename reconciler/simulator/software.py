"""What is detected on devices: drawn from the seed for each device, with a slow drift from day to day.

Nothing is detected on personal devices, as Intune does not collect there, nor on those that only Defender manages.
"""

import hashlib
from collections.abc import Iterable
from random import Random
from typing import Final, NamedTuple

from reconciler.simulator.records import Device

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


class Inventory:
    """What is detected on each device; `size` is how many applications a device has.

    `set` says it for one device by hand.
    """

    def __init__(self, seed: int, size: int = SIZE) -> None:
        self._seed = seed
        self._size = size
        self.changes = 0
        self._by_hand: dict[str, tuple[Detected, ...]] = {}
        self._known: dict[Detected, Detected] = {}
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
        catalogue = self._catalogues.get(device.operatingSystem, ())
        rng = Random(f"{self._seed}/software/{device.serialNumber}/{device.udid}")  # noqa: S311 - reproducible
        chosen = rng.sample(catalogue, min(self._size + 1, len(catalogue)))
        releases = [rng.randrange(3) for _ in chosen]
        turns = (rng.randrange(_DRIFT_DAYS) + day) // _DRIFT_DAYS
        if len(chosen) > self._size:
            releases[0] += turns
            del chosen[1 + turns % 2]
        return tuple(map(self._version, chosen, releases, [_platform(device)] * len(chosen)))

    def _version(self, application: tuple[str, str, int], release: int, platform: str) -> Detected:
        name, publisher, number = application
        made = Detected(name, f"{1 + number % 9}.{release}.{number}", publisher, platform)
        return self._known.setdefault(made, made)


def _catalogue(common: Iterable[tuple[str, str]], size: int) -> list[tuple[str, str, int]]:
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
