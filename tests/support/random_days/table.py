"""The table *Presence* of the behaviour, written a second time: what each row makes of each life, and of the status.

It shares no code with the planning. A row is named as in the table; the columns are the lives that it is given. `KEEP`
stands for a status that no cell writes.
"""

import dataclasses
from dataclasses import dataclass
from typing import Any, Final

from msgspec.structs import replace

from random_days.choices import AFTER_DAYS, NEVER_REPLACED, Choices
from reconciler.model.state import Life, Presence
from reconciler.settings.imports import Clock

KEEP: Final = "(kept)"
NOTHING: Final = "nothing"
"""The row of a device of which nothing can or may be decided."""


@dataclass(frozen=True)
class Reading:
    """What a cell needs to know of the read: its time, whether its list was whole, the days that had a whole one."""

    at: str
    whole: bool
    whole_days: frozenset[str]


@dataclass(frozen=True)
class Cell:
    """What is in a cell: the life afterwards, the status that is written, and the row where it is not the one asked."""

    life: Life
    status: Any = KEEP
    row: str = ""


def column(life: Life | None) -> str:
    """Return which column of the table a life is in."""
    if life is None:
        return "no binding"
    return f"{life.presence}, inactive" if life.inactive_since else str(life.presence)


def cell(row: str, life: Life, status: str | None, reading: Reading, chosen: Choices) -> Cell:
    """Return the cell of a binding that there is; `status` is its asset's.

    Rows 7 and 8 are rows 1 and 2 of the new device, and 5 and 5b what row 4 comes to.
    """
    frozen = life.presence in (Presence.DELETED, Presence.EXCLUDED)
    match row:
        case "1":
            return _seen(life, status, chosen)
        case "2":
            return _silent(life, status, reading, chosen)
        case "3" | "10":
            return Cell(life if frozen else _counted(life, Presence.EXCLUDED))
        case "4":
            return Cell(life) if frozen else _absent(life, status, reading, chosen)
        case "6":
            aging = life.presence is Presence.MISSING
            return (_aged(life, status, reading, chosen) if aging else None) or Cell(life)
    return Cell(life)


def created(row: str, device: str, reading: Reading, chosen: Choices) -> Cell:
    """Return the cell of a device for which an asset is created."""
    life = Life(device, Presence.PRESENT, reading.at, status_set=chosen.new)
    if row == "2" and chosen.inactive is not None:
        life = replace(life, inactive_since=reading.at, status_before=chosen.new, status_set=chosen.inactive)
    return Cell(life, KEEP if life.status_set is None else life.status_set)


def _counted(life: Life, presence: Presence) -> Life:
    return replace(life, presence=presence, missing_since=None, missing_reads=0)


def _ours(life: Life, status: str | None) -> bool:
    return status == life.status_set and status != NEVER_REPLACED


def _seen(life: Life, status: str | None, chosen: Choices) -> Cell:
    after = replace(_counted(life, Presence.PRESENT), inactive_since=None, status_before=None)
    if life.presence is Presence.DELETED:
        if chosen.recovered is None or not _ours(life, status):
            return Cell(after)
        return Cell(replace(after, status_set=chosen.recovered), chosen.recovered)
    restores = chosen.restore or chosen.clock is None
    if life.inactive_since is None or not restores or life.status_set is None or not _ours(life, status):
        return Cell(after)
    return Cell(replace(after, status_set=life.status_before), life.status_before)


def _silent(life: Life, status: str | None, reading: Reading, chosen: Choices) -> Cell:
    after = _counted(life, Presence.PRESENT)
    if life.inactive_since is not None:
        return Cell(after)
    if life.presence is not Presence.DELETED:
        return _made_inactive(after, status, status, reading, chosen)
    back = _seen(life, status, chosen)
    if chosen.inactive is None:
        return Cell(replace(back.life, inactive_since=reading.at), back.status)
    return _made_inactive(back.life, status, status if back.status is KEEP else back.status, reading, chosen)


def _made_inactive(life: Life, status: str | None, before: str | None, reading: Reading, chosen: Choices) -> Cell:
    life = replace(life, inactive_since=reading.at)
    if chosen.inactive is None or status == NEVER_REPLACED:
        return Cell(replace(life, status_before=None, status_set=None))
    return Cell(replace(life, status_before=before, status_set=chosen.inactive), chosen.inactive)


def _absent(life: Life, status: str | None, reading: Reading, chosen: Choices) -> Cell:
    """Rows 4, 5 and 5b, by the reads that there are, and 9 where the binding is left missing."""
    reads = min(life.missing_reads + 1, chosen.missing_reads)
    gone = replace(
        life,
        presence=Presence.MISSING,
        missing_reads=reads,
        missing_since=life.missing_since or reading.at,
        unlisted_reads=0,
    )
    if reads < chosen.missing_reads or chosen.deleted is None:
        return _aged(gone, status, reading, chosen) or Cell(gone)
    gone = replace(gone, presence=Presence.DELETED, inactive_since=None, status_before=None)
    if status == NEVER_REPLACED:
        return Cell(gone)
    return Cell(replace(gone, status_set=chosen.deleted), chosen.deleted)


def _aged(life: Life, status: str | None, reading: Reading, chosen: Choices) -> Cell | None:
    """Row 9: more days with a whole read than `afterDays` since it was missed first."""
    if chosen.clock is not Clock.LAST_IMPORT or life.inactive_since is not None or not reading.whole:
        return None
    since = str(life.missing_since)[:10]
    if sum(day >= since for day in reading.whole_days) <= AFTER_DAYS:
        return None
    return dataclasses.replace(_made_inactive(life, status, status, reading, chosen), row="9")
