"""Who an asset belongs to: the four cases of U3, kept apart."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from reconciler.model.snapshot import UNKNOWN
from reconciler.planning.people import Directory
from reconciler.settings.users import AssignFrom, UsersFile


class Found(StrEnum):
    """What the source says of a device's user."""

    UNTOUCHED = "untouched"
    MATCHED = "matched"
    NOBODY = "nobody"
    NOT_IN_STORE = "not in the store"
    AMBIGUOUS = "ambiguous"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Assignment:
    """The user found: `person` for a match, `value` what the source says, `count` how many store users have it."""

    found: Found
    person: int | None = None
    value: str = ""
    count: int = 0


def assign(settings: UsersFile, directory: Directory, value: Any) -> Assignment:
    """Return whose a device is; `value` is the identifier's source value, which may be UNKNOWN."""
    if settings.assign_from is AssignFrom.NONE:
        return Assignment(Found.UNTOUCHED)
    if value is UNKNOWN:
        return Assignment(Found.UNKNOWN)
    if value is None or not str(value).strip():
        return Assignment(Found.NOBODY)
    people = directory.find(settings.user_identifier.store, value)
    return _judge(str(value), people)


def _judge(value: str, people: Sequence[int]) -> Assignment:
    match list(people):
        case []:
            return Assignment(Found.NOT_IN_STORE, value=value)
        case [person]:
            return Assignment(Found.MATCHED, person=person, value=value)
        case several:
            return Assignment(Found.AMBIGUOUS, value=value, count=len(several))
