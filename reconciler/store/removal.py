"""What an undo removes: assets, users and bindings that its run made, if nothing else has come to hang on them (J2)."""

from collections.abc import Iterator, Sequence

from sqlalchemy import Connection, select

from reconciler.model.plan import SOFTWARE, Action, BindingChange, Change, Plan
from reconciler.model.snapshot import Scalar
from reconciler.store.ledger.bindings import find_bindings
from reconciler.store.ledger.pins import read_pins
from reconciler.store.ledger.tables import binding
from reconciler.store.ledger.undos import touched_since
from reconciler.store.rows.asset_columns import CUSTOM_PREFIX, REFERENCES, decode_custom
from reconciler.store.rows.assets import asset_ids, chunks
from reconciler.store.rows.changes import Changes, those
from reconciler.store.rows.differences import Difference
from reconciler.store.rows.software import find_software
from reconciler.store.rows.tables import FIELD_COLUMNS, asset
from reconciler.store.rows.vocabulary import Vocabulary

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
    """Yield values that assets have by now and the plan that removes them does not say."""
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


def still_there(
    connection: Connection, changes: Changes, bindings: Sequence[BindingChange], vocabulary: Vocabulary
) -> Iterator[Difference]:
    """Yield what a plan removes and the store still has."""
    assets = {change.name: change for change in those(changes.assets, Action.DELETE)}
    for tag in asset_ids(connection, list(assets)) if assets else ():
        yield Difference(assets[tag].label, "the asset", None, tag)
    yield from _users_still_there(those(changes.users, Action.DELETE), vocabulary)
    removed = [(each.source, each.tenant_id, each.after.device_id) for each in bindings if each.removed]
    for device in find_bindings(connection, removed) if removed else ():
        yield Difference(f"device {device[2]}", "the binding", None, device[2])


def _users_still_there(removed: Sequence[Change], vocabulary: Vocabulary) -> Iterator[Difference]:
    people = frozenset(vocabulary.people.column("entra_id") if removed else ())
    for change in removed:
        entra_id = next((each.before for each in change.attributes if each.name == "entraId"), None)
        if entra_id is not None and entra_id in people:
            yield Difference(change.label, "the user", None, change.name)
