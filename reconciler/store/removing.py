"""What an undo removes: assets, users and bindings that its run made, if nothing else has come to hang on them (J2)."""

from collections.abc import Iterable, Iterator, Sequence

from sqlalchemy import Connection, bindparam, delete, select

from reconciler.errors import StaleError
from reconciler.model.plan import SOFTWARE, Action, BindingChange, Change, Plan
from reconciler.model.snapshot import Scalar
from reconciler.store.asset_rows import asset_ids, chunks
from reconciler.store.binding_rows import find_bindings
from reconciler.store.differing import Difference
from reconciler.store.pin_rows import read_pins
from reconciler.store.software_rows import find_software
from reconciler.store.sorted_changes import Changes, those
from reconciler.store.tables import FIELD_COLUMNS, asset, binding, person
from reconciler.store.undoing import touched_since
from reconciler.store.vocabulary import CUSTOM_PREFIX, REFERENCES, Vocabulary, decode_custom

_COLUMNS = REFERENCES | {name: column.name for name, column in FIELD_COLUMNS.items()}


def in_the_way(connection: Connection, plan: Plan, changes: Changes) -> Iterator[Difference]:
    """Yield what an undo would remove and its run did not make: values, bindings, pins, and what others wrote since."""
    removed = those(plan.changes, Action.DELETE) if plan.undoes is not None else []
    touched = touched_since(connection, plan.undoes) if plan.undoes is not None and removed else {}
    for change in removed:
        if why := touched.get(f"{change.subject}/{change.name}"):
            yield Difference(change.label, "the last to write it", plan.undoes, why)
    by_tag = {change.name: change for change in those(changes.assets, Action.DELETE)}
    if not by_tag:
        return
    for pin in read_pins(connection):
        if pin.tag in by_tag:
            yield Difference(by_tag[pin.tag].label, f"the pin of {pin.field}", None, pin.reason)
    yield from _values(connection, by_tag)
    yield from _bindings(connection, by_tag, plan.bindings)


def _values(connection: Connection, by_tag: dict[str, Change]) -> Iterator[Difference]:
    ids = asset_ids(connection, list(by_tag))
    tags = {key: tag for tag, key in ids.items()}
    software = dict(find_software(connection, tags))
    for some in chunks(list(by_tag)):
        for row in connection.execute(select(asset).where(asset.c.tag.in_(some))):
            found: dict[str, Scalar] = {name: getattr(row, column) for name, column in _COLUMNS.items()}
            found |= {CUSTOM_PREFIX + name: value for name, value in decode_custom(row.custom).items()}
            found |= software.get(row.id, {})
            change = by_tag[row.tag]
            said = {each.name for each in change.attributes}
            for name, value in found.items():
                if value is not None and name not in said:
                    yield Difference(change.label, name.removeprefix(SOFTWARE), None, value)


def _bindings(
    connection: Connection, by_tag: dict[str, Change], changes: Sequence[BindingChange]
) -> Iterator[Difference]:
    going = {(each.source, each.tenant_id, each.after.device_id) for each in changes if each.removed}
    c = binding.c
    statement = select(asset.c.tag, c.source, c.tenant_id, c.device_id).join_from(binding, asset)
    for some in chunks(list(by_tag)):
        for tag, *device in connection.execute(statement.where(asset.c.tag.in_(some))):
            if tuple(device) not in going:
                yield Difference(by_tag[tag].label, "the binding of device", None, device[2])


def remove_bindings(connection: Connection, changes: Iterable[BindingChange]) -> None:
    """Remove bindings.

    Raises:
        StaleError: one is gone already.
    """
    rows = [
        {"which_source": each.source, "which_tenant": each.tenant_id, "which_device": each.after.device_id}
        for each in changes
        if each.removed
    ]
    if not rows:
        return
    c = binding.c
    statement = delete(binding).where(
        c.source == bindparam("which_source"),
        c.tenant_id == bindparam("which_tenant"),
        c.device_id == bindparam("which_device"),
    )
    if connection.execute(statement, rows).rowcount != len(rows):
        raise StaleError("A binding that the undo removes is gone from the store. Nothing was written; undo again.")


def remove_assets(connection: Connection, changes: Iterable[Change]) -> None:
    """Remove assets with everything that is theirs, as their changes say.

    Raises:
        StaleError: one is gone already.
    """
    rows = [{"which": each.name} for each in those(changes, Action.DELETE)]
    if rows and connection.execute(delete(asset).where(asset.c.tag == bindparam("which")), rows).rowcount != len(rows):
        raise StaleError("An asset that the undo removes is gone from the store. Nothing was written; undo again.")


def people_to_remove(vocabulary: Vocabulary, changes: Iterable[Change]) -> frozenset[int]:
    """Return the ids of the users that go, as their changes say.

    Raises:
        StaleError: one is gone already.
    """
    names = [each.name for each in those(changes, Action.DELETE)]
    missing = next((name for name in names if name not in vocabulary.ids["user"]), None)
    if missing is not None:
        raise StaleError(f"The user {missing!r} is gone from the store. Nothing was written; undo again.")
    return frozenset(vocabulary.ids["user"][name] for name in names)


def remove_people(connection: Connection, keys: Iterable[int]) -> None:
    """Remove users; the database refuses when an asset still refers to one."""
    rows = [{"which": key} for key in sorted(keys)]
    if rows:
        connection.execute(delete(person).where(person.c.id == bindparam("which")), rows)


def still_there(
    connection: Connection, changes: Changes, bindings: Sequence[BindingChange], vocabulary: Vocabulary
) -> Iterator[Difference]:
    """Yield what a plan removes and the store still has."""
    assets = {change.name: change for change in those(changes.assets, Action.DELETE)}
    for tag in asset_ids(connection, list(assets)) if assets else ():
        yield Difference(assets[tag].label, "the asset", None, tag)
    removed_users = those(changes.users, Action.DELETE)
    people = frozenset(vocabulary.people.column("entra_id") if removed_users else ())
    for change in removed_users:
        entra_id = next((each.before for each in change.attributes if each.name == "entraId"), None)
        if entra_id is not None and entra_id in people:
            yield Difference(change.label, "the user", None, change.name)
    removed = [(each.source, each.tenant_id, each.after.device_id) for each in bindings if each.removed]
    for device in find_bindings(connection, removed) if removed else ():
        yield Difference(f"device {device[2]}", "the binding", None, device[2])
