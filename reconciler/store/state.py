"""The state out of the tables, as plain rows in one transaction: the hot path of every plan.

The caller's transaction makes it consistent. The records are packed as they come, a thousand rows at a time.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, Row, select

from reconciler.columnar import Column, Packed, Packing, layout_of
from reconciler.model.layouts import ASSET, BINDINGS, asset_layout
from reconciler.model.snapshot import Scalar
from reconciler.model.state import (
    AppliedSettings,
    Asset,
    Binding,
    LastRead,
    Presence,
    Stamp,
    State,
    Superseded,
)
from reconciler.settings.catalogue import FieldType
from reconciler.settings.fields import BUILT_IN_FIELDS
from reconciler.store.columns import read_columns, truths
from reconciler.store.journal_tables import connection_read, settings_revision, stamp, whole_read_day
from reconciler.store.names import Names, read_names, read_people
from reconciler.store.software_rows import read_applications, read_installed
from reconciler.store.tables import FIELD_COLUMNS, asset, binding, pin
from reconciler.store.undoing import read_holds
from reconciler.store.usage import read_usage

BUILT_IN: Final = tuple(BUILT_IN_FIELDS)
"""The names of the built-in fields, in the order of an asset's values."""

EMPTY_STATE: Final = State(fields=BUILT_IN)
"""The state of a store that does not exist yet."""

_BOOLEANS: Final = tuple(
    place for place, name in enumerate(BUILT_IN) if BUILT_IN_FIELDS[name].type is FieldType.BOOLEAN
)
_ASSET_COLUMNS: Final = (
    asset.c.id,
    asset.c.tag,
    asset.c.type_id,
    asset.c.site_id,
    asset.c.status_id,
    asset.c.person_id,
    asset.c.custom,
    *FIELD_COLUMNS.values(),
)


def read_state(connection: Connection, window_seconds: int, now: str) -> State:
    """Return the whole state; `now` and the seconds before it are the limits' window (R2)."""
    names = read_names(connection)
    row = connection.execute(select(stamp)).one_or_none()
    bindings = read_bindings(connection)
    applications = read_applications(connection)
    versions, installed = read_installed(connection, applications)
    return State(
        stamp=as_stamp(row),
        revision=row.revision if row else "",
        fields=asset_fields(names),
        catalogue=names.catalogue(),
        assets=read_assets(connection, names),
        people=read_people(connection, names.sites),
        bindings=bindings,
        pins=_pins(connection),
        applications=tuple(applications.values()),
        versions=versions,
        installed=installed,
        reads=_reads(connection),
        usage=read_usage(connection, bindings, window_seconds, now),
        applied=read_applied(connection),
        holds=read_holds(connection),
        highest_tag=row.highest_tag if row else 0,
    )


def as_stamp(row: Row[Any] | None) -> Stamp | None:
    """Return the stamp of its table's row."""
    return Stamp(row.instance, row.kind, row.store_id, row.adopted_from) if row else None


def read_assets(connection: Connection, names: Names) -> Packed[Asset]:
    """Return every asset, by id."""
    called = [each.get for each in (names.types, names.sites, names.statuses)]
    custom = _custom_reader(tuple(names.custom_fields.values()))
    assets = Packing(asset_layout(asset_fields(names)), plain=(*ASSET, *BUILT_IN))
    for ids, tags, types, sites, statuses, users, texts, *values in read_columns(
        connection, select(*_ASSET_COLUMNS).order_by(asset.c.id)
    ):
        for place in _BOOLEANS:
            values[place] = truths(values[place])
        values.extend(custom(texts))
        worded = [list(map(call, keys)) for call, keys in zip(called, (types, sites, statuses), strict=True)]
        assets.add([ids, tags, *worded, users, *values], len(ids))
    return assets.packed()


def _custom_reader(names: Sequence[str]) -> Callable[[Column], Iterable[Column]]:
    """Return a function from assets' texts of custom fields to these fields' columns."""
    if not names:
        return lambda texts: ()
    keys = [f"field_{number}" for number in range(len(names))]
    row = msgspec.defstruct(
        "Custom", [(key, Scalar, None) for key in keys], rename=dict(zip(keys, names, strict=True)), gc=False
    )
    decoder: Any = msgspec.json.Decoder(list[row])  # type: ignore[valid-type]
    split = layout_of(row).split
    return lambda texts: split(decoder.decode(f"[{','.join(texts)}]"))


def asset_fields(names: Names) -> tuple[str, ...]:
    """Return the fields of the store's assets: the built-in ones first, then its custom fields."""
    return BUILT_IN + tuple(f"custom.{name}" for name in names.custom_fields.values())


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


def encode_superseded(superseded: tuple[Superseded, ...]) -> str | None:
    """Return the text of superseded devices, None for none."""
    return msgspec.json.encode({each.device_id: each.since for each in superseded}).decode() if superseded else None


def decode_superseded(text: str) -> tuple[Superseded, ...]:
    """Return the superseded devices of a binding's text."""
    return tuple(Superseded(device_id, since) for device_id, since in _SUPERSEDED.decode(text).items())


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


def _pins(connection: Connection) -> dict[int, dict[str, str]]:
    pins: dict[int, dict[str, str]] = {}
    for key, field, reason in connection.execute(
        select(pin.c.asset_id, pin.c.field, pin.c.reason).order_by(pin.c.asset_id, pin.c.field)
    ):
        pins.setdefault(key, {})[field] = reason
    return pins


def _reads(connection: Connection) -> tuple[LastRead, ...]:
    days: dict[tuple[str, str], list[str]] = {}
    c = whole_read_day.c
    for source, tenant, day in connection.execute(select(c.source, c.tenant_id, c.day).order_by(c.day)):
        days.setdefault((source, tenant), []).append(day)
    r = connection_read.c
    rows = connection.execute(select(r.source, r.tenant_id, r.read_at).order_by(r.source, r.tenant_id))
    return tuple(LastRead(source, tenant, at, tuple(days.get((source, tenant), ()))) for source, tenant, at in rows)
