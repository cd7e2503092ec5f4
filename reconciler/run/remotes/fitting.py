"""Plans for a remote store: fitted to what it takes, with what applying them takes (W3, W7)."""

from collections.abc import Mapping

from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from reconciler.errors import SecretError
from reconciler.model.offer import Offer
from reconciler.model.plan import Effort, Plan
from reconciler.model.state import State
from reconciler.planning.digest import with_digest
from reconciler.planning.limits import judge
from reconciler.remote import effort, fit
from reconciler.run.context import Surroundings
from reconciler.settings.environment import Environment


def is_remote(state: State) -> bool:
    """Return whether a state was read from a store behind an API."""
    return isinstance(state.offer, Offer)


def fitted(environment: Environment, plan: Plan, state: State, allowances: Mapping[str, int]) -> Plan:
    """Return the plan without what the store would refuse, judged again; the plan itself for a store of our own."""
    if not is_remote(state):
        return plan
    fitting = fit(plan, state)
    limits = judge(environment, state, fitting.changes, fitting.connections, allowances)
    return with_digest(replace(fitting, limits=limits))


def with_effort(around: Surroundings, plan: Plan, state: State) -> Plan:
    """Return the plan with the requests and minutes that applying it takes."""
    if not is_remote(state):
        return plan
    try:
        requests = around.remotes.room(around).requests
    except SecretError:
        return plan  # from a recording, without the store's secrets: what it takes is not known
    found: Effort | UnsetType = effort(plan, state, requests) or UNSET
    return with_digest(replace(plan, effort=found))
