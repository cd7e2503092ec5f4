"""A fleet whose assets are in Snipe-IT, imported and kept: what an apply writes there, and what it leaves."""

from collections.abc import Iterator

import pytest
from halo_fleet import a_day, environment, imported, quiet
from halo_room import change
from msgspec.structs import replace
from snipeit_fleet import Kept, SnipeItFleet, fleet_at, room_at
from storing import DAY

from reconciler.errors import RemoteError, StampError
from reconciler.model.plan import Action, Subject
from reconciler.remote import RemoteReader, effort, fit
from reconciler.simulator.snipeit import SnipeItServer
from reconciler.simulator.stores.faults import Fault, FaultName
from reconciler.simulator.stores.server import Moment
from reconciler.store.opening import open_ledger
from reconciler.undo.build import plan_undo


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[SnipeItFleet, Kept, Kept]]:
    """Serve a Snipe-IT that tests take turns with: as it was before its first import, and after it."""
    with fleet_at(tmp_path_factory.mktemp("snipeit")) as made:
        fresh = made.keep("fresh")
        imported(made)
        yield made, fresh, made.keep("imported")


@pytest.fixture
def fleet(worlds: tuple[SnipeItFleet, Kept, Kept]) -> SnipeItFleet:
    """Begin with nothing imported yet."""
    made, fresh, _ = worlds
    made.rewind(fresh)
    return made


@pytest.fixture
def fleet_after(worlds: tuple[SnipeItFleet, Kept, Kept]) -> SnipeItFleet:
    """Begin a day after eight devices of four people were imported."""
    made, _, after = worlds
    made.rewind(after)
    return made


def test_a_first_import_makes_assets_and_the_next_plan_is_empty(fleet: SnipeItFleet) -> None:
    ann = fleet.person("Ann")
    fleet.enrol("SN1", userPrincipalName=ann)
    fleet.enrol("SN2")
    done = fleet.apply()

    assert done.not_done() == ()
    found = fleet.assets()
    assert sorted(found) == ["AST-000001", "AST-000002", "OLD-1"]
    assert found["AST-000001"] == {
        "name": "PC-i-1",
        "serial": "SN1",
        "model": "Latitude",
        "type": "Laptop",
        "status": "In Use",
        "site": "Leeds",
        "user": "Ann",
        "_snipeit_managed_by_2": "Intune",
    }
    assert fleet.apply().outcome is None


def test_a_day_is_written_and_then_nothing_is_left(fleet_after: SnipeItFleet) -> None:
    a_day(fleet_after)
    done = fleet_after.apply()
    found = {each["name"]: each for each in fleet_after.assets().values()}

    assert done.not_done() == ()
    assert found["Renamed"]["user"] == "Ann"
    assert found["PC-new"]["site"] == "Head Office"
    assert (found["PC-7"]["status"], found["PC-7"]["user"]) == ("Retired", None)
    assert (found["PC-2"]["user"], found["PC-2"]["site"]) == ("Ann", "Leeds")
    assert found["PC-3"]["user"] is None
    assert fleet_after.apply().outcome is None


def test_a_days_changes_take_two_requests_an_asset_and_the_plan_says_how_many(fleet_after: SnipeItFleet) -> None:
    a_day(fleet_after)
    with fleet_after.opened() as (writer, room):
        plan, state = fleet_after.plan(writer)
        said = effort(plan, state, room.requests)
    fleet_after.server.forget_requests()
    done = fleet_after.apply()
    asked = len(fleet_after.server.log)

    assert said is not None
    assert len(done.plan.changes) == 5
    assert said.writing <= 2 * len(done.plan.changes)
    assert abs(said.reading + said.writing - asked) <= 0.05 * asked


@pytest.mark.thorough
def test_a_plans_figures_hold_for_a_first_import(fleet: SnipeItFleet) -> None:
    for number in range(24):
        fleet.enrol(f"SN{number}", deviceName=f"PC-{number}", model=f"Model {number % 4}")
    with fleet.opened() as (writer, room):
        plan, state = fleet.plan(writer)
        said = effort(plan, state, room.requests)
    fleet.server.forget_requests()
    fleet.apply()
    asked = len(fleet.server.log)

    assert said is not None
    assert abs(said.reading + said.writing - asked) <= 0.05 * asked


