"""The store's users found by their identifier (U2), as the store has them or as a plan leaves them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from operator import attrgetter
from typing import Any, Final

from reconciler.columnar import Column, Keyed, Packed, ValueIndex, is_text, pack
from reconciler.model.layouts import PEOPLE
from reconciler.model.snapshot import Scalar
from reconciler.model.state import Person
from reconciler.planning.users.references import IDENTIFYING, Called
from reconciler.settings.users import UserField

_COLUMNS: Final = {
    UserField.UPN: "upn",
    UserField.MAIL: "mail",
    UserField.EMPLOYEE_ID: "employee_id",
    UserField.NAME: "name",
    UserField.ENTRA_ID: "entra_id",
}


def identifier_form(value: Scalar) -> str:
    """Return a user identifier as it is compared: trimmed, without case (U2)."""
    if value.__class__ is str:
        return value.strip().casefold()
    return str(value).strip().casefold() if value is not None else ""


def identifier_forms(values: Column) -> list[str]:
    """Return the form of each of these."""
    if not is_text(values):
        return list(map(identifier_form, values))
    return list(map(str.casefold, map(str.strip, [value or "" for value in values])))


@dataclass(frozen=True)
class Directory:
    """The store's users; `changed` are those that a plan makes or changes, new ones with negative ids."""

    stored: Packed[Person]
    changed: Mapping[int, Person]
    gone: frozenset[int] = frozenset()
    """The users whose account Entra has no more: they are nobody's rivals (U4)."""

    def with_users(self, users: Iterable[Person]) -> "Directory":
        """Return the directory with these users added or replaced."""
        more = {user.id: user for user in users}
        return replace(self, changed={**self.changed, **more}) if more else self

    @cached_property
    def ids(self) -> Sequence[int]:
        """The ids of all users, in the order of the columns."""
        places = self._stored.places
        return [*places, *(key for key in self.changed if key not in places)]

    def column(self, name: str) -> Column:
        """Return one field of every user."""
        column = self.stored.coded(name)
        if not self.changed:
            return column
        places, column = self._stored.places, list(column)
        for key, user in self.changed.items():
            if key in places:
                column[places[key]] = getattr(user, name)
            else:
                column.append(getattr(user, name))
        return column

    def user(self, key: int) -> Person:
        """Return a user."""
        return self.changed[key] if key in self.changed else self._stored[key]

    def before(self, ids: Iterable[int]) -> dict[int, Person]:
        """Return those of these users that the store has, as they are there."""
        places = self._stored.places
        found = self.stored.at([places[key] for key in ids if key in places])
        return {user.id: user for user in found.values()}

    def find(self, field: UserField, value: Scalar) -> Sequence[int]:
        """Return the ids of the users whose field has this value."""
        return self._lookup(field).get(identifier_form(value)) if value is not None else ()

    def alone(self, field: UserField, *, without_entra_id: bool = False) -> dict[Any, int]:
        """Return the user who alone has an identifier in this field, by its form; only those without an Entra id."""
        return self._lookup(field, without_entra_id).alone

    def sites(self) -> Mapping[int, str | None]:
        """Return each user's site, by the user's id."""
        return self._sites

    @cached_property
    def by_entra_id(self) -> Mapping[str, int]:
        """The users that are Entra's, by the id there in lower case, and by those of users merged into them."""
        entra = zip(self.column("entra_id"), self.ids, strict=True)
        return {**self.merged, **{entra_id.lower(): key for entra_id, key in entra if entra_id is not None}}

    @cached_property
    def merged(self) -> Mapping[str, int]:
        """The users that others were merged into, by the Entra ids of those in lower case."""
        also = zip(self.column("also_entra_ids"), self.ids, strict=True)
        return {entra_id.lower(): key for ids, key in also if ids for entra_id in ids.split("\n")}

    def called(self, ids: Collection[int]) -> dict[int, str]:
        """Return what these users will be called in plans (by id)."""
        return Called(self.ids, [self.column(name) for name in IDENTIFYING]).references(ids)

    def called_before(self, ids: Collection[int]) -> dict[int, str]:
        """Return what these users were called in plans (by id)."""
        return replace(self, changed={}).called(ids)

    @cached_property
    def _sites(self) -> Mapping[int, str | None]:
        return dict(zip(self.ids, self.column("site"), strict=True))

    @cached_property
    def _stored(self) -> Keyed[int, Person]:
        places = {key: place for place, key in enumerate(self.stored.column("id"))}
        return Keyed(self.stored, places, attrgetter("id"))

    @cached_property
    def _lookups(self) -> dict[tuple[UserField, bool], ValueIndex]:
        return {}

    def _lookup(self, field: UserField, without_entra_id: bool = False) -> ValueIndex:
        key = field, without_entra_id
        if key not in self._lookups:
            forms = [form or None for form in identifier_forms(self.column(_COLUMNS[field]))]
            if self.gone:
                forms = [None if key in self.gone else form for form, key in zip(forms, self.ids, strict=True)]
            if without_entra_id:
                entra = self.column("entra_id")
                forms = [form if its is None else None for form, its in zip(forms, entra, strict=True)]
            self._lookups[key] = ValueIndex(forms, self.ids)
        return self._lookups[key]


def directory_of(users: Sequence[Person]) -> Directory:
    """Return the directory of a store's users."""
    return Directory(pack(users, PEOPLE), {})
