"""How Snipe-IT's transformers show a record: texts HTML-escaped, references as `{id, name}`, dates twice."""

from collections.abc import Callable
from html import escape
from typing import Any, Final

from reconciler.simulator.snipeit.data import Row, SnipeIt


def escaped(value: Any) -> Any:
    """Escape a text as Laravel's `e()` does."""
    return escape(value, quote=True).replace("&#x27;", "&#039;") if isinstance(value, str) else value


def moment(text: str | None) -> dict[str, str] | None:
    """Return a point in time as a record has it."""
    return {"datetime": text, "formatted": text} if text else None


def date(text: str | None) -> dict[str, str] | None:
    """Return a day as a record has it."""
    return {"date": text, "formatted": text} if text else None


def reference(data: SnipeIt, table: str, id_: Any) -> dict[str, Any] | None:
    """Return a record that another refers to, as its id and its name."""
    row = data.tables[table].get(id_)
    return {"id": row["id"], "name": escaped(row["name"])} if row else None


def asset(data: SnipeIt, row: Row) -> dict[str, Any]:
    """Return an asset as lists and single reads show it."""
    model = data.tables["models"].get(row["model_id"]) or {}
    label = data.tables["statuslabels"].get(row["status_id"]) or {}
    may = data.options.may_write and not row["deleted_at"]
    assigned = _assigned(data, row)
    return {
        "id": row["id"],
        "name": escaped(row["name"]),
        "asset_tag": escaped(row["asset_tag"]),
        "serial": escaped(row["serial"]),
        "model": reference(data, "models", row["model_id"]),
        "byod": bool(row.get("byod")),
        "requestable": bool(row.get("requestable")),
        "model_number": escaped(model.get("model_number")),
        "category": reference(data, "categories", model.get("category_id")),
        "manufacturer": reference(data, "manufacturers", model.get("manufacturer_id")),
        "status_label": {
            "id": label.get("id"),
            "name": escaped(label.get("name")),
            "status_type": label.get("type"),
            "status_meta": "deployed" if assigned and label.get("type") == "deployable" else label.get("type"),
        },
        "company": reference(data, "companies", row.get("company_id")),
        "location": reference(data, "locations", row.get("location_id")),
        "rtd_location": reference(data, "locations", row.get("rtd_location_id")),
        "assigned_to": assigned,
        "notes": f"<p>{escaped(row['notes'])}</p>" if row.get("notes") else None,
        "order_number": escaped(row.get("order_number")),
        "warranty_months": f"{row['warranty_months']} months" if row.get("warranty_months") else None,
        "warranty_expires": None,
        "purchase_date": date(row.get("purchase_date")),
        "purchase_cost": None,
        "created_at": moment(row["created_at"]),
        "updated_at": moment(row["updated_at"]),
        "deleted_at": moment(row["deleted_at"]),
        "last_checkout": moment(row.get("last_checkout")),
        "last_checkin": moment(row.get("last_checkin")),
        "expected_checkin": None,
        "checkin_counter": row.get("checkin_counter", 0),
        "checkout_counter": row.get("checkout_counter", 0),
        "custom_fields": _custom(data, row),
        "available_actions": {
            "checkout": may,
            "checkin": may,
            "clone": may,
            "restore": data.options.may_write and bool(row["deleted_at"]),
            "update": may,
            "delete": may and not assigned,
        },
    }


def _assigned(data: SnipeIt, row: Row) -> dict[str, Any] | None:
    """Return to whom or what an asset is checked out, None when it is to nobody."""
    target = row.get("assigned_to")
    if not target:
        return None
    kind = row.get("assigned_type", "user")
    if kind != "user":
        table = {"location": "locations", "asset": "hardware"}[kind]
        return {"id": target, "name": escaped(data.tables[table][target]["name"]), "type": kind}
    user = data.tables["users"][target]
    return {
        "id": user["id"],
        "username": escaped(user["username"]),
        "name": escaped(_full_name(user)),
        "first_name": escaped(user["first_name"]),
        "last_name": escaped(user["last_name"]),
        "email": escaped(user["email"]),
        "employee_number": escaped(user["employee_num"]),
        "type": "user",
    }


