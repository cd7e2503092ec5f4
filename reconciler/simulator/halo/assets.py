"""Writing assets by POST: what is sent of one is changed, and an array that is sent is the whole array."""

from collections.abc import Mapping
from typing import Any, Final

from reconciler.simulator.halo.data import UNKNOWN_SITE, Halo, Row
from reconciler.simulator.halo.replies import RefusedError

_INTEGERS: Final = ("id", "site_id", "client_id", "assettype_id", "status_id")
_TEXTS: Final = ("inventory_number", "notes", "phone_number", "intune_id", "warranty_start", "warranty_end")
_LONGEST_INTUNE_ID: Final = 100


def write(data: Halo, given: Mapping[str, Any], at: int) -> int:
    """Create or change one asset of a request, its place in the array being `at`; return its id.

    Without an id it is always created. Members that Halo does not know are ignored.
    """
    sent = {**given, **{name: _integer(given[name], f"[{at}].{name}") for name in _INTEGERS if name in given}}
    old = data.tables["assets"].get(sent["id"]) if sent.get("id") else None
    if sent.get("id") and old is None:
        raise RefusedError("The Asset could not be found.", status=404)
    new = {**(old or data.blank_asset()), **_members(data, sent, old)}
    _check(data, new, old)
    before = dict(old) if old else None
    if old is None:
        id_ = data.add("assets", **new)
        data.touch(data.tables["assets"][id_])
        data.audit.note("create", "assets", id_, None, data.tables["assets"][id_])
        return id_
    old.update(new)
    if before and before["site_id"] != old["site_id"]:
        old = data.move(old)
    data.touch(old)
    data.audit.note("update", "assets", before["id"] if before else old["id"], before, old)
    return int(old["id"])


def remove(data: Halo, id_: int) -> None:
    """Delete an asset for good."""
    before = data.tables["assets"].pop(id_, None)
    if before is None:
        raise RefusedError("The Asset could not be found.", status=404)
    data.version += 1
    data.audit.note("delete", "assets", id_, before, None)


def _members(data: Halo, sent: Mapping[str, Any], old: Row | None) -> Row:
    """Return what Halo makes of the members that it knows."""
    new: Row = {name: sent[name] for name in _TEXTS if name in sent}
    if "inactive" in sent:
        new["inactive"] = bool(sent["inactive"])
    if "status_id" in sent:
        new["status_id"] = sent["status_id"]
    new |= _type_members(data, sent, old)
    if "site_id" in sent or "client_id" in sent:
        new["site_id"] = _site(data, sent)
    if "users" in sent and (sent["users"] or data.options.empty_list_unlinks):
        ids = [_integer(each["id"], "users") for each in sent["users"]]
        new["users"] = [id_ for id_ in dict.fromkeys(ids) if id_ in data.tables["users"]]
    if "software" in sent:
        new["software"] = [dict(each) for each in sent["software"]]
    return new | _fields(data, sent, {**(old or data.blank_asset()), **new})


def _type_members(data: Halo, sent: Mapping[str, Any], old: Row | None) -> Row:
    """Return the type that is sent, unless an asset keeps its own; another type empties the fields by an option."""
    if not sent.get("assettype_id") or (old and sent.get("_dontupdatetype")):
        return {}
    other = old is not None and old["assettype_id"] != sent["assettype_id"]
    emptied: Row = {"fields": {}} if other and not data.options.type_keeps_fields else {}
    return {"assettype_id": sent["assettype_id"], **emptied}


def _fields(data: Halo, sent: Mapping[str, Any], now: Row) -> Row:
    """Return the fields of the type and the custom fields, those that are sent merged into those of now."""
    new: Row = {}
    if "fields" in sent:
        known = set(data.tables["types"].get(now["assettype_id"], {}).get("field_ids", ()))
        new["fields"] = _merged(data, now["fields"], sent["fields"], known)
    if "customfields" in sent:
        by_name = {row["name"]: id_ for id_, row in data.tables["custom_fields"].items()}
        named = [{**each, "id": each.get("id") or by_name.get(each.get("name"))} for each in sent["customfields"]]
        new["customfields"] = _merged(data, now["customfields"], named, set(by_name.values()))
    return new


def _merged(data: Halo, kept: Mapping[int, Any], sent: list[Row], known: set[int]) -> dict[int, Any]:
    """Return the values after an array of fields: unknown ids are ignored, and what is left out is blank."""
    values = {_integer(each["id"], "fields"): each.get("value") for each in sent if each.get("id")}
    taken = {id_: value for id_, value in values.items() if id_ in known}
    return taken if data.options.arrays_replace else {**kept, **taken}


def _site(data: Halo, sent: Mapping[str, Any]) -> int:
    if sent.get("site_id") in data.tables["sites"]:
        return int(sent["site_id"])
    client = data.tables["clients"].get(sent.get("client_id") or 0) or {}
    return int(client.get("main_site_id") or UNKNOWN_SITE)


def _check(data: Halo, new: Row, old: Row | None) -> None:
    """Refuse what Halo refuses: a tag that is taken, an unknown type, a mandatory field without a value, a status."""
    tag = new["inventory_number"]
    own = old["id"] if old else None
    same = data.find("assets", inventory_number=tag) if tag and data.options.tag_must_be_unique else []
    if any(row["id"] != own for row in same):
        raise RefusedError("Asset tag must be unique")
    kind = data.tables["types"].get(new["assettype_id"])
    if kind is None:
        raise RefusedError("The Asset Type could not be found.")
    if len(str(new["intune_id"] or "")) > _LONGEST_INTUNE_ID:
        raise RefusedError("String or binary data would be truncated in table 'DEVICE', column 'DIntuneId'.")
    for id_ in kind["field_ids"]:
        field = data.tables["fields"][id_]
        if field.get("mandatory") and not new["fields"].get(id_):
            raise RefusedError(f"{field['name']} is mandatory")
    if (old is None or old["status_id"] != new["status_id"]) and data.options.enforces_statuses:
        _check_status(kind, new["status_id"], old["status_id"] if old else None)


def _check_status(kind: Row, status: int, before: int | None) -> None:
    if kind["allowall_status"]:
        return
    rules = [each for each in kind["allowed_status"] if each["status_id"] == status]
    if not rules:
        raise RefusedError("This status is not allowed for this Asset Type")
    if before is not None and not rules[0]["allowafterallstatuses"] and before not in rules[0]["allowedafterstatus"]:
        raise RefusedError("This status is not allowed after the current status")


def _integer(value: Any, where: str) -> int:
    if isinstance(value, bool) or (isinstance(value, float) and not value.is_integer()):
        raise RefusedError(f"Input string '{value}' is not a valid integer.", where=where)
    try:
        return int(value)
    except (TypeError, ValueError) as error:
        raise RefusedError(f"Could not convert string to integer: {value}.", where=where) from error
