"""Writing assets, as Snipe-IT's own API tests say that it behaves."""

from collections.abc import Mapping
from typing import Any, Final

from reconciler.simulator.exchange import Reply
from reconciler.simulator.snipeit.data import Row, SnipeIt
from reconciler.simulator.snipeit.replies import RefusedError, success

_COLUMNS: Final = frozenset(
    {
        *("name", "serial", "model_id", "status_id", "company_id", "location_id", "rtd_location_id", "notes"),
        *("order_number", "purchase_date", "warranty_months", "byod", "requestable", "asset_tag"),
    }
)
_REFERENCES: Final = {
    "model_id": "models",
    "status_id": "statuslabels",
    "company_id": "companies",
    "location_id": "locations",
    "rtd_location_id": "locations",
    "assigned_user": "users",
}
_NEEDED: Final = ("asset_tag", "model_id", "status_id")
_LONGEST: Final = 255


def create(data: SnipeIt, given: Mapping[str, Any]) -> Reply:
    """Create an asset; with `assigned_user` it is checked out at once."""
    members = _known(data, given, given.get("model_id"))
    if not members.get("asset_tag") and data.options.auto_increment:
        members["asset_tag"] = _next_tag(data)
    _check(data, members, None, new=True)
    user = given.get("assigned_user")
    if user and _type(data, members["status_id"]) != "deployable":
        raise RefusedError({"status_id": ["The asset's status does not allow it to be checked out."]})
    defaults = {"name": None, "serial": None, "notes": None, "company_id": None, "location_id": None}
    where = members.get("rtd_location_id")
    row = {**defaults, "rtd_location_id": None, "assigned_to": None, "location_id": where, **members}
    id_ = data.add("hardware", **row)
    if user:
        _check_out(data, data.tables["hardware"][id_], user)
    return _done(data, "create", id_, None, "Asset created successfully. :)")


def update(data: SnipeIt, id_: int, given: Mapping[str, Any]) -> Reply:
    """Change what is sent; `assigned_user` checks the asset out, whoever has it.

    A custom field counts only if the model that the asset had so far has it.
    """
    row = _asset(data, id_)
    members = _known(data, given, row["model_id"])
    _check(data, {**row, **members}, id_, new=False)
    for name in _NEEDED:
        if name in members and members[name] in (None, ""):
            raise RefusedError({name: [f"The {name.replace('_', ' ')} field is required."]})
    before = dict(row)
    if "rtd_location_id" in members and "location_id" not in members:
        members["location_id"] = members["rtd_location_id"]
    row.update(members, updated_at=data.now())
    if given.get("assigned_user"):
        _check_out(data, row, given["assigned_user"])
    return _done(data, "update", id_, before, "Asset updated successfully.")


def check_out(data: SnipeIt, id_: int, given: Mapping[str, Any]) -> Reply:
    """Check an asset out to a user; refused while anybody has it."""
    row = _asset(data, id_)
    if row.get("assigned_to") or _type(data, row["status_id"]) != "deployable":
        raise RefusedError("That asset is not available for checkout!")
    before = dict(row)
    if given.get("status_id"):
        row["status_id"] = int(given["status_id"])
    _check_out(data, row, given.get("assigned_user"))
    return _done(data, "checkout", id_, before, "Asset checked out successfully.")


def check_in(data: SnipeIt, id_: int, given: Mapping[str, Any]) -> Reply:
    """Take an asset back; it goes to its default location."""
    row = _asset(data, id_)
    if not row.get("assigned_to"):
        raise RefusedError("That asset is already checked in.")
    before = dict(row)
    row.update(assigned_to=None, assigned_type=None, location_id=row.get("rtd_location_id"))
    row.update(last_checkin=data.now(), updated_at=data.now(), checkin_counter=row.get("checkin_counter", 0) + 1)
    if given.get("status_id"):
        row["status_id"] = int(given["status_id"])
    return _done(data, "checkin", id_, before, "Asset checked in successfully.")


def remove(data: SnipeIt, id_: int) -> Reply:
    """Delete an asset softly, checking it in first."""
    row = _asset(data, id_)
    before = dict(row)
    row.update(deleted_at=data.now(), updated_at=data.now(), assigned_to=None, assigned_type=None)
    return _done(data, "delete", id_, before, "The asset was deleted successfully.")


