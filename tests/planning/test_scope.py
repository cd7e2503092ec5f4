"""What is planned: all of it, what is due by the schedule, or what a person picked (A5)."""

import dataclasses

import pytest
from case_files import CASES, plan_of
from msgspec.structs import replace

from reconciler.errors import UsageError
from reconciler.model.plan import Plan
from reconciler.model.state import LastRead, Recording, State
from reconciler.planning.build import build_plan
from reconciler.planning.scope import EVERYTHING, Scope, narrowed, scheduled
from reconciler.settings.connection import Entity
from reconciler.settings.environment import Environment

NOW = "2026-11-23T08:00:00Z"


def integrated(case: str, **changes: object) -> tuple[Environment, Recording]:
    """Return a case's environment with its connection's integrator enabled and so changed, and its recording."""
    environment, recording, _ = plan_of(CASES / case)
    connection = environment.connections["intune"]
    integrator = connection.connection.integrator.model_copy(update={"enabled": True, **changes})
    file = connection.connection.model_copy(update={"integrator": integrator})
    connections = {"intune": dataclasses.replace(connection, connection=file)}
    return dataclasses.replace(environment, connections=connections), recording


def read_at(environment: Environment, moment: str) -> State:
    """Return a state whose last applied read was at a moment."""
    return State(reads=(LastRead("intune", environment.connections["intune"].tenant_id, moment),))


@pytest.mark.parametrize(
    ("last", "due"),
    [
        ("2026-11-22T10:24:01Z", False),
        ("2026-11-22T10:24:00Z", True),
        ("2026-11-22T08:00:00Z", True),
    ],
)
def test_a_connection_is_due_when_nine_tenths_of_its_time_have_passed(last: str, due: bool) -> None:
    """A day is over after 21 hours and 36 minutes, so that a tick that is a little early is not missed."""
    environment, _ = integrated("device-renamed")
    _, scope = scheduled(environment, read_at(environment, last), NOW)
    assert scope.skipped == ({} if due else {"intune": f"not due: it was read at {last}, and every is 1d"})


def test_a_connection_that_was_never_read_is_due() -> None:
    environment, _ = integrated("device-renamed")
    assert scheduled(environment, State(), NOW)[1].skipped == {}


def test_a_connection_whose_integrator_is_off_is_left_out() -> None:
    environment, _ = integrated("device-renamed", enabled=False)
    assert scheduled(environment, State(), NOW)[1].skipped == {"intune": "its integrator is not enabled"}


def test_a_connection_that_is_left_out_plans_nothing_and_is_not_unknown() -> None:
    """It is no missing knowledge (V4): the plan is empty and complete."""
    environment, recording = integrated("device-renamed")
    plan = build_plan(environment, recording, scope=Scope({"intune": "not due"}))
    assert (plan.changes, plan.bindings, plan.reads, plan.incomplete()) == ((), (), (), False)
    assert plan.connections[0].skipped == "not due"


def planned(case: str, *entities: Entity) -> Plan:
    """Return the plan of a scheduled run that imports these entities."""
    environment, recording = integrated(case, entities=list(entities))
    narrowed, scope = scheduled(environment, State(), NOW)
    return build_plan(narrowed, recording, scope=scope)


def test_without_users_no_user_is_imported() -> None:
    assert {change.subject for change in planned("users-imported-and-linked", *Entity).changes} >= {"user", "asset"}
    without = planned("users-imported-and-linked", Entity.ASSETS)
    assert {change.subject for change in without.changes} == {"asset"}


def test_without_assets_only_users_are_imported_and_the_list_proves_nothing() -> None:
    """The read moves the clock of the schedule, and is not a whole one (D3)."""
    plan = planned("users-imported-and-linked", Entity.USERS)
    assert {change.subject for change in plan.changes} == {"user"}
    assert [(read.read_at, read.whole) for read in plan.reads] == [(NOW, False)]
    assert plan.bindings == ()


def test_without_software_none_is_imported() -> None:
    with_software = planned("software-added-and-removed", *Entity)
    assert any(each.name.startswith("software") for change in with_software.changes for each in change.attributes)
    without = planned("software-added-and-removed", Entity.USERS, Entity.ASSETS)
    assert not any(each.name.startswith("software") for change in without.changes for each in change.attributes)


def test_what_a_person_picked_moves_no_counter_and_no_clock() -> None:
    """A device that is proven absent is not counted, and the read is not noted."""
    environment, recording, whole = plan_of(CASES / "device-gone")
    assert whole.changes
    plan = build_plan(environment, recording, scope=narrowed(environment, "intune", []))
    assert (plan.changes, plan.bindings, plan.reads, plan.picked) == ((), (), (), True)


def test_one_asset_alone_is_planned_by_its_tag_its_name_or_its_device() -> None:
    environment, recording, whole = plan_of(CASES / "types-by-rules")
    updated = next(change for change in whole.changes if change.action == "update")
    for name in (updated.name, updated.label, updated.device_id or ""):
        plan = build_plan(environment, recording, scope=narrowed(environment, None, [name]))
        assert plan.changes == (updated,)


def test_users_that_the_picked_asset_refers_to_come_along() -> None:
    environment, recording, whole = plan_of(CASES / "users-imported-and-linked")
    linked = next(
        change for change in whole.changes if any(each.name == "user" and each.after for each in change.attributes)
    )
    plan = build_plan(environment, recording, scope=narrowed(environment, None, [linked.name]))
    wanted = {str(each.after) for each in linked.attributes if each.name == "user"}
    assert [change.name for change in plan.changes if change.subject == "user"] == sorted(wanted)


def test_an_unknown_connection_is_refused_with_the_nearest_name() -> None:
    environment, _, _ = plan_of(CASES / "device-gone")
    with pytest.raises(UsageError, match="Did you mean `intune`"):
        narrowed(environment, "intunes", [])


def test_picking_nothing_is_everything() -> None:
    environment, recording, whole = plan_of(CASES / "device-gone")
    assert narrowed(environment, None, []) is EVERYTHING
    assert build_plan(environment, replace(recording), scope=EVERYTHING) == whole
