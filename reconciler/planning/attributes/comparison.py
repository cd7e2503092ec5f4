"""What the store has against what the settings want: one comparison for every attribute of old and of new assets.

An attribute is decided for all rows at once, as a column. The reason is asked for only of rows that differ, and of the
same module.
"""

from collections.abc import Callable, Collection, Container, Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from reconciler.columnar import Column, unequal
from reconciler.model.plan import Attribute
from reconciler.model.snapshot import UNKNOWN
from reconciler.planning.rules.columns import KEEP, MISFIT


class Because(NamedTuple):
    """A reason in words, and the name of the rule that it is."""

    reason: str
    rule: str


@dataclass(frozen=True, slots=True)
class UserLink:
    """A change of whose an asset is: store users by their ids, until a plan is named. A new user's id is negative."""

    name: str
    before: int | None
    after: int | None
    reason: str
    rule: str


AttributeChange = Attribute | UserLink


@dataclass(frozen=True, slots=True)
class Undecided:
    """What could not be decided of one asset: the attribute, why, and the rule."""

    name: str
    reason: str
    rule: str


@dataclass(frozen=True, slots=True)
class Desired:
    """What one attribute of every row should be: a value, UNKNOWN, MISFIT, or KEEP.

    `because` returns why one row's value is what it is, also why it is UNKNOWN or a MISFIT. With `keeps_empty` None
    means KEEP; with `keeps_filled` every value does where the asset has one.
    """

    name: str
    column: Column
    because: Callable[[int], Because]
    keeps_empty: bool = False
    keeps_filled: bool = False

    def changes(self, row: int, before: Any, after: Any) -> Iterable[AttributeChange]:
        """Return the change of one row, attribute by attribute: most are one."""
        return (Attribute.of(self.name, before, after, *self.because(row)),)


class DesiredUser(Desired):
    """Whose the asset of every row should be, by the users' ids."""

    __slots__ = ()

    def changes(self, row: int, before: Any, after: Any) -> Iterable[AttributeChange]:
        """Return the change of one row's link."""
        return (UserLink(self.name, before, after, *self.because(row)),)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Where an attribute differs: rows with what it is and should be, and rows of which that is not the question."""

    changed: tuple[tuple[int, Any, Any], ...] = ()
    unknown: tuple[int, ...] = ()
    misfits: tuple[int, ...] = ()
    pinned: tuple[int, ...] = ()


def compare(stored: Column, desired: Desired, pinned: Container[int]) -> Comparison:
    """Return where what is stored differs from what is desired; `pinned` rows would, and are not written (F3)."""
    wanted, keeps_empty, keeps_filled = desired.column, desired.keeps_empty, desired.keeps_filled
    changed: list[tuple[int, Any, Any]] = []
    others: dict[str, list[int]] = {"unknown": [], "misfits": [], "pinned": []}
    for row in unequal(stored, wanted):
        before, after = stored[row], wanted[row]
        if after is KEEP or (keeps_empty and after is None) or (keeps_filled and before is not None):
            continue
        if after is UNKNOWN:
            others["unknown"].append(row)
        elif after is MISFIT:
            others["misfits"].append(row)
        elif row in pinned:
            others["pinned"].append(row)
        else:
            changed.append((row, before, after))
    return Comparison(tuple(changed), **{name: tuple(rows) for name, rows in others.items()})


def without(found: Comparison, rows: Collection[int]) -> Comparison:
    """Return a comparison without these rows."""
    if not rows:
        return found
    return Comparison(
        tuple(each for each in found.changed if each[0] not in rows),
        *(tuple(row for row in some if row not in rows) for some in (found.unknown, found.misfits, found.pinned)),
    )
