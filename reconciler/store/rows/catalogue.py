"""The catalogue's entries: as a plan names them, and made from its changes."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, Table, delete, insert, select, update

from reconciler.errors import StaleError, UnsupportedError
from reconciler.model.plan import Action, Change
from reconciler.model.snapshot import Scalar
from reconciler.store.rows.differences import Difference, Side, before, same
from reconciler.store.rows.names import Names, read_names
from reconciler.store.rows.software_catalogue import KIND, change_software, make_software, read_software
from reconciler.store.rows.tables import (
    asset_group,
    asset_type,
    custom_field,
    licence,
    licence_alias,
    organisation,
    site,
    status,
)

Entry = dict[str, Scalar]

_OWNER: Final = "organisation"
_LISTS: Final = frozenset({"choices", "alsoKnownAs"})


def list_form(attribute: str, value: Scalar) -> Scalar:
    """Return an attribute's value in a form that compares: lists are JSON text without spaces."""
    if attribute not in _LISTS or value is None:
        return value
    items = _items(value)
    return msgspec.json.encode(sorted(items) if attribute == "alsoKnownAs" else items).decode()


def _items(value: Scalar) -> list[str]:
    return msgspec.json.decode(str(value), type=list[str]) if value else []


def read_entries(connection: Connection) -> dict[str, Entry]:
    """Return every entry by its plan name (`site/Contoso/Leeds`), with its attributes."""
    names = read_names(connection)
    entries: dict[str, Entry] = {}
    for kind, table in (
        ("site", names.sites),
        ("status", names.statuses),
        ("group", names.groups),
    ):
        entries.update({f"{kind}/{name}": {} for name in table.values()})
    tenants = {name: tenant for tenant, name in names.tenants.items()}
    for name in names.organisations.values():
        entries[f"organisation/{name}"] = {"name": name, "tenant": tenants.get(name)}
    return entries | read_details(connection, names) | read_software(connection)


def read_details(connection: Connection, names: Names) -> dict[str, Entry]:
    """Return the types, custom fields and licences by their plan names, with their attributes."""
    types: dict[str, Entry] = {
        f"type/{name}": {"group": names.groups[names.group_of_type[key]]} for key, name in names.types.items()
    }
    return types | _fields(connection) | _licences(connection)


def _fields(connection: Connection) -> dict[str, Entry]:
    return {
        f"field/{row.name}": {
            "type": row.type,
            "label": row.label,
            "maxLength": row.max_length,
            "choices": list_form("choices", row.choices),
        }
        for row in connection.execute(select(custom_field))
    }


def _licences(connection: Connection) -> dict[str, Entry]:
    aliases: dict[int, list[str]] = {}
    for row in connection.execute(select(licence_alias)):
        aliases.setdefault(row.licence_id, []).append(row.name)
    return {
        f"licence/{row.name}": {
            "seats": row.seats,
            "alsoKnownAs": msgspec.json.encode(sorted(aliases.get(row.id, []))).decode(),
        }
        for row in connection.execute(select(licence))
    }


def write_entries(connection: Connection, changes: Iterable[Change]) -> None:
    """Change what differs and make what is missing, those first that others refer to.

    Raises:
        StaleError: an entry refers to one that the store lacks, or is gone.
        UnsupportedError: a change that the store cannot make: no other names are renamed, and none removed.
    """
    made: dict[str, dict[str, Entry]] = {}
    changed: dict[str, dict[str, Entry]] = {}
    for change in changes:
        kind, _, name = change.name.partition("/")
        known, by_kind = (_MAKERS, made) if change.action is Action.CREATE else (_CHANGERS, changed)
        if change.action is Action.DELETE or kind not in known:
            raise UnsupportedError(f"The store cannot {change.action} the catalogue's entry {change.name}.")
        by_kind.setdefault(kind, {})[name] = {each.name: each.after for each in change.attributes}
    if _OWNER in changed:
        _change_organisations(connection, changed.pop(_OWNER))  # what is made may refer to the new name
    for kind, make in _MAKERS.items():
        if kind in made:
            make(connection, made[kind])
    for kind, write in _CHANGERS.items():
        if kind in changed:
            write(connection, changed[kind])


def _plain(table: Any) -> Callable[[Connection, dict[str, Entry]], None]:
    def make(connection: Connection, entries: dict[str, Entry]) -> None:
        connection.execute(insert(table), [{"name": name} for name in entries])

    return make


def _organisations(connection: Connection, entries: dict[str, Entry]) -> None:
    rows = [{"name": name, "tenant_id": entry.get("tenant")} for name, entry in entries.items()]
    connection.execute(insert(organisation), rows)


def _change_organisations(connection: Connection, entries: dict[str, Entry]) -> None:
    for name, entry in entries.items():
        _update(
            connection, organisation, name, {_column(key, "tenant", "tenant_id"): each for key, each in entry.items()}
        )


