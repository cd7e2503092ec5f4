"""Assets found by tag and written from changes, many rows to a statement."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from sqlalchemy import Connection, Row, bindparam, insert, select, update

from reconciler.errors import StaleError
from reconciler.model.plan import Action, Change
from reconciler.model.snapshot import Scalar
from reconciler.store.tables import asset
from reconciler.store.vocabulary import (
    BOOKKEEPING,
    COLUMNS,
    CUSTOM_PREFIX,
    Vocabulary,
    decode_custom,
    encode_custom,
)

_CHUNK: Final = 1000


def chunks(names: Sequence[str]) -> Iterator[Sequence[str]]:
    """Yield the names in pieces that fit one statement's parameters on every database."""
    for start in range(0, len(names), _CHUNK):
        yield names[start : start + _CHUNK]


def rows_by_tag(connection: Connection, columns: Sequence[Any], tags: Sequence[str]) -> Iterator[Row[Any]]:
    """Yield these columns of the assets that have one of the tags, in no order."""
    for some in chunks(tags):
        yield from connection.execute(select(*columns).where(asset.c.tag.in_(some)))


def asset_ids(connection: Connection, tags: Sequence[str]) -> dict[str, int]:
    """Return the assets' ids by tag."""
    return {row.tag: row.id for row in rows_by_tag(connection, (asset.c.tag, asset.c.id), tags)}


def write_assets(connection: Connection, changes: Iterable[Change], vocabulary: Vocabulary, now: str) -> None:
    """Create and update assets as the changes say.

    Raises:
        StaleError: a name that the store lacks, or an asset that is gone.
    """
    created = [change for change in changes if change.action is Action.CREATE]
    updated = [change for change in changes if change.action is Action.UPDATE]
    if created:
        connection.execute(insert(asset), [_new_row(change, vocabulary, now) for change in created])
    if updated:
        _update(connection, updated, vocabulary, now)


def _new_row(change: Change, vocabulary: Vocabulary, now: str) -> dict[str, Any]:
    row: dict[str, Any] = dict.fromkeys(COLUMNS.values())
    columns, custom = _split(change, vocabulary)
    return row | columns | {"tag": change.name, "custom": encode_custom(custom), "created_at": now, "updated_at": now}


def _split(change: Change, vocabulary: Vocabulary) -> tuple[dict[str, Scalar], dict[str, Scalar]]:
    columns: dict[str, Scalar] = {}
    custom: dict[str, Scalar] = {}
    for attribute in change.attributes:
        name = attribute.name
        if name in COLUMNS:
            columns[COLUMNS[name]] = vocabulary.stored(name, attribute.after)
        elif name not in BOOKKEEPING:
            custom[name.removeprefix(CUSTOM_PREFIX)] = attribute.after
    return columns, custom


def _update(connection: Connection, changes: Sequence[Change], vocabulary: Vocabulary, now: str) -> None:
    split = {change.name: _split(change, vocabulary) for change in changes}
    with_custom = [tag for tag, (_, custom) in split.items() if custom]
    for row in rows_by_tag(connection, (asset.c.tag, asset.c.custom), with_custom):
        columns, custom = split[row.tag]
        columns["custom"] = encode_custom(decode_custom(row.custom) | custom)
    groups: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for tag, (columns, _) in split.items():
        if columns:
            groups.setdefault(tuple(sorted(columns)), []).append({**columns, "which": tag, "updated_at": now})
    statement = update(asset).where(asset.c.tag == bindparam("which")).values(version=asset.c.version + 1)
    for _, rows in sorted(groups.items()):
        if connection.execute(statement, rows).rowcount != len(rows):
            raise StaleError("An asset that the plan updates is gone from the store. Nothing was written; plan again.")
