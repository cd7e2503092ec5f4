"""The journal: each run with its changes, written once and read by `history` and `show` (J1)."""

import difflib
import secrets
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import count
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, Row, insert, select

from reconciler.errors import UsageError
from reconciler.model.plan import Action, Attribute, BindingChange, Change, Kind, Plan, Subject, binding_reason
from reconciler.model.run import Origin, Run, RunDetail
from reconciler.model.snapshot import Scalar
from reconciler.model.state import Life
from reconciler.store.database.dialects import insert_many
from reconciler.store.database.times import compact, utc_now
from reconciler.store.ledger.attempts import unread_of
from reconciler.store.ledger.stamp import environment_of
from reconciler.store.ledger.tables import run, run_binding, run_change, run_reason
from reconciler.undo.holds import settings_of_connections

_ENCODER: Final = msgspec.json.Encoder(order="deterministic")
_KINDS: Final = msgspec.json.Decoder(tuple[Kind, ...])
_LIFE: Final = msgspec.json.Decoder(Life)
_ATTRIBUTES: Final = msgspec.json.Decoder(list[tuple[str, Scalar, Scalar, int]])
_IN_CHUNKS: Final = {"yield_per": 5000}
_SUGGESTED: Final = 3
_COLUMNS: Final = (
    "run_id",
    "subject",
    "action",
    "name",
    "label",
    "connection",
    "device_id",
    "kinds",
    "attributes",
)
_BINDING_COLUMNS: Final = ("run_id", "connection", "source", "tenant_id", "asset", "before", "after", "reason")


_ACTIONS: Final = {each: each.value for each in Action}
_SUBJECTS: Final = {each: each.value for each in Subject}

Reasons = dict[str, dict[str, int]]
"""A number for each reason's words and rule; a run keeps each once, since thousands of its changes share it."""


def new_run_id(origin: Origin) -> str:
    """Return an id for a run; ids sort by time."""
    return f"{compact(origin.started_at)}-{secrets.token_hex(2)}"


def write_run(
    connection: Connection,
    plan: Plan,
    origin: Origin,
    *,
    run_id: str,
    counts: Mapping[str, int],
    usage: bytes,
    revision: str,
    document: Mapping[str, Any],
) -> None:
    """Write a run and its changes; `counts` are the plan's, `document` the settings it was made of."""
    row = {
        "run_id": run_id,
        "instance": plan.instance,
        "started_at": origin.started_at,
        "finished_at": utc_now(),
        "who": origin.who,
        "from_where": origin.where,
        "settings_commit": origin.commit,
        "settings_clean": origin.clean,
        "plan_digest": plan.digest,
        "counts": _text(counts),
        "allowances": _text(origin.allowances),
        "because": origin.because,
        "usage": usage.decode(),
        "revision": revision,
        "undoes": None if plan.undoes is None else _key(connection, plan.undoes),
        "settings": _text(_picked(plan, document)) if plan.picked else None,
    }
    key = connection.execute(insert(run).values(row).returning(run.c.id)).scalar_one()
    number = count().__next__
    reasons: Reasons = defaultdict(lambda: defaultdict(number))
    insert_many(connection, run_change, _COLUMNS, _rows(key, plan.changes, reasons))
    insert_many(connection, run_binding, _BINDING_COLUMNS, _binding_rows(key, plan.bindings, reasons))
    numbered = [(key, place, rule, words) for words, rules in reasons.items() for rule, place in rules.items()]
    insert_many(connection, run_reason, ("run_id", "number", "rule", "reason"), sorted(numbered))


