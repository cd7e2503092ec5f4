"""Why a plan is not applied: uncommitted settings, limits, a saved plan that no longer fits, changes left to do."""

import datetime
import math
from typing import Final

from msgspec.structs import replace

from reconciler.errors import OverLimitError, ReadBackError, ReconcilerError, StaleError
from reconciler.model.plan import Kind, LimitUse, Plan
from reconciler.model.state import Recording, State
from reconciler.planning.build import build_plan, is_empty
from reconciler.planning.scope import Scope
from reconciler.settings.base import seconds
from reconciler.settings.environment import Environment
from reconciler.settings.instance import InstanceKind

_SOURCE: Final = "intune"


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


def check_limits(limits: tuple[LimitUse, ...]) -> None:
    """Refuse a plan that is over a limit, naming the numbers and how to allow it (R4)."""
    over = [use for use in limits if use.over]
    if not over:
        return
    told = "; ".join(f"{use.kind} ({use.connection}): {limit_words(use)}" for use in over)
    wanted = " ".join(f"--allow {use.kind}={use.planned}" for use in over)
    raise OverLimitError(
        f"Over {'a limit' if len(over) == 1 else 'limits'}, nothing was applied. {told}. Look at the plan; if it is "
        f"right, run apply with: {wanted} --because TEXT"
    )


def limit_words(use: LimitUse) -> str:
    """Return how many are planned, how many there were already, and how many are allowed, and why no more (R1, R2)."""
    already = f" and {use.used:,} already in the window: {use.used + use.planned:,} of" if use.used else ","
    half = use.kind is not Kind.NEW_TYPES and use.bound > 0 and use.allowed == math.ceil(use.bound / 2)
    most = f"half of the {use.bound:,} bound assets" if half else f"of {use.bound:,} bound assets"
    return f"{use.planned:,} planned{already} {use.allowed:,} allowed{',' if half else ''} {most}"


def check_plan(plan: Plan, environment: Environment, state: State, now: str) -> None:
    """Refuse a saved plan that was made from something else than what is there now (A1).

    Raises:
        StaleError: says what differs.
    """
    reason = _mismatch(plan, environment, state) or _too_old(plan, environment, state, now)
    if reason:
        raise StaleError(f"The saved plan cannot be applied: {reason}. Nothing was written. Make a new plan.")


def check_reads(recording: Recording) -> None:
    """Refuse a read that is older than the last applied one: planning it again changes nothing (row 11).

    Raises:
        StaleError: says both times, by the `Date` of Graph's replies.
    """
    last = {each.tenant_id: each.read_at for each in recording.state.reads}
    for each in recording.snapshots:
        newest = last.get(each.tenant_id, "")
        if newest > each.read_at:
            raise StaleError(
                f"{each.connection} was read at {each.read_at}, by the Date of Graph's reply, and the last applied "
                f"read is of {newest}: nothing was written. Apply again; if that goes on, a proxy answers from a "
                "cache, or a clock is wrong."
            )


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
    """Return why a saved plan is too old: its age, or a newer read that was applied; None when it is not."""
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


def check_converged(environment: Environment, recording: Recording, scope: Scope, state: State) -> None:
    """Plan from the same read on the new state: there must be nothing left to do (A4).

    Raises:
        ReadBackError: there is; it names the first of it.
    """
    again = build_plan(environment, replace(recording, state=state), scope=scope)
    if is_empty(again):
        return
    left = [f"{change.label} ({', '.join(each.name for each in change.attributes)})" for change in again.changes[:3]]
    left += [f"the binding of {binding.asset}" for binding in again.bindings[:3]]
    raise ReadBackError(
        f"Planning again after writing found {len(again.changes)} changes and {len(again.bindings)} bindings to do: "
        f"{'; '.join(left)}. Nothing was kept. This is a defect of this program; please report it."
    )
