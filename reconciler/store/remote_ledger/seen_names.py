"""Sites, asset types and statuses of a remote, as they were last seen: found by its ids, whatever they are called."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, Table, insert, select, update

from reconciler.model.ledger import RemoteState
from reconciler.store.rows.tables import asset_group, asset_type, custom_field, organisation, site, status

Values = Mapping[str, Any]
"""A row's values by column."""


def remember_names(connection: Connection, state: RemoteState) -> None:
    """Make the names that the ledger has those that were read; what is no longer listed stays."""
    known, ids = state.catalogue, state.remote
    organisations = _plain(connection, organisation, known.organisations)
    groups = _plain(connection, asset_group, known.asset_groups)
    _plain(connection, custom_field, known.custom_fields, type="text")
    parts = {name: name.partition("/") for name in known.sites}
    _remember(
        connection,
        site,
        ("organisation_id", "name"),
        [
            _Seen(ids.sites.get(name), {"organisation_id": organisations[owner], "name": own})
            for name, (owner, _, own) in parts.items()
        ],
    )
    _remember(
        connection,
        asset_type,
        ("name",),
        [_Seen(ids.types.get(name), {"name": name, "group_id": groups[group]}) for name, group in known.types.items()],
    )
    _remember(connection, status, ("name",), [_Seen(ids.statuses.get(name), {"name": name}) for name in known.statuses])


def _plain(connection: Connection, table: Table, names: Iterable[str], **values: str) -> dict[str, int]:
    """Make the names that are missing; return the ids of all."""
    have = set(connection.execute(select(table.c.name)).scalars())
    rows = [{"name": name, **values} for name in names if name not in have]
    if rows:
        connection.execute(insert(table), rows)
    return {name: key for key, name in connection.execute(select(table.c.id, table.c.name))}


@dataclass(frozen=True, slots=True)
class _Seen:
    """A row as it was read: the remote's id, None where it has none, and the values of its columns."""

    remote_id: str | None
    values: Values


def _remember(connection: Connection, table: Table, key: Sequence[str], seen: Sequence[_Seen]) -> None:
    """Make a table's rows those that were read: by the remote's id first, then by name.

    Names can be swapped, and a name can be that of a row which is not listed any more: whatever is in the way is put
    aside under another name first.
    """
    rows = {row.id: row for row in connection.execute(select(table))}
    wanted, new = _assigned(rows, key, seen)
    for row_id in _in_the_way(rows, key, seen, wanted):
        aside = f"{rows[row_id].name} (gone, {row_id})"
        connection.execute(update(table).where(table.c.id == row_id).values(name=aside))
    for row_id, each in wanted.items():
        values = {**each.values, "remote_id": each.remote_id}
        if any(getattr(rows[row_id], column) != value for column, value in values.items()):
            connection.execute(update(table).where(table.c.id == row_id).values(values))
    if new:
        connection.execute(insert(table), [{**each.values, "remote_id": each.remote_id} for each in new])


def _assigned(
    rows: Mapping[int, Row[Any]], key: Sequence[str], seen: Sequence[_Seen]
) -> tuple[dict[int, _Seen], list[_Seen]]:
    """Return what was read by the id of the row that is it, and what is new."""
    by_remote = {row.remote_id: row.id for row in rows.values() if row.remote_id is not None}
    listed = {each.remote_id for each in seen if each.remote_id is not None}
    by_name = {_name(row, key): row.id for row in rows.values() if row.remote_id not in listed}
    wanted: dict[int, _Seen] = {}
    new = []
    for each in seen:
        found = by_remote.get(each.remote_id) or by_name.get(_wanted_name(each, key))
        if found is None:
            new.append(each)
        else:
            wanted[found] = each
    return wanted, new


def _in_the_way(
    rows: Mapping[int, Row[Any]], key: Sequence[str], seen: Sequence[_Seen], wanted: Mapping[int, _Seen]
) -> Iterator[int]:
    """Yield the rows that get another name, or have the name of something that was read."""
    taken = {_wanted_name(each, key) for each in seen}
    for row_id, row in rows.items():
        target = wanted.get(row_id)
        if (_name(row, key) in taken) if target is None else (_wanted_name(target, key) != _name(row, key)):
            yield row_id


def _name(row: Row[Any], key: Sequence[str]) -> tuple[Any, ...]:
    return tuple(getattr(row, each) for each in key)


def _wanted_name(seen: _Seen, key: Sequence[str]) -> tuple[Any, ...]:
    return tuple(seen.values[column] for column in key)
