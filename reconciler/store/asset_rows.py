"""Assets found by tag and written from changes, many rows to a statement."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, Select, func, select

from reconciler.errors import StaleError
from reconciler.model.plan import Action, Change
from reconciler.model.snapshot import Scalar
from reconciler.store.dialect import insert_many, plain_rows, update_many
from reconciler.store.shapes import Shape, Shaped
from reconciler.store.tables import asset
from reconciler.store.vocabulary import COLUMNS, REFERENCES, Vocabulary, decode_custom, encode_custom

T = TypeVar("T", str, int)

_CHUNK: Final = 1000
_INSERTED: Final = ("tag", "custom", "created_at", "updated_at", *COLUMNS.values())


def chunks(names: Sequence[T]) -> Iterator[Sequence[T]]:
    """Yield names or ids in pieces that fit one statement's parameters on every database."""
    for start in range(0, len(names), _CHUNK):
        yield names[start : start + _CHUNK]


def is_most(wanted: int, connection: Connection, count: Select[int]) -> bool:
    """Say whether so many rows are more than a chunk, and at least half of all there are."""
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
