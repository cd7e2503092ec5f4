"""The tables that are ours whatever the store: bindings, pins, reads, runs, settings, the stamp and the lease."""

from sqlalchemy import Boolean, CheckConstraint, Column, ForeignKey, Index, Integer, Table, UniqueConstraint, text

from reconciler.model.plan import Action, Subject
from reconciler.model.run import IntentState
from reconciler.model.state import Presence
from reconciler.store.database.dialects import TEXT, partial_index
from reconciler.store.database.schema import metadata, one_of

pin = Table(
    "pin",
    metadata,
    Column("asset_id", ForeignKey("asset.id", ondelete="CASCADE"), primary_key=True),
    Column("field", TEXT, primary_key=True),
    Column("reason", TEXT, nullable=False),
    Column("pinned_by", TEXT),
    Column("pinned_at", TEXT, nullable=False),
)

binding = Table(
    "binding",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("source", TEXT, nullable=False),
    Column("tenant_id", TEXT, nullable=False),
    Column("device_id", TEXT, CheckConstraint("device_id <> ''", "device_id"), nullable=False),
    Column("asset_id", ForeignKey("asset.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("presence", TEXT, one_of("presence", list(Presence)), nullable=False),
    Column("bound_at", TEXT, nullable=False),
    Column("missing_since", TEXT),
    Column("missing_reads", Integer, CheckConstraint("missing_reads >= 0", "missing_reads"), nullable=False),
    Column("unlisted_reads", Integer, CheckConstraint("unlisted_reads >= 0", "unlisted_reads"), nullable=False),
    Column("inactive_since", TEXT),
    Column("status_before", TEXT, comment="a status's name; empty text when it had none"),
    Column("status_set", TEXT, comment="a status's name"),
    Column(
        "superseded",
        TEXT,
        CheckConstraint("substr(superseded, 1, 1) = '{'", "superseded"),
        comment="a JSON object: the devices that the binding's supersedes, each since when",
    ),
    UniqueConstraint("source", "tenant_id", "device_id"),
)
partial_index("uq_binding_alive", binding.c.asset_id, "presence <> 'deleted'")

connection_read = Table(
    "connection_read",
    metadata,
    Column("source", TEXT, primary_key=True),
    Column("tenant_id", TEXT, primary_key=True),
    Column("read_at", TEXT, nullable=False),
)

whole_read_day = Table(
    "whole_read_day",
    metadata,
    Column("source", TEXT, primary_key=True),
    Column("tenant_id", TEXT, primary_key=True),
    Column("day", TEXT, primary_key=True),
)

run = Table(
    "run",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("run_id", TEXT, nullable=False, unique=True),
    Column("instance", TEXT, nullable=False),
    Column("started_at", TEXT, nullable=False, index=True),
    Column("finished_at", TEXT, nullable=False),
    Column("who", TEXT, nullable=False),
    Column("from_where", TEXT, nullable=False),
    Column("settings_commit", TEXT),
    Column("settings_clean", Boolean(create_constraint=True, name="settings_clean"), nullable=False),
    Column("plan_digest", TEXT, nullable=False),
    Column("counts", TEXT, nullable=False),
    Column("allowances", TEXT, nullable=False),
    Column("because", TEXT),
    Column("usage", TEXT, nullable=False, comment="per connection: bound assets before, and what counts (R1, R2)"),
    Column("revision", TEXT, nullable=False, comment="the store's revision after the run"),
    Column("undone_by", ForeignKey("run.id")),
    Column("undoes", ForeignKey("run.id")),
    Column("pruned_at", TEXT, comment="when its changes were removed; empty while they are there"),
    Column("settings", TEXT, comment="of what was picked; empty where all settings were applied"),
)

run_reason = Table(
    "run_reason",
    metadata,
    Column("run_id", ForeignKey("run.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("rule", TEXT, nullable=False),
    Column("reason", TEXT, nullable=False),
)

run_change = Table(
    "run_change",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("run_id", ForeignKey("run.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("subject", TEXT, one_of("subject", list(Subject)), nullable=False),
    Column("action", TEXT, one_of("action", list(Action)), nullable=False),
    Column("name", TEXT, nullable=False),
    Column("label", TEXT, nullable=False),
    Column("connection", TEXT),
    Column("device_id", TEXT),
    Column("kinds", TEXT, nullable=False),
    Column("attributes", TEXT, nullable=False, comment="a list of [name, before, after, number of the reason]"),
    Index("ix_run_change_name", "name"),
)

run_binding = Table(
    "run_binding",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("run_id", ForeignKey("run.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("connection", TEXT, nullable=False),
    Column("source", TEXT, nullable=False),
    Column("tenant_id", TEXT, nullable=False),
    Column("asset", TEXT, nullable=False, comment="its tag"),
    Column("before", TEXT, comment="the binding's values as JSON; empty when it was made"),
    Column("after", TEXT, comment="likewise; empty when it was removed"),
    Column("reason", Integer, nullable=False, comment="the number of the reason"),
)

hold = Table(
    "hold",
    metadata,
    Column("tenant_id", TEXT, primary_key=True),
    Column("run_id", ForeignKey("run.id", ondelete="CASCADE"), nullable=False, comment="the run that was undone"),
    Column("since", TEXT, nullable=False),
    Column("settings", TEXT, nullable=False, comment="the connection's settings of the run, by file"),
)

settings_revision = Table(
    "settings_revision",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("digest", TEXT, nullable=False),
    Column("applied_at", TEXT, nullable=False),
    Column("settings_commit", TEXT),
    Column("enabled", TEXT, nullable=False),
    Column("document", TEXT, nullable=False),
)

stamp = Table(
    "stamp",
    metadata,
    Column("id", Integer, CheckConstraint("id = 1", "one_row"), primary_key=True, autoincrement=False),
    Column("instance", TEXT, nullable=False),
    Column("kind", TEXT, nullable=False),
    Column("store_id", TEXT, nullable=False),
    Column("adopted_from", TEXT),
    Column("revision", TEXT, nullable=False, server_default=""),
    Column("highest_tag", Integer, nullable=False, server_default=text("0")),
    Column("created_at", TEXT, nullable=False),
)

lease = Table(
    "lease",
    metadata,
    Column("id", Integer, CheckConstraint("id = 1", "one_row"), primary_key=True, autoincrement=False),
    Column("lease_id", TEXT, nullable=False),
    Column("owner", TEXT, nullable=False),
    Column("since", TEXT, nullable=False),
    Column("expires", TEXT, nullable=False),
    Column("held", Boolean(create_constraint=True, name="held"), nullable=False),
    Column("fencing", Integer, nullable=False),
)

lease_holder = Table(
    "lease_holder",
    metadata,
    Column("id", Integer, CheckConstraint("id = 1", "one_row"), primary_key=True, autoincrement=False),
    Column("lease_id", TEXT, nullable=False),
    Column("machine", TEXT, nullable=False),
    Column("process", Integer, nullable=False),
    Column("process_started", TEXT, nullable=False),
)

attempt = Table(
    "attempt",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("started_at", TEXT, nullable=False),
    Column("failed_at", TEXT, nullable=False),
    Column("who", TEXT, nullable=False),
    Column("from_where", TEXT, nullable=False),
    Column("settings_commit", TEXT),
    Column("exit_code", Integer, nullable=False),
    Column("error", TEXT, nullable=False),
    Column("unread", TEXT, nullable=False, comment="why each connection was not read, by name"),
    Column("run_id", TEXT, comment="the run that was written all the same"),
)

remote = Table(
    "remote",
    metadata,
    Column("id", Integer, CheckConstraint("id = 1", "one_row"), primary_key=True, autoincrement=False),
    Column("product", TEXT, nullable=False),
    Column("url", TEXT, nullable=False),
    Column("facts", TEXT, nullable=False, comment="what the remote says of itself"),
)

open_run = Table(
    "open_run",
    metadata,
    Column("run_id", TEXT, primary_key=True),
    Column("origin", TEXT, nullable=False),
    Column("settings", TEXT, nullable=False),
    Column("kind", TEXT, nullable=False),
    Column("plan", TEXT, nullable=False, comment="without its changes: each is an intent"),
)

intent = Table(
    "intent",
    metadata,
    Column("run_id", TEXT, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("state", TEXT, one_of("state", list(IntentState)), nullable=False),
    Column("change", TEXT, nullable=False, comment="with before and after"),
    Column("remote_id", TEXT),
    Column("message", TEXT, comment="why it conflicted or failed"),
    Column("facts", TEXT, nullable=False, comment="about its requests"),
    Column("updated_at", TEXT, nullable=False),
)

proof = Table(
    "proof",
    metadata,
    Column("name", TEXT, primary_key=True),
    Column("answer", TEXT, nullable=False),
    Column("version", TEXT, nullable=False),
    Column("proven_at", TEXT, nullable=False),
)
