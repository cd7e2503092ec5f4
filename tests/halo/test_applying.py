"""A fleet whose assets are in Halo, imported and kept: what an apply writes there, and what it leaves."""

from collections.abc import Iterator

import pytest
from halo_fleet import FIELDS, Fleet, Kept, a_day, fleet_at, imported, in_memory, quiet
from halo_room import room_at
from storing import DAY

from reconciler.errors import RemoteError, StampError
from reconciler.model.plan import Kind
from reconciler.remote import RemoteReader, effort
from reconciler.simulator.halo import HaloServer
from reconciler.simulator.stores.faults import Fault, FaultName
from reconciler.simulator.stores.server import Moment
from reconciler.store.opening import open_ledger
from reconciler.undo.build import plan_undo


@pytest.fixture(scope="module")
def worlds() -> Iterator[tuple[Fleet, Kept, Kept]]:
    """Serve a Halo that tests take turns with: as it was before its first import, and after it."""
    with in_memory() as folder, fleet_at(folder) as made:
        fresh = made.keep("fresh")
        imported(made)
        yield made, fresh, made.keep("imported")


@pytest.fixture
def fleet(worlds: tuple[Fleet, Kept, Kept]) -> Fleet:
    """Begin with nothing imported yet."""
    made, fresh, _ = worlds
    made.rewind(fresh)
    return made


@pytest.fixture
def fleet_after(worlds: tuple[Fleet, Kept, Kept]) -> Fleet:
    """Begin a day after eight devices of four people were imported."""
    made, _, after = worlds
    made.rewind(after)
    return made


def test_a_first_import_makes_assets_and_the_next_plan_is_empty(fleet: Fleet) -> None:
    ann = fleet.person("Ann")
    fleet.enrol("SN1", userPrincipalName=ann)
    fleet.enrol("SN2")
    done = fleet.apply()

    assert done.outcome is not None
    assert (done.outcome.conflicts, done.outcome.failures) == ((), ())
    found = fleet.assets()
    assert found["AST-000001"] == {
        "type": "Laptop",
        "site": "Leeds",
        "status": "In Use",
        "users": ["Ann"],
        "inactive": False,
        "Device name": "PC-i-1",
        "Serial number": "SN1",
        "Model": "Latitude",
        "custom 2": "Intune",
    }
    assert sorted(found) == ["AST-000001", "AST-000002", "OLD-1"]
    assert fleet.apply().outcome is None


def test_a_day_is_written_and_then_nothing_is_left(fleet_after: Fleet) -> None:
    a_day(fleet_after)
    done = fleet_after.apply()
    found = {each["Device name"]: each for tag, each in fleet_after.assets().items() if tag != "OLD-1"}

    assert done.not_done() == ()
    assert found["Renamed"]["users"] == ["Ann"]
    assert found["PC-new"]["site"] == "Head Office"
    assert found["PC-7"]["status"] == "Retired"
    assert (found["PC-2"]["users"], found["PC-2"]["site"]) == (["Ann"], "Leeds")
    assert found["PC-3"]["users"] == []
    assert fleet_after.apply().outcome is None


def test_a_days_changes_take_three_requests_an_asset_and_the_plan_says_how_many(fleet_after: Fleet) -> None:
    a_day(fleet_after)
    with fleet_after.opened() as (writer, room):
        plan, state = fleet_after.plan(writer)
        said = effort(plan, state, room.requests)
    fleet_after.server.forget_requests()
    done = fleet_after.apply()
    asked = [each for each in fleet_after.server.log if each.path != "/auth/token"]
    writes = [each for each in asked if each.method == "POST" and each.path != "/api/Report"]

    assert said is not None
    assert len(done.plan.changes) == len(writes) == 5
    assert said.writing == 3 * len(writes)
    assert abs(said.reading + said.writing - len(asked)) <= 0.05 * len(asked)


