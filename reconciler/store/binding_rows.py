"""Bindings found by device and written from a plan's bookkeeping."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from operator import attrgetter
from typing import Any, Final

from sqlalchemy import Connection, and_, bindparam, func, select, update

from reconciler.errors import StaleError
from reconciler.model.plan import BindingChange
from reconciler.model.state import Life, Presence
from reconciler.store.asset_rows import IN_CHUNKS, asset_ids, chunks, is_most
from reconciler.store.dialect import insert_many
from reconciler.store.state import LIFE_COLUMNS
from reconciler.store.tables import asset, binding
from reconciler.store.usage import Tenant

Key = tuple[str, str, str]
"""Source, tenant id, device id."""

_LIFE: Final = tuple(column.name for column in LIFE_COLUMNS)


life_values: Final[Callable[[Life], tuple[Any, ...]]] = attrgetter(*Life.__struct_fields__)
"""A life's values in the order of its columns."""


def find_bindings(connection: Connection, devices: Iterable[Key]) -> dict[Key, tuple[Any, ...]]:
    """Return the bindings of these devices: the tag of the asset, then the life's values."""
    by_tenant: dict[Tenant, set[str]] = {}
    for source, tenant, device in devices:
        by_tenant.setdefault((source, tenant), set()).add(device)
    return {
        (source, tenant, row[1]): row
        for (source, tenant), wanted in by_tenant.items()
        for row in _rows(connection, source, tenant, wanted)
    }


def _rows(connection: Connection, source: str, tenant: str, devices: set[str]) -> Iterator[tuple[Any, ...]]:
    """Yield the tag and the life's columns of these devices; most of a tenant's are found by looking at all of them."""
    c = binding.c
    of_tenant = (c.source == source, c.tenant_id == tenant)
    statement = select(asset.c.tag, *LIFE_COLUMNS).join_from(binding, asset).where(*of_tenant)
    count = select(func.count()).select_from(binding).where(*of_tenant)
    if is_most(len(devices), connection, count):
        rows = connection.execute(statement, execution_options=IN_CHUNKS)
        yield from (row for row in rows if row[1] in devices)
        return
    for some in chunks(sorted(devices)):
        yield from connection.execute(statement.where(c.device_id.in_(some)))


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


def write_bindings(connection: Connection, changes: Sequence[BindingChange]) -> None:
    """Change the bindings there are, deletions first so that an asset is free for its next one; then make new ones.

    Raises:
        StaleError: an asset or a binding is gone.
    """
    made = [change for change in changes if change.before is None]
    changed = [change for change in changes if change.before is not None]
    for deleted in (True, False):
        some = [change for change in changed if (change.after.presence is Presence.DELETED) is deleted]
        if some:
            _change(connection, some)
    if made:
        _make(connection, made)


def _make(connection: Connection, changes: Sequence[BindingChange]) -> None:
    ids = asset_ids(connection, [change.asset for change in changes])
    gone = next((change.asset for change in changes if change.asset not in ids), None)
    if gone is not None:
        raise StaleError(f"The asset {gone} is gone from the store. Nothing was written; plan again.")
    rows = ((change.source, change.tenant_id, ids[change.asset], *life_values(change.after)) for change in changes)
    insert_many(connection, binding, ("source", "tenant_id", "asset_id", *_LIFE), rows)


def _change(connection: Connection, changes: Sequence[BindingChange]) -> None:
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
            **dict(zip(_LIFE, life_values(change.after), strict=True)),
        }
        for change in changes
    ]
    if connection.execute(statement, rows).rowcount != len(rows):
        raise StaleError("A binding that the plan changes is gone from the store. Nothing was written; plan again.")
