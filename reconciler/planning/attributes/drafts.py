"""What becomes of each row's asset: every attribute that differs, with its reason, and what could not be decided."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from reconciler.columnar import Column
from reconciler.model.state import Asset
from reconciler.planning.attributes.comparison import (
    AttributeChange,
    Because,
    Comparison,
    Desired,
    Undecided,
    compare,
    without,
)
from reconciler.planning.attributes.fields import desired_fields
from reconciler.planning.attributes.rows import Rows
from reconciler.planning.attributes.site import desired_site
from reconciler.planning.attributes.software import PIN, DetectedSoftware
from reconciler.planning.attributes.status import STATUS, desired_status
from reconciler.planning.attributes.type import desired_type
from reconciler.planning.attributes.user import USER, Assigning, desired_user
from reconciler.planning.matching.presence import Transition
from reconciler.settings.environment import Connection

NOTHING: Collection[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Draft:
    """What becomes of one asset.

    `problems` are what a person must look at; `pinned` are attributes that would change, with the pin's reason (F3).
    """

    attributes: Sequence[AttributeChange] = ()
    undecided: Sequence[Undecided] = ()
    problems: Sequence[Because] = ()
    pinned: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True)
class Drafting:
    """What drafts are made with; `software` is None when it is not imported, or nothing is known of it."""

    connection: Connection
    assigning: Assigning
    software: DetectedSoftware | None

    def drafts(
        self, rows: Rows, transitions: Mapping[int, Transition], leave: Collection[int] = NOTHING
    ) -> dict[int, Draft]:
        """Return the drafts of the rows that differ, or of which something could not be decided.

        `transitions` are what happens to bindings; of the rows in `leave` nothing but the status is touched.
        """
        if not rows.devices.ids:
            return {}
        changes: dict[int, list[AttributeChange]] = defaultdict(list)
        undecided: dict[int, list[Undecided]] = defaultdict(list)
        problems: dict[int, list[Because]] = defaultdict(list)
        pinned: dict[int, list[tuple[str, str]]] = defaultdict(list)
        for desired, found in self._compared(rows, transitions, leave):
            for row, before, after in found.changed:
                changes[row] += desired.changes(row, before, after)
            for row in found.unknown:
                undecided[row].append(Undecided(desired.name, *desired.because(row)))
            for row in found.misfits:
                problems[row].append(desired.because(row))
            pins = rows.pins(desired.name) if found.pinned else {}
            for row in found.pinned:
                pinned[row].append((desired.name, pins[row]))
        return {
            row: Draft(changes.get(row, ()), undecided.get(row, ()), problems.get(row, ()), pinned.get(row, ()))
            for row in {**changes, **undecided, **problems, **pinned}
        }

    def _compared(
        self, rows: Rows, transitions: Mapping[int, Transition], leave: Collection[int]
    ) -> Iterator[tuple[Desired, Comparison]]:
        """Yield each attribute with where it differs, in the order in which people read them."""
        imports = self.connection.imports
        user, unknown = rows.column(USER), NOTHING
        if (types := desired_type(rows, self.connection.asset_types)) is not None:
            yield types, _compare(rows, types, leave)
        for field in desired_fields(rows):
            yield field, _compare(rows, field, leave)
        if (links := desired_user(rows, self.assigning)) is not None:
            found = _compare(rows, links, leave)
            user, unknown = _as_left(user, found), frozenset(found.unknown)
            yield links, found
        if (sites := desired_site(rows, user, unknown, imports, self.assigning.directory)) is not None:
            yield sites, _compare(rows, sites, leave)
        if self.software is not None:
            software, removals = self.software.desired(rows)
            pins = rows.pins(PIN)
            yield software, without(compare(self.software.stored(rows), software, pins), leave)
            yield removals, _compare(rows, removals, leave)
        if transitions:
            yield _compared_status(rows, transitions)


def status_draft(asset: Asset, pins: Mapping[str, str], transition: Transition) -> Draft:
    """Return the draft of an asset of which nothing but the status is looked at: its device was not listed."""
    status = desired_status([transition])
    found = compare([asset.status], status, {0} if STATUS in pins else NOTHING)
    return Draft(
        attributes=[each for row, before, after in found.changed for each in status.changes(row, before, after)],
        pinned=[(STATUS, pins[STATUS]) for _ in found.pinned],
    )


def _compared_status(rows: Rows, transitions: Mapping[int, Transition]) -> tuple[Desired, Comparison]:
    """Return the status of the rows that have a transition, with where it differs; no other row's is looked at."""
    order, stored, pins = list(transitions), rows.column(STATUS), rows.pins(STATUS)
    status = desired_status(list(transitions.values()))
    pinned = {at for at, row in enumerate(order) if row in pins} if pins else NOTHING
    found = compare([stored[row] for row in order], status, pinned)
    at_row = {row: at for at, row in enumerate(order)}
    changed = tuple((order[at], before, after) for at, before, after in found.changed)
    return (
        replace(status, because=lambda row: status.because(at_row[row])),
        Comparison(changed, pinned=tuple(order[at] for at in found.pinned)),
    )


def _compare(rows: Rows, desired: Desired, leave: Collection[int]) -> Comparison:
    return without(compare(rows.column(desired.name), desired, rows.pins(desired.name)), leave)


def _as_left(users: Column, found: Comparison) -> Column:
    """Return every row's user as the plan leaves it."""
    if not found.changed:
        return users
    left = list(users)
    for row, _, after in found.changed:
        left[row] = after
    return left
