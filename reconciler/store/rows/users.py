"""Store users: read for a State, written from a plan's changes, compared with them, removed; plans name them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from reconciler.columnar import Packed, Packing
from reconciler.errors import StaleError
from reconciler.model.layouts import PEOPLE
from reconciler.model.plan import Action, Change
from reconciler.model.snapshot import Scalar
from reconciler.model.state import Person
from reconciler.store.database.columns import read_columns, truths
from reconciler.store.database.dialects import insert_many, plain_rows
from reconciler.store.rows.changes import those
from reconciler.store.rows.differences import Difference, Side, same
from reconciler.store.rows.tables import person

if TYPE_CHECKING:
    from reconciler.store.rows.vocabulary import Vocabulary

COLUMNS: Final = {
    "name": "name",
    "upn": "upn",
    "mail": "mail",
    "employeeId": "employee_id",
    "site": "site_id",
    "active": "active",
    "entraId": "entra_id",
    "alsoEntraIds": "also_entra_ids",
}
"""The column of each attribute of a user; the names of `model.state.Person` are the same but for the site."""

_EMPTY: Final[dict[str, Scalar]] = dict.fromkeys(COLUMNS) | {"active": True}


Written = dict[tuple[Action, str], int]
"""The ids of users by the action and the name of their change: a new one may be called what another was."""


def read_people(connection: Connection, sites: dict[int, str]) -> Packed[Person]:
    """Return every store user, by id."""
    c = person.c
    columns = (c.id, c.name, c.upn, c.mail, c.employee_id, c.site_id, c.active, c.entra_id, c.also_entra_ids)
    people = Packing(PEOPLE, plain=PEOPLE.names)
    for *names, site_ids, active, entra_ids, also in read_columns(connection, select(*columns).order_by(c.id)):
        people.add([*names, list(map(sites.get, site_ids)), truths(active), entra_ids, also], len(site_ids))
    return people.packed()


def write_people(connection: Connection, changes: Sequence[Change], vocabulary: Vocabulary) -> Written:
    """Update and create users; return their ids.

    Raises:
        StaleError: a user or a site is not in the store.
    """
    updated = _update(connection, [change for change in changes if change.action is Action.UPDATE], vocabulary)
    created = _create(connection, [change for change in changes if change.action is Action.CREATE], vocabulary)
    return {(Action.UPDATE, name): key for name, key in updated.items()} | {
        (Action.CREATE, name): key for name, key in created.items()
    }


def _row(change: Change, vocabulary: Vocabulary) -> dict[str, Any]:
    return {COLUMNS[each.name]: vocabulary.stored(each.name, each.after) for each in change.attributes}


def _update(connection: Connection, changes: Sequence[Change], vocabulary: Vocabulary) -> dict[str, int]:
    """Update users, and return their ids by name. Raises StaleError when one is gone."""
    updated: dict[str, int] = {}
    groups: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for change in changes:
        key = vocabulary.ids["user"].get(change.name)
        if key is None:
            raise StaleError(f"The user {change.name!r} is gone from the store. Nothing was written; plan again.")
        updated[change.name] = key
        row = _row(change, vocabulary)
        groups.setdefault(tuple(sorted(row)), []).append({**row, "which": key})
    for _, rows in sorted(groups.items()):
        connection.execute(update(person).where(person.c.id == bindparam("which")), rows)
    return updated


def _create(connection: Connection, changes: Sequence[Change], vocabulary: Vocabulary) -> dict[str, int]:
    """Create users, and return their ids by name; those of Entra's are written many at once."""
    sites = vocabulary.ids["site"]
    imported: dict[str, str] = {}
    rows: list[tuple[Any, ...]] = []
    created: dict[str, int] = {}
    for change in changes:
        *values, site, active, entra_id, also = (
            _EMPTY | {each.name: each.after for each in change.attributes}
        ).values()
        row = (*values, sites[site], active, entra_id, also)
        if entra_id is None:
            new = insert(person).values(dict(zip(COLUMNS.values(), row, strict=True))).returning(person.c.id)
            created[change.name] = int(connection.execute(new).scalar_one())
        else:
            imported[str(entra_id)] = change.name
            rows.append(row)
    if rows:
        insert_many(connection, person, tuple(COLUMNS.values()), rows)
        for key, entra_id in plain_rows(connection, select(person.c.id, person.c.entra_id)):
            if entra_id in imported:
                created[imported[entra_id]] = key
    return created


def compare_users(
    changes: Sequence[Change], vocabulary: Vocabulary, side: Side, users: Written
) -> Iterator[Difference]:
    """Yield where users differ from that side of their changes; `users` are the ones that the plan wrote."""
    people = {person.id: person for person in vocabulary.people} if changes else {}
    for change in changes:
        key = users.get((change.action, change.name)) or vocabulary.ids["user"].get(change.name)
        person = people.get(key) if key is not None else None
        if person is None:
            yield Difference(change.label, "the user", change.name, None)
            continue
        for name, expected in map(side, change.attributes):
            found = getattr(person, "site" if name == "site" else COLUMNS[name])
            if not same(found, expected):
                yield Difference(change.label, name, expected, found)


def people_to_remove(vocabulary: Vocabulary, changes: Iterable[Change]) -> frozenset[int]:
    """Return the ids of the users that go, as their changes say.

    Raises:
        StaleError: one is gone already.
    """
    names = [each.name for each in those(changes, Action.DELETE)]
    missing = next((name for name in names if name not in vocabulary.ids["user"]), None)
    if missing is not None:
        raise StaleError(f"The user {missing!r} is gone from the store. Nothing was written; undo again.")
    return frozenset(vocabulary.ids["user"][name] for name in names)


def release_entra_ids(connection: Connection, keys: Iterable[int]) -> None:
    """Let another user have the Entra ids of users that are about to be removed."""
    rows = [{"which": key} for key in sorted(keys)]
    if rows:
        connection.execute(update(person).where(person.c.id == bindparam("which")).values(entra_id=None), rows)


def remove_people(connection: Connection, keys: Iterable[int]) -> None:
    """Remove users; the database refuses when an asset still refers to one."""
    rows = [{"which": key} for key in sorted(keys)]
    if rows:
        connection.execute(delete(person).where(person.c.id == bindparam("which")), rows)
