"""Writing what assets refer to: asset types, groups, users, sites; an id that is sent is an update."""

from collections.abc import Mapping
from typing import Any, Final

from reconciler.simulator.halo.data import Halo
from reconciler.simulator.halo.replies import RefusedError

_MEMBERS: Final[dict[str, tuple[str, ...]]] = {
    "types": ("name", "assetgroup_id", "inactive"),
    "groups": ("name", "inactive"),
    "users": ("name", "site_id", "emailaddress", "login", "azureoid", "inactive", "other1"),
    "sites": ("name", "client_id", "inactive"),
}


def write(data: Halo, table: str, given: Mapping[str, Any]) -> int:
    """Create or change one record; return its id."""
    if table not in _MEMBERS:
        raise RefusedError("The resource cannot be written here.", status=405)
    members = {name: given[name] for name in _MEMBERS[table] if name in given}
    if table == "users" and "other1" in members:
        members["employee_id"] = members.pop("other1")
    if table == "types" and "fields" in given:
        members["field_ids"] = [
            each["field_id"] for each in given["fields"] if each["field_id"] in data.tables["fields"]
        ]
    if given.get("id"):
        return _updated(data, table, int(given["id"]), members)
    _check(data, table, members)
    if table == "types":
        members = {"field_ids": [], "allowall_status": True, "allowed_status": [], **members}
    id_ = data.add(table, **members)
    data.audit.note("create", table, id_, None, data.tables[table][id_])
    return id_


def _updated(data: Halo, table: str, id_: int, members: Mapping[str, Any]) -> int:
    row = data.tables[table].get(id_)
    if row is None:
        raise RefusedError("The record could not be found.", status=404)
    before = dict(row)
    row.update(members)
    data.version += 1
    data.audit.note("update", table, id_, before, row)
    return id_


def _check(data: Halo, table: str, members: Mapping[str, Any]) -> None:
    if not members.get("name"):
        raise RefusedError("Please enter a name")
    if table == "types" and members.get("assetgroup_id") not in data.tables["groups"]:
        raise RefusedError("Please select an Asset Group")
    if table == "users" and members.get("site_id") not in data.tables["sites"]:
        raise RefusedError("Please select a Site")