def _custom(data: SnipeIt, row: Row) -> dict[str, Any]:
    """Return the custom fields of the model's fieldset by label; without one there are none.

    What is in an encrypted one takes a right of its own to see.
    """
    return {
        field["name"]: {
            "field": column,
            "value": "" if row.get(column) is None else "ENCRYPTED" if field.get("encrypted") else escaped(row[column]),
            "field_format": field["format"],
            "element": field["element"],
        }
        for column, field in data.columns_of(row["model_id"]).items()
    }


def _full_name(user: Row) -> str:
    return f"{user['first_name']} {user['last_name'] or ''}".strip()


def _plain(row: Row) -> dict[str, Any]:
    return {
        "id": row["id"],
        "name": escaped(row["name"]),
        "created_at": moment(row["created_at"]),
        "updated_at": moment(row["updated_at"]),
    }


def _user(data: SnipeIt, row: Row) -> dict[str, Any]:
    """Return a user as the API shows it."""
    return {
        "id": row["id"],
        "name": escaped(_full_name(row)),
        "first_name": escaped(row["first_name"]),
        "last_name": escaped(row["last_name"]),
        "username": escaped(row["username"]),
        "email": escaped(row["email"]),
        "employee_num": escaped(row["employee_num"]),
        "location": reference(data, "locations", row.get("location_id")),
        "company": reference(data, "companies", row.get("company_id")),
        "activated": bool(row["activated"]),
        "ldap_import": bool(row.get("ldap_import")),
        "deleted_at": moment(row["deleted_at"]),
        "updated_at": moment(row["updated_at"]),
    }


def _model(data: SnipeIt, row: Row) -> dict[str, Any]:
    return {
        **_plain(row),
        "model_number": escaped(row.get("model_number")),
        "manufacturer": reference(data, "manufacturers", row.get("manufacturer_id")),
        "category": reference(data, "categories", row.get("category_id")),
        "fieldset": reference(data, "fieldsets", row.get("fieldset_id")),
        "deleted_at": moment(row["deleted_at"]),
    }


def _fieldset(data: SnipeIt, row: Row) -> dict[str, Any]:
    fields = [_field(data, data.tables["fields"][id_]) for id_ in row.get("field_ids", ())]
    return {**_plain(row), "fields": {"total": len(fields), "rows": fields}}


def _field(data: SnipeIt, row: Row) -> dict[str, Any]:
    values = row.get("field_values") or ""
    return {
        **_plain(row),
        "db_column_name": row["db_column"],
        "format": row["format"],
        "field_values": escaped(values),
        "field_values_array": values.split("\r\n") if values else None,
        "type": row["element"],
        "required": bool(row.get("required")),
        **({"field_encrypted": bool(row.get("encrypted"))} if data.options.says_encrypted else {}),
    }


SHAPES: Final[dict[str, Callable[[SnipeIt, Row], dict[str, Any]]]] = {
    "hardware": asset,
    "models": _model,
    "categories": lambda _data, row: {
        **_plain(row),
        "category_type": row["category_type"],
        "checkin_email": bool(row.get("checkin_email")),
        "require_acceptance": bool(row.get("require_acceptance")),
        "eula": bool(row.get("eula")),
    },
    "manufacturers": lambda _data, row: _plain(row),
    "statuslabels": lambda _data, row: {**_plain(row), "type": row["type"], "default_label": 0},
    "companies": lambda _data, row: _plain(row),
    "locations": lambda data, row: {
        **_plain(row),
        "parent": reference(data, "locations", row.get("parent_id")),
    },
    "fields": _field,
    "fieldsets": _fieldset,
    "users": _user,
}
"""How a record of each table is shown."""
