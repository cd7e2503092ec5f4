"""Halo's records in our words: assets and users as a reading has them, and as they are at one moment."""

from collections.abc import Mapping

from reconciler.halo.api import Row
from reconciler.halo.directory import Directory, site_name
from reconciler.model.snapshot import Scalar
from reconciler.remote import AssetRecord, PersonRecord, Seen


def asset_record(row: Row, user: str | None, directory: Directory) -> AssetRecord:
    """Return an asset of a list; its user is found elsewhere, for lists do not tell it."""
    return AssetRecord(
        str(row["id"]),
        _text(row.get("inventory_number")) or f"Halo {row['id']}",
        _text(row.get("assettype_name")),
        site_name({"client_name": row.get("client_name"), "name": row.get("site_name")})
        if row.get("site_id")
        else None,
        _text(row.get("status_name")),
        user,
        directory.slots.values(row),
    )


def asset_seen(row: Row, directory: Directory) -> Seen:
    """Return an asset of a single read, every attribute of it."""
    record = asset_record(row, first_user(row), directory)
    values: dict[str, Scalar] = {
        "type": record.type,
        "site": record.site,
        "status": record.status,
        "user": record.user,
        **record.values,
    }
    return Seen(record.remote_id, record.tag, values)


def first_user(row: Row) -> str | None:
    """Return the id of the first of an asset's users, whom our one user is; None without any."""
    users = row.get("users") or ()
    return str(users[0]["id"]) if users else None


def person_record(row: Row) -> PersonRecord:
    """Return a user of a list or of a single read."""
    return PersonRecord(
        str(row["id"]),
        str(row.get("name") or ""),
        _text(row.get("login")),
        _text(row.get("emailaddress")),
        _text(row.get("other1")),
        site_name({"client_name": row.get("client_name"), "name": row.get("site_name")})
        if row.get("site_name")
        else None,
        not row.get("inactive"),
        _text(row.get("azureoid") or row.get("azure_id")),
    )


def person_seen(row: Row) -> Seen:
    """Return a user of a single read; the Entra id is not compared, for the ledger has it too."""
    record = person_record(row)
    values: Mapping[str, Scalar] = {
        "name": record.name or None,
        "upn": record.upn,
        "mail": record.mail,
        "employeeId": record.employee_id,
        "site": record.site,
        "active": record.active,
    }
    return Seen(record.remote_id, record.name, values)


def _text(value: object) -> str | None:
    return str(value) if value not in (None, "") else None
