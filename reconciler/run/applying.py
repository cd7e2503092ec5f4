"""Applying: a plan is checked once more, written in one transaction, read back, and planned again before COMMIT.

A saved plan is refused when anything it was made from has moved (A1). `apply ENV` plans again instead, up to three
times. Whatever fails, the store stays as it was (A3).
"""

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
from reconciler.run import reading
from reconciler.run.planning import make_plan
from reconciler.run.reading import Wanted
from reconciler.run.stamps import check_stamp
from reconciler.run.surroundings import Surroundings
from reconciler.run.testing import check_cases
from reconciler.settings.base import seconds
from reconciler.settings.environment import Environment
from reconciler.settings.instance import InstanceKind

_ATTEMPTS: Final = 3


@dataclass(frozen=True, slots=True)
class Order:
    """What the person or pipeline that applies says.

    `warn` is told of a store that is not this instance's (E3), before anything else. `show` is given each plan that is
    made, whatever becomes of it; `confirm` answers whether to go on with it.
    `allowances` raise limits, and `because` says why (R4). `keep` is given what was read, every list property of it,
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
    keep: Callable[[Recording], None] | None = None


@dataclass(frozen=True, slots=True)
class Applied:
    """What an apply came to: the plan with its limits as judged by then; no outcome when there was nothing to write."""

    plan: Plan
    outcome: Outcome | None


def check_committed(environment: Environment, allow_uncommitted: bool) -> None:
    """Refuse uncommitted settings for a production instance (E5).

    Raises:
        ReconcilerError: the settings are not the ones of a commit.
    """
    if environment.instance.kind is not InstanceKind.PRODUCTION or environment.clean or allow_uncommitted:
        return
    why = "differ from the ones committed" if environment.commit else "are in no Git repository"
    raise ReconcilerError(
        f"The settings of {environment.instance.name}, a production instance, {why}; an overlay counts as a "
        f"difference. Nothing was applied. Commit them, or add --allow-uncommitted; the journal then says so."
    )


def apply(around: Surroundings, order: Order) -> Applied:
    """Read, plan and apply in one go, planning again when rows moved meanwhile (A1).

    Raises:
        ReconcilerError: of every kind in `reconciler.errors`; nothing was written then.
    """
    check_committed(around.environment, order.allow_uncommitted)
    check_cases(around.environment)
    wanted = Wanted(everything=order.keep is not None, allowances=order.allowances)
    recording, warning = reading.read(around, wanted)
    if warning is not None:
        order.warn(warning)
    if order.keep is not None:
        order.keep(recording)
    for attempt in range(1, _ATTEMPTS + 1):
        plan = make_plan(around.environment, recording, order.allowances)
        order.show(plan)
        check_limits(plan.limits)
        if warning is not None or not _worth_writing(plan, recording.state, around.environment):
            return Applied(plan, None)
        if (plan.changes or plan.bindings) and not order.confirm():
            raise NotConfirmedError("Not applied: it was not confirmed. Nothing was written.")
        try:
            return Applied(plan, _write(around, order, plan, recording.state, recording))
        except StaleError:
            if attempt == _ATTEMPTS:
                raise
            recording = replace(recording, state=reading.read_state(around))
    raise AssertionError("unreachable")


def apply_saved(around: Surroundings, order: Order, plan: Plan) -> Applied:
    """Apply a saved plan: it is its own approval, and nothing it was made from may have moved (A1, A6).

    Raises:
        StaleError: the plan is another instance's or store's, of other settings, too old, or its rows have moved.
        OverLimitError: by now it is over a limit (P2).
    """
    environment = around.environment
    check_committed(environment, order.allow_uncommitted)
    check_cases(environment)
    state = reading.read_state(around)
    warning = check_stamp(state.stamp, environment)
    if warning is not None:
        order.warn(warning)
    check_plan(plan, environment, state, around.now())
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
            return (
                f"tenant {read.tenant_id} was read at {read.read_at} for it, and a read of {newest} is applied already"
            )
    return None


def _worth_writing(plan: Plan, state: State, environment: Environment) -> bool:
    """Say whether there is anything to keep: changes, bindings, a read that counts, or other settings (E4)."""
    if not any(summary.enabled for summary in plan.connections) and state.stamp is None:
        return False
    other_settings = state.applied is None or state.applied.digest != environment.digest
    return bool(plan.changes or plan.bindings or plan.reads or other_settings)


def _write(around: Surroundings, order: Order, plan: Plan, state: State, recording: Recording | None) -> Outcome:
    """Write a plan in one transaction; `recording` is what it was made from, to plan again before COMMIT (A4)."""
    from reconciler.store.opening import open_store  # noqa: PLC0415 - sqlalchemy is heavy

    environment = around.environment
    enabled = {name: environment.enabled(each) for name, each in sorted(environment.connections.items())}
    owner = f"{order.who} on {order.where}"
    with open_store(around.store_url(), write=True) as store:
        with store.apply(owner=owner, origin=_origin(around, order)) as transaction:
            if transaction.revision() != state.revision:
                raise StaleError("Another apply was committed meanwhile. Nothing was written. Plan again.")
            transaction.verify(plan, expected_revision=plan.store_revision)
            transaction.write(plan, document(environment), enabled, environment.digest, kind=environment.instance.kind)
            transaction.read_back(plan)
            if recording is not None:
                now = around.now()
                after = transaction.state(seconds(environment.instance.limits.window), now)
                check_converged(environment, replace(recording, state=after))
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


def check_converged(environment: Environment, recording: Recording) -> None:
    """Plan from the same read on the new state: there must be nothing left to do (A4).

    Raises:
        ReadBackError: there is; it names the first of it.
    """
    again = build_plan(environment, recording)
    if is_empty(again):
        return
    left = [f"{change.label} ({', '.join(each.name for each in change.attributes)})" for change in again.changes[:3]]
    left += [f"the binding of {binding.asset}" for binding in again.bindings[:3]]
    raise ReadBackError(
        f"Planning again after writing found {len(again.changes)} changes and {len(again.bindings)} bindings to do: "
        f"{'; '.join(left)}. Nothing was kept. This is a defect of this program; please report it."
    )
