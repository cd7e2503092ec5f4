"""Several listed devices with one matching value: which is the asset's, or that they are different machines (M5).

(a) They differ in a worthy serial number or IMEI that each has: different machines, which is a problem.
(b) An earlier-enrolled one checked in more than 24 hours after a later one enrolled, so both are alive: with another
    model or MAC address a problem too. Else the one that checked in last by more than 24 hours is the asset's; within
    24 hours it is the latest enrolled.
(c) Else the latest enrolled, then the last to check in, then by id.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from reconciler.model.snapshot import UnknownType

_ALIVE_FOR: Final = timedelta(hours=24)
_SHOWN: Final = 4


@dataclass(frozen=True, slots=True)
class Machine:
    """What identifies a device's machine, None where it is not known or worthless."""

    serial: str | None = None
    imei: str | None = None
    mac: str | None = None
    model: str | None = None


@dataclass(frozen=True, slots=True)
class Rival:
    """A listed device that shares its matching value with others."""

    device_id: str
    enrolled: str | UnknownType | None
    synced: str | UnknownType | None
    machine: Machine


@dataclass(frozen=True, slots=True)
class Winner:
    """The device whose asset it is, and what it did later than the others."""

    device_id: str
    why: str


def different_machines(rivals: Sequence[Rival]) -> str | None:
    """Return why these are different machines, which a person must look at; None when they may be one (a, b)."""
    alive = _alive(rivals)
    values = {
        "serial number": [each.machine.serial for each in rivals],
        "IMEI": [each.machine.imei for each in rivals],
        "model while all check in": [each.machine.model for each in alive],
        "MAC address while all check in": [each.machine.mac for each in alive],
    }
    differ = (name for name, those in values.items() if len({*those} - {None}) > 1)
    name = next(differ, None)
    return None if name is None else _different(rivals, name)


def _different(rivals: Sequence[Rival], name: str) -> str:
    ids = sorted(each.device_id for each in rivals)
    more = f" and {len(ids) - _SHOWN} more" if len(ids) > _SHOWN else ""
    who = f"devices {', '.join(ids[:_SHOWN])}{more}"
    advice = "give each its own value, or add this one to ignoredValues"
    return f"{who} have one matching value and differ in their {name}: they are different machines; {advice}"


def winner_of(rivals: Sequence[Rival], *, all_in_scope: bool = True) -> Winner:
    """Return whose the asset is (b, c); (b) holds among devices in scope alone: an excluded one is no rival (M5a)."""
    alive = _alive(rivals) if all_in_scope else []
    if len(alive) > 1:
        last = max(alive, key=_by_check_in)
        near = [each for each in alive if _moment(last.synced) - _moment(each.synced) <= _ALIVE_FOR]
        if near == [last]:
            return Winner(last.device_id, "checked in")
        return Winner(max(near, key=_by_enrolment).device_id, "enrolled")
    return Winner(max(rivals, key=_by_enrolment).device_id, "enrolled")


def _alive(rivals: Sequence[Rival]) -> list[Rival]:
    """Return the latest enrolled and those that checked in more than 24 hours after it enrolled; alone it is none."""
    latest = max(rivals, key=_by_enrolment)
    if not isinstance(latest.enrolled, str) or not isinstance(latest.synced, str):
        return []
    since = _moment(latest.enrolled) + _ALIVE_FOR
    others = [each for each in rivals if each is not latest and isinstance(each.synced, str)]
    still = [each for each in others if _moment(each.synced) > since]
    return [latest, *still] if still else []


def _by_enrolment(rival: Rival) -> tuple[str, str, str]:
    return str(rival.enrolled or ""), str(rival.synced or ""), rival.device_id


def _by_check_in(rival: Rival) -> tuple[str, str, str]:
    return str(rival.synced or ""), str(rival.enrolled or ""), rival.device_id


def _moment(text: object) -> datetime:
    return datetime.fromisoformat(str(text))
