"""How one change becomes requests to Snipe-IT: as few as there can be, each safe to be looked for after a lost answer.

1. A link is moved by one `PATCH {assigned_user}` with all other members; `/checkout` would need a check-in first.
2. A link is ended by a check-in, which takes the new status along.
3. A custom field is taken only if the model has it that the asset had before: after a change of model they follow.
4. A new default location is sent with the current one, which Snipe-IT would move along with it.
"""

import secrets
from collections.abc import Mapping
from typing import Any, Final

from reconciler.errors import RefusedError, RemoteError
from reconciler.model.plan import Action, Change
from reconciler.model.snapshot import Scalar
from reconciler.remote.room import Seen
from reconciler.remote.settling import compare
from reconciler.settings.stores import SiteFrom, TypesFrom
from reconciler.snipeit.client import Client, text
from reconciler.snipeit.fields import OF_MODEL
from reconciler.snipeit.models import chosen
from reconciler.snipeit.records import answered, seen_asset, seen_person
from reconciler.snipeit.vocabulary import Vocabulary

_MODEL: Final = OF_MODEL | {"type"}


def send_asset(client: Client, words: Vocabulary, change: Change, seen: Seen | None) -> Seen:
    """Make an asset's change, and return it as it reads afterwards.

    Raises:
        RefusedError, LostAnswerError, RemoteError: as `Client.write`.
    """
    match change.action:
        case Action.CREATE:
            return _created(client, words, change)
        case Action.DELETE if seen is not None:
            client.write("DELETE", f"hardware/{seen.remote_id}")
            return seen
        case Action.UPDATE if seen is not None:
            return _updated(client, words, change, seen)
        case _:
            raise RemoteError(f"{change.label} was not looked for before it was changed.")


def _created(client: Client, words: Vocabulary, change: Change) -> Seen:
    """Create an asset, its model included; take one that is there already. Raises RefusedError."""
    values = {each.name: each.after for each in change.attributes if each.after is not None}
    model = chosen(client, words, values)
    body = {"asset_tag": change.name, "model_id": int(model.id), **_members(words, values)}
    if values.get("user") is not None:
        body["assigned_user"] = int(str(values["user"]))
    try:
        payload = client.write("POST", "hardware", body)
    except RefusedError as error:
        taken = _taken(client, words, change, values)
        if taken is None:
            raise
        if isinstance(taken, str):
            raise RefusedError(taken) from error
        return taken
    return _read_back(client, words, change, payload)


def _taken(client: Client, words: Vocabulary, change: Change, values: Mapping[str, Scalar]) -> Seen | str | None:
    """Return the asset that has the tag already if it is this one, else why it is not; None when nobody has it."""
    row = client.get(f"hardware/bytag/{change.name}")
    if row is None or "asset_tag" not in row:
        return None
    seen = seen_asset(row, words)
    if not compare(change, seen.values).other and seen.values.get("serialNumber") == values.get("serialNumber"):
        return seen
    return (
        f"the tag {change.name} was taken by another asset ({seen.values.get('name')}). Apply again: it gets the next"
    )


def _updated(client: Client, words: Vocabulary, change: Change, seen: Seen) -> Seen:
    """Update an asset: check it in first where its user goes, then the rest. Raises RefusedError."""
    path = f"hardware/{seen.remote_id}"
    values = {each.name: each.after for each in change.attributes}
    payload: Any = None
    ended: dict[str, Scalar] = {"user": None} if "user" in values and values["user"] is None else {}
    if ended:
        body = {"status_id": _status(words, values["status"])} if values.get("status") else {}
        client.write("POST", f"{path}/checkin", body)
        ended |= {name: values.pop(name) for name in ("user", "status") if name in values}
        if not values:  # it answers success once it is saved, and nothing else (AssetsController::checkin)
            return Seen(seen.remote_id, seen.name, {**seen.values, **ended})
    first, later = _bodies(client, words, values, seen)
    for body in filter(None, (first, later)):
        payload = client.write("PATCH", path, body)
    return _read_back(client, words, change, payload, seen.remote_id)


