"""Assets: read for a State, found by tag, written from changes, compared with them, removed; many rows to a statement.

Comparing looks at the whole of a change at once, and attribute by attribute only where they differ.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Final, TypeVar

import msgspec
from sqlalchemy import Boolean, Connection, Select, bindparam, delete, func, select

from reconciler.columnar import Column, Packed, Packing, layout_of
from reconciler.errors import StaleError
from reconciler.model.layouts import ASSET, asset_layout
from reconciler.model.plan import Action, Change
from reconciler.model.snapshot import Scalar
from reconciler.model.state import Asset
from reconciler.settings.catalogue import FieldType
from reconciler.settings.fields import BUILT_IN_FIELDS
from reconciler.store.database.columns import read_columns, truths
from reconciler.store.database.dialects import insert_many, plain_rows, update_many
from reconciler.store.rows.asset_columns import (
    COLUMNS,
    CUSTOM_PREFIX,
    REFERENCES,
    decode_custom,
    encode_custom,
    is_elsewhere,
)
from reconciler.store.rows.changes import those
from reconciler.store.rows.differences import Difference, Side, before, same
from reconciler.store.rows.names import Names
from reconciler.store.rows.shapes import Shape, Shaped
from reconciler.store.rows.tables import FIELD_COLUMNS, asset
from reconciler.store.rows.vocabulary import Vocabulary

T = TypeVar("T", str, int)

_CHUNK: Final = 1000
_INSERTED: Final = ("tag", "custom", "created_at", "updated_at", *COLUMNS.values())

BUILT_IN: Final = tuple(BUILT_IN_FIELDS)
"""The names of the built-in fields, in the order of an asset's values."""

