"""How the records of a state and of a snapshot are packed."""

from collections.abc import Iterable, Sequence
from operator import attrgetter
from typing import Final

from reconciler.columnar import Column, Layout, layout_of
from reconciler.model.state import Asset, Binding, Life, Person

ASSET: Final = ("id", "tag", "type", "site", "status", "user")
"""The columns of an asset before its fields'."""

_TIE: Final = ("source", "tenant_id", "asset_id")
_LIFE: Final = Life.__struct_fields__
_ASSET_READ: Final = attrgetter(*ASSET)
_TIE_READ: Final = attrgetter(*_TIE)
_LIFE_READ: Final = attrgetter(*_LIFE)


def asset_layout(fields: Sequence[str]) -> Layout[Asset]:
    """Return the layout of assets with these fields: a column for each field too, by its name."""
    first = len(ASSET)

    def split(assets: Sequence[Asset]) -> list[Column]:
        return [*zip(*map(_ASSET_READ, assets), strict=True), *zip(*[each.values for each in assets], strict=True)]

    def make(columns: Sequence[Column]) -> Iterable[Asset]:
        values = zip(*columns[first:], strict=True) if fields else [()] * len(columns[0])
        return map(Asset, *columns[:first], values)

    return Layout((*ASSET, *fields), split, make)


def _split_bindings(bindings: Sequence[Binding]) -> list[Column]:
    lives = [each.life for each in bindings]
    return [*zip(*map(_TIE_READ, bindings), strict=True), *zip(*map(_LIFE_READ, lives), strict=True)]


def _make_bindings(columns: Sequence[Column]) -> Iterable[Binding]:
    return map(Binding, *columns[: len(_TIE)], map(Life, *columns[len(_TIE) :]))


BINDINGS: Final = Layout((*_TIE, *_LIFE), _split_bindings, _make_bindings)
"""Bindings, a column for each field of their lives."""

PEOPLE: Final[Layout[Person]] = layout_of(Person)
