"""Intents: each change of a plan that is on its way to a remote, and the runs that are not finished (W4, W5)."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, Row, delete, func, insert, select, update

from reconciler.errors import StoreError, UsageError
from reconciler.model.ledger import Intent
from reconciler.model.plan import Action, Change, Plan, Reason, Subject
from reconciler.model.run import UNSETTLED, IntentState, OpenRun, Origin
from reconciler.model.state import AppliedSettings
from reconciler.store.database.dialects import insert_many
from reconciler.store.database.times import utc_now
from reconciler.store.ledger.stamp import environment_of
from reconciler.store.ledger.tables import intent, open_run


def _reason(_: type, value: Any) -> Reason:
    attribute, words, rule = value
    return Reason(attribute, words, rule)


def _listed(reason: Any) -> tuple[str | None, str, str]:
    if not isinstance(reason, Reason):
        raise NotImplementedError(f"{type(reason).__name__} is no part of an intent")
    return reason.attribute, reason.words, reason.rule


_ENCODER: Final = msgspec.json.Encoder(order="deterministic", enc_hook=_listed)
_CHANGE: Final = msgspec.json.Decoder(Change, dec_hook=_reason)
_PLAN: Final = msgspec.json.Decoder(Plan, dec_hook=_reason)
_COLUMNS: Final = ("run_id", "number", "state", "change", "remote_id", "message", "facts", "updated_at")
_UNSETTLED: Final = sorted(each.value for each in UNSETTLED)


class Begun(msgspec.Struct, frozen=True):
    """A run that was begun, as finishing it needs it; its plan has no changes, since each of them is an intent."""

    plan: Plan
    origin: Origin
    settings: AppliedSettings
    kind: str


def write_begun(connection: Connection, run_id: str, begun: Begun, remote_ids: Mapping[str, str]) -> None:
    """Keep a plan and its changes as planned intents; `remote_ids` are those of assets, by tag."""
    plan = msgspec.structs.replace(begun.plan, changes=())
    texts = {name: _text(value) for name, value in (("origin", begun.origin), ("settings", begun.settings))}
    connection.execute(insert(open_run).values(run_id=run_id, kind=begun.kind, plan=_text(plan), **texts))
    now, planned = utc_now(), IntentState.PLANNED.value
    rows = (
        (run_id, number, planned, _text(change), _remote_id(change, remote_ids), None, "{}", now)
        for number, change in enumerate(begun.plan.changes)
    )
    insert_many(connection, intent, _COLUMNS, rows)


def _remote_id(change: Change, remote_ids: Mapping[str, str]) -> str | None:
    known = change.subject is Subject.ASSET and change.action is not Action.CREATE
    return remote_ids.get(change.name) if known else None


def read_begun(connection: Connection, run_id: str) -> Begun:
    """Return an interrupted run.

    Raises:
        UsageError: no interrupted run has this id.
    """
    row = connection.execute(select(open_run).where(open_run.c.run_id == run_id)).one_or_none()
    if row is None:
        listed = f"reconciler status {environment_of(connection)}"
        raise UsageError(f"There is no interrupted run {run_id}. The interrupted ones are listed by: {listed}")
    return Begun(
        plan=_PLAN.decode(row.plan),
        origin=msgspec.json.decode(row.origin, type=Origin),
        settings=msgspec.json.decode(row.settings, type=AppliedSettings),
        kind=row.kind,
    )


def read_intents(connection: Connection, run_id: str) -> tuple[Intent, ...]:
    """Return a run's intents in the order of its plan."""
    rows = connection.execute(select(intent).where(intent.c.run_id == run_id).order_by(intent.c.number))
    return tuple(map(_intent, rows))


def _intent(row: Row[Any]) -> Intent:
    return Intent(
        number=row.number,
        run_id=row.run_id,
        state=IntentState(row.state),
        change=_CHANGE.decode(row.change),
        remote_id=row.remote_id,
        message=row.message,
        facts=msgspec.json.decode(row.facts, type=dict[str, str | int]),
    )


def read_open_runs(connection: Connection) -> tuple[OpenRun, ...]:
    """Return the runs that are not finished, oldest first."""
    found: list[OpenRun] = []
    for run_id, text in connection.execute(select(open_run.c.run_id, open_run.c.origin).order_by(open_run.c.run_id)):
        origin = msgspec.json.decode(text, type=Origin)
        states = connection.execute(
            select(intent.c.state, func.count()).where(intent.c.run_id == run_id).group_by(intent.c.state)
        )
        counts = {IntentState(state): count for state, count in sorted(states)}
        found.append(
            OpenRun(run_id=run_id, started_at=origin.started_at, who=origin.who, where=origin.where, intents=counts)
        )
    return tuple(found)


def mark_intent(
    connection: Connection,
    run_id: str,
    number: int,
    state: IntentState,
    values: Mapping[str, str | None],
    facts: Mapping[str, str | int] | None,
) -> None:
    """Note where an intent is; values that are None stay as they are.

    Raises:
        StoreError: there is no intent with this number.
    """
    row = {name: value for name, value in values.items() if value is not None}
    if facts is not None:
        row["facts"] = _text(dict(facts))
    which = (intent.c.run_id == run_id, intent.c.number == number)
    statement = update(intent).where(*which).values(state=state.value, updated_at=utc_now(), **row)
    if connection.execute(statement).rowcount != 1:
        raise StoreError(f"The ledger has no intent {number} of run {run_id}; somebody finished or removed it.")


def fail_unsettled(connection: Connection, run_id: str, why: str) -> None:
    """Let every intent fail that is not settled."""
    which = (intent.c.run_id == run_id, intent.c.state.in_(_UNSETTLED))
    failed = {"state": IntentState.FAILED.value, "message": why, "updated_at": utc_now()}
    connection.execute(update(intent).where(*which).values(failed))


def refuse_unsettled(intents: Iterable[Intent]) -> None:
    """Do nothing when every intent is settled.

    Raises:
        StoreError: one is not.
    """
    left = next((each for each in intents if each.state in UNSETTLED), None)
    if left is not None:
        raise StoreError(f"Run {left.run_id} is not finished: the change of {left.change.label} is still {left.state}.")


def forget_begun(connection: Connection, run_id: str) -> None:
    """Remove a finished run from the interrupted ones, and its intents that are done: the journal has those."""
    connection.execute(delete(open_run).where(open_run.c.run_id == run_id))
    done = intent.c.state == IntentState.DONE.value
    connection.execute(delete(intent).where(intent.c.run_id == run_id, done))


def _text(value: Any) -> str:
    return _ENCODER.encode(value).decode()
