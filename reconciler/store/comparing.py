"""A plan's words beside the rows, value by value: `before` when verified, `after` when read back (A1, A4)."""

from collections.abc import Iterator, Sequence

from sqlalchemy import Connection

from reconciler.model.plan import SOFTWARE, Action, BindingChange, Change
from reconciler.model.snapshot import Scalar
from reconciler.model.state import Life
from reconciler.store.asset_comparing import compare_assets
from reconciler.store.asset_rows import asset_ids
from reconciler.store.binding_rows import Key, binding_rows, life_values
from reconciler.store.catalogue_rows import entry_after, list_form, read_entries
from reconciler.store.differing import Difference, Side, before, same
from reconciler.store.person_rows import COLUMNS as PERSON_COLUMNS
from reconciler.store.person_rows import Written
from reconciler.store.shapes import Shaped
from reconciler.store.software_rows import find_software
from reconciler.store.sorted_changes import Changes, those
from reconciler.store.vocabulary import Vocabulary


def compare(
    connection: Connection,
    changes: Changes,
    bindings: Sequence[BindingChange],
    vocabulary: Vocabulary,
    side: Side,
    users: Written,
) -> Iterator[Difference]:
    """Yield where the rows of a plan's changes differ from that side; creations are compared on the `after` side only.

    `users` are the users that the plan made or changed.
    """
    actions = (Action.UPDATE, Action.DELETE) if side is before else (Action.CREATE, Action.UPDATE)
    yield from _entries(connection, those(changes.catalogue, *actions), side)
    yield from _people(those(changes.users, *actions), vocabulary, side, users)
    assets = [each for each in changes.shaped if each[0].action in actions]
    yield from compare_assets(connection, assets, vocabulary, side)
    yield from _software(connection, assets, side)
    yield from _bindings(connection, [each for each in bindings if side is before or not each.removed], side)


def _entries(connection: Connection, changes: Sequence[Change], side: Side) -> Iterator[Difference]:
    entries = read_entries(connection) if changes else {}
    for change in changes:
        entry = change.name if side is before else entry_after(change)
        if entry not in entries:
            yield Difference(change.label, "the entry", entry, None)
            continue
        for name, value in map(side, change.attributes):
            expected, found = list_form(name, value), entries[entry].get(name)
            if not same(found, expected):
                yield Difference(change.label, name, expected, found)


def _people(changes: Sequence[Change], vocabulary: Vocabulary, side: Side, users: Written) -> Iterator[Difference]:
    people = {person.id: person for person in vocabulary.people} if changes else {}
    for change in changes:
        key = users.get((change.action, change.name)) or vocabulary.ids["user"].get(change.name)
        person = people.get(key) if key is not None else None
        if person is None:
            yield Difference(change.label, "the user", change.name, None)
            continue
        for name, expected in map(side, change.attributes):
            found = getattr(person, "site" if name == "site" else PERSON_COLUMNS[name])
            if not same(found, expected):
                yield Difference(change.label, name, expected, found)


def _software(connection: Connection, changes: Sequence[Shaped], side: Side) -> Iterator[Difference]:
    wanted = {change.name: change for change, shape in changes if shape.software}
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


def _bindings(connection: Connection, changes: Sequence[BindingChange], side: Side) -> Iterator[Difference]:
    lives: dict[Key, tuple[str, Life]] = {}
    for change in changes:
        life = change.before if side is before else change.after
        if life is not None:
            lives[change.source, change.tenant_id, life.device_id] = (change.asset, life)
    for key, row in binding_rows(connection, list(lives), lock=side is before):
        asset, life = lives.pop(key)
        expected = (asset, *life_values(life))
        if row != expected:
            yield from _of_binding(life, row, expected)
    for asset, life in lives.values():
        yield from _of_binding(life, (None,), (asset,))


def _of_binding(life: Life, row: Sequence[Scalar], expected: Sequence[Scalar]) -> Iterator[Difference]:
    for name, found, wanted in zip(("asset", *Life.__struct_fields__), row, expected, strict=False):
        if found != wanted:
            yield Difference(f"the binding of device {life.device_id}", name, wanted, found)
