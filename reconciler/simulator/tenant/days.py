"""What happens to a fleet in one day: how much of what, to which devices, and the record of it; decided, not done."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from random import Random

from reconciler.simulator.tenant.hardware import JUNK_SERIALS
from reconciler.simulator.tenant.names import chance, code
from reconciler.simulator.tenant.records import Device, User, stamp


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
    """What one day did; every id is listed once, except that listed devices may also be among `checked_in`.

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
class Plan:
    """A day decided: whom the events strike (each device at most once), and who checks in when."""

    gone: tuple[str, ...]
    renamed: dict[str, str]
    re_enrolled: tuple[str, ...]
    reassigned: dict[str, str | None]
    checked_in: dict[str, str]


def plan_day(devices: Sequence[Device], owners: Sequence[User], counts: Counts, rng: Random, now: datetime) -> Plan:
    """Decide a day that ends `now`, in which nine of ten devices that are in use check in.

    The events strike company devices that Intune manages, with a user and a serial of their own: only these tell a
    clear story, as what befalls a personal device or a junk serial may rightly change nothing. Raises ValueError
    when there are fewer of these devices than the counts ask for, or nobody to reassign to.
    """
    pool = {device.id: device for device in sorted(devices, key=lambda device: device.id) if _clear(device)}
    amounts = (counts.gone, counts.renamed, counts.re_enrolled, counts.reassigned, counts.unassigned)
    if sum(amounts) > len(pool):
        raise ValueError(f"The day needs {sum(amounts)} company devices with a user, the tenant has {len(pool)}.")
    if counts.reassigned and len(owners) < 2:  # noqa: PLR2004 - one to take it from, one to give it to
        raise ValueError("To reassign a device, the tenant needs two users with enabled accounts.")
    chosen = iter(rng.sample(sorted(pool), sum(amounts)))
    gone, renamed, re_enrolled, reassigned, unassigned = (tuple(islice(chosen, amount)) for amount in amounts)
    leaving = {*gone, *re_enrolled}
    return Plan(
        gone=gone,
        renamed={device_id: f"RENAMED-{code(rng.getrandbits(30), 6)}" for device_id in renamed},
        re_enrolled=re_enrolled,
        reassigned={
            **{device_id: _another(owners, pool[device_id].userId, rng) for device_id in reassigned},
            **dict.fromkeys(unassigned),
        },
        checked_in=_check_ins([device for device in devices if device.id not in leaving], rng, now),
    )


def _clear(device: Device) -> bool:
    return (
        device.managedDeviceOwnerType == "company"
        and device.managementAgent != "msSense"
        and bool(device.userId)
        and device.serialNumber not in JUNK_SERIALS
    )


def _another(owners: Sequence[User], current: str, rng: Random) -> str:
    drawn = rng.randrange(len(owners))
    return owners[drawn].id if owners[drawn].id != current else owners[drawn - 1].id


def _check_ins(devices: Sequence[Device], rng: Random, now: datetime) -> dict[str, str]:
    """Draw who checks in; a device that has been silent for a fortnight stays so."""
    in_use = stamp(now - timedelta(days=15))
    awake = [device.id for device in devices if device.lastSyncDateTime >= in_use and chance(rng, 0.9)]
    return {device_id: stamp(now - timedelta(seconds=rng.randrange(60, 43_200))) for device_id in awake}
