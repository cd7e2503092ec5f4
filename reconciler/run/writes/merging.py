"""Making one store user of two: planned on the store's state, and written like any plan."""

from dataclasses import dataclass

from reconciler.errors import ReconcilerError
from reconciler.inventory.merging import find_user, likely_pairs, plan_merge
from reconciler.model.plan import Plan
from reconciler.model.run import Origin, Outcome
from reconciler.model.state import Person, State
from reconciler.run import stores
from reconciler.run.context import Surroundings
from reconciler.run.plans.reading import read_state
from reconciler.run.stamps import refuse_foreign


@dataclass(frozen=True, slots=True)
class Merge:
    """What merging comes to, and the state that it was planned on."""

    plan: Plan
    state: State


def find_pairs(around: Surroundings) -> list[tuple[Person, Person]]:
    """Return the store users that may be one person."""
    return likely_pairs(_state(around).people)


def plan(around: Surroundings, kept: str, other: str) -> Merge:
    """Read the store, and plan; nothing is written.

    Raises:
        UsageError: a user is not found, or both are the same.
        StampError: the store is another instance's.
    """
    state = _state(around)
    if around.instance.store.is_remote:
        raise ReconcilerError("The users of a remote store are its own: merge them there. Nothing was changed.")
    people = list(state.people)
    made = plan_merge(
        around.environment, state, find_user(people, kept), find_user(people, other), made_at=around.now()
    )
    return Merge(made, state)


def write(around: Surroundings, merge: Merge, *, who: str, where: str) -> Outcome:
    """Write the plan in one transaction with its journal.

    Raises:
        StaleError: the store moved since it was read.
    """
    environment = around.environment
    origin = Origin(who=who, where=where, started_at=around.now(), commit=environment.commit, clean=environment.clean)
    owner = f"{who} on {where}"
    with stores.open_for_writing(around) as store:
        with store.apply(owner=owner, origin=origin, planned_on=merge.state) as application:
            application.verify(merge.plan)
            application.write(merge.plan, {}, {}, environment.digest, kind=environment.instance.kind)
            application.read_back(merge.plan)
        return application.outcome


def _state(around: Surroundings) -> State:
    state = read_state(around)
    refuse_foreign(state.stamp, around.instance)
    return state