def _bodies(
    client: Client, words: Vocabulary, values: Mapping[str, Scalar], seen: Seen
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the members to send, and those that have to follow a change of model."""
    body = _members(words, values)
    if values.get("user") is not None:
        body["assigned_user"] = int(str(values["user"]))
    if not _MODEL & values.keys():
        return body, {}
    model = chosen(client, words, {**{name: seen.values.get(name) for name in _MODEL}, **values})
    before = words.model_of(*(_text(seen.values.get(name)) for name in ("type", "manufacturer", "model")))
    had = before[0].columns if before else frozenset()
    columns = {field.member for field in words.fields.custom}
    later = {name: value for name, value in body.items() if name in columns and name not in had}
    first = {name: value for name, value in body.items() if name not in later}
    return {"model_id": int(model.id), **first}, later


def _text(value: Scalar) -> str | None:
    return None if value is None else str(value)


def _members(words: Vocabulary, values: Mapping[str, Scalar]) -> dict[str, Any]:
    """Return the members of an asset for everything but its model and its user."""
    body: dict[str, Any] = {}
    for name, value in values.items():
        if name == "status":
            body["status_id"] = _status(words, value)
        elif name == "site":
            body |= _site(words, value)
        elif name not in _MODEL and name != "user":
            field = words.fields.by_name[name]
            body[field.member] = field.sent(value)
    return body


def _site(words: Vocabulary, value: Scalar) -> dict[str, Any]:
    ids = words.site_ids(None if value is None else str(value))
    location = ids.pop("location_id")
    if words.settings.site is SiteFrom.DEFAULT_LOCATION:
        return {**ids, "rtd_location_id": location}
    return {**ids, "location_id": location}


def _status(words: Vocabulary, value: Scalar) -> int:
    return int(words.id_of(words.statuses, str(value)))


def _read_back(client: Client, words: Vocabulary, change: Change, payload: Any, remote_id: str | None = None) -> Seen:
    """Return the asset by the answer where that shows the whole change as done, else read it."""
    seen = answered(payload, words)
    if seen is not None and all(each.name in seen.values for each in change.attributes):
        compared = compare(change, seen.values)
        if not compared.left and not compared.other:
            return seen
    id_ = remote_id or (seen.remote_id if seen else None)
    row = client.get(f"hardware/{id_}") if id_ else client.get(f"hardware/bytag/{change.name}")
    if row is None or "asset_tag" not in row:
        raise RemoteError(f"Snipe-IT answered that {change.label} was written, and does not show it.")
    return seen_asset(row, words)


def send_person(client: Client, words: Vocabulary, change: Change, seen: Seen | None) -> Seen:
    """Make a user's change, and return it as it reads afterwards; a new one cannot log in."""
    values = {each.name: each.after for each in change.attributes}
    if change.action is Action.DELETE and seen is not None:
        client.write("DELETE", f"users/{seen.remote_id}")
        return seen
    body = _person_members(words, values)
    if change.action is Action.CREATE:
        password = secrets.token_urlsafe(24)
        body |= {"password": password, "password_confirmation": password, "activated": False}
    path = f"users/{seen.remote_id}" if seen else "users"
    payload = client.write("PATCH" if seen else "POST", path, body)
    row = client.get(f"users/{seen.remote_id if seen else payload['id']}")
    if row is None:
        raise RemoteError(f"Snipe-IT answered that {change.label} was written, and does not show it.")
    return seen_person(row, words)


def _person_members(words: Vocabulary, values: Mapping[str, Scalar]) -> dict[str, Any]:
    """Return the members that hold a user's values."""
    body: dict[str, Any] = {}
    for name, value in values.items():
        match name:
            case "name":
                first, _, last = str(value or "").partition(" ")
                body |= {"first_name": first, "last_name": last}
            case "upn":
                body["username"] = value
            case "mail":
                body["email"] = value
            case "employeeId":
                body["employee_num"] = value
            case "site":
                body |= words.site_ids(None if value is None else str(value))
    return body


def send_type(client: Client, words: Vocabulary, change: Change) -> Seen:
    """Make an asset type: a category, or a model of the category that new models get."""
    name = change.name.removeprefix("type/")
    if words.settings.types is TypesFrom.MODEL:
        chosen(client, words, {"type": name})
    elif name not in words.categories.ids:
        payload = client.write("POST", "categories", {"name": name, "category_type": "asset"})
        words.categories.ids[name] = str(payload["id"])
    return Seen(words.types().ids[name], change.name, {})


def find_type(client: Client, words: Vocabulary, change: Change) -> tuple[Seen, ...]:
    """Return the type of a change, by name."""
    name = change.name.removeprefix("type/")
    if words.settings.types is TypesFrom.CATEGORY:
        for row in client.every("categories", "categories", lambda _count: None):
            words.categories.ids.setdefault(text(row["name"]) or "", str(row["id"]))
    found = words.types().ids.get(name)
    return (Seen(found, change.name, {}),) if found else ()
