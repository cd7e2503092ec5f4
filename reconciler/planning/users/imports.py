"""Store users kept from Entra (U4).

- A user is found by the Entra object id we stored, else by the user identifier among those that have none.
- An empty value in Entra clears nothing; a disabled account becomes inactive; nobody is deleted.
- Two store users with one identifier are a problem, and neither is touched.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import and_, attrgetter
from typing import Any, Final

from msgspec.structs import replace

from reconciler.columnar import Column, Packed, equal, pack, take, take_ordered
from reconciler.model.plan import Action, Attribute, Change, Kind, Problem, Subject
from reconciler.model.snapshot import UNKNOWN, Scalar
from reconciler.model.state import Person
from reconciler.planning.users.directory import Directory
from reconciler.settings.users import ImportUsers, UserField, UsersFile

_ID: Final = attrgetter("id")
_ENTRA: Final = {
    UserField.NAME: "displayName",
    UserField.UPN: "userPrincipalName",
    UserField.MAIL: "mail",
    UserField.EMPLOYEE_ID: "employeeId",
    UserField.ENTRA_ID: "id",
}


@dataclass(frozen=True, slots=True)
class ImportedUsers:
    """What an import of users comes to: the people as they will be, new ones with negative ids."""

    people: tuple[Person, ...]
    problems: tuple[Problem, ...]


_NAMES: Final = ("name", "upn", "mail", "employee_id", "site", "active", "entra_id")
_VALUES: Final = attrgetter(*_NAMES)
_READ: Final = {
    "displayName": "name",
    "userPrincipalName": "upn",
    "mail": "mail",
    "employeeId": "employee_id",
    "accountEnabled": "active",
}
"""What a store user has of the properties of an Entra user."""

Claims = dict[str, list[int]]
"""For each Entra user (by id) that is no store user yet: the store users with its identifier that are no Entra user."""


def claims(field: UserField, users: Sequence[Any], directory: Directory) -> Claims:
    """Return which store users these Entra users could be."""
    users, known = pack(users), directory.entra_places()
    new = [place for place, user_id in enumerate(users.column("id")) if user_id not in known]
    return {user.id: _found(user, field, directory) for user in users.at(new).values()}


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
    known, ids = directory.entra_places(), list(directory.people)
    next_id = min((0, *directory.people)) - 1
    changed: list[Person] = []
    problems: list[Problem] = []
    for user in _changing(settings.import_users, pack(users), directory, found):
        mine = found.get(user.id, [])
        if len(mine) > 1 or any(wanted[each] > 1 for each in mine):
            problems.append(_ambiguous(connection, user, settings.user_identifier.store, mine))
            continue
        key = mine[0] if mine else ids[known[user.id]] if user.id in known else None
        person = None if key is None else directory.people[key]
        after = _after(user, settings.import_users, person or Person(id=next_id, name=""))
        if person is None:
            next_id -= 1
        if after is not person:
            changed.append(after)
    return ImportedUsers(tuple(changed), tuple(problems))


def _changing(settings: ImportUsers, users: Packed[Any], directory: Directory, found: Claims) -> Iterable[Any]:
    """Return the users, in order, of whom it is not sure that the store has them as they are: the hot path (U4)."""
    site = settings.site
    at = site.from_.removeprefix("user.") if site else "id"
    if not {*_READ, at}.issubset(users.layout.names):
        return sorted(users, key=_ID)
    places = directory.entra_places()
    ids = users.column("id")
    known = list(map(places.get, ids))
    there = [number for number, place in enumerate(known) if place is not None]
    of = take_ordered(known, there)

    def stored(name: str) -> Column:
        return take(directory.column(name), of)

    same = [bool(name) for name in stored("name")]
    for name, own in _READ.items():
        check = equal(take_ordered(users.coded(name), there), stored(own))
        same = same if check is None else list(map(and_, same, check))
    if site:
        sites = zip(map(site.lookup.get, take_ordered(users.coded(at), there)), stored("site"), strict=True)
        same = [still and (not wanted or wanted == has) for still, (wanted, has) in zip(same, sites, strict=True)]
    settled = {number for number, still in zip(there, same, strict=True) if still and ids[number] not in found}
    return sorted(users.at([number for number in range(len(ids)) if number not in settled]).values(), key=_ID)


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
