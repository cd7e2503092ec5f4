"""Assets' rows beside a plan's changes: the whole of a change at once, and by attribute only where they differ."""

from collections.abc import Iterator, Sequence
from typing import Final

from sqlalchemy import Boolean, Connection

from reconciler.model.plan import Change
from reconciler.model.snapshot import Scalar
from reconciler.store.asset_rows import rows_by_tag
from reconciler.store.differing import Difference, Side, before, same
from reconciler.store.shapes import Shape, Shaped
from reconciler.store.tables import FIELD_COLUMNS, asset
from reconciler.store.vocabulary import COLUMNS, CUSTOM_PREFIX, REFERENCES, Vocabulary, decode_custom, is_elsewhere

_SELECTED: Final = (asset.c.tag, asset.c.custom, *(asset.c[column] for column in COLUMNS.values()))
_BOOLEAN: Final = frozenset(name for name, column in FIELD_COLUMNS.items() if isinstance(column.type, Boolean))
_BOOLEANS: Final = tuple(place for place, name in enumerate(COLUMNS) if name in _BOOLEAN)


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
    """Say whether a row holds exactly these values; where it says no, they may still be equal numbers."""
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
