"""Store users kept from Entra (U4).

- A user is found by the Entra object id we stored, else by the user identifier among those that have none.
- An empty value in Entra clears nothing; a disabled account becomes inactive; nobody is deleted.
- An Entra user whose store user was merged into another one is that one; nothing is taken over from it.
- Two store users with one identifier are a problem, and neither is touched.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Final

from msgspec.structs import replace

from reconciler.columnar import Packed, is_text, pack, take, take_ordered
from reconciler.model.plan import Action, Attribute, Change, Kind, Problem, Subject
from reconciler.model.snapshot import UNKNOWN, Scalar
from reconciler.model.state import Person
from reconciler.planning.attributes.comparison import Because, Desired, compare
from reconciler.planning.rules.columns import map_distinct
from reconciler.planning.users.directory import Directory, identifier_form
from reconciler.settings.users import ImportUsers, UserField, UsersFile, UserSite

_ID: Final = attrgetter("id")
_SHOWN: Final = 5
_ENTRA: Final = {
    UserField.NAME: "displayName",
    UserField.UPN: "userPrincipalName",
    UserField.MAIL: "mail",
    UserField.EMPLOYEE_ID: "employeeId",
    UserField.ENTRA_ID: "id",
}


@dataclass(frozen=True, slots=True)
class ImportedUsers:
    """What an import of users comes to: the users as they will be, new ones with negative ids."""

    users: tuple[Person, ...]
    problems: tuple[Problem, ...]


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


def claims(field: UserField, users: Sequence[Any], directory: Directory, gone: frozenset[int] = frozenset()) -> Claims:
    """Return which store users these Entra users could be; those in `gone` have an account that Entra has no more."""
    users, known = pack(users), directory.by_entra_id
    new = [place for place, user_id in enumerate(users.column("id")) if user_id.lower() not in known]
    return {user.id: _found(user, field, directory, gone) for user in users.at(new).values()}


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
    users, field = pack(users), settings.user_identifier.store
    ids = users.column("id")
    contested = {key for key, mine in found.items() if len(mine) > 1 or any(wanted[each] > 1 for each in mine)}
    known, merged = directory.by_entra_id, directory.merged
    matched, places = {}, []
    for place, key in enumerate(ids):
        lower = key.lower()
        if key in contested or lower in merged:
            continue
        mine = found.get(key)
        owner = mine[0] if mine else known.get(lower)
        if owner is None:
            places.append(place)
        else:
            matched[place] = owner
    kept = _kept(settings.import_users, users, directory, matched)
    new = sorted(users.at(places).values(), key=_ID)
    first = min((0, *directory.ids)) - 1
    made = [_new(user, settings.import_users, first - number) for number, user in enumerate(new)]
    others = users.at([place for place, key in enumerate(ids) if key in contested]).values()
    problems = [_ambiguous(connection, user, field, found[user.id]) for user in sorted(others, key=_ID)]
    problems += _unnamed_offices(connection, settings.import_users, users)
    return ImportedUsers((*kept, *made), tuple(problems))


def _kept(
    settings: ImportUsers, users: Packed[Any], directory: Directory, matched: Mapping[int, int]
) -> Iterator[Person]:
    """Yield the store users that these Entra users change; `matched` are theirs, by the place of the Entra user."""
    places = sorted(matched)
    at = {key: place for place, key in enumerate(directory.ids)}
    rows = [at[matched[place]] for place in places]
    changes: dict[int, dict[str, Any]] = {}
    for desired in _desired(settings, users, places):
        stored = take(directory.column(desired.name), rows)
        for row, _, after in compare(stored, desired, ()).changed:
            changes.setdefault(row, {})[desired.name] = after
    for row, name in enumerate(take(directory.column("name"), rows)):
        if not name:
            changes.setdefault(row, {})
    for row, values in changes.items():
        user = replace(directory.user(matched[places[row]]), **values)
        yield user if user.name else replace(user, name=user.upn or user.entra_id)


def _desired(settings: ImportUsers, users: Packed[Any], places: Sequence[int]) -> Iterator[Desired]:
    """Yield what Entra has of each field of these users; what it has not, the store keeps."""
    names = users.layout.names
    for name, own in _READ.items():
        if name in names:
            column = take_ordered(users.coded(name), places)
            if own == "active":
                column = map_distinct(lambda value: value if isinstance(value, bool) else None, column)
            elif not is_text(column) or "" in column:
                column = map_distinct(lambda value: value if isinstance(value, str) and value else None, column)
            yield Desired(own, column, _from_entra, keeps_empty=True)
    if settings.site is not None and (name := settings.site.from_.removeprefix("user.")) in names:
        site_of = _sites(settings.site)
        column = take_ordered(users.coded(name), places)
        sites = map_distinct(
            lambda value: site_of.get(identifier_form(value)) if isinstance(value, str) else None, column
        )
        yield Desired("site", sites, _from_entra, keeps_empty=True)
    yield Desired("entra_id", take_ordered(users.column("id"), places), _from_entra)


def _sites(site: UserSite) -> dict[str, str]:
    """Return the sites of a look-up by the form in which values are compared (U2, U4)."""
    return {identifier_form(value): name for value, name in site.lookup.items()}


def _unnamed_offices(connection: str, settings: ImportUsers, users: Packed[Any]) -> Iterator[Problem]:
    """Yield the values that no entry of the site look-up names, all of them together."""
    name = settings.site.from_.removeprefix("user.") if settings.site is not None else ""
    if settings.site is None or name not in users.layout.names:
        return
    known = _sites(settings.site)
    texts = Counter(value.strip() for value in users.column(name) if isinstance(value, str) and value.strip())
    missing = {value: count for value, count in texts.items() if identifier_form(value) not in known}
    if missing:
        shown = ", ".join(f"“{value}”" for value in sorted(missing)[:_SHOWN]) + (", …" if len(missing) > _SHOWN else "")
        count = sum(missing.values())
        message = f"importUsers.site.lookup has no entry for {shown}: these users keep their site, or get none; add it"
        yield Problem(
            connection=connection, label=f"{count} user{'s' if count > 1 else ''}", message=message, rule="U4"
        )


def _from_entra(_row: int) -> Because:
    return Because("from Entra", "U4")


def _found(user: Any, field: UserField, directory: Directory, gone: frozenset[int]) -> list[int]:
    value = getattr(user, _ENTRA[field], UNKNOWN)
    found = directory.find(field, value) if value is not UNKNOWN and value else ()
    return [each for each in found if _may_become(user, directory.user(each), each in gone)]


def _may_become(user: Any, stored: Person, gone: bool) -> bool:
    """Return whether a store user with an Entra user's identifier may be that one.

    One of another account is, when that is gone and made again: the same name or employee id says so (U4).
    """
    if stored.entra_id is None:
        return True
    number = _known(user, "employeeId")
    return gone and (
        _known(user, "displayName") == stored.name or (number is not None and number == stored.employee_id)
    )


def gone_users(directory: Directory, reads: Iterable[Sequence[Any]]) -> frozenset[int]:
    """Return the store users whose account none of these whole reads of directories has."""
    known = {user_id.lower() for users in reads for user_id in pack(users).column("id")}
    gone = directory.by_entra_id.keys() - known - directory.merged.keys()
    return frozenset(map(directory.by_entra_id.__getitem__, gone))


def deactivated(directory: Directory, gone: Iterable[int]) -> list[Person]:
    """Return the users who become inactive since their account is gone (U4)."""
    return [replace(user, active=False) for key in sorted(gone) if (user := directory.user(key)).active]


def _new(user: Any, settings: ImportUsers, key: int) -> Person:
    """Return the store user that is made of one of Entra's."""
    site = settings.site
    value = getattr(user, site.from_.removeprefix("user."), None) if site else None
    enabled = getattr(user, "accountEnabled", None)
    upn = _known(user, "userPrincipalName")
    return Person(
        id=key,
        name=_known(user, "displayName") or upn or user.id,
        upn=upn,
        mail=_known(user, "mail"),
        employee_id=_known(user, "employeeId"),
        site=_sites(site).get(identifier_form(value)) if site and isinstance(value, str) else None,
        active=enabled if isinstance(enabled, bool) else True,
        entra_id=user.id,
    )


