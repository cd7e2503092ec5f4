"""The store's users found by their identifier (U2)."""

from collections.abc import Collection, Iterable, Sequence
from operator import attrgetter
from typing import Any, Final

from reconciler.columnar import Column, Keyed, is_text, pack
from reconciler.columnar.value_index import ValueIndex
from reconciler.model.layouts import PEOPLE
from reconciler.model.snapshot import Scalar
from reconciler.model.state import Person
from reconciler.planning.users.references import references
from reconciler.settings.users import UserField

_COLUMNS: Final = {
    UserField.UPN: "upn",
    UserField.MAIL: "mail",
    UserField.EMPLOYEE_ID: "employee_id",
    UserField.NAME: "name",
    UserField.ENTRA_ID: "entra_id",
}
_ID: Final = attrgetter("id")


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


class Directory:
    """The store's users as the plan will leave them, found by their identifier; `stored` are they before it."""

    def __init__(self, people: Sequence[Person]) -> None:
        self.stored = pack(people, PEOPLE)
        places = {key: place for place, key in enumerate(self.stored.column("id"))}
        self.people = Keyed(self.stored, places, _ID)
        self._changed = False
        self._lookups: dict[UserField, ValueIndex] = {}
        self._sites: dict[int, str | None] = {}
        self._entra: dict[Any, int] = {}

    def column(self, name: str) -> Column:
        """Return one field of every user, in the order of `people`."""
        return list(map(attrgetter(name), self.people.values())) if self._changed else self.stored.coded(name)

    def find(self, field: UserField, value: Scalar) -> Sequence[int]:
        """Return the ids of the users whose field has this value."""
        return self._lookup(field).get(identifier_form(value)) if value is not None else ()

    def alone(self, field: UserField) -> dict[Any, int]:
        """Return the user who alone has an identifier in this field, by the identifier's form."""
        return self._lookup(field).alone

    def sites(self) -> dict[int, str | None]:
        """Return each user's site, by the user's id."""
        if not self._sites:
            self._sites = dict(zip(self.people, self.column("site"), strict=True))
        return self._sites

    def entra_places(self) -> dict[Any, int]:
        """Return where in the columns each user is that is one of Entra's, by the id there."""
        if not self._entra:
            self._entra = {key: place for place, key in enumerate(self.column("entra_id")) if key is not None}
        return self._entra

    def put_all(self, people: Sequence[Person]) -> None:
        """Add or replace several users."""
        for person in people:
            self.people[person.id] = person
            self._changed = True
        self._lookups.clear()
        self._sites.clear()
        self._entra.clear()

    def before(self, ids: Iterable[int]) -> dict[int, Person]:
        """Return those of these users that the store has, as they are there."""
        places = self.people.places
        found = self.stored.at([places[key] for key in ids if key in places])
        return {person.id: person for person in found.values()}

    def called(self, ids: Collection[int]) -> dict[int, str]:
        """Return what these users will be called in plans (by id)."""
        return references(self.people.values() if self._changed else self.stored, ids)

    def called_before(self, ids: Collection[int]) -> dict[int, str]:
        """Return what these users were called in plans (by id)."""
        return references(self.stored, ids)

    def _lookup(self, field: UserField) -> ValueIndex:
        if field not in self._lookups:
            forms = identifier_forms(self.column(_COLUMNS[field]))
            self._lookups[field] = ValueIndex([form or None for form in forms], list(self.people))
        return self._lookups[field]
