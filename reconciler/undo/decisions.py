"""What is decided of a run's changes: each is taken back by a draft, or left with its reason."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from reconciler.model.plan import Action, BindingChange, Change, LeftAlone
from reconciler.model.snapshot import Scalar
from reconciler.planning.attributes.comparison import AttributeChange
from reconciler.planning.rules.values import as_text

RULE: Final = "J2"
_LONGEST: Final = 60


@dataclass(frozen=True, slots=True)
class Draft:
    """What takes one change of the run back, before the plan is named; a user that it is of is `user`, by its id."""

    change: Change
    action: Action
    attributes: tuple[AttributeChange, ...]
    user: int | None = None
    match: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Decided:
    """What one step decided: the drafts, and what is left."""

    drafts: tuple[Draft, ...] = ()
    left: tuple[LeftAlone, ...] = ()


def merged(decided: Iterable[Decided]) -> Decided:
    """Return what several decisions come to, in their order."""
    decided = tuple(decided)
    return Decided(
        tuple(draft for each in decided for draft in each.drafts),
        tuple(left for each in decided for left in each.left),
    )


def left(change: Change | BindingChange, reason: str, why: str = "changed-since") -> LeftAlone:
    """Return a change that is left as it is, and why."""
    if isinstance(change, Change):
        connection, device, label = change.connection or "", change.device_id or "", change.label
    else:
        connection, device, label = change.connection, change.after.device_id, change.asset
    return LeftAlone(connection=connection, device_id=device, label=label, why=why, reason=reason, rule=RULE)


def shown(value: Scalar) -> str:
    """Return a value in the words of a reason."""
    if value is None:
        return "empty"
    text = as_text(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
