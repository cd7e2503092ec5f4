"""Assets' rows beside a plan's changes: the whole of a change at once, and by attribute only where they differ."""

from collections.abc import Callable, Iterator, Sequence
from operator import attrgetter
from typing import Any, Final

from sqlalchemy import Boolean, Connection

from reconciler.model.plan import Attribute, Change
from reconciler.model.snapshot import Scalar
from reconciler.store.asset_rows import rows_by_tag
from reconciler.store.differing import Difference, Side, before, same
from reconciler.store.shapes import shape_of
from reconciler.store.tables import FIELD_COLUMNS, asset
from reconciler.store.vocabulary import COLUMNS, CUSTOM_PREFIX, NO_CUSTOM, Vocabulary, decode_custom, is_elsewhere

_SELECTED: Final = (asset.c.tag, asset.c.custom, *(asset.c[column] for column in COLUMNS.values()))
_BOOLEAN: Final = frozenset(name for name, column in FIELD_COLUMNS.items() if isinstance(column.type, Boolean))
_BOOLEANS: Final = tuple(place for place, name in enumerate(COLUMNS) if name in _BOOLEAN)
_before: Final[Callable[[Attribute], Scalar]] = attrgetter("before")
_after: Final[Callable[[Attribute], Scalar]] = attrgetter("after")


def compare_assets(
    connection: Connection, changes: Sequence[Change], vocabulary: Vocabulary, side: Side
) -> Iterator[Difference]:
    """Yield where the rows of assets differ from that side of their changes."""
    by_tag = {change.name: change for change in changes}
    value = _before if side is before else _after
    for tag, text, *columns in rows_by_tag(connection, _SELECTED, list(by_tag), lock=side is before):
        change = by_tag.pop(tag)
        worded = _worded(columns, vocabulary)
        custom = {} if text == NO_CUSTOM else decode_custom(text)
        if not _equals(change, tuple(map(value, change.attributes)), worded, custom):
            yield from _differences(change, worded, custom, side)
    for tag, change in by_tag.items():
        yield Difference(change.label, "the asset", tag, None)


def _worded(columns: Sequence[Any], vocabulary: Vocabulary) -> list[Scalar]:
    """Return an asset's columns as a plan says them: references by name, SQLite's 0 and 1 as what they mean."""
    called = vocabulary.called
    type_, site, status, user, *fields = columns
    names = called["type"].get(type_), called["site"].get(site), called["status"].get(status), called["user"].get(user)
    worded = [*names, *fields]
    for place in _BOOLEANS:
        if worded[place] is not None:
            worded[place] = bool(worded[place])
    return worded


def _equals(change: Change, values: tuple[Scalar, ...], worded: Sequence[Scalar], custom: dict[str, Scalar]) -> bool:
    """Say whether a row holds exactly these values; where it says no, they may still be equal numbers."""
    shape = shape_of(change)
    expected = [*shape.values(values), *(values[place] for place, _ in shape.custom)]
    found = [*shape.found(worded), *(custom.get(name) for _, name in shape.custom)]
    return found == expected and list(map(type, found)) == list(map(type, expected))


def _differences(
    change: Change, worded: Sequence[Scalar], custom: dict[str, Scalar], side: Side
) -> Iterator[Difference]:
    found = dict(zip(COLUMNS, worded, strict=True)) | {CUSTOM_PREFIX + name: each for name, each in custom.items()}
    for name, expected in map(side, change.attributes):
        if not is_elsewhere(name) and not same(found.get(name), expected):
            yield Difference(change.label, name, expected, found.get(name))
