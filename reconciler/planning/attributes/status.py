"""The status that each asset should have: set by what happens to its binding, never in the steady state (D1)."""

from collections.abc import Sequence
from typing import Final

from reconciler.planning.attributes.comparison import Because, Desired
from reconciler.planning.matching.presence import Transition
from reconciler.planning.rules.columns import KEEP

STATUS: Final = "status"


def desired_status(transitions: Sequence[Transition]) -> Desired:
    """Return the status of every row of which something happens to the binding."""
    column = [transition.status if transition.sets_status else KEEP for transition in transitions]

    def because(row: int) -> Because:
        return Because(transitions[row].reason, transitions[row].rule)

    return Desired(STATUS, column, because)