def _change_types(connection: Connection, entries: dict[str, Entry]) -> None:
    ids = _ids(read_names(connection).groups)
    for name, entry in entries.items():
        _update(connection, asset_type, name, {"group_id": _find(ids, entry["group"], "group")})


def _change_fields(connection: Connection, entries: dict[str, Entry]) -> None:
    for name, entry in entries.items():
        values = {_column(key, "maxLength", "max_length"): list_form(key, each) for key, each in entry.items()}
        if "choices" in values:
            values["choices"] = values["choices"] or "[]"
        _update(connection, custom_field, name, values)


def _change_licences(connection: Connection, entries: dict[str, Entry]) -> None:
    ids = _ids(read_names(connection).licences)
    for name, entry in entries.items():
        if "seats" in entry:
            _update(connection, licence, name, {"seats": entry["seats"]})
        if "alsoKnownAs" in entry:
            key = _find(ids, name, "licence")
            connection.execute(delete(licence_alias).where(licence_alias.c.licence_id == key))
            _make_aliases(connection, {name: entry}, ids)


def _column(attribute: str, differing: str, column: str) -> str:
    return column if attribute == differing else attribute


def _update(connection: Connection, table: Table, name: str, values: Entry) -> None:
    if connection.execute(update(table).where(table.c.name == name).values(values)).rowcount != 1:
        raise StaleError(f"The {table.name} {name!r} is gone from the store. Nothing was written; plan again.")


def compare_entries(connection: Connection, changes: Sequence[Change], side: Side) -> Iterator[Difference]:
    """Yield where the catalogue's entries differ from that side of their changes."""
    entries = read_entries(connection) if changes else {}
    for change in changes:
        entry = change.name if side is before else entry_after(change)
        if entry not in entries:
            yield Difference(change.label, "the entry", entry, None)
            continue
        for name, value in map(side, change.attributes):
            expected, found = list_form(name, value), entries[entry].get(name)
            if not same(found, expected):
                yield Difference(change.label, name, expected, found)


def entry_after(change: Change) -> str:
    """Return what the entry of a change is called once it is written: an organisation may be renamed (S2)."""
    kind = change.name.partition("/")[0]
    name = next((each.after for each in change.attributes if kind == _OWNER and each.name == "name"), None)
    return change.name if name is None else f"{kind}/{name}"


def _sites(connection: Connection, entries: dict[str, Entry]) -> None:
    ids = _ids(read_names(connection).organisations)
    parts = [name.partition("/") for name in entries]
    connection.execute(
        insert(site), [{"organisation_id": _find(ids, owner, "organisation"), "name": name} for owner, _, name in parts]
    )


def _types(connection: Connection, entries: dict[str, Entry]) -> None:
    ids = _ids(read_names(connection).groups)
    rows = [{"name": name, "group_id": _find(ids, entry.get("group"), "group")} for name, entry in entries.items()]
    connection.execute(insert(asset_type), rows)


def _make_fields(connection: Connection, entries: dict[str, Entry]) -> None:
    rows = [
        {
            "name": name,
            "label": entry.get("label"),
            "type": entry.get("type"),
            "max_length": entry.get("maxLength"),
            "choices": list_form("choices", entry.get("choices") or "[]"),
        }
        for name, entry in entries.items()
    ]
    connection.execute(insert(custom_field), rows)


def _make_licences(connection: Connection, entries: dict[str, Entry]) -> None:
    connection.execute(
        insert(licence), [{"name": name, "seats": entry.get("seats")} for name, entry in entries.items()]
    )
    _make_aliases(connection, entries, _ids(read_names(connection).licences))


def _make_aliases(connection: Connection, entries: dict[str, Entry], ids: dict[str, int]) -> None:
    aliases = [
        {"licence_id": ids[name], "name": alias}
        for name, entry in entries.items()
        for alias in sorted(set(_items(entry.get("alsoKnownAs"))))
    ]
    if aliases:
        connection.execute(insert(licence_alias), aliases)


_MAKERS: Final[dict[str, Callable[[Connection, dict[str, Entry]], None]]] = {
    _OWNER: _organisations,
    "site": _sites,
    "status": _plain(status),
    "group": _plain(asset_group),
    "type": _types,
    "field": _make_fields,
    "licence": _make_licences,
    KIND: make_software,
}


_CHANGERS: Final[dict[str, Callable[[Connection, dict[str, Entry]], None]]] = {
    _OWNER: _change_organisations,
    "type": _change_types,
    "field": _change_fields,
    "licence": _change_licences,
    KIND: change_software,
}


def _ids(names: dict[int, str]) -> dict[str, int]:
    return {name: key for key, name in names.items()}


def _find(ids: dict[str, int], name: Scalar, what: str) -> int:
    if name not in ids:
        raise StaleError(f"The plan refers to the {what} {name!r}, which the store does not have. Plan again.")
    return ids[str(name)]
