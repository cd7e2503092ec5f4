"""The settings last applied to the store, as a record of their own (E4)."""

from collections.abc import Mapping
from typing import Any

import msgspec
from sqlalchemy import Connection, insert, select

from reconciler.model.state import AppliedSettings
from reconciler.store.ledger.tables import settings_revision


def read_applied(connection: Connection) -> AppliedSettings | None:
    """Return the settings last applied; None when none ever were (E4)."""
    row = connection.execute(select(settings_revision).order_by(settings_revision.c.id.desc()).limit(1)).one_or_none()
    if row is None:
        return None
    return AppliedSettings(
        digest=row.digest,
        applied_at=row.applied_at,
        commit=row.settings_commit,
        enabled=msgspec.json.decode(row.enabled, type=dict[str, bool]),
        document=msgspec.json.decode(row.document, type=dict[str, Any]),
    )


def write_applied(connection: Connection, settings: AppliedSettings) -> None:
    """Write the settings of a run when they differ from the last applied ones."""
    last = read_applied(connection)
    if last is not None and (last.digest, last.enabled) == (settings.digest, settings.enabled):
        return
    connection.execute(
        insert(settings_revision).values(
            digest=settings.digest,
            applied_at=settings.applied_at,
            settings_commit=settings.commit,
            enabled=_text(settings.enabled),
            document=_text(settings.document),
        )
    )


def _text(value: Mapping[str, Any]) -> str:
    return msgspec.json.encode(value, order="deterministic").decode()
