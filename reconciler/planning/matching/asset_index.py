"""The store's assets by their matching values, as the plan leaves them (M2, M3).

A plan that gives an asset another matching value changes what other devices match: they are matched with the new value,
or the next plan would say something else.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from reconciler.columnar import Column, Keyed, is_text
from reconciler.columnar.value_index import ValueIndex
from reconciler.model.snapshot import UNKNOWN, Scalar, UnknownType
from reconciler.model.state import Asset
from reconciler.planning.rules.columns import map_distinct
from reconciler.planning.rules.values import is_worthless, matching_form

Form = str | UnknownType | None
"""A matching value as it is compared: None when it is worthless."""

Key = tuple[int, str]
"""Which matching field (by its place in the settings), and the form."""


class Rewritten:
    """The matching fields that a plan writes so far; `version` changes with every one."""

    def __init__(self) -> None:
        self.version = 0
        self._values: dict[int, dict[str, Scalar]] = {}

    def note(self, asset_id: int, values: dict[str, Scalar]) -> None:
        """Note new values of an asset."""
        self._values.setdefault(asset_id, {}).update(values)
        self.version += 1

    def of(self, asset_id: int) -> dict[str, Scalar]:
        """Return the new values of an asset."""
        return self._values.get(asset_id, _NONE)

    def assets(self) -> Iterable[int]:
        """Return the assets with new values."""
        return self._values


_NONE: Final[dict[str, Scalar]] = {}
_END: Final = "\x00"


class AssetIndex:
    """Assets by matching value; built only when something has to be looked up."""

    def __init__(
        self,
        assets: Keyed[int, Asset],
        fields: Sequence[str],
        positions: dict[str, int],
        worthless: frozenset[str],
        rewritten: Rewritten,
    ) -> None:
        self.assets = assets
        self.fields = tuple(fields)
        self._positions = tuple(positions.get(name) for name in fields)
        self._worthless = worthless
        self._rewritten = rewritten
        self._version = rewritten.version
        self._indexes: dict[int, ValueIndex] = {}
        self._given_up: set[Key] = set()

    def form(self, asset: Asset, place: int) -> str | None:
        """Return an asset's worthy form for a matching field, None when it has none."""
        new = self._rewritten.of(asset.id)
        if self.fields[place] in new:
            return worthy_form(new[self.fields[place]], self._worthless)
        return self._stored(asset, place)

    def forms(self, asset: Asset) -> tuple[str | None, ...]:
        """Return an asset's worthy form for each matching field."""
        return tuple(self.form(asset, place) for place in range(len(self.fields)))

    def find(self, place: int, forms: Sequence[Form]) -> list[int]:
        """Return the assets with the form, except those with a different worthy value for an earlier field (M2)."""
        found = self._index(place).get(forms[place])
        return [each for each in found if not self._contradicts(self.assets[each], place, forms)]

    def is_stored(self, place: int, form: str) -> bool:
        """Say whether an asset has the form before the plan or after it."""
        return bool(self._index(place).get(form)) or (place, form) in self._given_up

    def refresh(self) -> None:
        """Look again at every asset if the plan wrote more matching values."""
        if self._version != self._rewritten.version:
            self._version = self._rewritten.version
            self._indexes.clear()

    def _stored(self, asset: Asset, place: int) -> str | None:
        position = self._positions[place]
        return None if position is None else worthy_form(asset.values[position], self._worthless)

    def _contradicts(self, asset: Asset, place: int, forms: Sequence[Form]) -> bool:
        earlier = ((self.form(asset, i), forms[i]) for i in range(place))
        return any(mine is not None and theirs is not None and mine != theirs for mine, theirs in earlier)

    def _index(self, place: int) -> ValueIndex:
        if place not in self._indexes:
            self._indexes[place] = self._build(place)
        return self._indexes[place]

    def _build(self, place: int) -> ValueIndex:
        records = self.assets.records
        column = [None] * len(records) if self._positions[place] is None else records.column(self.fields[place])
        forms = worthy_forms(column, self._worthless)
        for asset_id in self._rewritten.assets():
            at = self.assets.places[asset_id]
            before, forms[at] = forms[at], self.form(self.assets[asset_id], place)
            if isinstance(before, str) and before != forms[at]:
                self._given_up.add((place, before))
        return ValueIndex(forms, records.column("id"))


def worthy_form(value: Scalar, worthless: frozenset[str]) -> str | None:
    """Return a value as it is compared for a match, None when it must never match (M2, M3)."""
    if value is None:
        return None
    form = matching_form(value)
    return None if is_worthless(form, worthless) else form


def worthy_forms(column: Column, worthless: frozenset[str]) -> list[Form]:
    """Return the form of each value, UNKNOWN where that is unknown."""

    def form(value: Any) -> Form:
        return UNKNOWN if value is UNKNOWN else worthy_form(value, worthless)

    if not is_text(column):
        return list(map_distinct(form, column))
    texts = [text or "" for text in column]
    forms: Sequence[str] = _END.join(texts).casefold().split(_END)
    if len(forms) != len(texts):
        forms = list(map(str.casefold, texts))
    return [
        each if each.isalnum() and each[0] != each[-1] and each not in worthless else worthy_form(each, worthless)
        for each in forms
    ]


def first_key(forms: Sequence[Form]) -> Key | None:
    """Return the first worthy value; None when there is none or an earlier one is unknown."""
    for place, form in enumerate(forms):
        if form is UNKNOWN:
            return None
        if form is not None:
            return place, str(form)
    return None


def may_be_one(mine: Sequence[Form], theirs: Sequence[Form]) -> bool:
    """Say whether two may be the same machine: the first values that both have are equal, or one is unknown."""
    for one, other in zip(mine, theirs, strict=True):
        if UNKNOWN in (one, other):
            return True
        if one is not None and other is not None:
            return one == other
    return False
