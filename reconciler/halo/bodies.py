"""One change as the body of one POST (halo-api, §4): members that are sent replace, and arrays are sent whole.

1. `fields`, `customfields` and `users` are what was read just before, with what the change says.
2. References are ids; an attribute without a place in Halo is not sent.
3. A record without an id is created: an update always has it.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from reconciler.halo.api import Row
from reconciler.halo.directory import Directory
from reconciler.halo.settings import INTUNE_ID, HaloSettings
from reconciler.halo.slots import Slots
from reconciler.halo.values import to_halo
from reconciler.model.plan import Action, Attribute, Change
from reconciler.model.snapshot import Scalar

_CONTROL: Final = {"_dontaddnewfields": True, "isassetdetails": True}
_REFERENCES: Final = {"type": "assettype_id", "site": "site_id", "status": "status_id"}
_USER_MEMBERS: Final = {"name": "name", "upn": "login", "mail": "emailaddress", "employeeId": "other1"}


def asset_body(change: Change, row: Row | None, directory: Directory, settings: HaloSettings) -> dict[str, Any]:
    """Return the body that creates an asset, or that changes one which reads as `row` just now.

    Raises:
        RefusedError: Halo lacks a name, or has it twice.
    """
    if change.action is Action.DELETE:
        return {"id": int(_id(row)), "inactive": True, **_CONTROL}
    after = {each.name: each.after for each in change.attributes}
    body: dict[str, Any] = dict(_CONTROL)
    if row is None:
        body |= {"inventory_number": change.name, "inactive": False, "do_not_apply_template_in_the_api": True}
    else:
        body["id"] = int(_id(row))
    for name, member in _REFERENCES.items():
        if after.get(name) is not None:
            body[member] = directory.id_of(name, str(after[name]))
    if "user" in after:
        body["users"] = _users(change, row)
    type_id = body.get("assettype_id") or (row or {}).get("assettype_id") or 0
    bound = {directory.slots.binding[0]: change.device_id} if directory.slots.binding and change.device_id else {}
    return (
        body | _field_members(after, bound, row or {}, int(type_id), directory) | _binding(change, row or {}, settings)
    )


def _users(change: Change, row: Row | None) -> list[dict[str, int]]:
    """Return the whole list: the new user first, and everybody else's link kept but the one that is replaced."""
    link = next(each for each in change.attributes if each.name == "user")
    others = [str(each["id"]) for each in (row or {}).get("users") or ()]
    kept = [id_ for id_ in others if id_ not in (str(link.before), str(link.after))]
    new = [] if link.after is None else [str(link.after)]
    return [{"id": int(id_)} for id_ in [*new, *kept]]


def _field_members(
    after: Mapping[str, Scalar], bound: Mapping[int, str], row: Row, type_id: int, directory: Directory
) -> dict[str, Any]:
    """Return the members that hold fields; `bound` is the device's id by the custom field that it goes into."""
    slots = directory.slots
    body: dict[str, Any] = {}
    for ours, member in slots.members.items():
        if ours in after:
            body[member] = to_halo(after[ours]) or None
    return body | _type_fields(after, row, type_id, slots) | _custom_fields(after, bound, row, slots)


def _type_fields(after: Mapping[str, Scalar], row: Row, type_id: int, slots: Slots) -> dict[str, Any]:
    """Return the member with the fields of the type: whole, when one of them changes."""
    own = slots.of_types.get(type_id, {})
    changed = {own[name]: to_halo(after[ours]) for ours, name in slots.fields.items() if ours in after and name in own}
    if not changed:
        return {}
    kept = {int(each["id"]): each.get("value") for each in row.get("fields") or ()}
    return {"fields": _array({**kept, **changed})}


def _custom_fields(after: Mapping[str, Scalar], bound: Mapping[int, str], row: Row, slots: Slots) -> dict[str, Any]:
    """Return the member with the custom fields: whole, with the names of those that are ours, when one changes."""
    custom = {id_: to_halo(after[ours]) for ours, (id_, _) in slots.custom.items() if ours in after}
    custom |= bound
    if not custom:
        return {}
    kept = {int(each["id"]): each.get("value") for each in row.get("customfields") or ()}
    names = dict([*slots.custom.values(), *([slots.binding] if slots.binding else [])])
    named = [
        {**each, **({"name": names[each["id"]]} if each["id"] in names else {})} for each in _array({**kept, **custom})
    ]
    return {"customfields": named}


def _array(values: Mapping[int, Any]) -> list[dict[str, Any]]:
    return [{"id": id_, "value": "" if value is None else value} for id_, value in sorted(values.items())]


def _binding(change: Change, row: Row, settings: HaloSettings) -> dict[str, Any]:
    """Return the member that holds the device's id, where settings name one and it is not there yet."""
    if settings.binding_field == INTUNE_ID and change.device_id and row.get("intune_id") != change.device_id:
        return {"intune_id": change.device_id}
    return {}


def user_body(change: Change, row: Row | None, directory: Directory) -> dict[str, Any]:
    """Return the body that creates a user, or that changes one. Raises RefusedError as `asset_body`."""
    if change.action is Action.DELETE:
        return {"id": int(_id(row)), "inactive": True}
    after = {each.name: each.after for each in change.attributes}
    body: dict[str, Any] = {} if row is None else {"id": int(_id(row))}
    body |= {member: to_halo(after[name]) for name, member in _USER_MEMBERS.items() if name in after}
    if "active" in after:
        body["inactive"] = not after["active"]
    if after.get("site") is not None:
        body["site_id"] = directory.id_of("site", str(after["site"]))
    if change.entra_id and (row or {}).get("azureoid") != change.entra_id:
        body["azureoid"] = change.entra_id
    return body


def type_body(name: str, attributes: Iterable[Attribute], directory: Directory) -> dict[str, Any]:
    """Return the body that creates an asset type, with every field that settings use. Raises RefusedError so."""
    group = next((str(each.after) for each in attributes if each.name == "group"), "")
    fields = [{"field_id": id_, "sequence": at} for at, id_ in enumerate(directory.slots.ids())]
    return {"name": name, "assetgroup_id": directory.id_of("group", group), "fields": fields}


def _id(row: Row | None) -> str:
    if row is None:
        raise AssertionError("an update is always about a record that was read")
    return str(row["id"])