def test_an_unchanged_apply_only_reads(fleet_after: Fleet) -> None:
    assert fleet_after.apply().outcome is None
    assert fleet_after.server.audit.writes() == ()
    assert {each.path for each in fleet_after.server.log if each.writes} == {"/auth/token", "/api/Report"}


def test_an_asset_that_a_person_has_is_found_by_its_serial_and_bound(fleet: Fleet) -> None:
    serial = fleet.data.named("fields", "Serial number")
    fleet.data.edit("assets", fleet.data.assets()[0]["id"], fields={serial: "sn1"})
    fleet.enrol("SN1", deviceName="PC-1")
    fleet.apply()

    assert list(fleet.assets()) == ["OLD-1"]
    assert fleet.assets()["OLD-1"]["Device name"] == "PC-1"


def test_what_a_person_changes_between_reading_and_writing_stays_theirs(fleet_after: Fleet) -> None:
    data, name = fleet_after.data, fleet_after.data.named("fields", "Device name")
    target = next(row for row in data.assets() if row["fields"].get(name) == "PC-0")
    fleet_after.rename("PC-0", "Ours")
    fleet_after.rename("PC-1", "Also ours")

    def meddle(moment: Moment, call) -> None:
        if moment is Moment.BEFORE and call.method == "GET" and call.path == f"/api/Asset/{target['id']}":
            fleet_after.server.hook = quiet
            data.set_field(target["id"], "Device name", "Theirs")

    fleet_after.server.hook = meddle
    done = fleet_after.apply()

    assert done.outcome is not None
    assert [(each.name, each.why) for each in done.outcome.conflicts] == [
        (
            target["inventory_number"],
            "somebody changed it since the plan was made: name is 'Theirs' and was 'PC-0'",
        )
    ]
    names = {each.get("Device name") for each in fleet_after.assets().values()}
    assert {"Theirs", "Also ours"} <= names


@pytest.mark.parametrize(
    "name",
    [
        FaultName.LOST_REPLY,
        *(pytest.param(each, marks=pytest.mark.thorough) for each in (FaultName.ERROR_AFTER, FaultName.BAD_JSON)),
    ],
)
def test_a_creation_whose_answer_is_lost_is_found_and_not_made_twice(fleet_after: Fleet, name: FaultName) -> None:
    fleet_after.enrol("NEW1", deviceName="PC-new")
    fleet_after.server.inject(Fault(name, on="POST /api/Asset$"))
    done = fleet_after.apply()

    assert done.not_done() == ()
    assert fleet_after.server.audit.created_twice("assets", "inventory_number") == {}
    assert fleet_after.apply().outcome is None


def test_storms_of_429_and_500_are_outlasted(fleet_after: Fleet) -> None:
    a_day(fleet_after)
    server = fleet_after.server
    server.inject(Fault(FaultName.THROTTLE, on="GET", times=9, retry_after=None))
    server.inject(Fault(FaultName.SERVER_ERROR, on="GET", times=5, after=4))
    server.inject(Fault(FaultName.SERVER_ERROR, on="POST /api/Asset$", times=2))
    server.inject(Fault(FaultName.THROTTLE, on="POST", times=3, after=3, retry_after=30))
    done = fleet_after.apply()

    assert done.not_done() == ()
    assert fleet_after.apply().outcome is None


def test_a_tag_that_somebody_took_meanwhile_is_a_conflict(fleet_after: Fleet) -> None:
    fleet_after.enrol("NEW1", deviceName="PC-new")

    def meddle(moment: Moment, call) -> None:
        if moment is Moment.BEFORE and call.query.get("inventory_number") == "AST-000009":
            fleet_after.server.hook = quiet
            fleet_after.data.add_asset("AST-000009", assettype="Phone", site="Leeds")

    fleet_after.server.hook = meddle
    done = fleet_after.apply()

    assert done.outcome is not None
    assert [each.name for each in done.outcome.conflicts] == ["AST-000009"]
    assert "somebody made AST-000009" in str(done.outcome.conflicts[0].why)


