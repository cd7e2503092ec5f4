"""The status that each asset should have: set by what happens to its binding, never in the steady state (D1)."""

from collections.abc import Mapping
from typing import Final

from reconciler.planning.attributes.comparison import Because, Desired
from reconciler.planning.matching.presence import Transition
from reconciler.planning.rules.columns import KEEP

STATUS: Final = "status"


def desired_status(count: int, transitions: Mapping[int, Transition]) -> Desired:
    """Return the status of so many rows; `transitions` are what happens to the bindings of some of them."""
    column = [KEEP] * count
    for row, transition in transitions.items():
        if transition.sets_status:
            column[row] = transition.status

    def because(row: int) -> Because:
        return Because(transitions[row].reason, transitions[row].rule)

    return Desired(STATUS, column, because)
