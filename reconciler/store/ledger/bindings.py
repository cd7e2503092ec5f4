"""Bindings: read for a State, found by device, written from a plan's bookkeeping, compared with it, removed."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from operator import attrgetter
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, bindparam, delete, func, select

from reconciler.columnar import Packed, Packing
from reconciler.errors import StaleError
from reconciler.model.layouts import BINDINGS
from reconciler.model.plan import BindingChange
from reconciler.model.snapshot import Scalar
from reconciler.model.state import Binding, Life, Presence, Superseded
from reconciler.store.database.columns import read_columns
from reconciler.store.database.dialects import insert_many, plain_rows, update_many
from reconciler.store.ledger.tables import binding
from reconciler.store.ledger.usage import Tenant
from reconciler.store.rows.assets import asset_ids, chunks, is_most
from reconciler.store.rows.differences import Difference, Side, before
from reconciler.store.rows.tables import asset

Key = tuple[str, str, str]
"""Source, tenant id, device id."""

LIFE_COLUMNS: Final = (
    binding.c.device_id,
    binding.c.presence,
    binding.c.bound_at,
    binding.c.missing_since,
    binding.c.missing_reads,
    binding.c.unlisted_reads,
    binding.c.inactive_since,
    binding.c.status_before,
    binding.c.status_set,
    binding.c.superseded,
)
"""A binding's columns in the order of Life's fields."""


_PRESENCE: Final = {each.value: each for each in Presence}
_SUPERSEDED: Final = msgspec.json.Decoder(dict[str, str])
_LIFE: Final = tuple(column.name for column in LIFE_COLUMNS)
_plain_values: Final[Callable[[Life], tuple[Any, ...]]] = attrgetter(*Life.__struct_fields__)


def read_bindings(connection: Connection) -> Packed[Binding]:
    """Return every binding, in the order in which they were made."""
    c = binding.c
    bindings = Packing(BINDINGS, plain={*BINDINGS.names} - {"presence", "superseded"})
    statement = select(c.source, c.tenant_id, c.asset_id, *LIFE_COLUMNS).order_by(c.id)
    for sources, tenants, assets, devices, presence, *rest, superseded in read_columns(connection, statement):
        old = [() if text is None else decode_superseded(text) for text in superseded]
        lived = list(map(_PRESENCE.__getitem__, presence))
        bindings.add([sources, tenants, assets, devices, lived, *rest, old], len(devices))
    return bindings.packed()


def encode_superseded(superseded: tuple[Superseded, ...]) -> str | None:
    """Return the text of superseded devices, None for none."""
    return msgspec.json.encode({each.device_id: each.since for each in superseded}).decode() if superseded else None


def decode_superseded(text: str) -> tuple[Superseded, ...]:
    """Return the superseded devices of a binding's text."""
    return tuple(Superseded(device_id, since) for device_id, since in _SUPERSEDED.decode(text).items())


def life_values(life: Life) -> tuple[Any, ...]:
    """Return a life's values in the order of its columns, as they hold them."""
    values = _plain_values(life)
    return (*values[:-1], encode_superseded(values[-1]))


def find_bindings(connection: Connection, devices: Iterable[Key]) -> dict[Key, tuple[Any, ...]]:
    """Return the bindings of these devices: the tag of the asset, then the life's values."""
    return dict(binding_rows(connection, devices))


def binding_rows(
    connection: Connection, devices: Iterable[Key], *, lock: bool = False
) -> Iterator[tuple[Key, tuple[Any, ...]]]:
    """Yield the bindings of these devices, in no order: the tag of the asset, then the life's values.

    A few of them, not most, can be locked until the transaction ends.
    """
    by_tenant: dict[Tenant, set[str]] = {}
    for source, tenant, device in devices:
        by_tenant.setdefault((source, tenant), set()).add(device)
    for (source, tenant), wanted in by_tenant.items():
        for row in _rows(connection, source, tenant, wanted, lock):
            yield (source, tenant, row[1]), row


def _rows(connection: Connection, source: str, tenant: str, devices: set[str], lock: bool) -> Iterator[tuple[Any, ...]]:
    """Yield the tag and the life's columns of these devices; most of a tenant's are found by looking at all of them."""
    c = binding.c
    of_tenant = (c.source == source, c.tenant_id == tenant)
    statement = select(asset.c.tag, *LIFE_COLUMNS).join_from(binding, asset).where(*of_tenant)
    count = select(func.count()).select_from(binding).where(*of_tenant)
    if is_most(len(devices), connection, count):
        yield from (row for row in plain_rows(connection, statement) if row[1] in devices)
        return
    for some in chunks(sorted(devices)):
        found = statement.where(c.device_id.in_(some))
        yield from plain_rows(connection, found.with_for_update(of=binding) if lock else found)


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
    changed = [change for change in changes if change.before is not None and not change.removed]
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
    rows = [
        (*life_values(change.after), change.source, change.tenant_id, change.before.device_id if change.before else "")
        for change in changes
    ]
    if update_many(connection, binding, _LIFE, ("source", "tenant_id", "device_id"), rows) != len(rows):
        raise StaleError("A binding that the plan changes is gone from the store. Nothing was written; plan again.")


def compare_bindings(connection: Connection, changes: Sequence[BindingChange], side: Side) -> Iterator[Difference]:
    """Yield where bindings differ from that side of their changes."""
    lives: dict[Key, tuple[str, Life]] = {}
    for change in changes:
        life = change.before if side is before else change.after
        if life is not None:
            lives[change.source, change.tenant_id, life.device_id] = (change.asset, life)
    for key, row in binding_rows(connection, list(lives), lock=side is before):
        asset, life = lives.pop(key)
        expected = (asset, *life_values(life))
        if row != expected:
            yield from _of_binding(life, row, expected)
    for asset, life in lives.values():
        yield from _of_binding(life, (None,), (asset,))


def _of_binding(life: Life, row: Sequence[Scalar], expected: Sequence[Scalar]) -> Iterator[Difference]:
    for name, found, wanted in zip(("asset", *Life.__struct_fields__), row, expected, strict=False):
        if found != wanted:
            yield Difference(f"the binding of device {life.device_id}", name, wanted, found)


def remove_bindings(connection: Connection, changes: Iterable[BindingChange]) -> None:
    """Remove bindings.

    Raises:
        StaleError: one is gone already.
    """
    rows = [
        {"which_source": each.source, "which_tenant": each.tenant_id, "which_device": each.after.device_id}
        for each in changes
        if each.removed
    ]
    if not rows:
        return
    c = binding.c
    statement = delete(binding).where(
        c.source == bindparam("which_source"),
        c.tenant_id == bindparam("which_tenant"),
        c.device_id == bindparam("which_device"),
    )
    if connection.execute(statement, rows).rowcount != len(rows):
        raise StaleError("A binding that the undo removes is gone from the store. Nothing was written; undo again.")