def restore(data: SnipeIt, id_: int) -> Reply:
    """Take a soft deletion back; refused when its tag was given again meanwhile."""
    row = data.tables["hardware"].get(id_)
    if row is None or not row["deleted_at"]:
        raise RefusedError("Asset is not deleted." if row else "Asset does not exist.")
    if data.find("hardware", asset_tag=row["asset_tag"]):
        raise RefusedError({"asset_tag": ["The asset tag must be unique."]})
    before = dict(row)
    row.update(deleted_at=None, updated_at=data.now())
    return _done(data, "restore", id_, before, "Asset restored successfully.")


def _asset(data: SnipeIt, id_: int) -> Row:
    row = data.tables["hardware"].get(id_)
    if row is None or row["deleted_at"]:
        raise RefusedError("Asset does not exist.")
    return row


def _known(data: SnipeIt, given: Mapping[str, Any], model_id: Any) -> dict[str, Any]:
    """Return what Snipe-IT takes of a body; everything else is ignored without a word."""
    custom = data.columns_of(_id(model_id))
    known = {name: value for name, value in given.items() if name in _COLUMNS or name in custom}
    return {name: _id(value) if name in _REFERENCES else value for name, value in known.items()}


def _check(data: SnipeIt, members: Mapping[str, Any], own: int | None, *, new: bool) -> None:
    """Refuse members with everything that is wrong with them, by name."""
    wrong = _invalid(data, members, new=new)
    for name in ("asset_tag", *(("serial",) if data.options.unique_serial else ())):
        value = members.get(name)
        if value and any(row["id"] != own for row in data.find("hardware", **{name: value})):
            wrong.setdefault(name, [f"The {_spoken(name)} must be unique."])
    for column, field in data.columns_of(members.get("model_id")).items():
        allowed = [each for each in (field.get("field_values") or "").split("\r\n") if each]
        if allowed and members.get(column) and members[column] not in allowed:
            wrong[column] = [f"The selected {field['name']} is invalid."]
    if wrong:
        raise RefusedError(wrong)


def _invalid(data: SnipeIt, members: Mapping[str, Any], *, new: bool) -> dict[str, list[str]]:
    """Return what is wrong with members by themselves: what is lacking, refers to nothing, or is too long."""
    lacking = [name for name in _NEEDED if new and members.get(name) in (None, "")]
    wrong = {name: [f"The {_spoken(name)} field is required."] for name in lacking}
    for name, table in _REFERENCES.items():
        id_ = members.get(name)
        if id_ is not None and (id_ not in data.tables[table] or data.tables[table][id_]["deleted_at"]):
            wrong.setdefault(name, [f"The selected {_spoken(name)} is invalid."])
    for name in ("asset_tag", "name", "serial"):
        if len(str(members.get(name) or "")) > _LONGEST:
            wrong[name] = [f"The {name} may not be greater than {_LONGEST} characters."]
    return wrong


def _spoken(name: str) -> str:
    return name.replace("_", " ")


def _check_out(data: SnipeIt, row: Row, user: Any) -> None:
    target = data.tables["users"].get(_id(user))
    if target is None or target["deleted_at"]:
        raise RefusedError({"assigned_user": ["The selected assigned user is invalid."]})
    row.update(
        assigned_to=target["id"],
        assigned_type="user",
        location_id=target.get("location_id") or row.get("rtd_location_id"),
        last_checkout=data.now(),
        checkout_counter=row.get("checkout_counter", 0) + 1,
        updated_at=data.now(),
    )


def _type(data: SnipeIt, status_id: Any) -> str:
    return str((data.tables["statuslabels"].get(status_id) or {}).get("type"))


def _next_tag(data: SnipeIt) -> str:
    prefix = data.options.auto_increment_prefix
    numbers = [
        int(tag.removeprefix(prefix))
        for row in data.tables["hardware"].values()
        if (tag := str(row["asset_tag"])).startswith(prefix) and tag.removeprefix(prefix).isdecimal()
    ]
    return f"{prefix}{max(numbers, default=0) + 1:05}"


def _id(value: Any) -> Any:
    return int(value) if isinstance(value, str) and value.isdecimal() else value


def _done(data: SnipeIt, action: str, id_: int, before: Row | None, words: str) -> Reply:
    """Note the write, and answer with the flat record, which is not the shape that reading has."""
    row = data.tables["hardware"][id_]
    data.audit.note(action, "hardware", id_, before, row)
    return success(words, dict(row))