def test_a_refusal_fails_one_asset_in_halos_words_and_the_others_go_on(fleet_after: Fleet) -> None:
    fleet_after.rename("PC-0", "A")
    fleet_after.rename("PC-1", "B")
    fleet_after.server.inject(Fault(FaultName.HTML, on="POST /api/Asset$", status=400))
    done = fleet_after.apply()

    assert done.outcome is not None
    assert len(done.outcome.failures) == 1
    assert "Please sign in." in str(done.outcome.failures[0].why)
    assert fleet_after.apply().outcome is not None
    assert fleet_after.apply().outcome is None


def test_a_status_that_the_type_does_not_allow_is_a_problem_and_nothing_is_sent(fleet_after: Fleet) -> None:
    data = fleet_after.data
    data.add_asset("OLD-2", assettype="Phone", site="Leeds")
    laptop = data.tables["types"][data.named("types", "Laptop")]
    laptop["allowall_status"] = False
    in_use = data.named("statuses", "In Use")
    laptop["allowed_status"] = [{"status_id": in_use, "allowafterallstatuses": True, "allowedafterstatus": []}]
    fleet_after.tenant.delete(next(iter(fleet_after.tenant.devices)))
    writes = len(fleet_after.server.audit.writes())
    with fleet_after.opened() as (writer, _room):
        plan, _ = fleet_after.plan(writer)

    assert plan.changes == ()
    assert any("Halo does not allow the status Retired for the type Laptop." in each.message for each in plan.problems)
    assert len(fleet_after.server.audit.writes()) == writes


def test_rights_that_lapse_retire_and_make_nothing(fleet_after: Fleet) -> None:
    fleet_after.enrol("NEW1")
    fleet_after.data.options.agent_sees = False
    writes = fleet_after.server.audit.writes()
    with pytest.raises(RemoteError):
        fleet_after.apply()

    assert fleet_after.server.audit.writes() == writes


def test_a_restored_copy_is_refused(fleet_after: Fleet) -> None:
    with HaloServer(fleet_after.data.restored_copy(), port=0, per_window=1_000_000) as copy:
        fleet_after.server, original = copy, fleet_after.server
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("REQUESTS_CA_BUNDLE", str(copy.ca_file))
            with pytest.raises(StampError, match=r"database: 4711, now 4712.*looks like a copy"):
                fleet_after.apply()
        assert copy.audit.writes() == ()
        fleet_after.server = original


def test_what_is_not_proven_is_a_problem_that_names_the_command(fleet_after: Fleet) -> None:
    a_day(fleet_after)
    with (
        room_at(fleet_after.server, proofs={}, fields=FIELDS) as room,
        open_ledger(f"sqlite:///{fleet_after.ledger}") as ledger,
    ):
        plan, _ = fleet_after.plan(RemoteReader(ledger, room))

    told = "\n".join(each.message for each in plan.problems)
    assert told.count("Find out with `reconciler store prove`, which tries it on a scratch asset.") == 3
    assert {change.label for change in plan.changes} == {"Renamed", "PC-2", "PC-7"}


def test_an_undone_creation_is_made_inactive_and_not_deleted(fleet: Fleet) -> None:
    fleet.enrol("SN1", deviceName="PC-1")
    run = fleet.apply().outcome
    assert run is not None
    with fleet.opened() as (writer, _room):
        state = writer.state(DAY, fleet.now)
        undo = plan_undo(fleet.environment, state, writer.undoable(run.run_id), made_at=fleet.now)
        assert [change.kinds for change in undo.changes] == [(Kind.REMOVED,)]
        fleet.write(writer, undo, state)

    assert fleet.assets()["AST-000001"]["inactive"] is True
    assert [write.action for write in fleet.server.audit.writes("assets")] == ["create", "update"]