def _picked(plan: Plan, document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings of a narrowed plan's connections: it applies no others, and an undo asks for them."""
    return settings_of_connections(document, {each.name for each in plan.connections if each.skipped is None})


def _rows(key: int, changes: tuple[Change, ...], reasons: Reasons) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of changes; `reasons` numbers each reason when it is first asked for."""
    kinds = cache(_text)
    for change in changes:
        attributes = [
            (each.name, each.before, each.after, reasons[each.why.words][each.why.rule]) for each in change.attributes
        ]
        yield (
            key,
            _SUBJECTS[change.subject],
            _ACTIONS[change.action],
            change.name,
            change.label,
            change.connection,
            change.entra_id if change.subject is Subject.USER else change.device_id,
            kinds(change.kinds),
            _text(attributes),
        )


def _binding_rows(key: int, changes: tuple[BindingChange, ...], reasons: Reasons) -> Iterator[tuple[Any, ...]]:
    for change in changes:
        yield (
            key,
            change.connection,
            change.source,
            change.tenant_id,
            change.asset,
            None if change.before is None else _text(change.before),
            None if change.removed else _text(change.after),
            reasons[change.why.words][change.why.rule],
        )


def _key(connection: Connection, run_id: str) -> int:
    return int(connection.execute(select(run.c.id).where(run.c.run_id == run_id)).scalar_one())


def read_runs(connection: Connection, limit: int) -> tuple[Run, ...]:
    """Return the latest runs, newest first."""
    rows = connection.execute(_RUNS.order_by(run.c.id.desc()).limit(limit)).all()
    unread = unread_of(connection, [row.run_id for row in rows])
    return tuple(_run(row, unread.get(row.run_id, {})) for row in rows)


def read_run(connection: Connection, run_id: str) -> RunDetail:
    """Return the run with this id, or with the only id that begins so.

    Raises:
        UsageError: there is none, or more than one.
    """
    known = list(connection.execute(select(run.c.run_id, run.c.id).order_by(run.c.id.desc())))
    found = [row for row in known if row[0] == run_id] or [row for row in known if run_id and row[0].startswith(run_id)]
    if len(found) != 1:
        raise UsageError(
            _not_one(run_id, [name for name, _ in found], [name for name, _ in known], environment_of(connection))
        )
    key = found[0][1]
    row = connection.execute(_RUNS.where(run.c.id == key)).one()
    unread = unread_of(connection, [row.run_id]).get(row.run_id, {})
    return RunDetail(_run(row, unread), tuple(_changes(connection, key)), tuple(_bindings(connection, key)))


def read_asset_runs(connection: Connection, tag: str) -> tuple[RunDetail, ...]:
    """Return the runs that changed an asset, newest first, each with its changes of this asset alone."""
    c = run_change.c
    keys = select(c.run_id).where(c.name == tag, c.subject == Subject.ASSET.value).distinct()
    return tuple(
        RunDetail(_run(row, {}), tuple(_changes(connection, row.id, tag)))
        for row in connection.execute(_RUNS.where(run.c.id.in_(keys)).order_by(run.c.id.desc())).all()
    )


def _not_one(run_id: str, found: list[str], known: list[str], environment: str) -> str:
    if found:
        return f"{len(found)} runs begin with {run_id!r}: {', '.join(found[:_SUGGESTED])}… Give more of the id."
    near = difflib.get_close_matches(run_id, known, _SUGGESTED)
    hint = f" Did you mean {' or '.join(near)}?" if near else ""
    return f"The store knows no run {run_id!r}.{hint} List the runs: reconciler history {environment}"


def _run(row: Row[Any], unread: dict[str, str]) -> Run:
    """Return a row of the journal as a run."""
    return Run(
        run_id=row.run_id,
        instance=row.instance,
        started_at=row.started_at,
        finished_at=row.finished_at,
        who=row.who,
        where=row.from_where,
        commit=row.settings_commit,
        clean=row.settings_clean,
        plan_digest=row.plan_digest,
        counts=msgspec.json.decode(row.counts, type=dict[str, int]),
        allowances=msgspec.json.decode(row.allowances, type=dict[str, int]),
        because=row.because,
        undoes=row.undoes_run,
        undone_by=row.undone_by_run,
        unread=unread,
        pruned_at=row.pruned_at,
    )


_UNDONE: Final = run.alias()
_UNDOER: Final = run.alias()
_RUNS: Final = (
    select(run, _UNDONE.c.run_id.label("undoes_run"), _UNDOER.c.run_id.label("undone_by_run"))
    .outerjoin(_UNDONE, run.c.undoes == _UNDONE.c.id)
    .outerjoin(_UNDOER, run.c.undone_by == _UNDOER.c.id)
)


def _changes(connection: Connection, key: int, tag: str | None = None) -> Iterator[Change]:
    """Yield a run's changes in their order; those of one asset alone, when its tag is given."""
    statement = select(run_change).where(run_change.c.run_id == key).order_by(run_change.c.id)
    if tag is not None:
        statement = statement.where(run_change.c.name == tag, run_change.c.subject == Subject.ASSET.value)
    reasons = _reasons(connection, key)
    for row in connection.execute(statement, execution_options=_IN_CHUNKS):
        of_user = row.subject == Subject.USER.value
        yield Change(
            subject=Subject(row.subject),
            action=Action(row.action),
            name=row.name,
            label=row.label,
            attributes=tuple(
                Attribute.of(name, before, after, *reasons[number])
                for name, before, after, number in _ATTRIBUTES.decode(row.attributes)
            ),
            kinds=_KINDS.decode(row.kinds),
            connection=row.connection,
            device_id=None if of_user else row.device_id,
            entra_id=row.device_id if of_user else None,
        )


def _bindings(connection: Connection, key: int) -> Iterator[BindingChange]:
    """Yield what a run made of bindings, in its order."""
    reasons = _reasons(connection, key)
    statement = select(run_binding).where(run_binding.c.run_id == key).order_by(run_binding.c.id)
    for row in connection.execute(statement, execution_options=_IN_CHUNKS):
        before = None if row.before is None else _LIFE.decode(row.before)
        yield BindingChange(
            connection=row.connection,
            source=row.source,
            tenant_id=row.tenant_id,
            asset=row.asset,
            before=before,
            after=_LIFE.decode(row.after or row.before),
            why=binding_reason(*reasons[row.reason]),
            removed=row.after is None,
        )


def _reasons(connection: Connection, key: int) -> dict[int, tuple[str, str]]:
    rows = connection.execute(select(run_reason).where(run_reason.c.run_id == key))
    return {row.number: (row.reason, row.rule) for row in rows}


def _text(value: Any) -> str:
    return _ENCODER.encode(value).decode()
