"""Store users written from a plan's changes; plans name them by reference."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Connection, bindparam, insert, select, update

from reconciler.errors import StaleError
from reconciler.model.plan import Action, Change
from reconciler.model.snapshot import Scalar
from reconciler.store.dialect import insert_many, plain_rows
from reconciler.store.tables import person
from reconciler.store.vocabulary import Vocabulary

COLUMNS: Final = {
    "name": "name",
    "upn": "upn",
    "mail": "mail",
    "employeeId": "employee_id",
    "site": "site_id",
    "active": "active",
    "entraId": "entra_id",
}
"""The column of each attribute of a user; the names of `model.state.Person` are the same but for the site."""

_EMPTY: Final[dict[str, Scalar]] = dict.fromkeys(COLUMNS) | {"active": True}


Written = dict[tuple[Action, str], int]
"""The ids of users by the action and the name of their change: a new one may be called what another was."""


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
    sites = vocabulary.ids["site"]
    imported: dict[str, str] = {}
    rows: list[tuple[Any, ...]] = []
    created: dict[str, int] = {}
    for change in changes:
        *values, site, active, entra_id = (_EMPTY | {each.name: each.after for each in change.attributes}).values()
        row = (*values, sites[site], active, entra_id)
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
