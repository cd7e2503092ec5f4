"""How many requests a plan takes, and how long that is at the store's pace (W7)."""

from collections.abc import Callable, Sequence
from math import ceil

from reconciler.model.offer import Offer
from reconciler.model.plan import Change, Effort, Plan
from reconciler.model.state import State


def effort(plan: Plan, state: State, requests: Callable[[Sequence[Change]], int]) -> Effort | None:
    """Return what applying a plan takes, reading included; None for a store that takes no requests."""
    if not isinstance(state.offer, Offer):
        return None
    writing = requests(plan.changes)
    total = state.offer.requests + writing
    return Effort(
        reading=state.offer.requests,
        writing=writing,
        minutes=ceil(total / state.offer.per_minute) if state.offer.per_minute else 0,
    )
