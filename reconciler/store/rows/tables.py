"""The tables of assets and what they refer to; migrations make them, and a test compares the two.

Points in time are UTC text (`2026-11-23T08:00:00Z`), days are `2026-11-23`, structured values are JSON text. Names are
compared byte by byte.
"""

from typing import Any, Final

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    Table,
    UniqueConstraint,
    text,
    true,
)
from sqlalchemy.types import TypeEngine

from reconciler.settings.catalogue import FieldType
from reconciler.settings.fields import BUILT_IN_FIELDS, AssetField
from reconciler.store.database.dialects import NUMBER, TEXT, json_object_checks
from reconciler.store.database.schema import metadata, one_of


def _id() -> Column[int]:
    return Column("id", Integer, primary_key=True)


def _remote_id() -> Column[str]:
    return Column("remote_id", TEXT)


def _once(table: str) -> Index:
    return Index(f"uq_{table}_remote_id", "remote_id", unique=True)


def _name(*, unique: bool = False) -> Column[str]:
    return Column("name", TEXT, CheckConstraint("name <> ''", "name"), nullable=False, unique=unique)


organisation = Table("organisation", metadata, _id(), _name(unique=True), Column("tenant_id", TEXT, unique=True))

site = Table(
    "site",
    metadata,
    _id(),
    Column("organisation_id", ForeignKey("organisation.id"), nullable=False),
    _name(),
    _remote_id(),
    UniqueConstraint("organisation_id", "name"),
    _once("site"),
)

asset_group = Table("asset_group", metadata, _id(), _name(unique=True))

asset_type = Table(
    "asset_type",
    metadata,
    _id(),
    _name(unique=True),
    Column("group_id", ForeignKey("asset_group.id"), nullable=False),
    _remote_id(),
    _once("asset_type"),
)

status = Table("status", metadata, _id(), _name(unique=True), _remote_id(), _once("status"))

person = Table(
    "person",
    metadata,
    _id(),
    _name(),
    Column("upn", TEXT),
    Column("mail", TEXT),
    Column("employee_id", TEXT),
    Column("site_id", ForeignKey("site.id")),
    Column("active", Boolean(create_constraint=True, name="active"), nullable=False, server_default=true()),
    Column("entra_id", TEXT, unique=True),
    Column("also_entra_ids", TEXT, comment="of users merged into it, one to a line"),
    _remote_id(),
    _once("person"),
    sqlite_autoincrement=True,
)

custom_field = Table(
    "custom_field",
    metadata,
    _id(),
    _name(unique=True),
    Column("label", TEXT),
    Column("type", TEXT, one_of("type", list(FieldType)), nullable=False),
    Column("max_length", Integer, CheckConstraint("max_length > 0", "max_length")),
    Column("choices", TEXT, nullable=False, server_default="[]"),
)


def _field_type(field: AssetField) -> TypeEngine[Any]:
    match field.type:
        case FieldType.NUMBER:
            return NUMBER
        case FieldType.BOOLEAN:
            return Boolean(create_constraint=True, name=field.column)
        case _:
            return TEXT


def _field_check(field: AssetField) -> list[CheckConstraint]:
    match field.type:
        case FieldType.TEXT:
            return [CheckConstraint(f"length({field.column}) <= {field.max_length}", field.column)]
        case FieldType.DATE:
            return [CheckConstraint(f"{field.column} LIKE '____-__-__'", field.column)]
        case FieldType.DATETIME:
            return [CheckConstraint(f"{field.column} LIKE '____-__-__T________Z'", field.column)]
        case _:
            return []


asset = Table(
    "asset",
    metadata,
    _id(),
    Column("tag", TEXT, CheckConstraint("tag <> ''", "tag"), nullable=False, unique=True),
    Column("type_id", ForeignKey("asset_type.id")),
    Column("site_id", ForeignKey("site.id")),
    Column("status_id", ForeignKey("status.id")),
    Column("person_id", ForeignKey("person.id")),
    *(Column(field.column, _field_type(field), *_field_check(field)) for field in BUILT_IN_FIELDS.values()),
    Column("custom", TEXT, nullable=False, server_default="{}"),
    Column("version", Integer, CheckConstraint("version > 0", "version"), nullable=False, server_default=text("1")),
    Column("created_at", TEXT, nullable=False),
    Column("updated_at", TEXT, nullable=False),
    _remote_id(),
    _once("asset"),
    *json_object_checks("custom"),
    sqlite_autoincrement=True,
)

FIELD_COLUMNS: Final = {name: asset.c[str(field.column)] for name, field in BUILT_IN_FIELDS.items()}
"""The columns of the built-in fields, by the name that settings and plans use."""

licence = Table(
    "licence",
    metadata,
    _id(),
    _name(unique=True),
    Column("seats", Integer, CheckConstraint("seats >= 0", "seats")),
)

licence_alias = Table(
    "licence_alias",
    metadata,
    Column("licence_id", ForeignKey("licence.id", ondelete="CASCADE"), primary_key=True),
    Column("name", TEXT, primary_key=True),
)

software = Table(
    "software",
    metadata,
    _id(),
    _name(),
    Column("name_key", TEXT, nullable=False, unique=True, comment="the name trimmed, without case"),
    Column("publisher", TEXT),
    Column("licence_id", ForeignKey("licence.id")),
)

asset_software = Table(
    "asset_software",
    metadata,
    Column("asset_id", ForeignKey("asset.id", ondelete="CASCADE"), primary_key=True),
    Column("software_id", ForeignKey("software.id"), primary_key=True),
    Column("version", TEXT, primary_key=True, server_default=""),
)