@pytest.mark.thorough
def test_the_minutes_that_a_plan_says_are_those_that_it_takes(fleet: SnipeItFleet) -> None:
    for number in range(150):
        fleet.enrol(f"SN{number}", deviceName=f"PC-{number}")
    fleet.per_minute = 20
    clock = fleet.data.clock
    try:
        with fleet.opened() as (writer, room):
            began = clock.monotonic()
            plan, state = fleet.plan(writer)
            said = effort(plan, state, room.requests)
            fleet.write(writer, plan, state)
    finally:
        fleet.per_minute = 1_000_000

    assert said is not None
    assert abs(said.minutes - (clock.monotonic() - began) / 60) <= max(1, 0.05 * said.minutes)


def test_an_unchanged_apply_only_reads(fleet_after: SnipeItFleet) -> None:
    assert fleet_after.apply().outcome is None
    assert fleet_after.server.audit.writes() == ()
    assert [each for each in fleet_after.server.log if each.writes] == []


def test_an_asset_that_a_person_has_is_found_by_its_serial_and_bound(fleet: SnipeItFleet) -> None:
    fleet.data.edit("hardware", fleet.asset("Old"), serial="sn1")
    fleet.enrol("SN1", deviceName="PC-1")
    fleet.apply()

    assert list(fleet.assets()) == ["OLD-1"]
    assert fleet.assets()["OLD-1"]["name"] == "PC-1"


def test_what_a_person_changes_between_reading_and_writing_stays_theirs(fleet_after: SnipeItFleet) -> None:
    data, target = fleet_after.data, fleet_after.asset("PC-0")
    fleet_after.rename("PC-0", "Ours")
    fleet_after.rename("PC-1", "Also ours")

    def meddle(moment: Moment, call) -> None:
        if moment is Moment.BEFORE and call.path == f"/api/v1/hardware/{target}":
            fleet_after.server.hook = quiet
            data.edit("hardware", target, name="Theirs")

    fleet_after.server.hook = meddle
    done = fleet_after.apply()
    names = {row["name"] for row in data.live_assets()}

    assert [each.why for each in done.not_done()] == [
        "somebody changed it since the plan was made: name is 'Theirs' and was 'PC-0'"
    ]
    assert {"Theirs", "Also ours"} <= names


@pytest.mark.thorough
def test_an_edit_between_the_look_and_the_write_of_another_member_is_kept(fleet_after: SnipeItFleet) -> None:
    data, target = fleet_after.data, fleet_after.asset("PC-0")
    fleet_after.rename("PC-0", "Ours")

    def meddle(moment: Moment, call) -> None:
        if moment is Moment.BEFORE and call.method == "PATCH":
            fleet_after.server.hook = quiet
            data.edit("hardware", target, order_number="PO-7")

    fleet_after.server.hook = meddle
    fleet_after.apply()
    row = data.tables["hardware"][target]

    assert (row["name"], row["order_number"]) == ("Ours", "PO-7")


def test_a_lost_answer_is_looked_for_and_nothing_is_made_twice(fleet: SnipeItFleet) -> None:
    for number in range(3):
        fleet.enrol(f"SN{number}", deviceName=f"PC-{number}", model=f"Model {number}")
    fleet.server.inject(Fault(FaultName.LOST_REPLY, on="POST /api/v1/(hardware|models)$", times=4))
    done = fleet.apply()

    assert done.not_done() == ()
    assert fleet.server.audit.created_twice("hardware", "serial") == {}
    assert fleet.server.audit.created_twice("models", "name") == {}
    assert fleet.apply().outcome is None


