"""Undoing a run: its journal and the store make a plan, which is shown, limited and written like any other (J2)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from reconciler.errors import NotConfirmedError, ReconcilerError
from reconciler.model.plan import Plan
from reconciler.model.state import State
from reconciler.planning.build import is_empty
from reconciler.run import stores
from reconciler.run.context import Surroundings
from reconciler.run.plans.reading import read_state
from reconciler.run.remotes.fitting import fitted, with_effort
from reconciler.run.stamps import refuse_foreign
from reconciler.run.writes.applying import Applied
from reconciler.run.writes.commit import Author, commit
from reconciler.run.writes.refusals import check_limits
from reconciler.undo.allowances import carried_over
from reconciler.undo.build import plan_undo


@dataclass(frozen=True, slots=True)
class Undo:
    """What the person who undoes says; `show` is given the plan, `confirm` answers whether to go on with it."""

    run: str
    who: str
    where: str
    show: Callable[[Plan], None]
    confirm: Callable[[], bool]
    allowances: Mapping[str, int]
    because: str | None = None


def plan(around: Surroundings, run: str, allowances: Mapping[str, int]) -> Plan:
    """Return the plan that undoes a run; nothing is written.

    Raises:
        UsageError, StampError, ReconcilerError: as `undo`.
    """
    return _plan(around, run, allowances)[0]


def _plan(around: Surroundings, run: str, allowances: Mapping[str, int]) -> tuple[Plan, State]:
    """Return the plan that undoes a run, and the state that it is made from.

    Raises:
        UsageError: the run does not exist.
        StampError: the store is another instance's.
        ReconcilerError: the run is undone already.
    """
    with stores.open_store(around) as store:
        refuse_foreign(store.stamp(), around.instance)
    state = read_state(around)
    with stores.open_store(around) as store:
        undoable = store.undoable(run)
    undone = undoable.detail.run
    if undone.undone_by is not None:
        raise ReconcilerError(
            f"Run {undone.run_id} is undone already, by run {undone.undone_by}. Nothing was written. To take that "
            f"back: reconciler undo {around.environment.instance.name} {undone.undone_by}"
        )
    allowances = carried_over(undone.allowances, allowances)
    planned = plan_undo(around.environment, state, undoable, made_at=around.now(), allowances=allowances)
    return with_effort(around, fitted(around.environment, planned, state, allowances), state), state


def undo(around: Surroundings, order: Undo) -> Applied:
    """Plan, show, ask, and write; nothing is written when nothing can be put back.

    Raises:
        ReconcilerError: of every kind in `reconciler.errors`; nothing was written then.
    """
    planned, state = _plan(around, order.run, order.allowances)
    order.show(planned)
    check_limits(planned.limits)
    if is_empty(planned):
        return Applied(planned, None)
    if not order.confirm():
        raise NotConfirmedError("Not undone: it was not confirmed. Nothing was written.")
    author = Author(order.who, order.where, order.allowances, order.because)
    return Applied(planned, commit(around, author, planned, state))
