"""The store's assets by their matching values, as the plan leaves them (M2, M3).

A plan that gives an asset another matching value changes what other devices match: they are matched with the new value,
or the next plan would say something else.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final

from reconciler.columnar import Column, ValueIndex, is_text
from reconciler.model.snapshot import UNKNOWN, Scalar, UnknownType
from reconciler.model.state import Asset
from reconciler.planning.inputs.stored import Stored
from reconciler.planning.rules.columns import map_distinct
from reconciler.planning.rules.identity import IMEI, MACS, is_worthless, matching_form

Form = str | UnknownType | None
"""A matching value as it is compared: None when it is worthless."""

Key = tuple[int, str]
"""Which matching field (by its place in the settings), and the form."""


Rewritten = Mapping[int, Mapping[str, Scalar]]
"""The matching fields that a plan writes, by the asset's id."""

_NONE: Final[Mapping[str, Scalar]] = {}
_END: Final = "\x00"


@dataclass(frozen=True)
class AssetIndex:
    """Assets by matching value; each field's are looked through only when something has to be looked up."""

    stored: Stored
    fields: tuple[str, ...]
    worthless: frozenset[str]
    rewritten: Rewritten

    def with_rewritten(self, rewritten: Rewritten) -> "AssetIndex":
        """Return the index of the assets with these new values."""
        return self if rewritten == self.rewritten else replace(self, rewritten=rewritten)

    def form(self, asset: Asset, place: int) -> str | None:
        """Return an asset's worthy form for a matching field, None when it has none."""
        name = self.fields[place]
        new = self.rewritten.get(asset.id, _NONE)
        if name in new:
            return worthy_form(new[name], self.worthless, name)
        position = self.stored.positions.get(name)
        return None if position is None else worthy_form(asset.values[position], self.worthless, name)

    def forms(self, asset: Asset) -> tuple[str | None, ...]:
        """Return an asset's worthy form for each matching field."""
        return tuple(self.form(asset, place) for place in range(len(self.fields)))

    def find(self, place: int, forms: Sequence[Form]) -> list[int]:
        """Return the assets with the form, except those with a different worthy value for an earlier field (M2)."""
        found = self._indexes[place].ids.get(forms[place])
        return [each for each in found if not self._contradicts(self.stored.assets[each], place, forms)]

    def is_stored(self, place: int, form: str) -> bool:
        """Return whether an asset has the form before the plan or after it."""
        index = self._indexes[place]
        return bool(index.ids.get(form)) or form in index.given_up

    def _contradicts(self, asset: Asset, place: int, forms: Sequence[Form]) -> bool:
        earlier = ((self.form(asset, i), forms[i]) for i in range(place))
        return any(mine is not None and theirs is not None and mine != theirs for mine, theirs in earlier)

    @cached_property
    def _indexes(self) -> "LazyIndexes":
        return LazyIndexes(self)

    def build(self, place: int) -> "FieldIndex":
        """Return the assets by their forms for a matching field."""
        name, assets = self.fields[place], self.stored.assets
        records = assets.records
        column = records.column(name) if name in self.stored.positions else [None] * len(records)
        forms = worthy_forms(column, self.worthless, name)
        given_up = set()
        for asset_id in self.rewritten:
            at = assets.places[asset_id]
            before, forms[at] = forms[at], self.form(assets[asset_id], place)
            if isinstance(before, str) and before != forms[at]:
                given_up.add(before)
        return FieldIndex(ValueIndex(forms, records.column("id")), frozenset(given_up))


@dataclass(frozen=True, slots=True)
class FieldIndex:
    """The assets by their forms for one matching field, and the forms that the plan takes away."""

    ids: ValueIndex
    given_up: frozenset[str]


class LazyIndexes(dict[int, FieldIndex]):
    """The index of each matching field, by its place, made when it is asked for."""

    def __init__(self, index: AssetIndex) -> None:
        super().__init__()
        self._index = index

    def __missing__(self, place: int) -> FieldIndex:
        self[place] = self._index.build(place)
        return self[place]


def worthy_form(value: Scalar, worthless: frozenset[str], field: str) -> str | None:
    """Return a value as it is compared for a match, None when it must never match (M2, M3)."""
    if value is None:
        return None
    form = matching_form(value)
    return None if is_worthless(form, worthless, field) else form


def worthy_forms(column: Column, worthless: frozenset[str], field: str) -> list[Form]:
    """Return the form of each value, UNKNOWN where that is unknown."""

    def form(value: Any) -> Form:
        return UNKNOWN if value is UNKNOWN else worthy_form(value, worthless, field)

    if not is_text(column):
        return list(map_distinct(form, column))
    texts = [text or "" for text in column]
    forms: Sequence[str] = _END.join(texts).casefold().split(_END)
    if len(forms) != len(texts):
        forms = list(map(str.casefold, texts))
    special = field == IMEI or field in MACS
    return [
        each if not special and _is_plain(each) and each not in worthless else worthy_form(text, worthless, field)
        for each, text in zip(forms, texts, strict=True)
    ]


def _is_plain(form: str) -> bool:
    """Return whether a folded text is its own form, and worthy unless it is a placeholder."""
    return form.isalnum() and form.isascii() and not form.isdigit() and form[0] != form[-1]


def first_key(forms: Sequence[Form]) -> Key | None:
    """Return the first worthy value; None when there is none or an earlier one is unknown."""
    for place, form in enumerate(forms):
        if form is UNKNOWN:
            return None
        if form is not None:
            return place, str(form)
    return None


def may_be_one(mine: Sequence[Form], theirs: Sequence[Form]) -> bool:
    """Return whether two may be the same machine: the first values that both have are equal, or one is unknown."""
    for one, other in zip(mine, theirs, strict=True):
        if UNKNOWN in (one, other):
            return True
        if one is not None and other is not None:
            return one == other
    return False
