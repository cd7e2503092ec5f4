"""The pause after an undo: shown with a plan, and skipped by an apply (J2)."""

from msgspec.structs import replace

from reconciler.configuration.documents import document
from reconciler.errors import HeldError
from reconciler.model.plan import Plan
from reconciler.model.state import State
from reconciler.planning.digest import with_digest
from reconciler.report.values import moment
from reconciler.settings.environment import Environment
from reconciler.undo.holds import Held, held


def held_connections(environment: Environment, state: State) -> tuple[Held, ...]:
    """Return the enabled connections that are held."""
    if not state.holds:
        return ()
    tenants = {name: each.tenant_id for name, each in environment.connections.items() if environment.enabled(each)}
    return held(state.holds, tenants, document(environment))


def held_words(each: Held) -> str:
    """Return since when a connection is held and why, in a sentence without its end."""
    return f"{each.connection} is paused since {moment(each.since)}, when run {each.run_id} was undone"


def check_holds(plan: Plan, environment: Environment, state: State, *, resume: bool) -> None:
    """Do nothing when a saved plan is of no connection that is held, or when it was said to go on.

    A saved plan is its own approval and applied as a whole, so it is not applied without the one that is held.

    Raises:
        HeldError: one is; nothing was read or written.
    """
    planned = {each.name for each in plan.connections if each.skipped is None}
    found = [each for each in held_connections(environment, state) if each.connection in planned]
    if not found or resume:
        return
    others = [f"`--connection {name}`" for name in sorted(planned - {each.connection for each in found})]
    alone = f" To go on with the others, plan each alone: {', '.join(others)}." if others else ""
    raise HeldError(
        f"{'; '.join(map(held_words, found))}. The same settings would do again what was undone, so nothing was "
        f"read or written. Change the connection's settings and plan again, or apply this plan with --resume.{alone}"
    )


def with_holds(plan: Plan, environment: Environment, state: State) -> Plan:
    """Return the plan with a warning at each connection that is held."""
    found = {each.connection: each for each in held_connections(environment, state)}
    if not found:
        return plan
    way_out = "change its settings, or apply with --resume (J2)"
    summaries = tuple(
        replace(
            each,
            warnings=(
                *each.warnings,
                f"{held_words(found[each.name])}: {way_out}",
            ),
        )
        if each.name in found
        else each
        for each in plan.connections
    )
    return with_digest(replace(plan, connections=summaries))
