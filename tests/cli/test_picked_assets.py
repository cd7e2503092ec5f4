"""`--connection` and `--only`, for plans and applies: what they name, and what they leave (A5)."""

from command_line import CommandLine, rows

from reconciler.simulator.server import Simulator
from reconciler.simulator.tenant.tenant import Tenant


def test_an_asset_that_does_not_exist_is_wrong_usage_with_what_is_near(cli: CommandLine, tenant: Tenant) -> None:
    name = tenant.devices.items[0].deviceName
    for command in (["plan", "prod"], ["apply", "prod", "--yes", "--allow-uncommitted"]):
        done = cli.run(*command, "--only", name + "X")
        assert done.code == 64
        assert f"--only {name}X: there is no asset or device" in done.err
        assert f"Did you mean `{name}`?" in done.err
    assert not cli.store.exists()


def test_one_asset_is_applied_and_the_rest_waits(cli: CommandLine, simulator: Simulator) -> None:
    """It moves no counter, clock or settings; the next apply does the rest. A serial number names it as well."""
    assert cli.apply().code == 0
    simulator.tenant.next_day(renamed=3)
    renamed = [change["name"] for change in cli.plan()["changes"] if change["action"] == "update"]
    serial = rows(cli.store, "SELECT serial_number AS serial FROM asset WHERE tag = ?", renamed[0])[0]["serial"]
    reads = rows(cli.store, "SELECT * FROM connection_read")
    assert cli.apply("--only", serial).code == 0
    assert rows(cli.store, "SELECT * FROM connection_read") == reads
    assert sorted(each["name"] for each in cli.plan()["changes"] if each["action"] == "update") == sorted(renamed[1:])


def test_a_narrowed_plan_never_says_that_the_store_matches(cli: CommandLine) -> None:
    assert cli.apply().code == 0
    whole, narrow = cli.run("plan", "prod").out, cli.run("plan", "prod", "--only", "AST-000001").out
    assert "The store matches Intune" in whole
    assert "No changes in what was picked" in narrow
    assert "matches Intune" not in narrow


def test_picking_goes_with_neither_a_schedule_nor_a_saved_plan(cli: CommandLine) -> None:
    file = str(cli.folder / "saved.plan")
    assert cli.run("plan", "prod", "-o", file).code == 0
    assert cli.apply(file, "--only", "AST-000001").code == 64
    assert cli.apply("--scheduled", "--connection", "intune").code == 64
    assert cli.apply("--connection", "intne").code == 64


def test_excluded_devices_without_an_asset_are_the_plans_alone(cli: CommandLine) -> None:
    """The plan counts six excluded devices and names them; no asset is listed for them, and where they are is said."""
    assert cli.apply().code == 0
    plan, listed = cli.run("plan", "prod", "--all").out, cli.run("assets", "prod", "--excluded")
    assert "54 bound, 6 excluded" in plan
    assert "6 excluded (intune): " in plan
    assert listed.out == "No matching assets.\n"
    assert listed.err == "A device that was always left out has no asset; see: reconciler plan prod --all\n"
