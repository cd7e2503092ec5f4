"""The tables of what was done and by whom: reads, runs and their changes, settings, the stamp and the lease."""

from sqlalchemy import Boolean, CheckConstraint, Column, ForeignKey, Index, Integer, Table, Text, text

from reconciler.model.plan import Action, Subject
from reconciler.store.tables import metadata, one_of

connection_read = Table(
    "connection_read",
    metadata,
    Column("source", Text, primary_key=True),
    Column("tenant_id", Text, primary_key=True),
    Column("read_at", Text, nullable=False),
)

whole_read_day = Table(
    "whole_read_day",
    metadata,
    Column("source", Text, primary_key=True),
    Column("tenant_id", Text, primary_key=True),
    Column("day", Text, primary_key=True),
)

run = Table(
    "run",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("run_id", Text, nullable=False, unique=True),
    Column("instance", Text, nullable=False),
    Column("started_at", Text, nullable=False, index=True),
    Column("finished_at", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("from_where", Text, nullable=False),
    Column("settings_commit", Text),
    Column("settings_clean", Boolean(create_constraint=True, name="settings_clean"), nullable=False),
    Column("plan_digest", Text, nullable=False),
    Column("counts", Text, nullable=False),
    Column("allowances", Text, nullable=False),
    Column("because", Text),
    Column("usage", Text, nullable=False, comment="per connection: bound assets before, and what counts (R1, R2)"),
    Column("revision", Text, nullable=False, comment="the store's revision after the run"),
    Column("undone_by", ForeignKey("run.id")),
)

run_reason = Table(
    "run_reason",
    metadata,
    Column("run_id", ForeignKey("run.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("rule", Text, nullable=False),
    Column("reason", Text, nullable=False),
)

run_change = Table(
    "run_change",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("run_id", ForeignKey("run.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("subject", Text, one_of("subject", list(Subject)), nullable=False),
    Column("action", Text, one_of("action", list(Action)), nullable=False),
    Column("name", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("connection", Text),
    Column("device_id", Text),
    Column("kinds", Text, nullable=False),
    Column("attributes", Text, nullable=False, comment="a list of [name, before, after, number of the reason]"),
    Index("ix_run_change_name", "name"),
)

settings_revision = Table(
    "settings_revision",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("digest", Text, nullable=False),
    Column("applied_at", Text, nullable=False),
    Column("settings_commit", Text),
    Column("enabled", Text, nullable=False),
    Column("document", Text, nullable=False),
)

stamp = Table(
    "stamp",
    metadata,
    Column("id", Integer, CheckConstraint("id = 1", "one_row"), primary_key=True, autoincrement=False),
    Column("instance", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("store_id", Text, nullable=False),
    Column("adopted_from", Text),
    Column("revision", Text, nullable=False, server_default=""),
    Column("highest_tag", Integer, nullable=False, server_default=text("0")),
    Column("created_at", Text, nullable=False),
)

lease = Table(
    "lease",
    metadata,
    Column("id", Integer, CheckConstraint("id = 1", "one_row"), primary_key=True, autoincrement=False),
    Column("lease_id", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Column("since", Text, nullable=False),
    Column("expires", Text, nullable=False),
    Column("held", Boolean(create_constraint=True, name="held"), nullable=False),
    Column("fencing", Integer, nullable=False),
)