def _known(user: Any, name: str) -> str | None:
    value = getattr(user, name, None)
    return value if isinstance(value, str) and value else None


def _ambiguous(connection: str, user: Any, field: UserField, found: Sequence[int]) -> Problem:
    label = _known(user, "userPrincipalName") or user.id
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
    connection: str,
    before: dict[int, Person],
    changed: Iterable[Person],
    names: dict[int, str],
    gone: Collection[int] = (),
) -> list[Change]:
    """Return the changes that make `before` into `changed`; `names` are what the users are called in the plan."""
    changes = []
    for person in changed:
        old = before.get(person.id)
        attributes = tuple(
            Attribute.of(
                name,
                _get(old, attribute),
                getattr(person, attribute),
                _reason(name, person, old, person.id in gone),
                "U4",
            )
            for name, attribute in _ATTRIBUTES
            if _get(old, attribute) != getattr(person, attribute)
        )
        kinds: tuple[Kind, ...] = () if old else (Kind.USERS_CREATED,)
        if old is not None and old.active and not person.active:
            kinds = (Kind.USERS_DEACTIVATED,)
        changes.append(
            Change(
                subject=Subject.USER,
                action=Action.UPDATE if old else Action.CREATE,
                name=names[person.id],
                label=person.name,
                attributes=attributes,
                kinds=kinds,
                connection=connection,
                entra_id=person.entra_id,
            )
        )
    return changes


def _get(person: Person | None, attribute: str) -> Scalar:
    value: Scalar = getattr(person, attribute) if person else None
    return value


def _reason(name: str, person: Person, old: Person | None, gone: bool) -> str:
    if name == "active" and gone:
        return "Entra has this account no more"
    if name == "active":
        return "the Entra account is enabled" if person.active else "the Entra account is disabled"
    if name == "entraId":
        return "the Entra user that this store user is"
    return "from Entra" if old else "a new Entra user"
