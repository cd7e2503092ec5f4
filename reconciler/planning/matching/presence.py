"""The life of a binding: one function that answers every cell of the table *Presence*.

The rows of the table are the sightings here, its columns the states of a `Life`:

1. seen in scope and fresh · 2. seen in scope, check-in too old · 3. seen, excluded · 4, 5, 5b. absence proven ·
6. not listed, absence unknown · 7, 7b, 8. the binding moves: the old life goes on with another device id, as 1 or 2 ·
9. `last-import` inactivity · 10. absent, its same-value device excluded · 11. a read that is not newer counts nothing.

Statuses are set on these events, never in the steady state (D1). The recovered status and the restored one are written
only while the asset's status is still the one we set last; a status in `neverReplace` stays whatever happens. An asset
that became inactive without our setting a status has no `status_set`, so that none is restored.
"""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from msgspec.structs import replace

from reconciler.columnar import Column, Packed, among, take
from reconciler.model.plan import Kind
from reconciler.model.state import Binding, Life, Presence
from reconciler.planning.rules.columns import map_distinct
from reconciler.settings.imports import Clock, ImportsFile

_CHECKS_IN = "the device checks in again"


class Sighting(StrEnum):
    """What one read says of one bound device."""

    FRESH = "seen"
    STALE = "seen, but its check-in is old"
    EXCLUDED = "seen, but excluded"
    ABSENT = "proven absent"
    UNPROVEN = "not listed, absence unknown"
    EXCLUDED_TWIN = "absent, and its same-value device is excluded"


@dataclass(frozen=True, slots=True)
class Read:
    """The read that a sighting comes from.

    `newer` says whether it is newer than the last applied one, `whole` whether the list was followed to its end;
    `whole_days` are the days that had a whole read, this one's included.
    """

    at: str
    newer: bool
    whole: bool
    whole_days: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Transition:
    """What becomes of a binding and of its asset's status.

    `sets_status` says whether `status` is to be written, `kind` what that counts as if not as an update.
    """

    life: Life
    sets_status: bool = False
    status: str | None = None
    reason: str = ""
    rule: str = ""
    deletion_withheld: bool = False
    kind: Kind | None = None


_SETTLED: Final = frozenset({(Presence.PRESENT, None, 0, 0, False, False), (Presence.PRESENT, None, 0, 0, True, True)})
"""Presence, missing since, missing reads, unlisted reads, inactive, stale: seen in scope, these change nothing."""


def settled(bindings: Packed[Binding], places: Sequence[int], stale: Sequence[bool]) -> list[bool]:
    """Return whether nothing happens to each of these bindings when its device is seen in scope (rows 1 and 2)."""

    def of(name: str) -> Column:
        return take(bindings.coded(name), places)

    inactive = map_distinct(lambda since: since is not None, of("inactive_since"))
    lives = map(of, ("presence", "missing_since", "missing_reads", "unlisted_reads"))
    return among([*lives, inactive, stale], _SETTLED)


def _is_settled(life: Life, *, stale: bool) -> bool:
    inactive = life.inactive_since is not None
    return (
        life.presence,
        life.missing_since,
        life.missing_reads,
        life.unlisted_reads,
        inactive,
        stale,
    ) in _SETTLED


def step(life: Life, sighting: Sighting, read: Read, imports: ImportsFile, status: str | None) -> Transition:
    """Return the binding's next life, and the status its asset gets; `status` is the one it has."""
    match sighting:
        case Sighting.FRESH | Sighting.STALE if _is_settled(life, stale=sighting is Sighting.STALE):
            return Transition(life)
        case Sighting.FRESH | Sighting.STALE:
            return _seen(life, sighting is Sighting.STALE, read, imports, status)
        case Sighting.EXCLUDED | Sighting.EXCLUDED_TWIN:
            return _excluded(life, sighting)
        case Sighting.ABSENT:
            return _absent(life, read, imports, status)
        case Sighting.UNPROVEN:
            return _unproven(life, read, imports, status)


def first_life(device_id: str, read: Read) -> Life:
    """Return the life of a binding that is made now: present, and no status of ours (row 1, M9)."""
    return Life(device_id=device_id, presence=Presence.PRESENT, bound_at=read.at)


def created_life(device_id: str, stale: bool, read: Read, imports: ImportsFile) -> Transition:
    """Return the life of a created asset's binding, and its first status (rows 1 and 2)."""
    life = first_life(device_id, read)
    new = imports.statuses.new
    inactive = imports.inactive
    if stale and inactive is not None and inactive.status is not None:
        life = replace(life, inactive_since=read.at, status_before=new, status_set=inactive.status)
        return Transition(life, True, inactive.status, _stale_reason(imports), "row 2")
    return Transition(replace(life, status_set=new), new is not None, new, "the status of new assets", "row 1")


def _seen(life: Life, stale: bool, read: Read, imports: ImportsFile, status: str | None) -> Transition:
    """Return the life of a listed device in scope, and what that does to its asset (rows 1 to 3)."""
    was_deleted = life.presence is Presence.DELETED
    again = life.presence is not Presence.PRESENT
    life = replace(life, presence=Presence.PRESENT, missing_since=None, missing_reads=0)
    if stale:
        done = _seen_stale(life, read, imports, status, was_deleted)
    elif was_deleted:
        done = _recovered(replace(life, inactive_since=None, status_before=None), imports, status)
    elif life.inactive_since is not None:
        done = _active_again(life, imports, status)
    else:
        done = Transition(life)
    if again and not done.rule:
        return dataclasses.replace(done, reason="the device is listed and in scope again", rule="row 1")
    return done


