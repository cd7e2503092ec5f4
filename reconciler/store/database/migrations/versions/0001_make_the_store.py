"""Make the store: every table of its first version, and the view of assets.

Revision ID: 0001
Revises:
"""

from alembic import op
from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Double,
    ForeignKey,
    Integer,
    Numeric,
    PrimaryKeyConstraint,
    Text,
    UniqueConstraint,
    text,
    true,
)
from sqlalchemy.types import TypeEngine

revision = "0001"
down_revision = None

TEXT: TypeEngine[str] = Text().with_variant(Text(collation="C"), "postgresql")
NUMBER: TypeEngine[float] = Double().with_variant(Numeric(asdecimal=False), "sqlite")

OVERVIEW = """
CREATE VIEW asset_overview AS
SELECT
    asset.id,
    asset.tag,
    asset.name,
    asset.serial_number,
    asset.manufacturer,
    asset.model,
    asset.operating_system,
    asset.os_version,
    asset.wifi_mac,
    asset.ethernet_mac,
    asset.imei,
    asset.phone_number,
    asset.storage_gb,
    asset.memory_gb,
    asset.ownership,
    asset.compliance,
    asset.encrypted,
    asset.enrolled_at,
    asset.last_check_in,
    asset.warranty_start,
    asset.warranty_end,
    asset.notes,
    asset.custom,
    asset_type.name AS type,
    asset_group.name AS asset_group,
    organisation.name AS organisation,
    site.name AS site,
    status.name AS status,
    person.name AS user_name,
    person.upn AS user_upn,
    binding.source,
    binding.tenant_id,
    binding.device_id,
    binding.presence,
    binding.missing_since,
    connection_read.read_at AS last_read_at,
    CASE
        WHEN binding.id IS NULL THEN 'never matched'
        WHEN binding.presence <> 'present' THEN binding.presence
    END AS not_updated_because,
    asset.version,
    asset.created_at,
    asset.updated_at
FROM asset
LEFT JOIN asset_type ON asset_type.id = asset.type_id
LEFT JOIN asset_group ON asset_group.id = asset_type.group_id
LEFT JOIN site ON site.id = asset.site_id
LEFT JOIN organisation ON organisation.id = site.organisation_id
LEFT JOIN status ON status.id = asset.status_id
LEFT JOIN person ON person.id = asset.person_id
LEFT JOIN binding ON binding.id = (
    SELECT one.id FROM binding AS one WHERE one.asset_id = asset.id
    ORDER BY CASE one.presence WHEN 'deleted' THEN 1 ELSE 0 END, one.id DESC LIMIT 1
)
LEFT JOIN connection_read
    ON connection_read.source = binding.source AND connection_read.tenant_id = binding.tenant_id
"""
"""Each asset with the names it refers to, its live binding (else its latest), and why no run updates it."""


def upgrade() -> None:
    """Make the tables, and the view."""
    _catalogue()
    _assets()
    _journal()
    op.execute(OVERVIEW)


