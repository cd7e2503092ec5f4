"""Whose each asset should be: the four cases of U3, kept apart.

Names move, ids do not (U5): where the device has a `userId` and a store user has that Entra id, that is the match. Of a
device with an id, the identifier decides only among store users without one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, assert_never

from reconciler.columnar import Column, is_text
from reconciler.model.snapshot import UNKNOWN
from reconciler.planning.attributes.comparison import Because, DesiredUser
from reconciler.planning.attributes.rows import Rows
from reconciler.planning.rules.columns import KEEP, MISFIT
from reconciler.planning.users.directory import Directory, identifier_forms
from reconciler.planning.users.entra import Unclear
from reconciler.settings.users import AssignFrom, UserField, UsersFile

USER: Final = "user"
_MATCHED: Final = {
    AssignFrom.INTUNE: "the user that Intune names",
    AssignFrom.ENTRA: "the registered owner in Entra",
}


class Found(StrEnum):
    """What the source says of a device's user."""

    UNTOUCHED = "untouched"
    MATCHED = "matched"
    NOBODY = "nobody"
    NOT_IN_STORE = "not in the store"
    AMBIGUOUS = "ambiguous"
    ANOTHER = "another"
    SEVERAL = "several"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Assignment:
    """The user found: `user` is the store user's id for a match, `value` what the source says.

    `reason` is why the user is unknown, or why nobody can be taken.
    """

    found: Found
    user: int | None = None
    value: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Assigning:
    """How a connection finds a device's user among the store's.

    `not_imported` is why Entra's users were to be imported and could not be: a user who is not in the store may be one
    of them, so whether there is a match is unknown.
    """

    settings: UsersFile
    directory: Directory
    not_imported: str | None = None

    def assign(self, value: Any, entra_id: Any = None) -> Assignment:
        """Return whose a device is of which the source says this; `entra_id` is the user's id there, if it is known."""
        if self.settings.assign_from is AssignFrom.NONE:
            return Assignment(Found.UNTOUCHED)
        if entra_id is not None and (user := self.directory.by_entra_id.get(entra_id)) is not None:
            return Assignment(Found.MATCHED, user, str(value or entra_id).strip())
        if isinstance(value, Unclear):
            return Assignment(Found.SEVERAL if value.several else Found.UNKNOWN, reason=value.reason)
        if value is UNKNOWN:
            return Assignment(Found.UNKNOWN, reason="the device's user is unknown")
        if value is None or not str(value).strip():
            return Assignment(Found.NOBODY)
        field = self.settings.user_identifier.store
        found = self._judge(str(value).strip(), self.directory.find(field, value), entra_id)
        if found.found is Found.NOT_IN_STORE and self.not_imported is not None:
            return Assignment(Found.UNKNOWN, reason=f"{found.value} is not in the store, and {self.not_imported}")
        return found

    def _judge(self, value: str, users: Sequence[int], entra_id: Any) -> Assignment:
        """Return whose a device is, by the store users that have the identifier (U2, U3, U5)."""
        by_id = entra_id is None or self.settings.user_identifier.store is UserField.ENTRA_ID
        without = [key for key in users if by_id or self.directory.user(key).entra_id is None]
        match without:
            case [] if users:
                field = self.settings.user_identifier.store
                reason = f"the store user with the {field} {value} is another Entra user than the device's"
                return Assignment(Found.ANOTHER, value=value, reason=f"{reason}; correct the store user")
            case []:
                return Assignment(Found.NOT_IN_STORE, value=value)
            case [user]:
                return Assignment(Found.MATCHED, user, value)
            case several:
                field = self.settings.user_identifier.store
                reason = f"{len(several)} store users have the {field} {value}; make it unique"
                return Assignment(Found.AMBIGUOUS, value=value, reason=reason)

    def column(self, identifiers: Column, entra_ids: Column) -> Column:
        """Return whose each device is, None for nobody in the store: those found by a unique value all at once."""
        texts = identifiers
        if not is_text(identifiers):
            texts = [each if isinstance(each, str) else None for each in identifiers]
        field, known = self.settings.user_identifier.store, self.directory.by_entra_id
        alone = self.directory.alone(field)
        free = alone if field is UserField.ENTRA_ID else self.directory.alone(field, without_entra_id=True)
        rows = zip(identifiers, identifier_forms(texts), entra_ids, strict=True)
        return [
            (alone.get(form) if key is None else known.get(key) or free.get(form)) or _value(self.assign(value, key))
            for value, form, key in rows
        ]

    def because(self, assignment: Assignment) -> Because:
        """Return why an asset's user is as it should be."""
        entra = self.settings.assign_from is AssignFrom.ENTRA
        match assignment.found:
            case Found.MATCHED:
                return Because(_MATCHED[self.settings.assign_from], "U3")
            case Found.NOBODY:
                names_nobody = (
                    "Entra has no registered owner of the device" if entra else "Intune names no user for the device"
                )
                return Because(names_nobody, "U3")
            case Found.NOT_IN_STORE:
                who = "the registered owner is" if entra else "Intune names"
                return Because(f"{who} {assignment.value}, who is not in the store", "U3")
            case Found.AMBIGUOUS:
                return Because(assignment.reason, "U2")
            case Found.ANOTHER:
                return Because(assignment.reason, "U5")
            case Found.SEVERAL:
                return Because(assignment.reason, "U1")
            case Found.UNKNOWN | Found.UNTOUCHED:
                return Because(assignment.reason, "U3")
            case _:
                assert_never(assignment.found)


def _value(assignment: Assignment) -> Any:
    match assignment.found:
        case Found.UNKNOWN:
            return UNKNOWN
        case Found.AMBIGUOUS | Found.ANOTHER | Found.SEVERAL:
            return MISFIT
        case Found.UNTOUCHED:
            return KEEP
        case _:
            return assignment.user


def desired_user(rows: Rows, assigning: Assigning) -> DesiredUser | None:
    """Return whose the asset of every row should be; None when links are never touched."""
    if assigning.settings.assign_from is AssignFrom.NONE:
        return None
    identifiers, entra_ids = rows.devices.identifiers(), rows.devices.entra_ids()

    def because(row: int) -> Because:
        return assigning.because(assigning.assign(identifiers[row], entra_ids[row]))

    keeps = not assigning.settings.unlink_when_no_match
    return DesiredUser(USER, assigning.column(identifiers, entra_ids), because, keeps_empty=keeps)