_READ_BOOLEANS: Final = tuple(
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
_SELECTED: Final = (asset.c.tag, asset.c.custom, *(asset.c[column] for column in COLUMNS.values()))
_BOOLEAN: Final = frozenset(name for name, column in FIELD_COLUMNS.items() if isinstance(column.type, Boolean))
_BOOLEANS: Final = tuple(place for place, name in enumerate(COLUMNS) if name in _BOOLEAN)


def read_assets(connection: Connection, names: Names) -> Packed[Asset]:
    """Return every asset, by id."""
    called = [each.get for each in (names.types, names.sites, names.statuses)]
    custom = _custom_reader(tuple(names.custom_fields.values()))
    assets = Packing(asset_layout(asset_fields(names)), plain=(*ASSET, *BUILT_IN))
    for ids, tags, types, sites, statuses, users, texts, *values in read_columns(
        connection, select(*_ASSET_COLUMNS).order_by(asset.c.id)
    ):
        for place in _READ_BOOLEANS:
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


def chunks(names: Sequence[T]) -> Iterator[Sequence[T]]:
    """Yield names or ids in pieces that fit one statement's parameters on every database."""
    for start in range(0, len(names), _CHUNK):
        yield names[start : start + _CHUNK]


def is_most(wanted: int, connection: Connection, count: Select[int]) -> bool:
    """Return whether a number of rows are more than a chunk, and at least half of all there are."""
    return wanted > _CHUNK and wanted * 2 > connection.execute(count).scalar_one()


def rows_by_tag(
    connection: Connection, columns: Sequence[Any], tags: Sequence[str], *, lock: bool = False
) -> Iterator[tuple[Any, ...]]:
    """Yield these columns, the first of which is the tag, of the assets that have one of the tags, in no order.

    The rows are `plain_rows`. Most of the assets are found fastest by looking at all of them; fewer can be locked
    until the transaction ends.
    """
    statement = select(*columns)
    if is_most(len(tags), connection, select(func.count()).select_from(asset)):
        wanted = frozenset(tags)
        yield from (row for row in plain_rows(connection, statement) if row[0] in wanted)
        return
    for some in chunks(tags):
        found = statement.where(asset.c.tag.in_(some))
        yield from plain_rows(connection, found.with_for_update() if lock else found)


def asset_ids(connection: Connection, tags: Sequence[str]) -> dict[str, int]:
    """Return the assets' ids by tag."""
    return dict(rows_by_tag(connection, (asset.c.tag, asset.c.id), tags))


def write_assets(connection: Connection, changes: Sequence[Shaped], vocabulary: Vocabulary, now: str) -> None:
    """Create and update assets as the changes say.

    Raises:
        StaleError: a name that the store lacks, or an asset that is gone.
    """
    created = [each for each in changes if each[0].action is Action.CREATE]
    updated = [each for each in changes if each[0].action is Action.UPDATE]
    if created:
        insert_many(connection, asset, _INSERTED, _new_rows(created, vocabulary, now))
    if updated:
        _update(connection, updated, vocabulary, now)


def _new_rows(changes: Iterable[Shaped], vocabulary: Vocabulary, now: str) -> Iterator[tuple[Any, ...]]:
    types, sites, statuses, users = map(vocabulary.ids.__getitem__, REFERENCES)
    for change, shape in changes:
        values = [each.after for each in change.attributes]
        custom = encode_custom(dict(zip(shape.custom_names, shape.custom(values), strict=True)))
        values.append(None)
        type_, site, status, user, *columns = shape.row(values)
        yield change.name, custom, now, now, types[type_], sites[site], statuses[status], users[user], *columns


def _update(connection: Connection, changes: Sequence[Shaped], vocabulary: Vocabulary, now: str) -> None:
    """Update assets by groups that change the same columns. Raises StaleError when one is gone."""
    columns = {change.name: _columns(change, vocabulary) for change, _ in changes}
    custom = {change.name: _custom(change, shape) for change, shape in changes if shape.custom_names}
    for tag, text in rows_by_tag(connection, (asset.c.tag, asset.c.custom), list(custom)):
        columns[tag]["custom"] = encode_custom(decode_custom(text) | custom[tag])
    groups: dict[tuple[str, ...], list[tuple[Any, ...]]] = {}
    for tag, row in columns.items():
        if row:
            groups.setdefault(tuple(row), []).append((*row.values(), now, tag))
    for names, rows in sorted(groups.items()):
        found = update_many(connection, asset, (*names, "updated_at"), ("tag",), rows, counted=("version",))
        if found != len(rows):
            raise StaleError("An asset that the plan updates is gone from the store. Nothing was written; plan again.")


def _columns(change: Change, vocabulary: Vocabulary) -> dict[str, Scalar]:
    stored = vocabulary.stored
    return {COLUMNS[each.name]: stored(each.name, each.after) for each in change.attributes if each.name in COLUMNS}


def _custom(change: Change, shape: Shape) -> dict[str, Scalar]:
    return {name: each.after for name, each in zip(shape.custom_names, shape.custom(change.attributes), strict=True)}


def compare_assets(
    connection: Connection, changes: Sequence[Shaped], vocabulary: Vocabulary, side: Side
) -> Iterator[Difference]:
    """Yield where the rows of assets differ from that side of their changes."""
    by_tag = {each[0].name: each for each in changes}
    types, sites, statuses, users = (vocabulary.called[name].get for name in REFERENCES)
    for tag, text, type_, site, status, user, *fields in rows_by_tag(
        connection, _SELECTED, list(by_tag), lock=side is before
    ):
        change, shape = by_tag.pop(tag)
        worded = [types(type_), sites(site), statuses(status), users(user), *fields]
        for place in _BOOLEANS:
            if worded[place] is not None:  # SQLite's are 0 and 1
                worded[place] = bool(worded[place])
        attributes = change.attributes
        values = [each.before for each in attributes] if side is before else [each.after for each in attributes]
        if not _equals(shape, values, worded, text):
            yield from _differences(change, worded, decode_custom(text), side)
    for tag, (change, _) in by_tag.items():
        yield Difference(change.label, "the asset", tag, None)


def _equals(shape: Shape, values: Sequence[Scalar], worded: Sequence[Scalar], text: str) -> bool:
    """Return whether a row holds exactly these values; where it says no, they may still be equal numbers."""
    found, expected = shape.found(worded), shape.values(values)
    if found != expected or list(map(type, shape.typed(found))) != list(map(type, shape.typed(expected))):
        return False
    if not shape.custom_names:
        return True
    custom, wanted = decode_custom(text), shape.custom(values)
    there = tuple(map(custom.get, shape.custom_names))
    return there == wanted and list(map(type, there)) == list(map(type, wanted))


def _differences(
    change: Change, worded: Sequence[Scalar], custom: dict[str, Scalar], side: Side
) -> Iterator[Difference]:
    found = dict(zip(COLUMNS, worded, strict=True)) | {CUSTOM_PREFIX + name: each for name, each in custom.items()}
    for name, expected in map(side, change.attributes):
        if not is_elsewhere(name) and not same(found.get(name), expected):
            yield Difference(change.label, name, expected, found.get(name))


def remove_assets(connection: Connection, changes: Iterable[Change]) -> None:
    """Remove assets with everything that is theirs, as their changes say.

    Raises:
        StaleError: one is gone already.
    """
    rows = [{"which": each.name} for each in those(changes, Action.DELETE)]
    if rows and connection.execute(delete(asset).where(asset.c.tag == bindparam("which")), rows).rowcount != len(rows):
        raise StaleError("An asset that the undo removes is gone from the store. Nothing was written; undo again.")
