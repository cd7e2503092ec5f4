"""Store users: how they are named, found by their identifier, and kept from Entra (U2, U4).

- A user is found by the Entra object id we stored, else by the user identifier among those that have none.
- An empty value in Entra clears nothing; a disabled account becomes inactive; nobody is deleted.
- Two store users with one identifier are a problem, and neither is touched.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import repeat
from operator import attrgetter, eq
from typing import Any, Final

from msgspec.structs import replace

from reconciler.model.plan import Action, Attribute, Change, Kind, Problem, Subject
from reconciler.model.snapshot import UNKNOWN, Scalar
from reconciler.model.state import Person
from reconciler.settings.users import ImportUsers, UserField, UsersFile

PERSON_FIELDS: Final[dict[UserField, Callable[[Person], str | None]]] = {
    UserField.UPN: lambda person: person.upn,
    UserField.MAIL: lambda person: person.mail,
    UserField.EMPLOYEE_ID: lambda person: person.employee_id,
    UserField.NAME: lambda person: person.name,
}
"""The fields that identify a store user, most telling first."""

_ENTRA: Final = {
    UserField.NAME: "displayName",
    UserField.UPN: "userPrincipalName",
    UserField.MAIL: "mail",
    UserField.EMPLOYEE_ID: "employeeId",
}


def references(people: Iterable[Person]) -> dict[int, str]:
    """Return what each user (by id) is called in plans; no two are called the same.

    It is the first of UPN, mail, employee id and name that no other user has in any of these, whatever the case; where
    there is none, the name with the id.
    """
    people = list(people)
    owners: dict[str, int | None] = {}
    for person in people:
        for value in (person.upn, person.mail, person.employee_id, person.name):
            if value and owners.setdefault(value.casefold(), person.id) != person.id:
                owners[value.casefold()] = None
    return {person.id: _reference(person, owners) for person in people}


def _reference(person: Person, owners: dict[str, int | None]) -> str:
    for value in (person.upn, person.mail, person.employee_id, person.name):
        if value and owners[value.casefold()] == person.id:
            return value
    name = f"{person.name} [{person.id}]"
    while name.casefold() in owners:
        name += "]"
    return name


def identifier_form(value: Scalar) -> str:
    """Return a user identifier as it is compared: trimmed, without case (U2)."""
    return str(value).strip().casefold() if value is not None else ""


class Directory:
    """The store's users as the plan will leave them, found by their identifier."""

    def __init__(self, people: Iterable[Person]) -> None:
        self.people: dict[int, Person] = {person.id: person for person in people}
        self._indexes: dict[UserField, dict[str, list[int]]] = {}

    def find(self, field: UserField, value: Scalar) -> Sequence[int]:
        """Return the ids of the users whose field has this value."""
        return self._index(field).get(identifier_form(value), ())

    def exactly(self, field: UserField) -> dict[Any, int]:
        """Return the user whose field alone has a value, by that value as it is stored."""
        index, read = self._index(field), PERSON_FIELDS[field]
        single = (self.people[ids[0]] for ids in index.values() if len(ids) == 1)
        return {read(person): person.id for person in single}

    def put_all(self, people: Sequence[Person]) -> None:
        """Add or replace several users."""
        if people:
            self.people.update((person.id, person) for person in people)
            self._indexes.clear()

    def _index(self, field: UserField) -> dict[str, list[int]]:
        if field in self._indexes:
            return self._indexes[field]
        read = PERSON_FIELDS[field]
        index = self._indexes[field] = {}
        for person in self.people.values():
            if form := identifier_form(read(person)):
                index.setdefault(form, []).append(person.id)
        return index


@dataclass(frozen=True, slots=True)
class ImportedUsers:
    """What an import of users comes to: the people as they will be, new ones with negative ids."""

    people: tuple[Person, ...]
    problems: tuple[Problem, ...]


_NAMES: Final = ("name", "upn", "mail", "employee_id", "site", "active", "entra_id")
_VALUES: Final = attrgetter(*_NAMES)
_READ: Final = attrgetter("name", "upn", "mail", "employee_id", "active")
_ENTRA_READ: Final = ("displayName", "userPrincipalName", "mail", "employeeId", "accountEnabled")
_ID: Final = attrgetter("id")
_NOBODY: Final = Person(0, "")

Claims = dict[str, list[int]]
"""For each Entra user (by id) that is no store user yet: the store users with its identifier that are no Entra user."""


def claims(field: UserField, users: Iterable[Any], directory: Directory) -> Claims:
    """Return which store users these Entra users could be."""
    known = {person.entra_id for person in directory.people.values()}
    return {user.id: _found(user, field, directory) for user in users if user.id not in known}


