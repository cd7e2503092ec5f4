"""A saved plan is applied exactly as it was reviewed, or not at all (A1, P2)."""

import re
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from command_line import CommandLine, everything, rows, simulated, with_reasons, write

from reconciler.simulator.tenant.tenant import TENANT_ID

REFUSED = "The saved plan cannot be applied: {}. Nothing was written. Make a new plan.\n"
ANOTHER = "it was made for another store, or for this one before it was first applied to"
NEW_STATUS = "statuses:\n  deletedInIntune: In Stock\n"


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CommandLine]:
    """Import a tenant, let a day pass and save the plan of it as day.plan."""
    cli = CommandLine(tmp_path_factory.mktemp("planned"))
    with simulated() as simulator:
        cli.connect(simulator)
        assert cli.apply().code == 0
        simulator.tenant.next_day(new=2, gone=2, renamed=2, re_enrolled=1, reassigned=2, unassigned=2)
        save(cli, "day.plan")
        yield cli


@pytest.fixture
def cli(planned: CommandLine, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> Iterator[CommandLine]:
    """Give a copy of it."""
    copy = planned.copied(tmp_path, capfd)
    yield copy
    assert copy.holds_no_secret()


@pytest.fixture
def saved(cli: CommandLine) -> Path:
    return cli.folder / "day.plan"


def save(cli: CommandLine, name: str) -> Path:
    """Save a plan and return its file."""
    file = cli.folder / name
    assert cli.run("plan", "prod", "-o", str(file)).code == 0
    return file


def refused(cli: CommandLine, *arguments: str, name: str = "prod") -> str:
    """Apply what has to be refused as stale, see that nothing but the attempt was written, and return why."""
    before = everything(cli.store)
    done = cli.run("apply", name, *arguments, "--allow-uncommitted")
    assert (done.code, done.out) == (4, "")
    assert everything(cli.store) == before
    return done.err


def test_a_saved_plan_is_its_own_approval(cli: CommandLine, saved: Path) -> None:
    """It is applied without a question, without asking Intune again, and nothing is left to do then."""
    done = cli.run("apply", "prod", str(saved), "--allow-uncommitted")
    assert done.code == 0
    assert done.out.startswith("Applied run ")
    assert done.err == ""
    assert "No changes." in cli.run("plan", "prod").out


def test_the_first_import_can_be_saved(cli: CommandLine) -> None:
    """A plan for a store that is not there yet makes it."""
    cli.store.unlink()
    file = save(cli, "first.plan")
    assert not cli.store.exists()
    assert cli.run("apply", "prod", str(file), "--allow-uncommitted").code == 0
    assert "No changes." in cli.run("plan", "prod").out


def test_a_plan_is_applied_once(cli: CommandLine, saved: Path) -> None:
    """What was applied is older than the last applied read."""
    cli.run("apply", "prod", str(saved), "--allow-uncommitted")
    read_at = msgspec.json.decode(saved.read_bytes())["reads"][0]["readAt"]
    assert refused(cli, str(saved)) == REFUSED.format(
        f"tenant {TENANT_ID} was read at {read_at} for it, and a read of {read_at} is applied already"
    )


def test_one_changed_byte_is_refused(cli: CommandLine, saved: Path) -> None:
    """Wherever a byte differs from what was saved, the file is no plan any more."""
    data = saved.read_bytes()
    for place in (0.01, 0.3, 0.6, 0.9, 0.999):
        changed = bytearray(data)
        changed[int(len(data) * place)] ^= 1
        saved.write_bytes(changed)
        said = refused(cli, str(saved)).removeprefix("The plan ")
        assert said.startswith(f"{saved} is not ")
        assert "`reconciler plan ENV -o FILE`" in said


def test_other_settings_are_refused(cli: CommandLine, saved: Path) -> None:
    """A plan made with other settings is not these settings' plan."""
    cli.lay("prod/connections/intune/imports.yaml", NEW_STATUS)
    assert refused(cli, str(saved)) == REFUSED.format("the settings are not the ones it was made with")


def test_an_older_read_than_the_last_applied_one_is_refused(cli: CommandLine, saved: Path) -> None:
    """When a later read was applied, an earlier plan would put the clock back."""
    cli.apply()
    (newest,) = rows(cli.store, "SELECT read_at FROM connection_read")
    read_at = msgspec.json.decode(saved.read_bytes())["reads"][0]["readAt"]
    assert newest["read_at"] > read_at
    assert refused(cli, str(saved)) == REFUSED.format(
        f"tenant {TENANT_ID} was read at {read_at} for it, and a read of {newest['read_at']} is applied already"
    )


def test_another_instances_plan_is_refused(cli: CommandLine, saved: Path) -> None:
    """A plan for prod is not one for uat, even where uat is on."""
    cli.edit("uat/connections/intune/connection.yaml", "production-only", "all")
    assert refused(cli, str(saved), name="uat") == REFUSED.format("it was made for prod, and this is uat")
    assert not cli.store_of("uat").exists()


def test_another_stores_plan_is_refused(cli: CommandLine, saved: Path) -> None:
    """A plan does not fit a store that was made anew."""
    cli.store.unlink()
    assert cli.apply().code == 0
    assert refused(cli, str(saved)) == REFUSED.format(ANOTHER)


def test_a_plan_from_before_the_store_was_there_is_refused(cli: CommandLine) -> None:
    """A first import is planned for no store, and the store that came meanwhile is one."""
    cli.store.rename(cli.folder / "kept.db")
    first = save(cli, "first.plan")
    (cli.folder / "kept.db").rename(cli.store)
    assert refused(cli, str(first)) == REFUSED.format(ANOTHER)


def test_rows_that_a_person_changed_are_refused(cli: CommandLine, saved: Path) -> None:
    """A row that is not what the plan was made from refuses the whole plan, and is named."""
    write(cli.store, "UPDATE asset SET name = 'Renamed by hand' WHERE tag = ?", renamed(saved))
    said = refused(cli, str(saved))
    assert re.fullmatch(
        r"The plan does not fit the store any more, and nothing was written: (\S+): name is \"Renamed by hand\", not "
        r"\"[^\"]+\"\. Plan again\.\n",
        said,
    )


def renamed(saved: Path) -> str:
    """Return the tag of an asset that a saved plan renames."""
    plan = with_reasons(saved.read_bytes())
    return next(
        str(change["name"])
        for change in plan["changes"]
        if change["action"] == "update" and any(each["name"] == "name" for each in change["attributes"])
    )


def test_rows_that_the_plan_does_not_touch_may_change(cli: CommandLine, saved: Path) -> None:
    """People may go on working elsewhere in the store while a plan waits for its review."""
    write(cli.store, "UPDATE person SET employee_id = 'changed' WHERE id = (SELECT max(id) FROM person)")
    assert cli.run("apply", "prod", str(saved), "--allow-uncommitted").code == 0


def test_recording_goes_with_reading(cli: CommandLine, saved: Path) -> None:
    """A saved plan reads nothing that --record could keep."""
    done = cli.run("apply", "prod", str(saved), "--record", "x.rec")
    assert done.code == 64
    assert "a saved plan reads nothing" in done.err


def test_a_saved_plan_over_a_limit_by_now_is_shown_and_refused(cli: CommandLine, saved: Path) -> None:
    """The limits' verdict is computed again when the plan is applied: what ran meanwhile may have used them up (P2)."""
    before = everything(cli.store)
    write(cli.store, 'UPDATE run SET usage = replace(usage, \'"counts":{}\', \'"counts":{"deletedInIntune":10}\')')
    used = everything(cli.store)
    assert used != before
    done = cli.run("apply", "prod", str(saved), "--allow-uncommitted")
    assert done.code == 3
    assert "deleted in Intune (intune): 2 planned, 10 already in the last 24 h: 12 of 10 allowed" in done.out
    assert everything(cli.store) == used
    allowed = ("--allow", "deletedInIntune=2", "--because", "seen")
    assert cli.run("apply", "prod", str(saved), "--allow-uncommitted", *allowed).code == 0


def test_a_plan_that_was_over_a_limit_is_done_once_that_is_allowed(cli: CommandLine) -> None:
    """The exit code is that of the limits as they are judged with what was allowed, not of the plan's own."""
    file = cli.folder / "over.plan"
    cli.lay("prod/instance.yaml", "limits: {created: {percent: 0, count: 1}}\n")
    assert cli.run("plan", "prod", "-o", str(file)).code == 3
    assert cli.run("apply", "prod", str(file), "--allow-uncommitted").code == 3
    allowed = ("--allow", "created=2", "--because", "two new laptops")
    assert cli.run("apply", "prod", str(file), "--allow-uncommitted", *allowed).code == 0
