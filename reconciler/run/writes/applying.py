"""Applying: a plan is checked once more, written in one transaction, read back, and planned again before COMMIT.

A saved plan is refused when anything it was made from has moved (A1). `apply ENV` plans again instead, up to three
times. Whatever fails, the store stays as it was (A3).
"""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from msgspec.structs import replace

from reconciler.errors import NotConfirmedError, StaleError
from reconciler.model.plan import ConnectionSummary, LimitUse, Plan
from reconciler.model.run import Outcome
from reconciler.model.state import Recording, State
from reconciler.model.store import Application
from reconciler.planning.limits import judge
from reconciler.planning.scope import EVERYTHING, Scope, scheduled
from reconciler.run import stores
from reconciler.run.cases.testing import check_cases
from reconciler.run.context import Surroundings
from reconciler.run.plans import reading
from reconciler.run.plans.holding import check_holds, held_connections, held_words
from reconciler.run.plans.picking import resolved
from reconciler.run.plans.planning import make_plan
from reconciler.run.plans.reading import Wanted
from reconciler.run.remotes import interrupted
from reconciler.run.remotes.fitting import is_remote, with_effort
from reconciler.run.signin.connections import changed_connections
from reconciler.run.stamps import check_stamp
from reconciler.run.writes import attempts
from reconciler.run.writes.commit import Author, commit
from reconciler.run.writes.refusals import (
    check_committed,
    check_converged,
    check_limits,
    check_plan,
    check_reads,
    limit_words,
)
from reconciler.settings.base import seconds
from reconciler.settings.environment import Environment
from reconciler.undo.allowances import carried_over

_ATTEMPTS: Final = 3
_SHOWN: Final = 3


