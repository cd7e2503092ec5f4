"""Applying as a use case: the clock, rows that move while it is under way, several connections."""

import json
import os
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from command_line import CommandLine, everything, rows, simulated, write

from reconciler.configuration.loader import load_environment
from reconciler.errors import NotConfirmedError, SignInError, StaleError
from reconciler.model.plan import Plan
from reconciler.run.context import Surroundings, utc_now
from reconciler.run.plans import planning
from reconciler.run.writes import applying
from reconciler.run.writes.applying import Applied, Order

OTHER_TENANT = "11111111-2222-4333-8444-555555555555"


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CommandLine]:
    """Import a tenant and let a day pass in it."""
    place = CommandLine(tmp_path_factory.mktemp("imported"))
    with simulated() as simulator:
        place.connect(simulator)
        assert place.apply().code == 0
        simulator.tenant.next_day(new=2, gone=2, renamed=2, re_enrolled=1, reassigned=2, unassigned=2)
        yield place


@pytest.fixture
def place(imported: CommandLine, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> CommandLine:
    """Return a copy of it."""
    return imported.copied(tmp_path, capfd)


def around(place: CommandLine, now: Callable[[], str] = utc_now) -> Surroundings:
    """Return prod where it runs, at another time when one is given."""
    return Surroundings(
        environment=load_environment(place.environments, "prod", overlay=place.overlay).settled(),
        environments=place.environments,
        overlaid=True,
        variables=os.environ,
        progress=lambda _connection, _what, _count: None,
        now=now,
    )


def apply(place: CommandLine, confirm: Callable[[], bool], shown: list[Plan]) -> Applied:
    """Read, plan and apply; every plan that is made goes into `shown`."""
    order = Order(
        who="somebody",
        where="here",
        warn=pytest.fail,
        show=shown.append,
        confirm=confirm,
        allowances={},
        allow_uncommitted=True,
    )
    return applying.apply(around(place), order)


def later(moment: str, **more: float) -> str:
    return (datetime.fromisoformat(moment) + timedelta(**more)).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def apply_at(place: CommandLine, plan: Plan, now: str) -> Applied:
    """Apply a saved plan at another time."""
    order = Order(
        who="somebody",
        where="here",
        warn=pytest.fail,
        show=lambda _plan: None,
        confirm=lambda: False,
        allowances={},
        allow_uncommitted=True,
    )
    return applying.apply_saved(around(place, lambda: now), order, plan)


def test_a_plan_is_applied_up_to_its_age(place: CommandLine) -> None:
    """At planAge to the second it is; the question is not asked of a saved plan."""
    plan = planning.plan(around(place), {}).plan
    assert apply_at(place, plan, later(plan.made_at, hours=24)).outcome is not None


def test_a_plan_that_is_too_old_is_refused(place: CommandLine) -> None:
    """A second past planAge nothing is written, and the message has the time and the setting."""
    plan = planning.plan(around(place), {}).plan
    before = everything(place.store)
    with pytest.raises(StaleError, match=f"it was made at {plan.made_at}, and planAge is 24h"):
        apply_at(place, plan, later(plan.made_at, hours=24, seconds=1))
    assert everything(place.store) == before


def rename(place: CommandLine, tag: str, name: str) -> None:
    write(place.store, "UPDATE asset SET name = ? WHERE tag = ?", name, tag)


def renamed(plan: Plan) -> str:
    """Return the tag of an asset that a plan renames."""
    return next(
        change.name
        for change in plan.changes
        if change.action == "update" and any(each.name == "name" for each in change.attributes)
    )


def test_rows_that_moved_meanwhile_are_planned_again_and_asked_about_again(place: CommandLine) -> None:
    """What a person changed after the question is in the next plan's `before`, which is shown and confirmed too."""
    shown: list[Plan] = []

    def confirm() -> bool:
        if len(shown) == 1:
            rename(place, renamed(shown[0]), "By hand")
        return True

    applied = apply(place, confirm, shown)
    assert applied.outcome is not None
    assert len(shown) == 2
    (change,) = [change for change in shown[1].changes if change.name == renamed(shown[0])]
    assert [each.before for each in change.attributes if each.name == "name"] == ["By hand"]
    assert rows(place.store, "SELECT count(*) AS n FROM asset WHERE name = 'By hand'") == [{"n": 0}]


def test_the_second_plan_can_be_declined(place: CommandLine) -> None:
    """A yes to the first plan is none to the next."""
    shown: list[Plan] = []

    def confirm() -> bool:
        rename(place, renamed(shown[0]), "By hand")
        return len(shown) == 1

    with pytest.raises(NotConfirmedError):
        apply(place, confirm, shown)
    assert rows(place.store, "SELECT count(*) AS n FROM asset WHERE name = 'By hand'") == [{"n": 1}]


def test_rows_that_never_rest_end_the_apply(place: CommandLine) -> None:
    """After three plans it gives up, names the rows, and has written nothing."""
    shown: list[Plan] = []

    def confirm() -> bool:
        rename(place, renamed(shown[0]), f"By hand, {len(shown)}")
        return True

    with pytest.raises(StaleError, match=r"name is \"By hand, 3\", not \"By hand, 2\""):
        apply(place, confirm, shown)
    assert len(shown) == 3
    assert rows(place.store, "SELECT count(*) AS runs FROM run") == [{"runs": 1}]


def test_an_old_date_is_named_and_planned_once(place: CommandLine) -> None:
    """What was read before the last applied read is never applied, however often it is planned (row 11)."""
    future = "2099-01-01T00:00:00Z"
    write(place.store, "UPDATE connection_read SET read_at = ?", future)
    shown: list[Plan] = []
    with pytest.raises(StaleError) as refused:
        apply(place, lambda: True, shown)
    [read] = [each.read_at for each in shown[0].connections]
    assert len(shown) == 1
    assert str(refused.value).startswith(
        f"intune was read at {read}, by the Date of Graph's reply, and the last applied read is of {future}: "
    )


def test_nothing_is_asked_when_nothing_changes(place: CommandLine) -> None:
    """Keeping a read is bookkeeping: there is nothing to confirm."""
    apply(place, lambda: True, [])
    assert apply(place, lambda: pytest.fail("asked"), []).outcome is not None


@pytest.fixture
def two(place: CommandLine) -> CommandLine:
    """Add a connection to a tenant that there is not."""
    connections = place.environments / "prod" / "connections"
    shutil.copytree(connections / "intune", connections / "other")
    shutil.copytree(place.overlay / "prod/connections/intune", place.overlay / "prod/connections/other")
    place.edit("prod/connections/other/connection.yaml", "7d1a3b52-0f8e-4c3e-9a53-3a3f0a1f2b11", OTHER_TENANT)
    return place


def test_a_connection_that_can_not_sign_in_withholds_itself(two: CommandLine) -> None:
    """The other one is planned and applied, and the exit code says that part is unknown (G4)."""
    done = two.run("plan", "prod")
    assert done.code == 5
    told = " ".join(done.out.split())
    assert "other could not be read: Signing in to tenant" in told
    assert "2 to create" in told
    assert two.apply().code == 5
    assert rows(two.store, "SELECT count(*) AS runs FROM run") == [{"runs": 2}]
    assert "other could not be read" in two.run("history", "prod", "--attempts").out
    found = json.loads(two.run("status", "prod", "--format", "json").out)["connections"]
    assert [(each["name"], bool(each["lastSuccess"]), bool(each["lastFailure"])) for each in found] == [
        ("intune", True, False),
        ("other", False, True),
    ]


def test_when_no_connection_can_be_read_the_first_ones_error_is_the_commands(two: CommandLine) -> None:
    """There is nothing to plan from then."""
    two.edit("prod/connections/intune/connection.yaml", "7d1a3b52-0f8e-4c3e-9a53-3a3f0a1f2b11", "not.a.tenant.example")
    two.store.unlink()
    with pytest.raises(SignInError, match=r"Signing in to tenant not\.a\.tenant\.example"):
        planning.plan(around(two), {})


def test_the_progress_of_each_connection_is_told_with_its_name(place: CommandLine) -> None:
    """Whoever shows progress can add up what several connections read at the same time."""
    told: dict[tuple[str, str], int] = {}
    surroundings = around(place)
    heard = Surroundings(
        environment=surroundings.environment,
        environments=surroundings.environments,
        overlaid=True,
        variables=os.environ,
        progress=lambda connection, what, count: told.update({(connection, what): count}),
    )
    planning.plan(heard, {})
    assert told[("intune", "devices")] == 60
    assert told[("intune", "users")] == 30