@pytest.mark.parametrize("name", [FaultName.THROTTLE, FaultName.SERVER_ERROR, FaultName.ERROR_AFTER])
@pytest.mark.thorough
def test_a_storm_of_refusals_is_outlasted(fleet_after: SnipeItFleet, name: FaultName) -> None:
    a_day(fleet_after)
    fleet_after.server.inject(Fault(name, on="hardware", times=3, after=4))
    fleet_after.apply()
    fleet_after.server.faults.clear()
    fleet_after.apply()

    assert fleet_after.apply().outcome is None
    assert fleet_after.server.audit.created_twice("hardware", "serial") == {}


def test_rights_that_lapse_plan_nothing(fleet_after: SnipeItFleet) -> None:
    fleet_after.server.inject(Fault(FaultName.EMPTY_LIST, on="/hardware", times=None))

    with pytest.raises(RemoteError, match="lists 0 of the 9 assets that were last seen there"):
        fleet_after.apply()
    assert fleet_after.server.audit.writes() == ()


def test_an_unlisted_asset_is_asked_for_and_nothing_is_created_meanwhile(fleet_after: SnipeItFleet) -> None:
    target = fleet_after.asset("PC-0")
    fleet_after.enrol("NEW1", deviceName="PC-new")
    fleet_after.server.inject(Fault(FaultName.SHORT_LIST, on="/hardware", ids=(target,), times=None))
    with fleet_after.opened() as (writer, _room):
        plan, _state = fleet_after.plan(writer)

    assert plan.changes == ()
    assert [(each.label, each.rule) for each in plan.withheld] == [("PC-new", "W2")]


@pytest.mark.parametrize("name", [FaultName.WRONG_TOTAL, FaultName.DUPLICATE])
def test_a_list_that_does_not_add_up_plans_nothing(fleet_after: SnipeItFleet, name: FaultName) -> None:
    fleet_after.server.inject(Fault(name, on="/hardware", times=None))

    with pytest.raises(RemoteError, match="The list of assets is not whole"):
        fleet_after.apply()


def test_an_asset_that_a_person_deleted_is_gone_and_made_anew_when_it_is_seen(fleet_after: SnipeItFleet) -> None:
    fleet_after.data.edit("hardware", fleet_after.asset("PC-0"), deleted_at=fleet_after.data.now())
    done = fleet_after.apply()

    assert [(each.action.value, each.label) for each in done.plan.changes] == [("create", "PC-0")]
    assert fleet_after.apply().outcome is None


def test_a_restored_copy_is_refused_before_it_is_read(fleet_after: SnipeItFleet) -> None:
    with SnipeItServer(fleet_after.data.restored_copy()) as copy, room_at(copy, fleet_after.environment) as room:
        with open_ledger(f"sqlite:///{fleet_after.ledger}") as ledger, pytest.raises(StampError, match="a copy"):
            RemoteReader(ledger, room).state(DAY, fleet_after.now)
        assert copy.log == ()


def test_a_tag_that_somebody_took_is_refused_and_the_next_apply_gives_another(fleet_after: SnipeItFleet) -> None:
    data = fleet_after.data
    fleet_after.enrol("NEW1", deviceName="PC-new")

    def meddle(moment: Moment, call) -> None:
        if moment is Moment.BEFORE and call.method == "POST":
            fleet_after.server.hook = quiet
            row = next(iter(data.tables["hardware"].values()))
            data.add(
                "hardware", asset_tag="AST-000009", name="Theirs", serial="T1", model_id=row["model_id"], status_id=1
            )

    fleet_after.server.hook = meddle
    first, second = fleet_after.apply(), fleet_after.apply()

    assert "the tag AST-000009 was taken by another asset" in first.not_done()[0].why
    assert second.not_done() == ()
    assert {row["asset_tag"] for row in data.live_assets() if row["name"] == "PC-new"} == {"AST-000010"}


