"""What of a plan was done: the plan without the changes that conflicted or failed, as the journal keeps it (W5)."""

from collections import Counter
from collections.abc import Collection

from msgspec.structs import replace

from reconciler.model.ledger import Intent
from reconciler.model.plan import Change, LimitUse, Plan, Subject
from reconciler.model.run import IntentState, NotDone


def done_of(plan: Plan, intents: Collection[Intent]) -> Plan:
    """Return a plan with the changes that are done, the bindings of assets that none was left out of, and its limits.

    `plan` is without changes; its reads, settings and highest tag count whatever became of single changes.
    """
    left_out = [each.change for each in intents if each.state is not IntentState.DONE]
    tags = {change.name for change in left_out if change.subject is Subject.ASSET}
    return replace(
        plan,
        changes=tuple(each.change for each in intents if each.state is IntentState.DONE),
        bindings=tuple(each for each in plan.bindings if each.asset not in tags),
        limits=_without(left_out, plan.limits),
    )


def not_done(intents: Collection[Intent], state: IntentState) -> tuple[NotDone, ...]:
    """Return the changes whose intents ended so."""
    return tuple(
        NotDone(each.change.name, each.change.label, each.message or "no reason is known")
        for each in intents
        if each.state is state
    )


def _without(left_out: Collection[Change], limits: Collection[LimitUse]) -> tuple[LimitUse, ...]:
    """Return the uses of limits without what was left out."""
    counts = Counter((change.connection, kind) for change in left_out for kind in change.kinds)
    return tuple(
        replace(use, planned=max(0, use.planned - counts[use.connection, use.kind])) if use.planned else use
        for use in limits
    )