def _catalogue() -> None:
    """Make the tables of what assets refer to."""
    op.create_table(
        "organisation",
        Column("id", Integer),
        Column("name", TEXT, CheckConstraint("name <> ''", op.f("ck_organisation_name")), nullable=False),
        Column("tenant_id", TEXT),
        PrimaryKeyConstraint("id", name=op.f("pk_organisation")),
        UniqueConstraint("name", name=op.f("uq_organisation_name")),
        UniqueConstraint("tenant_id", name=op.f("uq_organisation_tenant_id")),
    )
    op.create_table(
        "site",
        Column("id", Integer),
        Column(
            "organisation_id",
            Integer,
            ForeignKey("organisation.id", name=op.f("fk_site_organisation_id")),
            nullable=False,
        ),
        Column("name", TEXT, CheckConstraint("name <> ''", op.f("ck_site_name")), nullable=False),
        PrimaryKeyConstraint("id", name=op.f("pk_site")),
        UniqueConstraint("organisation_id", "name", name=op.f("uq_site_organisation_id_name")),
    )
    op.create_table(
        "asset_group",
        Column("id", Integer),
        Column("name", TEXT, CheckConstraint("name <> ''", op.f("ck_asset_group_name")), nullable=False),
        PrimaryKeyConstraint("id", name=op.f("pk_asset_group")),
        UniqueConstraint("name", name=op.f("uq_asset_group_name")),
    )
    op.create_table(
        "asset_type",
        Column("id", Integer),
        Column("name", TEXT, CheckConstraint("name <> ''", op.f("ck_asset_type_name")), nullable=False),
        Column("group_id", Integer, ForeignKey("asset_group.id", name=op.f("fk_asset_type_group_id")), nullable=False),
        PrimaryKeyConstraint("id", name=op.f("pk_asset_type")),
        UniqueConstraint("name", name=op.f("uq_asset_type_name")),
    )
    op.create_table(
        "status",
        Column("id", Integer),
        Column("name", TEXT, CheckConstraint("name <> ''", op.f("ck_status_name")), nullable=False),
        PrimaryKeyConstraint("id", name=op.f("pk_status")),
        UniqueConstraint("name", name=op.f("uq_status_name")),
    )
    op.create_table(
        "person",
        Column("id", Integer),
        Column("name", TEXT, CheckConstraint("name <> ''", op.f("ck_person_name")), nullable=False),
        Column("upn", TEXT),
        Column("mail", TEXT),
        Column("employee_id", TEXT),
        Column("site_id", Integer, ForeignKey("site.id", name=op.f("fk_person_site_id"))),
        Column(
            "active",
            Boolean(create_constraint=True, name=op.f("ck_person_active")),
            nullable=False,
            server_default=true(),
        ),
        Column("entra_id", TEXT),
        PrimaryKeyConstraint("id", name=op.f("pk_person")),
        UniqueConstraint("entra_id", name=op.f("uq_person_entra_id")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "custom_field",
        Column("id", Integer),
        Column("name", TEXT, CheckConstraint("name <> ''", op.f("ck_custom_field_name")), nullable=False),
        Column("label", TEXT),
        Column(
            "type",
            TEXT,
            CheckConstraint(
                "type IN ('text', 'number', 'integer', 'date', 'datetime', 'boolean', 'choice')",
                op.f("ck_custom_field_type"),
            ),
            nullable=False,
        ),
        Column("max_length", Integer, CheckConstraint("max_length > 0", op.f("ck_custom_field_max_length"))),
        Column("choices", TEXT, nullable=False, server_default="[]"),
        PrimaryKeyConstraint("id", name=op.f("pk_custom_field")),
        UniqueConstraint("name", name=op.f("uq_custom_field_name")),
    )
    op.create_table(
        "licence",
        Column("id", Integer),
        Column("name", TEXT, CheckConstraint("name <> ''", op.f("ck_licence_name")), nullable=False),
        Column("seats", Integer, CheckConstraint("seats >= 0", op.f("ck_licence_seats"))),
        PrimaryKeyConstraint("id", name=op.f("pk_licence")),
        UniqueConstraint("name", name=op.f("uq_licence_name")),
    )
    op.create_table(
        "licence_alias",
        Column(
            "licence_id",
            Integer,
            ForeignKey("licence.id", name=op.f("fk_licence_alias_licence_id"), ondelete="CASCADE"),
        ),
        Column("name", TEXT),
        PrimaryKeyConstraint("licence_id", "name", name=op.f("pk_licence_alias")),
    )


def _assets() -> None:
    """Make the tables of assets, their pins, bindings and software."""
    op.create_table(
        "asset",
        Column("id", Integer),
        Column("tag", TEXT, CheckConstraint("tag <> ''", op.f("ck_asset_tag")), nullable=False),
        Column("type_id", Integer, ForeignKey("asset_type.id", name=op.f("fk_asset_type_id"))),
        Column("site_id", Integer, ForeignKey("site.id", name=op.f("fk_asset_site_id"))),
        Column("status_id", Integer, ForeignKey("status.id", name=op.f("fk_asset_status_id"))),
        Column("person_id", Integer, ForeignKey("person.id", name=op.f("fk_asset_person_id"))),
        Column("name", TEXT, CheckConstraint("length(name) <= 255", op.f("ck_asset_name"))),
        Column("serial_number", TEXT, CheckConstraint("length(serial_number) <= 255", op.f("ck_asset_serial_number"))),
        Column("manufacturer", TEXT, CheckConstraint("length(manufacturer) <= 255", op.f("ck_asset_manufacturer"))),
        Column("model", TEXT, CheckConstraint("length(model) <= 255", op.f("ck_asset_model"))),
        Column(
            "operating_system",
            TEXT,
            CheckConstraint("length(operating_system) <= 255", op.f("ck_asset_operating_system")),
        ),
        Column("os_version", TEXT, CheckConstraint("length(os_version) <= 255", op.f("ck_asset_os_version"))),
        Column("wifi_mac", TEXT, CheckConstraint("length(wifi_mac) <= 64", op.f("ck_asset_wifi_mac"))),
        Column("ethernet_mac", TEXT, CheckConstraint("length(ethernet_mac) <= 64", op.f("ck_asset_ethernet_mac"))),
        Column("imei", TEXT, CheckConstraint("length(imei) <= 64", op.f("ck_asset_imei"))),
        Column("phone_number", TEXT, CheckConstraint("length(phone_number) <= 64", op.f("ck_asset_phone_number"))),
        Column("storage_gb", NUMBER),
        Column("memory_gb", NUMBER),
        Column("ownership", TEXT, CheckConstraint("length(ownership) <= 64", op.f("ck_asset_ownership"))),
        Column("compliance", TEXT, CheckConstraint("length(compliance) <= 64", op.f("ck_asset_compliance"))),
        Column("encrypted", Boolean(create_constraint=True, name=op.f("ck_asset_encrypted"))),
        Column(
            "enrolled_at",
            TEXT,
            CheckConstraint("enrolled_at LIKE '____-__-__T________Z'", op.f("ck_asset_enrolled_at")),
        ),
        Column(
            "last_check_in",
            TEXT,
            CheckConstraint("last_check_in LIKE '____-__-__T________Z'", op.f("ck_asset_last_check_in")),
        ),
        Column(
            "warranty_start", TEXT, CheckConstraint("warranty_start LIKE '____-__-__'", op.f("ck_asset_warranty_start"))
        ),
        Column("warranty_end", TEXT, CheckConstraint("warranty_end LIKE '____-__-__'", op.f("ck_asset_warranty_end"))),
        Column("notes", TEXT, CheckConstraint("length(notes) <= 10000", op.f("ck_asset_notes"))),
        Column("custom", TEXT, nullable=False, server_default="{}"),
        Column(
            "version",
            Integer,
            CheckConstraint("version > 0", op.f("ck_asset_version")),
            nullable=False,
            server_default=text("1"),
        ),
        Column("created_at", TEXT, nullable=False),
        Column("updated_at", TEXT, nullable=False),
        PrimaryKeyConstraint("id", name=op.f("pk_asset")),
        CheckConstraint("json_valid(custom) AND json_type(custom) = 'object'", op.f("ck_asset_custom")).ddl_if(
            dialect="sqlite"
        ),
        CheckConstraint("json_typeof(CAST(custom AS json)) = 'object'", op.f("ck_asset_custom")).ddl_if(
            dialect="postgresql"
        ),
        UniqueConstraint("tag", name=op.f("uq_asset_tag")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "pin",
        Column("asset_id", Integer, ForeignKey("asset.id", name=op.f("fk_pin_asset_id"), ondelete="CASCADE")),
        Column("field", TEXT),
        Column("reason", TEXT, nullable=False),
        Column("pinned_by", TEXT),
        Column("pinned_at", TEXT, nullable=False),
        PrimaryKeyConstraint("asset_id", "field", name=op.f("pk_pin")),
    )
    op.create_table(
        "binding",
        Column("id", Integer),
        Column("source", TEXT, nullable=False),
        Column("tenant_id", TEXT, nullable=False),
        Column("device_id", TEXT, CheckConstraint("device_id <> ''", op.f("ck_binding_device_id")), nullable=False),
        Column(
            "asset_id",
            Integer,
            ForeignKey("asset.id", name=op.f("fk_binding_asset_id"), ondelete="CASCADE"),
            nullable=False,
        ),
        Column(
            "presence",
            TEXT,
            CheckConstraint("presence IN ('present', 'missing', 'excluded', 'deleted')", op.f("ck_binding_presence")),
            nullable=False,
        ),
        Column("bound_at", TEXT, nullable=False),
        Column("missing_since", TEXT),
        Column(
            "missing_reads",
            Integer,
            CheckConstraint("missing_reads >= 0", op.f("ck_binding_missing_reads")),
            nullable=False,
        ),
        Column(
            "unlisted_reads",
            Integer,
            CheckConstraint("unlisted_reads >= 0", op.f("ck_binding_unlisted_reads")),
            nullable=False,
        ),
        Column("inactive_since", TEXT),
        Column("status_before", TEXT, comment="a status's name; empty text when it had none"),
        Column("status_set", TEXT, comment="a status's name"),
        PrimaryKeyConstraint("id", name=op.f("pk_binding")),
        UniqueConstraint("source", "tenant_id", "device_id", name=op.f("uq_binding_source_tenant_id_device_id")),
    )
    op.create_index(op.f("ix_binding_asset_id"), "binding", ["asset_id"], unique=False)
    op.create_index(
        op.f("uq_binding_alive"),
        "binding",
        ["asset_id"],
        unique=True,
        sqlite_where=text("presence <> 'deleted'"),
        postgresql_where=text("presence <> 'deleted'"),
    )
    op.create_table(
        "software",
        Column("id", Integer),
        Column("name", TEXT, CheckConstraint("name <> ''", op.f("ck_software_name")), nullable=False),
        Column("name_key", TEXT, nullable=False, comment="the name trimmed, without case"),
        Column("publisher", TEXT),
        Column("licence_id", Integer, ForeignKey("licence.id", name=op.f("fk_software_licence_id"))),
        PrimaryKeyConstraint("id", name=op.f("pk_software")),
        UniqueConstraint("name_key", name=op.f("uq_software_name_key")),
    )
    op.create_table(
        "asset_software",
        Column(
            "asset_id", Integer, ForeignKey("asset.id", name=op.f("fk_asset_software_asset_id"), ondelete="CASCADE")
        ),
        Column("software_id", Integer, ForeignKey("software.id", name=op.f("fk_asset_software_software_id"))),
        Column("version", TEXT, server_default=""),
        PrimaryKeyConstraint("asset_id", "software_id", "version", name=op.f("pk_asset_software")),
    )


def _journal() -> None:
    """Make the tables of reads, runs, holds, settings, the stamp and the lease."""
    op.create_table(
        "connection_read",
        Column("source", TEXT),
        Column("tenant_id", TEXT),
        Column("read_at", TEXT, nullable=False),
        PrimaryKeyConstraint("source", "tenant_id", name=op.f("pk_connection_read")),
    )
    op.create_table(
        "whole_read_day",
        Column("source", TEXT),
        Column("tenant_id", TEXT),
        Column("day", TEXT),
        PrimaryKeyConstraint("source", "tenant_id", "day", name=op.f("pk_whole_read_day")),
    )
    op.create_table(
        "run",
        Column("id", Integer),
        Column("run_id", TEXT, nullable=False),
        Column("instance", TEXT, nullable=False),
        Column("started_at", TEXT, nullable=False),
        Column("finished_at", TEXT, nullable=False),
        Column("who", TEXT, nullable=False),
        Column("from_where", TEXT, nullable=False),
        Column("settings_commit", TEXT),
        Column("settings_clean", Boolean(create_constraint=True, name=op.f("ck_run_settings_clean")), nullable=False),
        Column("plan_digest", TEXT, nullable=False),
        Column("counts", TEXT, nullable=False),
        Column("allowances", TEXT, nullable=False),
        Column("because", TEXT),
        Column("usage", TEXT, nullable=False, comment="per connection: bound assets before, and what counts (R1, R2)"),
        Column("revision", TEXT, nullable=False, comment="the store's revision after the run"),
        Column("undone_by", Integer, ForeignKey("run.id", name=op.f("fk_run_undone_by"))),
        Column("undoes", Integer, ForeignKey("run.id", name=op.f("fk_run_undoes"))),
        PrimaryKeyConstraint("id", name=op.f("pk_run")),
        UniqueConstraint("run_id", name=op.f("uq_run_run_id")),
    )
    op.create_index(op.f("ix_run_started_at"), "run", ["started_at"], unique=False)
    op.create_table(
        "run_reason",
        Column("run_id", Integer, ForeignKey("run.id", name=op.f("fk_run_reason_run_id"), ondelete="CASCADE")),
        Column("number", Integer, autoincrement=False),
        Column("rule", TEXT, nullable=False),
        Column("reason", TEXT, nullable=False),
        PrimaryKeyConstraint("run_id", "number", name=op.f("pk_run_reason")),
    )
    op.create_table(
        "run_change",
        Column("id", Integer),
        Column(
            "run_id",
            Integer,
            ForeignKey("run.id", name=op.f("fk_run_change_run_id"), ondelete="CASCADE"),
            nullable=False,
        ),
        Column(
            "subject",
            TEXT,
            CheckConstraint("subject IN ('catalogue', 'user', 'asset')", op.f("ck_run_change_subject")),
            nullable=False,
        ),
        Column(
            "action",
            TEXT,
            CheckConstraint("action IN ('create', 'update', 'delete')", op.f("ck_run_change_action")),
            nullable=False,
        ),
        Column("name", TEXT, nullable=False),
        Column("label", TEXT, nullable=False),
        Column("connection", TEXT),
        Column("device_id", TEXT),
        Column("kinds", TEXT, nullable=False),
        Column("attributes", TEXT, nullable=False, comment="a list of [name, before, after, number of the reason]"),
        PrimaryKeyConstraint("id", name=op.f("pk_run_change")),
    )
    op.create_index(op.f("ix_run_change_name"), "run_change", ["name"], unique=False)
    op.create_index(op.f("ix_run_change_run_id"), "run_change", ["run_id"], unique=False)
    op.create_table(
        "run_binding",
        Column("id", Integer),
        Column(
            "run_id",
            Integer,
            ForeignKey("run.id", name=op.f("fk_run_binding_run_id"), ondelete="CASCADE"),
            nullable=False,
        ),
        Column("connection", TEXT, nullable=False),
        Column("source", TEXT, nullable=False),
        Column("tenant_id", TEXT, nullable=False),
        Column("asset", TEXT, nullable=False, comment="its tag"),
        Column("before", TEXT, comment="the binding's values as JSON; empty when it was made"),
        Column("after", TEXT, comment="likewise; empty when it was removed"),
        Column("reason", Integer, nullable=False, comment="the number of the reason"),
        PrimaryKeyConstraint("id", name=op.f("pk_run_binding")),
    )
    op.create_index(op.f("ix_run_binding_run_id"), "run_binding", ["run_id"], unique=False)
    op.create_table(
        "hold",
        Column("tenant_id", TEXT, nullable=False),
        Column(
            "run_id",
            Integer,
            ForeignKey("run.id", name=op.f("fk_hold_run_id"), ondelete="CASCADE"),
            nullable=False,
            comment="the run that was undone",
        ),
        Column("since", TEXT, nullable=False),
        Column("settings", TEXT, nullable=False, comment="the connection's settings of the run, by file"),
        PrimaryKeyConstraint("tenant_id", name=op.f("pk_hold")),
    )
    op.create_table(
        "settings_revision",
        Column("id", Integer),
        Column("digest", TEXT, nullable=False),
        Column("applied_at", TEXT, nullable=False),
        Column("settings_commit", TEXT),
        Column("enabled", TEXT, nullable=False),
        Column("document", TEXT, nullable=False),
        PrimaryKeyConstraint("id", name=op.f("pk_settings_revision")),
    )
    op.create_table(
        "stamp",
        Column("id", Integer, CheckConstraint("id = 1", op.f("ck_stamp_one_row")), autoincrement=False),
        Column("instance", TEXT, nullable=False),
        Column("kind", TEXT, nullable=False),
        Column("store_id", TEXT, nullable=False),
        Column("adopted_from", TEXT),
        Column("revision", TEXT, nullable=False, server_default=""),
        Column("highest_tag", Integer, nullable=False, server_default=text("0")),
        Column("created_at", TEXT, nullable=False),
        PrimaryKeyConstraint("id", name=op.f("pk_stamp")),
    )
    op.create_table(
        "lease",
        Column("id", Integer, CheckConstraint("id = 1", op.f("ck_lease_one_row")), autoincrement=False),
        Column("lease_id", TEXT, nullable=False),
        Column("owner", TEXT, nullable=False),
        Column("since", TEXT, nullable=False),
        Column("expires", TEXT, nullable=False),
        Column("held", Boolean(create_constraint=True, name=op.f("ck_lease_held")), nullable=False),
        Column("fencing", Integer, nullable=False),
        PrimaryKeyConstraint("id", name=op.f("pk_lease")),
    )
