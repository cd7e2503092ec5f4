"""Applying: a plan is checked once more, written in one transaction, read back, and planned again before COMMIT.

A saved plan is refused when anything it was made from has moved (A1). `apply ENV` plans again instead, up to three
times. Whatever fails, the store stays as it was (A3).
"""

import dataclasses
import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from msgspec.structs import replace

from reconciler.configuration.documents import document
from reconciler.errors import NotConfirmedError, OverLimitError, ReadBackError, ReconcilerError, StaleError
from reconciler.model.plan import LimitUse, Plan
from reconciler.model.run import Origin, Outcome
from reconciler.model.state import Recording, State
from reconciler.planning.build import build_plan, is_empty
from reconciler.planning.limits import judge
from reconciler.planning.scope import EVERYTHING, Scope, scheduled
from reconciler.run import interrupted, reading, stores
from reconciler.run.context import Surroundings
from reconciler.run.fitting import is_remote, with_effort
from reconciler.run.holding import check_holds
from reconciler.run.planning import make_plan
from reconciler.run.reading import Wanted
from reconciler.run.stamps import check_stamp
from reconciler.run.testing import check_cases
from reconciler.settings.base import seconds
from reconciler.settings.environment import Environment
from reconciler.settings.instance import InstanceKind

_ATTEMPTS: Final = 3
_SHOWN: Final = 3
_SOURCE: Final = "intune"


@dataclass(frozen=True, slots=True)
class Order:
    """What the person or pipeline that applies says.

    `warn` is told of a store that is not this instance's (E3), before anything else. `show` is given each plan that is
    made, whatever becomes of it; `confirm` answers whether to go on with it.
    `allowances` raise limits, and `because` says why (R4). `scheduled` applies only what is due (A5), `resume` goes on
    with connections that are held (J2). `keep` is given what was read, every list property of it, before anything is
    written; None reads only what the settings use.
    """

    who: str
    where: str
    warn: Callable[[str], None]
    show: Callable[[Plan], None]
    confirm: Callable[[], bool]
    allowances: Mapping[str, int]
    because: str | None = None
    allow_uncommitted: bool = False
    scheduled: bool = False
    resume: bool = False
    keep: Callable[[Recording], None] | None = None


