"""What happens to a fleet in one day: how much of what, to which devices, and the record of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from random import Random

from reconciler.simulator.devices import JUNK_SERIALS
from reconciler.simulator.records import Device


@dataclass(frozen=True)
class Counts:
    """How many devices each event of a day strikes."""

    new: int
    gone: int
    renamed: int
    re_enrolled: int
    reassigned: int
    unassigned: int

    @classmethod
    def usual(cls, fleet: int) -> "Counts":
        """Scale with the fleet; at most ten deletions, so that usual limits (3 %, or 10) hold on any usual day."""
        return cls(
            new=round(fleet * 0.016),
            gone=min(10, round(fleet * 0.012)),
            renamed=fleet // 100,
            re_enrolled=round(fleet * 0.008),
            reassigned=round(fleet * 0.012),
            unassigned=fleet // 100,
        )


@dataclass(frozen=True)
class ReEnrolment:
    """One machine's old device id, now gone, and its new one."""

    old: str
    new: str


@dataclass(frozen=True)
class Day:
    """What one day did; every id is told once, except that told devices may also be among `checked_in`.

    All tuples are sorted. Devices in none of them are as they were the day before.
    """

    now: str
    new: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    renamed: tuple[str, ...] = ()
    re_enrolled: tuple[ReEnrolment, ...] = ()
    reassigned: tuple[str, ...] = ()
    unassigned: tuple[str, ...] = ()
    checked_in: tuple[str, ...] = ()


@dataclass(frozen=True)
class Drawn:
    """The ids that a day's events strike, disjoint."""

    gone: tuple[str, ...]
    renamed: tuple[str, ...]
    re_enrolled: tuple[str, ...]
    reassigned: tuple[str, ...]
    unassigned: tuple[str, ...]


def draw(devices: Iterable[Device], counts: Counts, rng: Random) -> Drawn:
    """Draw whom the events strike: company devices that Intune manages, with a user and a serial of their own.

    Only such devices tell a clear story: what befalls a personal device or a junk serial may rightly change nothing.

    Raises ValueError when the fleet has fewer such devices than the counts ask for.
    """
    pool = sorted(device.id for device in devices if _clear(device))
    amounts = (counts.gone, counts.renamed, counts.re_enrolled, counts.reassigned, counts.unassigned)
    if sum(amounts) > len(pool):
        raise ValueError(f"The day needs {sum(amounts)} company devices with a user, the tenant has {len(pool)}.")
    chosen = iter(rng.sample(pool, sum(amounts)))
    return Drawn(*(tuple(next(chosen) for _ in range(amount)) for amount in amounts))


def _clear(device: Device) -> bool:
    return (
        device.managedDeviceOwnerType == "company"
        and device.managementAgent != "msSense"
        and bool(device.userId)
        and device.serialNumber not in JUNK_SERIALS
    )