def _seen_stale(life: Life, read: Read, imports: ImportsFile, status: str | None, was_deleted: bool) -> Transition:
    if life.inactive_since is not None or (read.at <= life.bound_at and not was_deleted):
        return Transition(life)
    if not was_deleted:
        return _made_inactive(life, read, imports, status, status, _stale_reason(imports), "row 2")
    recovered = _recovered(life, imports, status)
    if imports.inactive is None or imports.inactive.status is None:
        return dataclasses.replace(recovered, life=replace(recovered.life, inactive_since=read.at))
    before = recovered.status if recovered.sets_status else status
    return _made_inactive(life, read, imports, status, before, _stale_reason(imports), "row 2")


def _recovered(life: Life, imports: ImportsFile, status: str | None) -> Transition:
    recovered = imports.statuses.recovered
    if recovered is None or status != life.status_set or status in imports.statuses.never_replace:
        return Transition(life)
    life = replace(life, status_set=recovered)
    return Transition(life, True, recovered, "the device is back in Intune", "row 1")


def _active_again(life: Life, imports: ImportsFile, status: str | None) -> Transition:
    before = life.status_before
    life = replace(life, inactive_since=None, status_before=None)
    restore = imports.inactive is None or imports.inactive.restore_previous
    ours = life.status_set is not None and status == life.status_set
    if not restore or not ours or status in imports.statuses.never_replace:
        return Transition(life, reason=_CHECKS_IN, rule="row 1")
    return Transition(replace(life, status_set=before), True, before, f"{_CHECKS_IN}: its previous status", "row 1")


def _made_inactive(
    life: Life, read: Read, imports: ImportsFile, status: str | None, before: str | None, reason: str, rule: str
) -> Transition:
    if imports.inactive is None:
        return Transition(life)
    life = replace(life, inactive_since=read.at)
    target = imports.inactive.status
    if target is None or status in imports.statuses.never_replace:
        return Transition(replace(life, status_before=None, status_set=None), reason=reason, rule=rule)
    life = replace(life, status_before=before, status_set=target)
    return Transition(life, True, target, reason, rule, kind=Kind.INACTIVE)


def _stale_reason(imports: ImportsFile) -> str:
    days = imports.inactive.after_days if imports.inactive else 0
    return f"the device has not checked in for more than {days} days"


def _excluded(life: Life, sighting: Sighting) -> Transition:
    if life.presence in (Presence.EXCLUDED, Presence.DELETED):
        return Transition(life)
    life = replace(life, presence=Presence.EXCLUDED, missing_since=None, missing_reads=0)
    return Transition(
        life, reason=f"the device is {sighting.value}", rule="row 3" if sighting is Sighting.EXCLUDED else "row 10"
    )


def _absent(life: Life, read: Read, imports: ImportsFile, status: str | None) -> Transition:
    """Return the life of a device that is proven absent, and what that does to its asset (rows 4 and 5)."""
    if life.presence in (Presence.EXCLUDED, Presence.DELETED) or not read.newer:
        return Transition(life)
    reached = min(life.missing_reads + 1, imports.missing_reads)
    life = replace(
        life,
        presence=Presence.MISSING,
        missing_since=life.missing_since or read.at,
        missing_reads=reached,
        unlisted_reads=0,
    )
    if reached < imports.missing_reads:
        waiting = Transition(life, reason=f"absent in {reached} of {imports.missing_reads} reads", rule="row 4")
        return _aged(life, read, imports, status) or waiting
    if imports.statuses.deleted_in_intune is None:
        kept = Transition(life, reason="absent, and there is no status for devices that are gone", rule="row 5b")
        return _aged(life, read, imports, status) or kept
    return _deleted(life, imports, status)


def _deleted(life: Life, imports: ImportsFile, status: str | None) -> Transition:
    life = replace(life, presence=Presence.DELETED, inactive_since=None, status_before=None)
    target = imports.statuses.deleted_in_intune
    reason = "the device is gone from Intune"
    if imports.missing_reads > 1:
        reason += f", absent in {imports.missing_reads} reads in a row"
    if status in imports.statuses.never_replace:
        return Transition(life, reason=reason, rule="row 5")
    return Transition(replace(life, status_set=target), True, target, reason, "row 5", kind=Kind.DELETED_IN_INTUNE)


def _unproven(life: Life, read: Read, imports: ImportsFile, status: str | None) -> Transition:
    if life.presence in (Presence.EXCLUDED, Presence.DELETED) or not read.newer:
        return Transition(life)
    if life.presence is Presence.MISSING and (aged := _aged(life, read, imports, status)):
        return dataclasses.replace(aged, deletion_withheld=True)
    return Transition(life, deletion_withheld=True)


def _aged(life: Life, read: Read, imports: ImportsFile, status: str | None) -> Transition | None:
    """Return the step of row 9 when the `last-import` clock has run out, else None (D2)."""
    inactive = imports.inactive
    if inactive is None or inactive.measured_by is not Clock.LAST_IMPORT or life.inactive_since is not None:
        return None
    since = (life.missing_since or read.at)[:10]
    days = sum(day >= since for day in read.whole_days)
    if not read.whole or days <= inactive.after_days:
        return None
    reason = f"the device was in none of the whole reads of {days} days"
    return _made_inactive(life, read, imports, status, status, reason, "row 9")
