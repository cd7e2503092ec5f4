"""What was last seen of a remote's users and assets: the ledger's rows made equal to a reading, set by set (W1).

1. What is proven to be gone is removed, with its bindings (row 13); what is only not listed stays as it was.
2. Everything is found by the remote's id: a person there may rename anything.
3. An asset's version counts every difference that was found, so that an undo sees what people changed (J2).
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from sqlalchemy import Connection, bindparam, delete, select, update

from reconciler.model.ledger import RemoteIds, RemoteState
from reconciler.model.snapshot import Scalar
from reconciler.model.state import Person
from reconciler.store.database.dialects import insert_many, plain_rows, update_many
from reconciler.store.database.times import utc_now
from reconciler.store.ledger.tables import binding
from reconciler.store.remote_ledger.seen_names import remember_names
from reconciler.store.rows.asset_columns import COLUMNS, CUSTOM_PREFIX, encode_custom
from reconciler.store.rows.names import Names, read_names
from reconciler.store.rows.tables import FIELD_COLUMNS, asset, asset_type, person, site, status

_ASSET_COLUMNS: Final = ("tag", "custom", *COLUMNS.values())
_PERSON_COLUMNS: Final = ("name", "upn", "mail", "employee_id", "site_id", "active", "entra_id")
_Rows = dict[str, tuple[Any, ...]]
"""Rows by the remote's id, their values in the order of the columns."""


def remember(connection: Connection, state: RemoteState) -> None:
    """Make what was last seen equal to this reading."""
    _remove_gone(connection, state.gone)
    remember_names(connection, state)
    names = read_names(connection)
    users = _remember_people(connection, state, names)
    _remember_assets(connection, state, names, users)
    _remove_people(connection, state)


def read_remote_ids(connection: Connection) -> RemoteIds:
    """Return the remote's ids of what was last seen."""
    names = read_names(connection)
    return RemoteIds(
        assets=_ids(connection, asset),
        people=_ids(connection, person),
        sites={names.sites[key]: remote_id for key, remote_id in _ids(connection, site).items()},
        types={names.types[key]: remote_id for key, remote_id in _ids(connection, asset_type).items()},
        statuses={names.statuses[key]: remote_id for key, remote_id in _ids(connection, status).items()},
    )


def _ids(connection: Connection, table: Any) -> dict[int, str]:
    statement = select(table.c.id, table.c.remote_id).where(table.c.remote_id.is_not(None)).order_by(table.c.id)
    return {row.id: row.remote_id for row in connection.execute(statement)}


def _remove_gone(connection: Connection, gone: frozenset[int]) -> None:
    rows = [{"which": key} for key in sorted(gone)]
    if rows:
        connection.execute(delete(binding).where(binding.c.asset_id == bindparam("which")), rows)
        connection.execute(delete(asset).where(asset.c.id == bindparam("which")), rows)


def _update_people(
    connection: Connection, changed: Mapping[str, tuple[Any, ...]], have: Mapping[str, tuple[Any, ...]]
) -> None:
    """Update users by the remote's id; ids of Entra's that change are freed first, since two may be swapped."""
    which = person.c.remote_id == bindparam("which")
    freed = [{"which": key} for key, row in changed.items() if have[key][-1] != row[-1]]
    if freed:
        connection.execute(update(person).where(which).values(entra_id=None), freed)
    rows = [{"which": key, **dict(zip(_PERSON_COLUMNS, row, strict=True))} for key, row in changed.items()]
    connection.execute(update(person).where(which), rows)


def _remember_people(connection: Connection, state: RemoteState, names: Names) -> dict[int, int]:
    """Write the users that were read; return the ledger's id of each by its id in the state."""
    remote_ids = state.remote.people
    wanted = {remote_ids[each.id]: _person_row(each, names) for each in state.people if each.id in remote_ids}
    have = _rows(connection, person, _PERSON_COLUMNS)
    changed = {key: row for key, row in wanted.items() if key in have and have[key] != row}
    if changed:
        _update_people(connection, changed, have)
    new = ((*row, key) for key, row in wanted.items() if key not in have)
    insert_many(connection, person, (*_PERSON_COLUMNS, "remote_id"), new)
    ours = {remote_id: key for key, remote_id in _ids(connection, person).items()}
    return {key: ours[remote_id] for key, remote_id in remote_ids.items() if remote_id in ours}


def _person_row(each: Person, names: Names) -> tuple[Any, ...]:
    site_id = None if each.site is None else names.site_ids.get(each.site)
    return each.name, each.upn, each.mail, each.employee_id, site_id, each.active, each.entra_id


def _remember_assets(connection: Connection, state: RemoteState, names: Names, users: Mapping[int, int]) -> None:
    """Write the assets that were read; swapped tags are put aside first."""
    have = _rows(connection, asset, _ASSET_COLUMNS)
    wanted = dict(_asset_rows(state, names, users))
    changed = {key: row for key, row in wanted.items() if key in have and have[key] != row}
    now = utc_now()
    retagged = [{"which": key, "aside": f"retagged {key}"} for key, row in changed.items() if have[key][0] != row[0]]
    if retagged:
        connection.execute(
            update(asset).where(asset.c.remote_id == bindparam("which")).values(tag=bindparam("aside")), retagged
        )
    if changed:
        rows = ((*row, now, key) for key, row in changed.items())
        update_many(connection, asset, (*_ASSET_COLUMNS, "updated_at"), ("remote_id",), rows, counted=("version",))
    new = ((*row, key, now, now) for key, row in wanted.items() if key not in have)
    insert_many(connection, asset, (*_ASSET_COLUMNS, "remote_id", "created_at", "updated_at"), new)


def _asset_rows(state: RemoteState, names: Names, users: Mapping[int, int]) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """Yield each asset that was read, by the remote's id, as the ledger's row has it."""
    places = {name: place for place, name in enumerate(state.fields)}
    columns = [places.get(name) for name in FIELD_COLUMNS]
    custom = [
        (name.removeprefix(CUSTOM_PREFIX), place) for name, place in places.items() if name.startswith(CUSTOM_PREFIX)
    ]
    for each in state.assets:
        values: tuple[Scalar, ...] = each.values
        yield (
            state.remote.assets[each.id],
            (
                each.tag,
                encode_custom({name: values[place] for name, place in custom}),
                None if each.type is None else names.type_ids[each.type],
                None if each.site is None else names.site_ids[each.site],
                None if each.status is None else names.status_ids[each.status],
                None if each.user is None else users[each.user],
                *(None if place is None else values[place] for place in columns),
            ),
        )


def _rows(connection: Connection, table: Any, columns: tuple[str, ...]) -> _Rows:
    statement = select(table.c.remote_id, *(table.c[name] for name in columns)).where(table.c.remote_id.is_not(None))
    return {row[0]: tuple(row[1:]) for row in plain_rows(connection, statement)}


def _remove_people(connection: Connection, state: RemoteState) -> None:
    """Remove the users that the remote no longer has, once no asset refers to one."""
    known = frozenset(state.remote.people.values())
    gone = [{"which": remote_id} for remote_id in _ids(connection, person).values() if remote_id not in known]
    if not gone:
        return
    keys = select(person.c.id).where(person.c.remote_id == bindparam("which")).scalar_subquery()
    connection.execute(update(asset).where(asset.c.person_id == keys).values(person_id=None), gone)
    connection.execute(delete(person).where(person.c.remote_id == bindparam("which")), gone)
