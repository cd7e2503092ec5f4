"""The ids that a remote gave to what a run created there, written into the ledger's rows."""

from collections.abc import Iterable, Mapping
from typing import Final

from sqlalchemy import Connection, bindparam, update

from reconciler.model.ledger import Intent
from reconciler.model.plan import Action, Subject
from reconciler.model.run import IntentState
from reconciler.store.rows.names import read_names
from reconciler.store.rows.tables import asset, asset_type, person, site, status
from reconciler.store.rows.users import Written

_TABLES: Final = {"site": site, "type": asset_type, "status": status}


def _is_created(intent: Intent) -> bool:
    done = intent.state is IntentState.DONE and intent.change.action is Action.CREATE
    return done and intent.remote_id is not None


def write_remote_ids(connection: Connection, intents: Iterable[Intent], users: Written) -> None:
    """Write the remote's ids of what was created; `users` are the ids of the users that were written."""
    created = [each for each in intents if _is_created(each)]
    rows = [{"which": each.change.name, "remote": each.remote_id} for each in created if _is(each, Subject.ASSET)]
    if rows:
        statement = update(asset).where(asset.c.tag == bindparam("which")).values(remote_id=bindparam("remote"))
        connection.execute(statement, rows)
    for each in created:
        if _is(each, Subject.USER):
            key = users[Action.CREATE, each.change.name]
            connection.execute(update(person).where(person.c.id == key).values(remote_id=each.remote_id))
    entries = {each.change.name: each.remote_id for each in created if _is(each, Subject.CATALOGUE)}
    if entries:
        _write_entries(connection, entries)


def _is(each: Intent, subject: Subject) -> bool:
    return each.change.subject is subject


def _write_entries(connection: Connection, entries: Mapping[str, str | None]) -> None:
    names = read_names(connection)
    ids = {"site": names.site_ids, "type": names.type_ids, "status": names.status_ids}
    for entry, remote_id in entries.items():
        kind, _, name = entry.partition("/")
        if kind in _TABLES:
            table = _TABLES[kind]
            connection.execute(update(table).where(table.c.id == ids[kind][name]).values(remote_id=remote_id))
