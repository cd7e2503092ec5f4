"""Writing the objects that assets refer to: models, categories, manufacturers, users and the rest."""

from collections.abc import Mapping
from typing import Any, Final

from reconciler.simulator.exchange import Reply
from reconciler.simulator.snipeit.data import Row, SnipeIt
from reconciler.simulator.snipeit.replies import RefusedError, success

_COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "models": ("name", "model_number", "manufacturer_id", "category_id", "fieldset_id"),
    "categories": ("name", "category_type", "checkin_email", "require_acceptance"),
    "manufacturers": ("name",),
    "statuslabels": ("name", "type"),
    "companies": ("name",),
    "locations": ("name", "parent_id"),
    "users": ("first_name", "last_name", "username", "email", "employee_num", "location_id", "company_id", "activated"),
}
_NEEDED: Final[dict[str, tuple[str, ...]]] = {
    "models": ("name", "category_id"),
    "categories": ("name", "category_type"),
    "users": ("first_name", "username"),
}
_UNIQUE: Final[dict[str, tuple[str, ...]]] = {
    "categories": ("name", "category_type"),
    "manufacturers": ("name",),
    "companies": ("name",),
    "models": ("name", "model_number", "manufacturer_id", "category_id"),
    "users": ("username",),
}
_SHORTEST_PASSWORD: Final = 8


def create(data: SnipeIt, table: str, given: Mapping[str, Any]) -> Reply:
    """Create a record of a table that the API can write."""
    members = _known(table, given)
    needed = _NEEDED.get(table, ("name",))
    wrong = {name: [f"The {name} field is required."] for name in needed if not members.get(name)}
    if table == "users":
        wrong.update(_password(given))
    if wrong:
        raise RefusedError(wrong)
    _refuse_taken(data, table, members, None)
    defaults = {"location_id": None, "employee_num": None, "email": None, "last_name": "", "activated": False}
    id_ = data.add(table, **{**(defaults if table == "users" else {}), **members})
    data.audit.note("create", table, id_, None, data.tables[table][id_])
    return success("Created successfully.", dict(data.tables[table][id_]))


def update(data: SnipeIt, table: str, id_: int, given: Mapping[str, Any]) -> Reply:
    """Change what is sent of a record."""
    row = found(data, table, id_)
    members = _known(table, given)
    _refuse_taken(data, table, {**row, **members}, id_)
    before = dict(row)
    row.update(members, updated_at=data.now())
    data.audit.note("update", table, id_, before, row)
    return success("Updated successfully.", dict(row))


def remove(data: SnipeIt, table: str, id_: int) -> Reply:
    """Delete a record softly; refused while assets refer to it."""
    row = found(data, table, id_)
    column = {"models": "model_id", "statuslabels": "status_id", "users": "assigned_to"}.get(table)
    if column and data.find("hardware", **{column: id_}):
        raise RefusedError(f"This {table[:-1]} is currently associated with assets and cannot be deleted.")
    before = dict(row)
    row.update(deleted_at=data.now(), updated_at=data.now())
    data.audit.note("delete", table, id_, before, row)
    return success("Deleted successfully.", None)


def found(data: SnipeIt, table: str, id_: int) -> Row:
    """Return a record that is not deleted. Raises RefusedError as Snipe-IT refuses an id that it does not have."""
    row = data.tables[table].get(id_)
    if row is None or row["deleted_at"]:
        raise RefusedError(f"{table[:-1].title()} not found")
    return row


def _known(table: str, given: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in given.items() if name in _COLUMNS.get(table, ())}


def _password(given: Mapping[str, Any]) -> dict[str, list[str]]:
    password = str(given.get("password") or "")
    if len(password) < _SHORTEST_PASSWORD:
        return {"password": [f"The password must be at least {_SHORTEST_PASSWORD} characters."]}
    if password != given.get("password_confirmation"):
        return {"password_confirmation": ["The password confirmation does not match."]}
    return {}


def _refuse_taken(data: SnipeIt, table: str, members: Mapping[str, Any], own: int | None) -> None:
    unique = _UNIQUE.get(table)
    if not unique:
        return
    same = data.find(table, **{name: members.get(name) for name in unique})
    if any(row["id"] != own for row in same):
        raise RefusedError({unique[0]: [f"The {unique[0]} has already been taken."]})
