"""Collecting what is detected where: names tidied, each application once, devices as places among them.

A fleet has a million detections of a few thousand applications: each spelling is tidied once, and a detection is one
number in a list.
"""

from dataclasses import dataclass, field

from reconciler.model.snapshot import Software

Spelling = tuple[str, str, str]
"""A name, version and publisher as Intune writes them."""


@dataclass(frozen=True, slots=True)
class SoftwareRead:
    """What is known of the software, as `Snapshot` has it."""

    software: tuple[Software, ...] = ()
    detected: dict[str, tuple[int, ...]] = field(default_factory=dict)
    unknown: str | None = None
    partial: str | None = None


class Detections:
    """What was detected so far."""

    def __init__(self) -> None:
        self.count = 0
        self._spellings: dict[Spelling, int | None] = {}
        self._places: dict[Software, int] = {}
        self._by_device: dict[str, list[int]] = {}

    def place(self, spelling: Spelling) -> int | None:
        """Return the place of an application, None for one without a name."""
        try:
            return self._spellings[spelling]
        except KeyError:
            name, version, publisher = map(tidy, spelling)
            found = Software(name, version, publisher or None)
            place = self._places.setdefault(found, len(self._places)) if name else None
            self._spellings[spelling] = place
            return place

    def on(self, device_id: str) -> list[int]:
        """Return the places of what was detected on a device so far, to be added to."""
        found = self._by_device.get(device_id)
        if found is None:
            found = self._by_device[device_id] = []
        return found

    def read(self, partial: str | None = None) -> SoftwareRead:
        """Return everything that was detected, in an order of its own; `partial` says why it is not all."""
        ordered = sorted(self._places, key=lambda each: (each.name, each.version, each.publisher or ""))
        rank = {self._places[software]: place for place, software in enumerate(ordered)}
        detected: dict[str, tuple[int, ...]] = {}
        for device_id, places in sorted(self._by_device.items()):
            lower = device_id.strip().lower()
            there = {*detected.get(lower, ()), *map(rank.__getitem__, places)}
            detected[lower] = tuple(sorted(there))
        return SoftwareRead(tuple(ordered), detected, None, partial)


def tidy(text: str) -> str:
    """Return a text on one line, without space at its ends or twice in a row, and without NUL, which no store takes."""
    return " ".join(text.replace("\0", "").split())
