"""Assets found by tag and written from changes, many rows to a statement."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, Select, func, select

from reconciler.errors import StaleError
from reconciler.model.plan import Action, Change
from reconciler.model.snapshot import Scalar
from reconciler.store.dialect import insert_many, plain_rows, update_many
from reconciler.store.shapes import shape_of, value_after
from reconciler.store.tables import asset
from reconciler.store.vocabulary import COLUMNS, NO_CUSTOM, Vocabulary, decode_custom, encode_custom

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


def write_assets(connection: Connection, changes: Iterable[Change], vocabulary: Vocabulary, now: str) -> None:
    """Create and update assets as the changes say.

    Raises:
        StaleError: a name that the store lacks, or an asset that is gone.
    """
    created = [change for change in changes if change.action is Action.CREATE]
    updated = [change for change in changes if change.action is Action.UPDATE]
    if created:
        insert_many(connection, asset, _INSERTED, (_new_row(change, vocabulary, now) for change in created))
    if updated:
        _update(connection, updated, vocabulary, now)


def _new_row(change: Change, vocabulary: Vocabulary, now: str) -> tuple[Any, ...]:
    shape = shape_of(change)
    values = (*map(value_after, change.attributes), None)
    custom = encode_custom({name: values[place] for place, name in shape.custom}) if shape.custom else NO_CUSTOM
    type_, site, status, user, *columns = shape.row(values)
    stored = vocabulary.stored
    return (
        change.name,
        custom,
        now,
        now,
        stored("type", type_),
        stored("site", site),
        stored("status", status),
        stored("user", user),
        *columns,
    )


def _update(connection: Connection, changes: Sequence[Change], vocabulary: Vocabulary, now: str) -> None:
    columns = {change.name: _columns(change, vocabulary) for change in changes}
    custom = {change.name: new for change in changes if (new := _custom(change))}
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


def _custom(change: Change) -> dict[str, Scalar]:
    return {name: change.attributes[place].after for place, name in shape_of(change).custom}