@dataclass(frozen=True, slots=True)
class Order:
    """What the person or pipeline that applies says.

    `warn` is given what to say of a store that is not this instance's (E3), before anything else. `show` is given the
    plan that is written or refused; `confirm` answers whether to go on with it. `allowances` raise limits, and
    `because` says why (R4). `scheduled` applies only what is due (A5), `resume` includes connections that are paused
    after an undo (J2), and `scope` is what a person picked. `keep` is given what was read, every list property of it,
    before anything is written; None reads only what the settings use.
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
    scope: Scope = EVERYTHING
    keep: Callable[[Recording], None] | None = None


@dataclass(frozen=True, slots=True)
class Applied:
    """What an apply came to: the plan with its limits as judged by then; no outcome when there was nothing to write.

    `withheld` are the limits of connections that were over one and were skipped, while the others went on (G4). `held`
    says of each connection that was skipped since a run of its was undone when and why that was (J2).
    """

    plan: Plan
    outcome: Outcome | None
    withheld: tuple[LimitUse, ...] = ()
    held: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """What a plan is made from, to make it again before COMMIT (A4)."""

    environment: Environment
    scope: Scope
    recording: Recording


def _within_limits(around: Surroundings, source: Source, order: Order) -> tuple[Plan, tuple[LimitUse, ...]]:
    """Return the plan to apply; connections over a limit are skipped when others are left (G4).

    One plan is shown: the one that is written, or the whole one that is refused.

    Raises:
        OverLimitError: no connection is left.
    """
    plan = _planned(around, source, order, source.scope)
    over = plan.over_limit()
    left = {summary.name for summary in plan.connections if summary.enabled and not summary.skipped}
    if not over or not left - {use.connection for use in over}:
        order.show(plan)
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
    why = {use.connection: f"over its limit of {use.kind}: {limit_words(use)} (G4)" for use in over}
    return dataclasses.replace(scope, skipped={**scope.skipped, **why})


def apply(around: Surroundings, order: Order) -> Applied:
    """Read, plan and apply in one go, planning again when rows moved meanwhile (A1).

    Raises:
        ReconcilerError: of every kind in `reconciler.errors`; nothing was written then.
    """
    with attempts.kept(around, _author(order)):
        return _apply(around, order)


def _apply(around: Surroundings, order: Order) -> Applied:
    """Read, plan, show, ask and write; planned anew on a store that moved meanwhile. Raises as `apply`."""
    started = around.now()
    check_committed(around.environment, order.allow_uncommitted)
    check_cases(around.environment)
    _finish_interrupted(around, order)
    state = reading.state_or_stamp(around)
    warning = check_stamp(state.stamp, around.environment)
    if warning is not None:
        order.warn(warning)
    order, held = _without_held(around, order, state)
    source = _read(around, order, state)
    for attempt in range(1, _ATTEMPTS + 1):
        around.phase("Planning")
        plan, withheld = _within_limits(around, source, order)
        planned = dataclasses.replace(source, scope=_without(source.scope, withheld))
        if warning is not None or not _worth_writing(plan, source.recording.state, around.environment):
            return Applied(plan, None, withheld, held)
        if (plan.changes or plan.bindings) and not order.confirm():
            raise NotConfirmedError("Not applied: it was not confirmed. Nothing was written.")
        try:
            outcome = _write(around, order, plan, source.recording.state, planned)
        except StaleError:
            moved = replace(source.recording, state=reading.read_state(around))
            check_reads(moved)
            if attempt == _ATTEMPTS:
                raise
            source = dataclasses.replace(source, recording=moved)
        else:
            attempts.keep_partial(around, _author(order), started, outcome, source.recording.failures)
            return Applied(plan, outcome, withheld, held)
    raise AssertionError("unreachable")


def _without_held(around: Surroundings, order: Order, state: State) -> tuple[Order, tuple[str, ...]]:
    """Return the order without the connections that are held, and of each why; none with --resume (J2)."""
    found = () if order.resume else held_connections(around.environment, state)
    why = {each.connection: held_words(each) for each in found}
    scope = dataclasses.replace(order.scope, skipped={**order.scope.skipped, **why})
    return dataclasses.replace(order, scope=scope), tuple(why.values())


def _finish_interrupted(around: Surroundings, order: Order) -> None:
    """Finish interrupted runs of a remote store before anything else, and say what they came to (W5)."""
    for outcome in interrupted.finish(around, f"{order.who} on {order.where}"):
        left = outcome.conflicts + outcome.failures
        told = f"; not done: {'; '.join(f'{each.label}: {each.why}' for each in left[:_SHOWN])}" if left else ""
        more = f"; and {len(left) - _SHOWN} more" if len(left) > _SHOWN else ""
        done = f"{outcome.changes:,} change{'' if outcome.changes == 1 else 's'} done"
        order.warn(f"Run {outcome.run_id}, which was interrupted, is finished: {done}{told}{more}.")


def _read(around: Surroundings, order: Order, state: State) -> Source:
    """Read what the order is about, and keep the recording if that is wanted.

    Where nothing was due none is kept: pull requests are planned from the newest one.
    """
    environment, scope = around.environment, order.scope
    if order.scheduled:
        environment, due = scheduled(environment, state, around.now(), changed=changed_connections(environment, state))
        scope = dataclasses.replace(scope, skipped={**due.skipped, **scope.skipped})
    wanted = Wanted(everything=order.keep is not None, allowances=order.allowances, scope=scope)
    recording = reading.read_connections(dataclasses.replace(around, environment=environment), state, wanted)
    if order.keep is not None and recording.snapshots:
        order.keep(recording)
    return Source(environment, resolved(scope, recording), recording)


def apply_saved(around: Surroundings, order: Order, plan: Plan) -> Applied:
    """Apply a saved plan: it is its own approval, and nothing it was made from may have moved (A1, A6).

    Raises:
        StaleError: the plan is another instance's or store's, of other settings, too old, or its rows have moved.
        OverLimitError: by now it is over a limit (P2).
    """
    with attempts.kept(around, _author(order)):
        return _apply_saved(around, order, plan)


def _apply_saved(around: Surroundings, order: Order, plan: Plan) -> Applied:
    """Write a saved plan once everything that it was made from still holds. Raises as `apply_saved`."""
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
        check_holds(plan, environment, state, resume=order.resume)
    limits = judge(environment, state, plan.changes, plan.connections, _allowances(around, order, plan))
    judged = replace(plan, limits=limits)
    if judged.over_limit():
        order.show(judged)
    check_limits(limits)
    if warning is not None or not _worth_writing(plan, state, environment):
        return Applied(judged, None)
    return Applied(judged, _write(around, order, plan, state, None))


def _allowances(around: Surroundings, order: Order, plan: Plan) -> Mapping[str, int]:
    """Return what is allowed: an undo may do what the run that it undoes was allowed (J2)."""
    if plan.undoes is None:
        return order.allowances
    with stores.open_store(around) as store:
        return carried_over(store.run(plan.undoes).run.allowances, order.allowances)


def _worth_writing(plan: Plan, state: State, environment: Environment) -> bool:
    """Return whether there is anything to keep: changes, bindings, a read that counts, or other settings (E4)."""
    enabled = [summary for summary in plan.connections if summary.enabled]
    if not _anything_ran(enabled, state):
        return False
    running = {summary.tenant_id for summary in enabled if not summary.skipped}
    held = any(each.tenant_id in running for each in state.holds)
    return held or bool(plan.changes or plan.bindings or plan.reads) or _has_other_settings(plan, state, environment)


def _anything_ran(enabled: Sequence[ConnectionSummary], state: State) -> bool:
    """Return whether a connection was read; without an enabled one, whether the store is this instance's by now."""
    if not enabled:
        return state.stamp is not None
    return any(not summary.skipped or summary.read_at for summary in enabled)


def _has_other_settings(plan: Plan, state: State, environment: Environment) -> bool:
    return not plan.picked and (state.applied is None or state.applied.digest != environment.digest)


def _write(around: Surroundings, order: Order, plan: Plan, state: State, source: Source | None) -> Outcome:
    """Write a plan in one transaction; `source` is what it was made from, None for a saved one."""

    def check(transaction: Application) -> None:
        if source is None or is_remote(state):
            return
        around.phase("Planning again: nothing may be left to do")
        after = transaction.state(seconds(around.instance.limits.window), around.now())
        check_converged(source.environment, source.recording, source.scope, after)

    return commit(around, _author(order), plan, state, check=check)


def _author(order: Order) -> Author:
    return Author(order.who, order.where, order.allowances, order.because)
