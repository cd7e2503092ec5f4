"""Whether a plan still fits the rows (A1): every `before`, and for what it makes that nothing is in the way."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, select

from reconciler.errors import StaleError
from reconciler.model.plan import Action, BindingChange, Change, Plan
from reconciler.planning.rules.identity import matching_form
from reconciler.store.comparison import compare
from reconciler.store.ledger.bindings import find_bindings, live_bindings
from reconciler.store.ledger.pins import pinned_writes
from reconciler.store.ledger.tables import connection_read, stamp
from reconciler.store.removal import in_the_way
from reconciler.store.rows.asset_columns import CUSTOM_PREFIX, decode_custom
from reconciler.store.rows.assets import asset_ids
from reconciler.store.rows.catalogue import read_entries
from reconciler.store.rows.changes import Changes, those
from reconciler.store.rows.differences import Difference, before, listed
from reconciler.store.rows.tables import FIELD_COLUMNS, asset
from reconciler.store.rows.vocabulary import Vocabulary


def verify(
    connection: Connection, plan: Plan, changes: Changes, vocabulary: Vocabulary, expected_revision: str | None
) -> None:
    """Do nothing when the plan, whose changes these are, fits; a store that moved on elsewhere does no harm.

    Raises:
        StaleError: a row is not what the plan says, or the store is not the plan's; the rows are listed.
    """
    row = connection.execute(select(stamp)).one_or_none()
    _refuse_another_store(plan, row)
    differences = list(_differences(connection, plan, changes, vocabulary))
    if differences:
        moved = " The store was written to since the plan was made." if _moved(row, expected_revision) else ""
        raise StaleError(
            f"The plan does not fit the store any more, and nothing was written: {listed(differences)}.{moved} "
            "Plan again."
        )


def _refuse_another_store(plan: Plan, row: Any) -> None:
    if row is None or row.store_id == plan.store_id or (plan.store_id is None and not row.revision):
        if row is not None or plan.store_id is None:
            return
        raise StaleError(f"The plan was made for the store {plan.store_id}, and this one is new. Plan again.")
    raise StaleError(
        f"The plan was made for {f'the store {plan.store_id}' if plan.store_id else 'a new store'}, and this is the "
        f"store {row.store_id} of {row.instance}. Nothing was written; plan again."
    )


def _moved(row: Any, expected_revision: str | None) -> bool:
    return expected_revision is not None and row is not None and row.revision != expected_revision


def _differences(connection: Connection, plan: Plan, changes: Changes, vocabulary: Vocabulary) -> Iterator[Difference]:
    yield from _newer_reads(connection, plan)
    yield from compare(connection, changes, plan.bindings, vocabulary, before, {})
    for change, field, because in pinned_writes(connection, changes.assets):
        yield Difference(change.label, f"the pin of {field}", None, because)
    yield from _entries_there(connection, those(changes.catalogue, Action.CREATE))
    yield from _people_there(vocabulary, those(changes.users, Action.CREATE))
    assets = those(changes.assets, Action.CREATE)
    yield from _tags_taken(connection, assets)
    yield from _matches(connection, assets)
    yield from in_the_way(connection, plan, changes)
    yield from _bindings_in_the_way(connection, plan.bindings, frozenset(change.name for change in assets))


def _newer_reads(connection: Connection, plan: Plan) -> Iterator[Difference]:
    applied = {row.tenant_id: row.read_at for row in connection.execute(select(connection_read))}
    for summary in plan.connections:
        last = applied.get(summary.tenant_id)
        if last is not None and summary.read_at is not None and last > summary.read_at:
            yield Difference(f"the connection {summary.name}", "last applied read", summary.read_at, last)


def _entries_there(connection: Connection, changes: Sequence[Change]) -> Iterator[Difference]:
    entries = read_entries(connection) if changes else {}
    for change in changes:
        if change.name in entries:
            yield Difference(change.label, "the entry", None, change.name)


def _people_there(vocabulary: Vocabulary, changes: Sequence[Change]) -> Iterator[Difference]:
    known = {person.entra_id for person in vocabulary.people if person.entra_id} if changes else set()
    for change in changes:
        entra_id = next((each.after for each in change.attributes if each.name == "entraId"), None)
        if entra_id in known:
            yield Difference(change.label, "the user", None, entra_id)


def _tags_taken(connection: Connection, changes: Sequence[Change]) -> Iterator[Difference]:
    taken = asset_ids(connection, [change.name for change in changes])
    for change in changes:
        if change.name in taken:
            yield Difference(change.label, "tag", None, change.name)


def _matches(connection: Connection, changes: Sequence[Change]) -> Iterator[Difference]:
    wanted: dict[str, dict[str, Change]] = {}
    for change in changes:
        for name, form in change.match.items():
            wanted.setdefault(name, {})[form] = change
    for name, forms in sorted(wanted.items()):
        for tag, value in _values(connection, name):
            form = matching_form(value)
            if form in forms:
                yield Difference(forms[form].label, f"the asset with this {name}", None, tag)


def _values(connection: Connection, name: str) -> Iterator[tuple[str, Any]]:
    column = FIELD_COLUMNS.get(name)
    if column is not None:
        yield from connection.execute(select(asset.c.tag, column).where(column.is_not(None)))
        return
    for tag, text in connection.execute(select(asset.c.tag, asset.c.custom).where(asset.c.custom != "{}")):
        value = decode_custom(text).get(name.removeprefix(CUSTOM_PREFIX))
        if value is not None:
            yield tag, value


def _ends(change: BindingChange) -> bool:
    return change.removed or change.after.presence.value == "deleted"


def _bindings_in_the_way(
    connection: Connection, changes: Sequence[BindingChange], new: frozenset[str]
) -> Iterator[Difference]:
    """Yield bindings that stand where the plan would put one."""
    made = [change for change in changes if change.before is None]
    moved = [change for change in changes if change.before and change.before.device_id != change.after.device_id]
    keys = [(change.source, change.tenant_id, change.after.device_id) for change in (*made, *moved)]
    for key, row in sorted(find_bindings(connection, keys).items()):
        yield Difference(f"device {key[2]}", "asset", None, row[0])
    ending = {
        (change.source, change.tenant_id, change.before.device_id)
        for change in changes
        if change.before and _ends(change)
    }
    there = [change.asset for change in made if change.asset not in new]
    for tag, key in sorted(live_bindings(connection, there).items()):
        if key not in ending:
            yield Difference(tag, "device", None, key[2])