def import_users(
    connection: str,
    settings: UsersFile,
    users: Sequence[Any],
    directory: Directory,
    found: Claims,
    wanted: Counter[int],
) -> ImportedUsers:
    """Return the store users that are made or changed by Entra's users, in whatever order they come (U4).

    `found` are these users' claims, `wanted` says how many users of all connections claim a store user.
    """
    by_entra_id = {person.entra_id: person for person in directory.people.values() if person.entra_id}
    next_id = min((0, *directory.people)) - 1
    changed: list[Person] = []
    problems: list[Problem] = []
    for user in _changing(settings.import_users, sorted(users, key=_ID), by_entra_id, found):
        mine = found.get(user.id, [])
        if len(mine) > 1 or any(wanted[each] > 1 for each in mine):
            problems.append(_ambiguous(connection, user, settings.user_identifier.store, mine))
            continue
        person = directory.people[mine[0]] if mine else by_entra_id.get(user.id)
        after = _after(user, settings.import_users, person or Person(id=next_id, name=""))
        if person is None:
            next_id -= 1
        if after is not person:
            changed.append(after)
    return ImportedUsers(tuple(changed), tuple(problems))


def _changing(settings: ImportUsers, users: Sequence[Any], known: dict[str, Person], found: Claims) -> Iterator[Any]:
    """Yield the users, in order, of whom it is not sure that the store has them as they are: the hot path (U4)."""
    site = settings.site
    at = site.from_.removeprefix("user.") if site else "id"
    if not users or not all(hasattr(users[0], name) for name in (*_ENTRA_READ, at)):
        yield from users
        return
    people = [known.get(user.id, _NOBODY) for user in users]
    same = map(eq, map(attrgetter(*_ENTRA_READ), users), map(_READ, people))
    sites = map(site.lookup.get, map(attrgetter(at), users)) if site else repeat(None)
    for user, person, alike, wanted in zip(users, people, same, sites, strict=False):
        if not alike or (wanted and wanted != person.site) or not person.name or user.id in found:
            yield user


def _found(user: Any, field: UserField, directory: Directory) -> list[int]:
    value = getattr(user, _ENTRA[field], UNKNOWN)
    found = directory.find(field, value) if value is not UNKNOWN and value else ()
    return [each for each in found if directory.people[each].entra_id is None]


def _after(user: Any, settings: ImportUsers, person: Person) -> Person:
    """Return the person as Entra's user makes it; the very same one when that changes nothing."""
    site = settings.site
    value = getattr(user, site.from_.removeprefix("user."), None) if site else None
    enabled = getattr(user, "accountEnabled", None)
    upn = _known(user, "userPrincipalName", person.upn)
    after = (
        _known(user, "displayName", None) or person.name or upn or user.id,
        upn,
        _known(user, "mail", person.mail),
        _known(user, "employeeId", person.employee_id),
        (site.lookup.get(value) if site and isinstance(value, str) else None) or person.site,
        enabled if isinstance(enabled, bool) else person.active,
        user.id,
    )
    if after == _VALUES(person):
        return person
    return replace(person, **dict(zip(_NAMES, after, strict=True)))


def _known(user: Any, name: str, otherwise: str | None) -> str | None:
    value = getattr(user, name, None)
    return value if isinstance(value, str) and value else otherwise


def _ambiguous(connection: str, user: Any, field: UserField, found: Sequence[int]) -> Problem:
    label = _known(user, "userPrincipalName", None) or user.id
    if len(found) > 1:
        message = f"{len(found)} store users have the {field} of this Entra user; none of them is updated."
    else:
        message = f"several Entra users have the {field} of one store user; it is taken for none of them."
    return Problem(connection=connection, label=label, message=f"{message} Make the {field} unique.", rule="U2")


_ATTRIBUTES: Final[tuple[tuple[str, str], ...]] = (
    ("name", "name"),
    ("upn", "upn"),
    ("mail", "mail"),
    ("employeeId", "employee_id"),
    ("site", "site"),
    ("active", "active"),
    ("entraId", "entra_id"),
)


def user_changes(
    connection: str, before: dict[int, Person], changed: Iterable[Person], names: dict[int, str]
) -> list[Change]:
    """Return the changes that make `before` into `changed`; `names` are what the users are called in the plan."""
    changes = []
    for person in changed:
        old = before.get(person.id)
        attributes = tuple(
            Attribute(name, _get(old, attribute), getattr(person, attribute), _reason(name, person, old), "U4")
            for name, attribute in _ATTRIBUTES
            if _get(old, attribute) != getattr(person, attribute)
        )
        deactivated = old is not None and old.active and not person.active
        changes.append(
            Change(
                subject=Subject.USER,
                action=Action.UPDATE if old else Action.CREATE,
                name=names[person.id],
                label=person.name,
                attributes=attributes,
                kinds=(Kind.USERS_DEACTIVATED,) if deactivated else (),
                connection=connection,
                entra_id=person.entra_id,
            )
        )
    return changes


def _get(person: Person | None, attribute: str) -> Scalar:
    value: Scalar = getattr(person, attribute) if person else None
    return value


def _reason(name: str, person: Person, old: Person | None) -> str:
    if name == "active":
        return "the Entra account is enabled" if person.active else "the Entra account is disabled"
    if name == "entraId":
        return "the Entra user that this store user is"
    return "as Entra has it" if old else "a new Entra user"
