"""Who an asset belongs to: the four cases of U3, kept apart."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from reconciler.model.snapshot import UNKNOWN
from reconciler.planning.users.directory import Directory
from reconciler.planning.users.entra import Unclear
from reconciler.settings.users import AssignFrom, UsersFile


class Found(StrEnum):
    """What the source says of a device's user."""

    UNTOUCHED = "untouched"
    MATCHED = "matched"
    NOBODY = "nobody"
    NOT_IN_STORE = "not in the store"
    AMBIGUOUS = "ambiguous"
    SEVERAL = "several"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Assignment:
    """The user found: `person` for a match, `value` what the source says, `count` how many store users have it.

    `reason` is why the user is unknown, or why the source names several.
    """

    found: Found
    person: int | None = None
    value: str = ""
    count: int = 0
    reason: str = ""


def assign(settings: UsersFile, directory: Directory, value: Any, not_imported: str | None = None) -> Assignment:
    """Return whose a device is.

    `not_imported` is why Entra's users were to be imported and could not be: a user who is not in the store may be one
    of them, so whether there is a match is unknown.
    """
    if settings.assign_from is AssignFrom.NONE:
        return Assignment(Found.UNTOUCHED)
    if value is UNKNOWN:
        return Assignment(Found.UNKNOWN, reason="the device's user is unknown")
    if isinstance(value, Unclear):
        return Assignment(Found.SEVERAL if value.several else Found.UNKNOWN, reason=value.reason)
    if value is None or not str(value).strip():
        return Assignment(Found.NOBODY)
    found = _judge(str(value).strip(), directory.find(settings.user_identifier.store, value))
    if found.found is Found.NOT_IN_STORE and not_imported is not None:
        return Assignment(Found.UNKNOWN, reason=f"{found.value} is not in the store, and {not_imported}")
    return found


def _judge(value: str, people: Sequence[int]) -> Assignment:
    match list(people):
        case []:
            return Assignment(Found.NOT_IN_STORE, value=value)
        case [person]:
            return Assignment(Found.MATCHED, person=person, value=value)
        case several:
            return Assignment(Found.AMBIGUOUS, value=value, count=len(several))
