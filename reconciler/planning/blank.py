"""The plan of an environment and a store before anything is decided: what every plan says of where it comes from."""

import reconciler
from reconciler.model.plan import Plan
from reconciler.model.state import State
from reconciler.settings.environment import Environment


def blank_plan(environment: Environment, state: State, made_at: str) -> Plan:
    """Return a plan without changes, made from these settings and this state."""
    return Plan(
        tool_version=reconciler.__version__,
        instance=environment.instance.name,
        settings_digest=environment.digest,
        settings_commit=environment.described_commit,
        store_id=state.stamp.store_id if state.stamp else None,
        store_revision=state.revision,
        made_at=made_at,
        highest_tag=state.highest_tag,
    )
