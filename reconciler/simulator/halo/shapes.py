"""How Halo shows a record: members by the names of its OpenAPI document, references as an id and a name."""

from collections.abc import Callable
from typing import Any, Final

from reconciler.simulator.halo.data import Halo, Row


def asset(
    data: Halo, row: Row, *, fields: bool, details: bool = False, allowed: bool = False, custom: bool = False
) -> Row:
    """Return an asset; its users and software come only with `details`, as its custom fields do without `custom`."""
    site = data.tables["sites"].get(row["site_id"]) or {}
    kind = data.tables["types"].get(row["assettype_id"]) or {}
    users = [data.tables["users"][id_] for id_ in row["users"] if id_ in data.tables["users"]]
    shown = {
        **{name: row[name] for name in ("id", "inventory_number", "site_id", "assettype_id", "status_id", "inactive")},
        **{name: row[name] for name in ("intune_id", "notes", "phone_number", "warranty_start", "warranty_end")},
        "key_field": str(row["fields"].get(next(iter(kind.get("field_ids", ())), 0), "") or ""),
        "client_id": site.get("client_id"),
        "client_name": _name(data, "clients", site.get("client_id")),
        "site_name": site.get("name"),
        "assettype_name": kind.get("name"),
        "assetgroup_name": _name(data, "groups", kind.get("assetgroup_id")),
        "status_name": _name(data, "statuses", row["status_id"]),
        "username": users[0]["name"] if users else "",
        "last_modified": row["last_modified"],
        "changeguid": row["changeguid"],
        "third_party_id": 0,
    }
    if fields:
        shown["fields"] = _fields(data, row, kind)
    if details:
        shown["users"] = [user(data, each) for each in users]
        shown["software"] = [dict(each) for each in row["software"]]
    if details or custom:
        shown["customfields"] = _custom_fields(data, row)
    if allowed:
        shown["allowed_status"] = allowed_statuses(data, kind)
    return shown


def _fields(data: Halo, row: Row, kind: Row) -> list[Row]:
    """Return the fields of an asset's type, with the asset's values."""
    known = [data.tables["fields"][id_] for id_ in kind.get("field_ids", ())]
    return [
        {
            "id": each["id"],
            "name": each["name"],
            "value": row["fields"].get(each["id"], ""),
            "display": str(row["fields"].get(each["id"], "")),
            "mandatory": bool(each.get("mandatory")),
            "lookup": each.get("lookup", 0),
        }
        for each in known
    ]


def _custom_fields(data: Halo, row: Row) -> list[Row]:
    known = data.tables["custom_fields"].values()
    return [
        {**{name: each[name] for name in ("id", "name", "label")}, "value": row["customfields"].get(each["id"])}
        for each in known
    ]


def allowed_statuses(data: Halo, kind: Row) -> list[Row]:
    """Return the statuses that a type's assets may have: all of assets, or the type's own."""
    if kind.get("allowall_status", True):
        rules = [{"status_id": row["id"]} for row in data.find("statuses", kind=2)]
    else:
        rules = kind["allowed_status"]
    return [
        {"allowafterallstatuses": True, "allowedafterstatus": [], **rule}
        | {"status_name": _name(data, "statuses", rule["status_id"])}
        for rule in rules
    ]


def user(data: Halo, row: Row, *, details: bool = False) -> Row:
    """Return a user; the Entra id is `azure_id` in a list, and `azureoid` in a single read too."""
    site = data.tables["sites"].get(row["site_id"]) or {}
    shown = {
        **{name: row.get(name) for name in ("id", "name", "emailaddress", "login", "inactive")},
        "site_id": float(row["site_id"] or 0),
        "site_id_int": row["site_id"],
        "site_name": site.get("name"),
        "client_id": site.get("client_id"),
        "client_name": _name(data, "clients", site.get("client_id")),
        "azure_id": row.get("azureoid"),
        "other1": row.get("employee_id"),
    }
    return shown | {"azureoid": row.get("azureoid")} if details else shown


def asset_type(data: Halo, row: Row, *, details: bool = False) -> Row:
    """Return an asset type; its fields and statuses come only with details."""
    shown = {name: row.get(name) for name in ("id", "name", "assetgroup_id", "inactive")}
    shown["assetgroup_name"] = _name(data, "groups", row["assetgroup_id"])
    if details:
        shown["allowall_status"] = row["allowall_status"]
        shown["allowed_status"] = [] if row["allowall_status"] else allowed_statuses(data, row)
        shown["keyfield_id"] = next(iter(row["field_ids"]), 0)
        shown["fields"] = [
            {
                "id": row["id"] * 1000 + at,
                "field_id": id_,
                "field_name": data.tables["fields"][id_]["name"],
                "type": data.tables["fields"][id_].get("type", "X"),
                "mandatory": bool(data.tables["fields"][id_].get("mandatory")),
                "sequence": at,
            }
            for at, id_ in enumerate(row["field_ids"])
        ]
    return shown


def site(data: Halo, row: Row) -> Row:
    """Return a site; its client's id is a number with a fraction, as in Halo's `Site_List`."""
    client = _name(data, "clients", row["client_id"])
    return {
        "id": row["id"],
        "name": row["name"],
        "client_id": float(row["client_id"]),
        "client_name": client,
        "clientsite_name": f"{client}/{row['name']}",
        "inactive": row["inactive"],
    }


def client(_data: Halo, row: Row) -> Row:
    """Return a client."""
    return {name: row.get(name) for name in ("id", "name", "inactive", "main_site_id")}


def plain(*names: str) -> Callable[[Halo, Row], Row]:
    """Return a shape that is these members and the id."""
    return lambda _data, row: {name: row.get(name) for name in ("id", *names)}


SHAPES: Final[dict[str, Callable[[Halo, Row], Row]]] = {
    "clients": client,
    "sites": site,
    "users": user,
    "types": asset_type,
    "groups": plain("name", "inactive"),
    "statuses": plain("name"),
    "fields": plain("name", "type", "mandatory"),
    "custom_fields": plain("name", "label"),
    "licences": plain("name", "count"),
}


def _name(data: Halo, table: str, id_: Any) -> str | None:
    row = data.tables[table].get(id_)
    return str(row["name"]) if row else None