@dataclass(frozen=True, slots=True)
class Applied:
    """What an apply came to: the plan with its limits as judged by then; no outcome when there was nothing to write.

    `withheld` are the limits of connections that were over one and withheld themselves, while the others went on (G4).
    """

    plan: Plan
    outcome: Outcome | None
    withheld: tuple[LimitUse, ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """What a plan is made from, to make it again before COMMIT (A4)."""

    environment: Environment
    scope: Scope
    recording: Recording


def _within_limits(around: Surroundings, source: Source, order: Order) -> tuple[Plan, tuple[LimitUse, ...]]:
    """Return the plan to apply; connections over a limit withhold themselves when others are left (G4).

    Raises:
        OverLimitError: no connection is left.
    """
    plan = _planned(around, source, order, source.scope)
    order.show(plan)
    over = plan.over_limit()
    left = {summary.name for summary in plan.connections if summary.enabled and not summary.skipped}
    if not over or not left - {use.connection for use in over}:
        check_limits(over)
        return plan, ()
    plan = _planned(around, source, order, _without(source.scope, over))
    order.show(plan)
    check_limits(plan.limits)
    return plan, over


def _planned(around: Surroundings, source: Source, order: Order, scope: Scope) -> Plan:
    made = make_plan(source.environment, source.recording, order.allowances, scope=scope)
    return with_effort(around, made, source.recording.state)


def _without(scope: Scope, over: tuple[LimitUse, ...]) -> Scope:
    why = {use.connection: f"over its limit of {use.kind}, so it withholds itself (G4)" for use in over}
    return dataclasses.replace(scope, skipped={**scope.skipped, **why})


def check_committed(environment: Environment, allow_uncommitted: bool) -> None:
    """Refuse uncommitted settings for a production instance (E5).

    Raises:
        ReconcilerError: the settings are not the ones of a commit.
    """
    if environment.instance.kind is not InstanceKind.PRODUCTION or environment.clean or allow_uncommitted:
        return
    why = environment.uncommitted or "have an overlay laid over them, which no commit has"
    raise ReconcilerError(
        f"The settings of {environment.instance.name}, a production instance, {why}. Nothing was applied. Commit them, "
        "or add --allow-uncommitted; the journal then says so."
    )


def apply(around: Surroundings, order: Order) -> Applied:
    """Read, plan and apply in one go, planning again when rows moved meanwhile (A1).

    Raises:
        ReconcilerError: of every kind in `reconciler.errors`; nothing was written then.
    """
    check_committed(around.environment, order.allow_uncommitted)
    check_cases(around.environment)
    _finish_interrupted(around, order)
    state = reading.state_or_stamp(around)
    warning = check_stamp(state.stamp, around.environment)
    if warning is not None:
        order.warn(warning)
    check_holds(around.environment, state, resume=order.resume)
    source = _read(around, order, state)
    for attempt in range(1, _ATTEMPTS + 1):
        around.phase("Planning")
        plan, withheld = _within_limits(around, source, order)
        planned = dataclasses.replace(source, scope=_without(source.scope, withheld))
        if warning is not None or not _worth_writing(plan, source.recording.state, around.environment):
            return Applied(plan, None, withheld)
        if (plan.changes or plan.bindings) and not order.confirm():
            raise NotConfirmedError("Not applied: it was not confirmed. Nothing was written.")
        try:
            return Applied(plan, _write(around, order, plan, source.recording.state, planned), withheld)
        except StaleError:
            if attempt == _ATTEMPTS:
                raise
            moved = replace(source.recording, state=reading.read_state(around))
            source = dataclasses.replace(source, recording=moved)
    raise AssertionError("unreachable")


def _finish_interrupted(around: Surroundings, order: Order) -> None:
    """Finish interrupted runs of a remote store before anything else, and say what they came to (W5)."""
    for outcome in interrupted.finish(around, f"{order.who} on {order.where}"):
        left = outcome.conflicts + outcome.failures
        told = f"; not done: {'; '.join(f'{each.label}: {each.why}' for each in left[:_SHOWN])}" if left else ""
        more = f"; and {len(left) - _SHOWN} more" if len(left) > _SHOWN else ""
        done = f"{outcome.changes:,} change{'' if outcome.changes == 1 else 's'} done"
        order.warn(f"Run {outcome.run_id}, which was interrupted, is finished: {done}{told}{more}.")


def _read(around: Surroundings, order: Order, state: State) -> Source:
    """Read what the order is about, and keep the recording if that is wanted."""
    environment, scope = around.environment, EVERYTHING
    if order.scheduled:
        environment, scope = scheduled(environment, state, around.now())
    wanted = Wanted(everything=order.keep is not None, allowances=order.allowances, scope=scope)
    recording = reading.read_connections(dataclasses.replace(around, environment=environment), state, wanted)
    if order.keep is not None:
        order.keep(recording)
    return Source(environment, scope, recording)


def apply_saved(around: Surroundings, order: Order, plan: Plan) -> Applied:
    """Apply a saved plan: it is its own approval, and nothing it was made from may have moved (A1, A6).

    Raises:
        StaleError: the plan is another instance's or store's, of other settings, too old, or its rows have moved.
        OverLimitError: by now it is over a limit (P2).
    """
    environment = around.environment
    check_committed(environment, order.allow_uncommitted)
    check_cases(environment)
    _finish_interrupted(around, order)
    state = reading.state_or_stamp(around)
    warning = check_stamp(state.stamp, environment)
    if warning is not None:
        order.warn(warning)
    check_plan(plan, environment, state, around.now())
    if plan.undoes is None:
        check_holds(environment, state, resume=order.resume)
    limits = judge(environment, state, plan.changes, plan.connections, order.allowances)
    judged = replace(plan, limits=limits)
    if judged.over_limit():
        order.show(judged)
    check_limits(limits)
    if warning is not None or not _worth_writing(plan, state, environment):
        return Applied(judged, None)
    return Applied(judged, _write(around, order, plan, state, None))


def check_limits(limits: tuple[LimitUse, ...]) -> None:
    """Refuse a plan that is over a limit, naming the numbers and how to allow it (R4)."""
    over = [use for use in limits if use.over]
    if not over:
        return
    told = "; ".join(
        f"{use.kind} ({use.connection}): {use.planned} planned{f' and {use.used} in the window' if use.used else ''}, "
        f"{use.allowed} allowed of {use.bound} bound assets"
        for use in over
    )
    wanted = " ".join(f"--allow {use.kind}={use.planned}" for use in over)
    raise OverLimitError(
        f"Over {'a limit' if len(over) == 1 else 'limits'}, nothing was applied. {told}. Look at the plan; if it is "
        f"right, run apply with: {wanted} --because TEXT"
    )


def check_plan(plan: Plan, environment: Environment, state: State, now: str) -> None:
    """Refuse a saved plan that was made from something else than what is there now (A1).

    Raises:
        StaleError: says what differs.
    """
    reason = _mismatch(plan, environment, state) or _too_old(plan, environment, state, now)
    if reason:
        raise StaleError(f"The saved plan cannot be applied: {reason}. Nothing was written. Make a new plan.")


def _mismatch(plan: Plan, environment: Environment, state: State) -> str | None:
    instance = environment.instance.name
    store = state.stamp.store_id if state.stamp else None
    if plan.instance != instance:
        return f"it was made for {plan.instance}, and this is {instance}"
    if plan.settings_digest != environment.digest:
        return "the settings are not the ones it was made with"
    if plan.store_id != store:
        return "it was made for another store, or for this one before it was first applied to"
    return None


def _too_old(plan: Plan, environment: Environment, state: State, now: str) -> str | None:
    age = (datetime.datetime.fromisoformat(now) - datetime.datetime.fromisoformat(plan.made_at)).total_seconds()
    most = environment.instance.limits.plan_age
    if age > seconds(most):
        return f"it was made at {plan.made_at}, and planAge is {most}"
    last = {(each.source, each.tenant_id): each.read_at for each in state.reads}
    for read in plan.reads:
        newest = last.get((read.source, read.tenant_id))
        if newest is not None and newest >= read.read_at:
            return _older(read.tenant_id, read.read_at, newest)
    for summary in plan.connections:
        newest = last.get((_SOURCE, summary.tenant_id))
        if newest is not None and summary.read_at is not None and newest > summary.read_at:
            return _older(summary.tenant_id, summary.read_at, newest)
    return None


def _older(tenant: str, read_at: str, newest: str) -> str:
    return f"tenant {tenant} was read at {read_at} for it, and a read of {newest} is applied already"


def _worth_writing(plan: Plan, state: State, environment: Environment) -> bool:
    """Say whether there is anything to keep: changes, bindings, a read that counts, or other settings (E4)."""
    enabled = [summary for summary in plan.connections if summary.enabled]
    nothing_ran = bool(enabled) and all(summary.skipped and not summary.read_at for summary in enabled)
    if nothing_ran or (not enabled and state.stamp is None):
        return False
    other_settings = not plan.picked and (state.applied is None or state.applied.digest != environment.digest)
    running = {summary.tenant_id for summary in enabled if not summary.skipped}
    held = any(each.tenant_id in running for each in state.holds)
    return bool(plan.changes or plan.bindings or plan.reads or other_settings or held)


def _write(around: Surroundings, order: Order, plan: Plan, state: State, source: Source | None) -> Outcome:
    """Write a plan in one transaction; `source` is what it was made from, None for a saved one."""
    environment = around.environment
    enabled = {name: environment.enabled(each) for name, each in sorted(environment.connections.items())}
    owner = f"{order.who} on {order.where}"
    with stores.open_for_writing(around) as store:
        with store.apply(owner=owner, origin=_origin(around, order), planned_on=state) as transaction:
            around.phase(f"Writing {len(plan.changes):,} changes and {len(plan.bindings):,} bindings")
            transaction.verify(plan, expected_revision=plan.store_revision)
            transaction.write(plan, document(environment), enabled, environment.digest, kind=environment.instance.kind)
            around.phase("Reading back what was written")
            transaction.read_back(plan)
            if source is not None and not is_remote(state):
                around.phase("Planning again: nothing may be left to do")
                after = transaction.state(seconds(environment.instance.limits.window), around.now())
                check_converged(source, after)
        return transaction.outcome


def _origin(around: Surroundings, order: Order) -> Origin:
    return Origin(
        who=order.who,
        where=order.where,
        started_at=around.now(),
        commit=around.environment.commit,
        clean=around.environment.clean,
        allowances=dict(order.allowances),
        because=order.because,
    )


def check_converged(source: Source, state: State) -> None:
    """Plan from the same read on the new state: there must be nothing left to do (A4).

    Raises:
        ReadBackError: there is; it names the first of it.
    """
    again = build_plan(source.environment, replace(source.recording, state=state), scope=source.scope)
    if is_empty(again):
        return
    left = [f"{change.label} ({', '.join(each.name for each in change.attributes)})" for change in again.changes[:3]]
    left += [f"the binding of {binding.asset}" for binding in again.bindings[:3]]
    raise ReadBackError(
        f"Planning again after writing found {len(again.changes)} changes and {len(again.bindings)} bindings to do: "
        f"{'; '.join(left)}. Nothing was kept. This is a defect of this program; please report it."
    )
