"""A plan's words beside the rows, value by value: `before` when verified, `after` when read back (A1, A4)."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Final

import msgspec
from sqlalchemy import Connection

from reconciler.model.plan import SOFTWARE, Action, Attribute, BindingChange, Change, Plan, Subject
from reconciler.model.snapshot import Scalar
from reconciler.model.state import Life
from reconciler.store.asset_rows import asset_ids, rows_by_tag
from reconciler.store.binding_rows import Key, find_bindings, life_values
from reconciler.store.catalogue_rows import list_form, read_entries
from reconciler.store.person_rows import COLUMNS as PERSON_COLUMNS
from reconciler.store.software_rows import find_software
from reconciler.store.tables import asset
from reconciler.store.vocabulary import (
    COLUMNS,
    CUSTOM_PREFIX,
    NO_CUSTOM,
    REFERENCES,
    Vocabulary,
    decode_custom,
    is_elsewhere,
)

Side = Callable[[Attribute], tuple[str, Scalar]]

before: Final[Side] = attrgetter("name", "before")
"""An attribute's name and what it was when the plan was made."""

after: Final[Side] = attrgetter("name", "after")
"""An attribute's name and what it becomes."""

_SHOWN: Final = 20
_NAMES: Final = tuple(COLUMNS)
_SELECTED: Final = (asset.c.tag, asset.c.custom, *(asset.c[COLUMNS[name]] for name in _NAMES))


@dataclass(frozen=True, slots=True)
class Difference:
    """Where a row is not what a plan says."""

    label: str
    attribute: str
    expected: Scalar
    found: Scalar

    def __str__(self) -> str:
        return f"{self.label}: {self.attribute} is {_shown(self.found)}, not {_shown(self.expected)}"


def _shown(value: Scalar) -> str:
    return "empty" if value is None else msgspec.json.encode(value).decode()


def listed(differences: Sequence[Difference]) -> str:
    """Return differences in words, the first of them and how many there are."""
    words = "; ".join(map(str, differences[:_SHOWN]))
    more = len(differences) - _SHOWN
    return words + (f"; and {more} more" if more > 0 else "")


def same(one: Scalar, other: Scalar) -> bool:
    """Say whether two values are the same; true is not 1."""
    return one == other and isinstance(one, bool) is isinstance(other, bool)


def compare(
    connection: Connection, plan: Plan, vocabulary: Vocabulary, side: Side, users: dict[str, int]
) -> Iterator[Difference]:
    """Yield where the rows of a plan's changes differ from that side; creations are compared on the `after` side only.

    `users` are the ids of the users that the plan made or changed, by the names of their changes.
    """
    actions = (Action.UPDATE,) if side is before else (Action.CREATE, Action.UPDATE)
    by_subject: dict[Subject, list[Change]] = {subject: [] for subject in Subject}
    for change in plan.changes:
        if change.action in actions:
            by_subject[change.subject].append(change)
    yield from _entries(connection, by_subject[Subject.CATALOGUE], side)
    yield from _people(by_subject[Subject.USER], vocabulary, side, users)
    yield from _assets(connection, by_subject[Subject.ASSET], vocabulary, side)
    yield from _software(connection, by_subject[Subject.ASSET], side)
    yield from _bindings(connection, plan.bindings, side)


def _entries(connection: Connection, changes: Sequence[Change], side: Side) -> Iterator[Difference]:
    entries = read_entries(connection) if changes else {}
    for change in changes:
        if change.name not in entries:
            yield Difference(change.label, "the entry", change.name, None)
            continue
        for name, value in map(side, change.attributes):
            expected, found = list_form(name, value), entries[change.name].get(name)
            if not same(found, expected):
                yield Difference(change.label, name, expected, found)


def _people(
    changes: Sequence[Change], vocabulary: Vocabulary, side: Side, users: dict[str, int]
) -> Iterator[Difference]:
    people = {person.id: person for person in vocabulary.people} if changes else {}
    for change in changes:
        key = users.get(change.name) or vocabulary.ids["user"].get(change.name)
        person = people.get(key) if key is not None else None
        if person is None:
            yield Difference(change.label, "the user", change.name, None)
            continue
        for name, expected in map(side, change.attributes):
            found = getattr(person, "site" if name == "site" else PERSON_COLUMNS[name])
            if not same(found, expected):
                yield Difference(change.label, name, expected, found)


def _assets(
    connection: Connection, changes: Sequence[Change], vocabulary: Vocabulary, side: Side
) -> Iterator[Difference]:
    by_tag = {change.name: change for change in changes}
    for row in rows_by_tag(connection, _SELECTED, list(by_tag)):
        change = by_tag.pop(row[0])
        found = _worded(row, vocabulary)
        for name, expected in map(side, change.attributes):
            value = found.get(name)
            if value == expected and value.__class__ is expected.__class__:
                continue
            if not is_elsewhere(name) and not same(value, expected):
                yield Difference(change.label, name, expected, value)
    for tag, change in by_tag.items():
        yield Difference(change.label, "the asset", tag, None)


def _software(connection: Connection, changes: Sequence[Change], side: Side) -> Iterator[Difference]:
    wanted = {
        change.name: change for change in changes if any(each.name.startswith(SOFTWARE) for each in change.attributes)
    }
    if not wanted:
        return
    tags = {key: tag for tag, key in asset_ids(connection, list(wanted)).items()}
    there = dict.fromkeys(tags)
    for key, found in find_software(connection, tags.keys()):
        del there[key]
        yield from _of_asset(wanted[tags[key]], found, side)
    for key in there:
        yield from _of_asset(wanted[tags[key]], {}, side)


def _of_asset(change: Change, found: dict[str, Scalar], side: Side) -> Iterator[Difference]:
    for name, expected in map(side, change.attributes):
        if name.startswith(SOFTWARE) and found.get(name) != expected:
            yield Difference(change.label, name, expected, found.get(name))


def _worded(row: Sequence[Any], vocabulary: Vocabulary) -> dict[str, Scalar]:
    """Return an asset's row as a plan says it, attribute by attribute."""
    found = dict(zip(_NAMES, row[2:], strict=True))
    for name in REFERENCES:
        found[name] = vocabulary.called[name].get(found[name])
    if row[1] != NO_CUSTOM:
        found.update((CUSTOM_PREFIX + name, value) for name, value in decode_custom(row[1]).items())
    return found


def _bindings(connection: Connection, changes: Sequence[BindingChange], side: Side) -> Iterator[Difference]:
    lives: dict[Key, tuple[BindingChange, Life]] = {}
    for change in changes:
        life = change.before if side is before else change.after
        if life is not None:
            lives[change.source, change.tenant_id, life.device_id] = (change, life)
    found = find_bindings(connection, lives)
    for key, (change, life) in lives.items():
        expected = (change.asset, *life_values(life))
        row = found.get(key, (None,))
        if row == expected:
            continue
        for name, value, wanted in zip(("asset", *Life.__struct_fields__), row, expected, strict=False):
            if value != wanted:
                yield Difference(f"the binding of device {life.device_id}", name, wanted, value)
