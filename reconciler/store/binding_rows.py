"""Bindings found by device and written from a plan's bookkeeping."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, and_, bindparam, insert, select, update

from reconciler.errors import StaleError
from reconciler.model.plan import BindingChange
from reconciler.model.state import Life, Presence
from reconciler.store.asset_rows import asset_ids, chunks
from reconciler.store.state import LIFE_COLUMNS, as_life
from reconciler.store.tables import asset, binding
from reconciler.store.usage import Tenant
from reconciler.store.vocabulary import Vocabulary

Key = tuple[str, str, str]
"""Source, tenant id, device id."""


def find_bindings(
    connection: Connection, devices: Iterable[Key], vocabulary: Vocabulary
) -> dict[Key, tuple[str, Life]]:
    """Return the bindings of these devices: the tag of the asset, and the life."""
    by_tenant: dict[Tenant, set[str]] = {}
    for source, tenant, device in devices:
        by_tenant.setdefault((source, tenant), set()).add(device)
    return {
        (source, tenant, life.device_id): (tag, life)
        for (source, tenant), wanted in by_tenant.items()
        for tag, life in _lives(connection, source, tenant, sorted(wanted), vocabulary)
    }


def _lives(
    connection: Connection, source: str, tenant: str, devices: Sequence[str], vocabulary: Vocabulary
) -> Iterator[tuple[str, Life]]:
    statuses = vocabulary.names.statuses
    statement = select(asset.c.tag, *LIFE_COLUMNS).join_from(binding, asset)
    for some in chunks(devices):
        in_chunk = (binding.c.source == source, binding.c.tenant_id == tenant, binding.c.device_id.in_(some))
        for tag, *life in connection.execute(statement.where(*in_chunk)):
            yield tag, as_life(life, statuses)


def live_bindings(connection: Connection, tags: Sequence[str]) -> dict[str, Key]:
    """Return the device of each asset's binding that is not deleted, by the asset's tag."""
    c = binding.c
    statement = select(asset.c.tag, c.source, c.tenant_id, c.device_id).join_from(binding, asset)
    return {
        tag: (source, tenant, device)
        for some in chunks(tags)
        for tag, source, tenant, device in connection.execute(
            statement.where(asset.c.tag.in_(some), c.presence != Presence.DELETED.value)
        )
    }


def write_bindings(connection: Connection, changes: Sequence[BindingChange], vocabulary: Vocabulary) -> None:
    """Change the bindings there are, deletions first so that an asset is free for its next one; then make new ones.

    Raises:
        StaleError: an asset or a binding is gone, or a status is not known.
    """
    made = [change for change in changes if change.before is None]
    changed = [change for change in changes if change.before is not None]
    for deleted in (True, False):
        some = [change for change in changed if (change.after.presence is Presence.DELETED) is deleted]
        if some:
            _change(connection, some, vocabulary)
    if made:
        _make(connection, made, vocabulary)


def _make(connection: Connection, changes: Sequence[BindingChange], vocabulary: Vocabulary) -> None:
    ids = asset_ids(connection, [change.asset for change in changes])
    rows = []
    for change in changes:
        if change.asset not in ids:
            raise StaleError(f"The asset {change.asset} is gone from the store. Nothing was written; plan again.")
        tie = {"source": change.source, "tenant_id": change.tenant_id, "asset_id": ids[change.asset]}
        rows.append(tie | _columns(change.after, vocabulary))
    connection.execute(insert(binding), rows)


def _change(connection: Connection, changes: Sequence[BindingChange], vocabulary: Vocabulary) -> None:
    c = binding.c
    statement = update(binding).where(
        and_(
            c.source == bindparam("which_source"),
            c.tenant_id == bindparam("which_tenant"),
            c.device_id == bindparam("which_device"),
        )
    )
    rows = [
        {
            "which_source": change.source,
            "which_tenant": change.tenant_id,
            "which_device": change.before.device_id if change.before else "",
            **_columns(change.after, vocabulary),
        }
        for change in changes
    ]
    if connection.execute(statement, rows).rowcount != len(rows):
        raise StaleError("A binding that the plan changes is gone from the store. Nothing was written; plan again.")


def _columns(life: Life, vocabulary: Vocabulary) -> dict[str, Any]:
    return {
        "device_id": life.device_id,
        "presence": life.presence.value,
        "bound_at": life.bound_at,
        "missing_since": life.missing_since,
        "missing_reads": life.missing_reads,
        "unlisted_reads": life.unlisted_reads,
        "inactive_since": life.inactive_since,
        "status_before_id": vocabulary.stored("status", life.status_before),
        "status_set_id": vocabulary.stored("status", life.status_set),
    }
