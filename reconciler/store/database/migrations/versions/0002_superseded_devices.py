"""Note with a binding which devices its own supersedes (M5), and show them in the view of assets.

Revision ID: 0002
Revises: 0001
"""

from alembic import op
from sqlalchemy import CheckConstraint, Column, Text
from sqlalchemy.types import TypeEngine

revision = "0002"
down_revision = "0001"

TEXT: TypeEngine[str] = Text().with_variant(Text(collation="C"), "postgresql")

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
    binding.superseded AS superseded_devices,
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
"""Each asset as before, with the devices that its device supersedes: a JSON object of ids, each since when."""


def upgrade() -> None:
    """Add the column, and make the view anew."""
    op.execute("DROP VIEW asset_overview")
    op.add_column(
        "binding",
        Column(
            "superseded",
            TEXT,
            CheckConstraint("substr(superseded, 1, 1) = '{'", op.f("ck_binding_superseded")),
            comment="a JSON object: the devices that the binding's supersedes, each since when",
        ),
    )
    op.execute(OVERVIEW)
