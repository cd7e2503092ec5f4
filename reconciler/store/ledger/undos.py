"""The journal as undoing needs it: who wrote since what a run created, which run undid which, and the hold (J2).

- A run that was undone does not count, and neither does the run that undid it, whatever they wrote.
- An undo takes back the standing of its run; undoing that undo gives it back.
- A hold is on a tenant for as long as the run that it is about is undone, and until somebody lets go of it.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, delete, insert, select, update

from reconciler.errors import UsageError
from reconciler.model.plan import Action, Plan, Subject
from reconciler.model.run import Undoable
from reconciler.model.state import Hold
from reconciler.store.ledger.journal import read_run
from reconciler.store.ledger.tables import hold, run, run_change, settings_revision
from reconciler.store.rows.asset_columns import is_elsewhere
from reconciler.store.rows.assets import chunks
from reconciler.store.rows.tables import asset
from reconciler.undo.holds import settings_of_connection

_NAMES: Final = msgspec.json.Decoder(list[tuple[str, Any, Any, int]])
_CREATED: Final = (Subject.ASSET.value, Subject.USER.value)


def read_undoable(connection: Connection, run_id: str) -> Undoable:
    """Return a run with everything that undoing it needs.

    Raises:
        UsageError: the run does not exist, or its changes were pruned.
    """
    detail = read_run(connection, run_id)
    if detail.run.pruned_at is not None:
        raise UsageError(
            f"The changes of run {detail.run.run_id} were removed from the journal at {detail.run.pruned_at}, so it "
            "cannot be undone. Nothing was changed."
        )
    return Undoable(detail, touched_since(connection, detail.run.run_id))


def _standing(connection: Connection, key: int) -> dict[int, str]:
    """Return the later runs that were not undone, and that undo none of those in between."""
    return {
        each.id: each.run_id
        for each in connection.execute(select(run).where(run.c.id > key))
        if each.undone_by is None and (each.undoes is None or each.undoes <= key)
    }


def touched_since(connection: Connection, run_id: str) -> dict[str, str]:
    """Return who wrote since then what a run created, by `asset/TAG` and `user/NAME`, in words."""
    key = connection.execute(select(run.c.id).where(run.c.run_id == run_id)).scalar_one()
    c = run_change.c
    created = {
        (subject, name)
        for subject, name in connection.execute(
            select(c.subject, c.name).where(c.run_id == key, c.action == Action.CREATE.value, c.subject.in_(_CREATED))
        )
    }
    if not created:
        return {}
    stands = _standing(connection, key)
    touched: dict[str, str] = {}
    versions = {name: 1 for subject, name in created if subject == Subject.ASSET.value}
    rows = connection.execute(
        select(c.run_id, c.subject, c.action, c.name, c.attributes).where(c.run_id > key).order_by(c.id)
    )
    for later, subject, action, name, attributes in rows:
        if (subject, name) not in created:
            continue
        if later in stands:
            touched[f"{subject}/{name}"] = f"run {stands[later]} wrote it since"
        if subject == Subject.ASSET.value:
            versions[name] = _version(versions[name], action, attributes)
    return _by_others(connection, versions) | touched


def _version(version: int, action: str, attributes: str) -> int:
    if action != Action.UPDATE.value:
        return 1
    return version + any(not is_elsewhere(each[0]) for each in _NAMES.decode(attributes))


def _by_others(connection: Connection, versions: Mapping[str, int]) -> dict[str, str]:
    """Return the assets whose row was written oftener than the journal says."""
    found: dict[str, str] = {}
    for some in chunks(sorted(versions)):
        for tag, version in connection.execute(select(asset.c.tag, asset.c.version).where(asset.c.tag.in_(some))):
            if version != versions[tag]:
                found[f"{Subject.ASSET}/{tag}"] = "somebody wrote it since"
    return found


def mark_undone(connection: Connection, run_id: str, undone: str, tenants: Mapping[str, str], now: str) -> None:
    """Note that a run undid another, what stands now, and hold or let go of the connections that it is about.

    `tenants` are the connections of the undone run: the tenant of each by the connection's name.
    """
    keys = {row.run_id: row.id for row in connection.execute(select(run.c.run_id, run.c.id))}
    by, target = keys[run_id], keys[undone]
    _set(connection, target, by)
    chain = [target]
    while (before := connection.execute(select(run.c.undoes).where(run.c.id == chain[-1])).scalar_one()) is not None:
        chain.append(before)
    for place in range(1, len(chain)):
        _set(connection, chain[place], None if place % 2 else chain[place - 1])
    root = chain[-1]
    connection.execute(delete(hold).where(hold.c.run_id == root))
    if len(chain) % 2:
        _hold(connection, root, tenants, now)


def _set(connection: Connection, key: int, by: int | None) -> None:
    connection.execute(update(run).where(run.c.id == key).values(undone_by=by))


def _hold(connection: Connection, root: int, tenants: Mapping[str, str], now: str) -> None:
    document = _settings_of(connection, root)
    for name, tenant in sorted(tenants.items()):
        connection.execute(delete(hold).where(hold.c.tenant_id == tenant))
        mine = settings_of_connection(document, name)
        text = msgspec.json.encode(mine, order="deterministic").decode()
        connection.execute(insert(hold).values(tenant_id=tenant, run_id=root, since=now, settings=text))


def _settings_of(connection: Connection, key: int) -> dict[str, Any]:
    """Return the document of a run's settings: its own if it was narrowed, else those applied when it had ended."""
    ended, picked = connection.execute(select(run.c.finished_at, run.c.settings).where(run.c.id == key)).one()
    if picked is not None:
        own: dict[str, Any] = msgspec.json.decode(picked)
        return own
    s = settings_revision.c
    text = connection.execute(
        select(s.document).where(s.applied_at <= ended).order_by(s.id.desc()).limit(1)
    ).scalar_one_or_none()
    document: dict[str, Any] = {} if text is None else msgspec.json.decode(text)
    return document


def read_holds(connection: Connection) -> tuple[Hold, ...]:
    """Return the tenants that are held, by tenant."""
    statement = select(hold.c.tenant_id, run.c.run_id, hold.c.since, hold.c.settings).join_from(hold, run)
    rows = connection.execute(statement.order_by(hold.c.tenant_id))
    return tuple(Hold(tenant, run_id, since, msgspec.json.decode(text)) for tenant, run_id, since, text in rows)


def let_go(connection: Connection, tenants: Iterable[str]) -> None:
    """Hold these tenants no longer: an apply of theirs is under way."""
    wanted = sorted(tenants)
    if wanted:
        connection.execute(delete(hold).where(hold.c.tenant_id.in_(wanted)))


def tenants_of(plan: Plan) -> dict[str, str]:
    """Return the connections that a plan is about: the tenant of each by its name; those that did nothing are none."""
    return {each.name: each.tenant_id for each in plan.connections if each.enabled and not each.skipped}