@pytest.mark.parametrize(("member", "value"), [("name", "pc-new"), ("_snipeit_label_1", "PC-new"), ("serial", "NEW1")])
def test_an_asset_that_somebody_made_meanwhile_is_found_by_any_of_its_matching_fields(
    fleet_after: SnipeItFleet, member: str, value: str
) -> None:
    data = fleet_after.data
    fleet_after.environment = environment("serialNumber", "name", "custom.label")
    theirs = {**next(iter(data.tables["hardware"].values())), "asset_tag": "T-1", "name": "Theirs", "serial": "T1"}
    theirs |= {"model_id": data.named("models", "Latitude"), member: value}
    fleet_after.enrol("NEW1", deviceName="PC-new")
    with fleet_after.opened() as (writer, room):
        plan, state = fleet_after.plan(writer)
        said = effort(plan, state, room.requests)
        data.add("hardware", **{name: each for name, each in theirs.items() if name != "id"})
        fleet_after.server.forget_requests()
        outcome = fleet_after.write(writer, plan, state)
    fleet_after.environment = environment()

    assert said is not None
    assert len(fleet_after.server.log) == said.writing - 1
    assert [each.why for each in outcome.conflicts] == [
        "somebody made T-1 with the same custom.label or name or serialNumber since the plan was made"
    ]
    assert [each for each in fleet_after.server.log if each.method == "POST"] == []


def test_an_asset_that_is_checked_out_to_a_place_keeps_it(fleet_after: SnipeItFleet) -> None:
    data, target = fleet_after.data, fleet_after.asset("PC-0")
    data.edit("hardware", target, assigned_to=data.named("locations", "Remote"), assigned_type="location")
    with fleet_after.opened() as (writer, _room):
        plan, _state = fleet_after.plan(writer)

    assert plan.changes == ()
    assert [each.reason for each in plan.left_alone] == ["it is checked out to the location Remote in Snipe-IT"]


def test_a_user_without_a_login_is_a_problem_and_is_not_made(fleet_after: SnipeItFleet) -> None:
    with fleet_after.opened() as (writer, _room):
        plan, state = fleet_after.plan(writer)
        nameless = change("Eve", Action.CREATE, Subject.USER, name="Eve", mail="eve@contoso.example")
        fitted = fit(replace(plan, changes=(nameless,)), state)

    assert fitted.changes == ()
    assert [each.message for each in fitted.problems] == ["upn is not written: Snipe-IT makes no user without a upn."]
    assert fleet_after.server.audit.writes() == ()


def test_a_status_that_no_new_asset_of_anybody_may_have_is_a_problem_and_the_asset_is_nobodys(
    fleet: SnipeItFleet,
) -> None:
    data, ann = fleet.data, fleet.person("Ann")
    data.edit("statuslabels", data.named("statuslabels", "In Use"), type="pending")
    fleet.enrol("SN1", deviceName="PC-1", userPrincipalName=ann)
    done = fleet.apply()

    assert [each.message for each in done.plan.problems] == [
        "user is not written: Snipe-IT gives no new asset that is In Use to anybody."
    ]
    assert done.not_done() == ()
    assert fleet.assets()["AST-000001"]["user"] is None


def test_a_field_that_the_models_fieldset_lacks_is_a_problem_and_the_rest_is_written(fleet: SnipeItFleet) -> None:
    data = fleet.data
    data.add("models", name="Bare", category_id=data.named("categories", "Laptop"), fieldset_id=None)
    fleet.enrol("SN1", deviceName="PC-1", model="Bare")
    done = fleet.apply()

    assert [each.message for each in done.plan.problems] == [
        "custom.managed_by is not written: Snipe-IT has no field for it on assets of this type or model."
    ]
    assert fleet.assets()["AST-000001"]["name"] == "PC-1"


def test_an_undone_import_deletes_softly(fleet: SnipeItFleet) -> None:
    fleet.enrol("SN1", deviceName="PC-1")
    done = fleet.apply()
    assert done.outcome is not None
    with fleet.opened() as (writer, _room):
        state = writer.state(DAY, fleet.now)
        undoable = writer.undoable(done.outcome.run_id)
        plan = plan_undo(fleet.environment, state, undoable, made_at=fleet.now, allowances={})
        outcome = fleet.write(writer, plan, state)

    assert (outcome.conflicts, outcome.failures) == ((), ())
    assert list(fleet.assets()) == ["OLD-1"]
    assert [row["deleted_at"] is not None for row in fleet.data.tables["hardware"].values()] == [False, True]
