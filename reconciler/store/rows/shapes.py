"""Where the attributes of an asset's change stand in its row, worked out once for all changes of the same names.

A fleet's changes have few shapes, and comparing or building a row by shape costs a third of doing so by attribute.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter
from typing import Any, Final

from sqlalchemy import Text

from reconciler.model.plan import SOFTWARE, Change
from reconciler.store.rows.asset_columns import COLUMNS, CUSTOM_PREFIX, is_elsewhere
from reconciler.store.rows.tables import FIELD_COLUMNS

Pick = Callable[[Sequence[Any]], tuple[Any, ...]]
"""Takes some values out of a row, in an order of its own."""

_KEPT: Final = 1024
_PLACES: Final = {name: place for place, name in enumerate(COLUMNS)}
_NO_TEXT: Final = frozenset(name for name, column in FIELD_COLUMNS.items() if not isinstance(column.type, Text))


@dataclass(frozen=True, slots=True)
class Shape:
    """Where the attributes of a change are, for each kind of them.

    `values` takes those that are columns out of the change's values, `found` out of a row in the order of
    `vocabulary.COLUMNS`; `row` makes the row out of the change's values and a None after them. `typed` takes those
    whose column can hold a number or a boolean out of what the other two give: Python takes 1 for true.
    """

    values: Pick
    found: Pick
    typed: Pick
    row: Pick
    custom_names: tuple[str, ...]
    """The custom fields, by name, without prefix."""
    custom: Pick
    """Takes their values out of the change's."""
    software: bool


Shaped = tuple[Change, Shape]
"""A change with its shape."""


def shape_of(change: Change) -> Shape:
    """Return the shape of an asset's change.

    Software comes last, but for a status. Its names, of which each asset has others, are one name here, or no two
    shapes would be alike.
    """
    names = [each.name for each in change.attributes]
    if any(name.startswith(SOFTWARE) for name in names[-2:]):
        names = [SOFTWARE if name.startswith(SOFTWARE) else name for name in names]
    return _shape(tuple(names))


@lru_cache(_KEPT)
def _shape(names: tuple[str, ...]) -> Shape:
    """Return which of a change's attributes go where: columns, custom fields, software."""
    columns = [place for place, name in enumerate(names) if name in _PLACES]
    at = {names[place]: place for place in columns}
    custom = sorted(
        (name.removeprefix(CUSTOM_PREFIX), place)
        for place, name in enumerate(names)
        if name not in _PLACES and not is_elsewhere(name)
    )
    return Shape(
        values=_picking(columns),
        found=_picking([_PLACES[names[place]] for place in columns]),
        typed=_picking([number for number, place in enumerate(columns) if names[place] in _NO_TEXT]),
        row=_picking([at.get(name, -1) for name in COLUMNS]),
        custom_names=tuple(name for name, _ in custom),
        custom=_picking([place for _, place in custom]),
        software=any(name.startswith(SOFTWARE) for name in names),
    )


def _picking(places: Sequence[int]) -> Pick:
    match len(places):
        case 0:
            return lambda row: ()
        case 1:
            (place,) = places
            return lambda row: (row[place],)
        case _:
            return itemgetter(*places)
