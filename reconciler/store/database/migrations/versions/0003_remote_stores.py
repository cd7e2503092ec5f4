"""Keep what a store behind an API needs beside it, failed attempts, merged users, and which process has the lease.

Revision ID: 0003
Revises: 0002
"""

from alembic import op
from sqlalchemy import CheckConstraint, Column, Integer, PrimaryKeyConstraint, Text
from sqlalchemy.types import TypeEngine

revision = "0003"
down_revision = "0002"

TEXT: TypeEngine[str] = Text().with_variant(Text(collation="C"), "postgresql")
KNOWN_TO_THE_REMOTE = ("asset", "person", "site", "asset_type", "status")


def upgrade() -> None:
    """Add the remote's ids, and the tables."""
    for name in KNOWN_TO_THE_REMOTE:
        op.add_column(name, Column("remote_id", TEXT))
        op.create_index(f"uq_{name}_remote_id", name, ["remote_id"], unique=True)
    op.add_column("run", Column("pruned_at", TEXT, comment="when its changes were removed; empty while they are there"))
    op.add_column("person", Column("also_entra_ids", TEXT, comment="of users merged into it, one to a line"))
    _remote()
    op.create_table(
        "attempt",
        Column("id", Integer),
        Column("started_at", TEXT, nullable=False),
        Column("failed_at", TEXT, nullable=False),
        Column("who", TEXT, nullable=False),
        Column("from_where", TEXT, nullable=False),
        Column("settings_commit", TEXT),
        Column("exit_code", Integer, nullable=False),
        Column("error", TEXT, nullable=False),
        Column("unread", TEXT, nullable=False, comment="why each connection was not read, by name"),
        Column("run_id", TEXT, comment="the run that was written all the same"),
        PrimaryKeyConstraint("id", name=op.f("pk_attempt")),
    )
    op.create_table(
        "lease_holder",
        Column("id", Integer, CheckConstraint("id = 1", op.f("ck_lease_holder_one_row")), autoincrement=False),
        Column("lease_id", TEXT, nullable=False),
        Column("machine", TEXT, nullable=False),
        Column("process", Integer, nullable=False),
        Column("process_started", TEXT, nullable=False),
        PrimaryKeyConstraint("id", name=op.f("pk_lease_holder")),
    )


def _remote() -> None:
    """Make the tables of a store behind an API: the remote, open runs, intents, proofs."""
    op.create_table(
        "remote",
        Column("id", Integer, CheckConstraint("id = 1", op.f("ck_remote_one_row")), autoincrement=False),
        Column("product", TEXT, nullable=False),
        Column("url", TEXT, nullable=False),
        Column("facts", TEXT, nullable=False, comment="what the remote says of itself"),
        PrimaryKeyConstraint("id", name=op.f("pk_remote")),
    )
    op.create_table(
        "open_run",
        Column("run_id", TEXT),
        Column("origin", TEXT, nullable=False),
        Column("settings", TEXT, nullable=False),
        Column("kind", TEXT, nullable=False),
        Column("plan", TEXT, nullable=False, comment="without its changes: each is an intent"),
        PrimaryKeyConstraint("run_id", name=op.f("pk_open_run")),
    )
    op.create_table(
        "intent",
        Column("run_id", TEXT),
        Column("number", Integer, autoincrement=False),
        Column(
            "state",
            TEXT,
            CheckConstraint("state IN ('planned', 'sent', 'done', 'conflict', 'failed')", op.f("ck_intent_state")),
            nullable=False,
        ),
        Column("change", TEXT, nullable=False, comment="with before and after"),
        Column("remote_id", TEXT),
        Column("message", TEXT, comment="why it conflicted or failed"),
        Column("facts", TEXT, nullable=False, comment="about its requests"),
        Column("updated_at", TEXT, nullable=False),
        PrimaryKeyConstraint("run_id", "number", name=op.f("pk_intent")),
    )
    op.create_table(
        "proof",
        Column("name", TEXT),
        Column("answer", TEXT, nullable=False),
        Column("version", TEXT, nullable=False),
        Column("proven_at", TEXT, nullable=False),
        PrimaryKeyConstraint("name", name=op.f("pk_proof")),
    )
