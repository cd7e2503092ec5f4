"""What an entry of a report can belong to, as places and bits for its script."""

from functools import lru_cache
from typing import Final

from reconciler.model.impact import BROUGHT_IN, CREATED_OTHERWISE, TAKEN_OUT
from reconciler.model.plan import Action, Change, Kind, Subject
from reconciler.report.kinds import ORDER, Uncounted, main_kind

CATALOGUE: Final = "catalogue"
USERS: Final = "users"
OTHERWISE: Final = "created otherwise"
"""What is created with and without a change of the settings, with other values."""
PREVENTED: Final = "prevented"
"""What a change of the settings keeps from happening."""
PROBLEM: Final = "problem"
WITHHELD: Final = "withheld"
LEFT_ALONE: Final = "left alone"

GROUPS: Final = (
    CATALOGUE,
    USERS,
    *(str(group) for group in ORDER),
    *(str(kind) for kind in Kind if kind not in ORDER),
    OTHERWISE,
    PREVENTED,
    PROBLEM,
    WITHHELD,
    LEFT_ALONE,
)
"""Every group, in the order in which they are offered."""

PLACE: Final = {group: place for place, group in enumerate(GROUPS)}
BIT: Final = {group: 1 << place for group, place in PLACE.items()}
NEW: Final = 1 << len(GROUPS)
"""The bit beyond the groups' says that the entry is something new."""
NOTE: Final = NEW << 1
"""The next bit says that the entry is no change: a problem, something withheld or left alone."""

_OF_SUBJECT: Final = {Subject.CATALOGUE: CATALOGUE, Subject.USER: USERS}
_OF_COUNTS: Final = {
    CREATED_OTHERWISE: OTHERWISE,
    TAKEN_OUT: LEFT_ALONE,
    BROUGHT_IN: PREVENTED,
    "asset-create": Kind.CREATED,
    "asset-update": Uncounted.SOFTWARE,
    "asset-delete": Kind.REMOVED,
}


def belongs(change: Change) -> tuple[int, int]:
    """Return the place of the group that a change is shown under, and a bit for each that it belongs to."""
    group = str(main_kind(change)) if change.subject is Subject.ASSET else _OF_SUBJECT[change.subject]
    return _belongs(group, change.action is Action.CREATE, " ".join(change.kinds))


@lru_cache(1_000)
def _belongs(group: str, new: bool, kinds: str) -> tuple[int, int]:
    """Return what `belongs` does; plain texts, since the hash of a choice is slow."""
    bits = BIT[group] | (NEW if new else 0)
    for kind in kinds.split():
        bits |= BIT[kind]
    return PLACE[group], bits


def group_of_count(name: str) -> str:
    """Return the group of a count of an impact, which is named as `Plan.counts` names them."""
    subject = name.partition("-")[0]
    group = _OF_COUNTS.get(name, name)
    return group if group in PLACE else {"user": USERS, "catalogue": CATALOGUE}.get(subject, Kind.UPDATED)


@lru_cache(1_000)
def bits_of_counts(names: tuple[str, ...]) -> int:
    """Return a bit for each group that an effect counts as; 0 without any count."""
    bits = 0
    for name in names:
        bits |= BIT[group_of_count(name)] | (BIT[USERS] if name in (Kind.USERS_DEACTIVATED, Kind.USERS_CREATED) else 0)
    return bits
