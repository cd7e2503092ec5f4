"""Keep the settings of a run that was narrowed to some connections: its undo pauses these until theirs differ (J2).

Revision ID: 0004
Revises: 0003
"""

from alembic import op
from sqlalchemy import Column, Text
from sqlalchemy.types import TypeEngine

revision = "0004"
down_revision = "0003"

TEXT: TypeEngine[str] = Text().with_variant(Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Add the column; of runs before, the settings last applied are what their undo goes by."""
    op.add_column("run", Column("settings", TEXT, comment="of what was picked; empty where all settings were applied"))
