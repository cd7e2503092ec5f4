"""Assets found by tag and written from changes, many rows to a statement."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, Select, bindparam, func, select, update

from reconciler.errors import StaleError
from reconciler.model.plan import Action, Change
from reconciler.model.snapshot import Scalar
from reconciler.store.dialect import insert_many
from reconciler.store.tables import asset
from reconciler.store.vocabulary import (
    COLUMNS,
    CUSTOM_PREFIX,
    REFERENCES,
    Vocabulary,
    decode_custom,
    encode_custom,
    is_elsewhere,
)

T = TypeVar("T", str, int)

IN_CHUNKS: Final = {"yield_per": 5000}
_CHUNK: Final = 1000
_INSERTED: Final = ("tag", "custom", "created_at", "updated_at", *COLUMNS.values())


def chunks(names: Sequence[T]) -> Iterator[Sequence[T]]:
    """Yield names or ids in pieces that fit one statement's parameters on every database."""
    for start in range(0, len(names), _CHUNK):
        yield names[start : start + _CHUNK]


def is_most(wanted: int, connection: Connection, count: Select[int]) -> bool:
    """Say whether so many rows are more than a chunk, and at least half of all there are."""
    return wanted > _CHUNK and wanted * 2 > connection.execute(count).scalar_one()


def rows_by_tag(connection: Connection, columns: Sequence[Any], tags: Sequence[str]) -> Iterator[Sequence[Any]]:
    """Yield these columns of the assets that have one of the tags, in no order.

    Most of the assets are found fastest by looking at all of them.
    """
    if is_most(len(tags), connection, select(func.count()).select_from(asset)):
        wanted = frozenset(tags)
        rows = connection.execute(select(asset.c.tag, *columns), execution_options=IN_CHUNKS)
        yield from (row[1:] for row in rows if row[0] in wanted)
        return
    for some in chunks(tags):
        yield from connection.execute(select(*columns).where(asset.c.tag.in_(some)))


def asset_ids(connection: Connection, tags: Sequence[str]) -> dict[str, int]:
    """Return the assets' ids by tag."""
    return {row[0]: row[1] for row in rows_by_tag(connection, (asset.c.tag, asset.c.id), tags)}


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
    columns, custom = _split(change, vocabulary)
    return (change.name, encode_custom(custom), now, now, *map(columns.get, COLUMNS.values()))


def _split(change: Change, vocabulary: Vocabulary) -> tuple[dict[str, Scalar], dict[str, Scalar]]:
    columns: dict[str, Scalar] = {}
    custom: dict[str, Scalar] = {}
    for attribute in change.attributes:
        name = attribute.name
        if name in REFERENCES:
            columns[COLUMNS[name]] = vocabulary.stored(name, attribute.after)
        elif name in COLUMNS:
            columns[COLUMNS[name]] = attribute.after
        elif not is_elsewhere(name):
            custom[name.removeprefix(CUSTOM_PREFIX)] = attribute.after
    return columns, custom


def _update(connection: Connection, changes: Sequence[Change], vocabulary: Vocabulary, now: str) -> None:
    split = {change.name: _split(change, vocabulary) for change in changes}
    with_custom = [tag for tag, (_, custom) in split.items() if custom]
    for tag, text in rows_by_tag(connection, (asset.c.tag, asset.c.custom), with_custom):
        columns, custom = split[tag]
        columns["custom"] = encode_custom(decode_custom(text) | custom)
    groups: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for tag, (columns, _) in split.items():
        if columns:
            groups.setdefault(tuple(sorted(columns)), []).append({**columns, "which": tag, "updated_at": now})
    statement = update(asset).where(asset.c.tag == bindparam("which")).values(version=asset.c.version + 1)
    for _, rows in sorted(groups.items()):
        if connection.execute(statement, rows).rowcount != len(rows):
            raise StaleError("An asset that the plan updates is gone from the store. Nothing was written; plan again.")
