"""Snipe-IT's assets and users in a plan's words, from the shape that reading has and the flat one of answers."""

from typing import Any

from reconciler.model.snapshot import Scalar
from reconciler.remote.room import AssetRecord, PersonRecord, Seen
from reconciler.settings.stores import SiteFrom, TypesFrom
from reconciler.snipeit.client import Row, text
from reconciler.snipeit.vocabulary import Model, Vocabulary


def tag_of(row: Row) -> str:
    """Return an asset's tag."""
    return text(row.get("asset_tag")) or ""


def asset_record(row: Row, words: Vocabulary) -> AssetRecord:
    """Return an asset as a reading has it."""
    values = asset_values(row, words)
    user = values.pop("user")
    named = {name: values.pop(name) for name in ("type", "site", "status")}
    return AssetRecord(
        str(row["id"]),
        tag_of(row),
        _text(named["type"]),
        _text(named["site"]),
        _text(named["status"]),
        _text(user),
        values,
    )


def seen_asset(row: Row, words: Vocabulary) -> Seen:
    """Return an asset as settling compares it."""
    return Seen(str(row["id"]), tag_of(row), asset_values(row, words))


def asset_values(row: Row, words: Vocabulary) -> dict[str, Scalar]:
    """Return everything of an asset by the names that plans use; its user is Snipe-IT's id."""
    model = words.models.get(str(_id(row.get("model"))))
    where = "rtd_location" if words.settings.site is SiteFrom.DEFAULT_LOCATION else "location"
    return {
        "type": words.type_of(model) if model else _type(row, words),
        "site": words.site_of(_name(row.get("company")), _name(row.get(where))),
        "status": _name(row.get("status_label")),
        "user": user_of(row),
        **_of_model(model),
        **words.fields.values(row),
    }


def answered(payload: Any, words: Vocabulary) -> Seen | None:
    """Return an asset as the flat answer to a write shows it; None for an answer that shows none."""
    if not isinstance(payload, dict) or not payload.get("id") or "asset_tag" not in payload:
        return None
    values: dict[str, Scalar] = dict(words.fields.flat_values(payload))
    model = words.models.get(str(payload.get("model_id")))
    if model is not None:
        values |= {"type": words.type_of(model), **_of_model(model)}
    statuses = {id_: name for name, id_ in words.statuses.ids.items()}
    values["status"] = statuses.get(str(payload.get("status_id")))
    values["site"] = _flat_site(payload, words)
    if "assigned_to" in payload:
        values["user"] = str(payload["assigned_to"]) if payload["assigned_to"] else None
    return Seen(str(payload["id"]), str(payload["asset_tag"]), values)


def _flat_site(payload: Row, words: Vocabulary) -> str | None:
    member = "rtd_location_id" if words.settings.site is SiteFrom.DEFAULT_LOCATION else "location_id"
    locations = {id_: name for name, id_ in words.locations.ids.items()}
    companies = {id_: name for name, id_ in words.companies.ids.items()}
    return words.site_of(companies.get(str(payload.get("company_id"))), locations.get(str(payload.get(member))))


def person_record(row: Row, words: Vocabulary) -> PersonRecord:
    """Return a user as a reading has it."""
    return PersonRecord(
        str(row["id"]),
        text(row.get("name")) or "",
        text(row.get("username")),
        text(row.get("email")),
        text(row.get("employee_num")),
        words.site_of(_name(row.get("company")), _name(row.get("location"))),
    )


def seen_person(row: Row, words: Vocabulary) -> Seen:
    """Return a user as settling compares it."""
    record = person_record(row, words)
    values: dict[str, Scalar] = {
        "name": record.name,
        "upn": record.upn,
        "mail": record.mail,
        "employeeId": record.employee_id,
        "site": record.site,
    }
    return Seen(record.remote_id, record.upn or record.name, values)


def held_elsewhere(row: Row) -> str | None:
    """Return why an asset's user is left alone: it is checked out to a place or to another asset."""
    target = row.get("assigned_to")
    if not isinstance(target, dict) or target.get("type") in (None, "user"):
        return None
    return f"it is checked out to the {target['type']} {text(target.get('name'))} in Snipe-IT"


def _of_model(model: Model | None) -> dict[str, Scalar]:
    return {"manufacturer": model.manufacturer, "model": model.name} if model else {"manufacturer": None, "model": None}


def _type(row: Row, words: Vocabulary) -> str | None:
    return _name(row.get("category") if words.settings.types is TypesFrom.CATEGORY else row.get("model"))


def user_of(row: Row) -> str | None:
    """Return Snipe-IT's id of the user whom an asset is checked out to."""
    target = row.get("assigned_to")
    if not isinstance(target, dict) or target.get("type", "user") != "user":
        return None
    return str(target["id"])


def _name(reference: Any) -> str | None:
    return text(reference.get("name")) if isinstance(reference, dict) else None


def _id(reference: Any) -> Any:
    return reference.get("id") if isinstance(reference, dict) else None


def _text(value: Scalar) -> str | None:
    return None if value is None else str(value)
