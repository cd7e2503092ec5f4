"""Where the attributes of an asset's change stand in its row, worked out once for all changes of the same names.

A fleet's changes have few shapes, and comparing or building a row by shape costs a third of doing so by attribute.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import attrgetter, itemgetter
from typing import Any, Final

from reconciler.model.plan import SOFTWARE, Attribute, Change
from reconciler.model.snapshot import Scalar
from reconciler.store.vocabulary import COLUMNS, CUSTOM_PREFIX, is_elsewhere

Pick = Callable[[Sequence[Any]], tuple[Any, ...]]
"""Takes some values out of a row, in an order of its own."""

_KEPT: Final = 1024
_PLACES: Final = {name: place for place, name in enumerate(COLUMNS)}
_name: Final = attrgetter("name")
value_before: Final[Callable[[Attribute], Scalar]] = attrgetter("before")
value_after: Final[Callable[[Attribute], Scalar]] = attrgetter("after")


@dataclass(frozen=True, slots=True)
class Shape:
    """Where the attributes of a change are, for each kind of them.

    `values` takes those that are columns out of the change's values, `found` out of a row in the order of
    `vocabulary.COLUMNS`; `row` makes such a row out of the change's values and a None after them.
    """

    values: Pick
    found: Pick
    row: Pick
    custom: tuple[tuple[int, str], ...]
    """Each custom field's place in the change, and its name without prefix."""
    software: bool


def shape_of(change: Change) -> Shape:
    """Return the shape of an asset's change.

    Software comes last, but for a status. Its names, of which each asset has others, are one name here, or no two
    shapes would be alike.
    """
    names = tuple(map(_name, change.attributes))
    if any(name.startswith(SOFTWARE) for name in names[-2:]):
        names = tuple([SOFTWARE if name.startswith(SOFTWARE) else name for name in names])
    return _shape(names)


@lru_cache(_KEPT)
def _shape(names: tuple[str, ...]) -> Shape:
    columns = [place for place, name in enumerate(names) if name in _PLACES]
    at = {names[place]: place for place in columns}
    return Shape(
        values=_picking(columns),
        found=_picking([_PLACES[names[place]] for place in columns]),
        row=_picking([at.get(name, -1) for name in COLUMNS]),
        custom=tuple(
            (place, name.removeprefix(CUSTOM_PREFIX))
            for place, name in enumerate(names)
            if name not in _PLACES and not is_elsewhere(name)
        ),
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
