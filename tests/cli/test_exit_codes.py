"""What a command's exit code says (V4), and how a limit is raised for one run (R4)."""

import itertools
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from command_line import CommandLine, everything, rows, simulated

from reconciler.cli.main import run
from reconciler.errors import ExitCode, first_exit_code
from reconciler.simulator.exchange import Endpoint
from reconciler.simulator.faults import Fault, FaultName
from reconciler.simulator.server import Simulator
from reconciler.simulator.tenant.tenant import Tenant

ORDER = [130, 64, 1, 4, 3, 5, 2, 0]


@pytest.mark.parametrize(("first", "second"), list(itertools.combinations(ORDER, 2)))
def test_of_several_codes_the_first_of_the_order_counts(first: int, second: int) -> None:
    """130, 64, 1, 4, 3, 5, 2, 0."""
    assert first_exit_code({ExitCode(second), ExitCode(first)}) == first


def test_no_code_is_done() -> None:
    """Nothing to say is 0."""
    assert first_exit_code(set()) is ExitCode.DONE


def test_pending_changes_are_2_on_request(cli: CommandLine) -> None:
    """Changes exit with 0, or with 2 when --detailed-exitcode asks; without changes it is 0 again."""
    assert cli.run("plan", "prod").code == 0
    assert cli.run("plan", "prod", "--detailed-exitcode").code == 2
    cli.apply()
    assert cli.run("plan", "prod", "--detailed-exitcode").code == 0


def test_what_could_not_be_read_is_5(cli: CommandLine, simulator: Simulator) -> None:
    """Users that can not be read withhold what needs them; the rest is planned and applied, before pending changes."""
    simulator.inject(Fault(FaultName.MISSING_PERMISSION, on=(Endpoint.USERS,), times=None))
    done = cli.run("plan", "prod", "--detailed-exitcode")
    assert done.code == 5
    assert "users unknown" in done.out
    assert cli.apply().code == 5
    assert rows(cli.store, "SELECT count(*) AS assets FROM asset WHERE person_id IS NOT NULL") == [{"assets": 0}]


def lose(tenant: Tenant, number: int) -> None:
    """Delete so many of the devices that became assets."""
    kept = [one for one in tenant.devices.items if one.managedDeviceOwnerType == "company"]
    for device in [one for one in kept if one.managementAgent != "msSense"][:number]:
        tenant.delete(device.id)


@pytest.fixture(scope="module")
def lost(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CommandLine]:
    """Import a tenant, then lose twelve devices where ten are allowed."""
    cli = CommandLine(tmp_path_factory.mktemp("lost"))
    with simulated() as simulator:
        cli.connect(simulator)
        assert cli.apply().code == 0
        lose(simulator.tenant, 12)
        yield cli


@pytest.fixture
def over(lost: CommandLine, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> CommandLine:
    """Return a copy of it."""
    return lost.copied(tmp_path, capfd)


def test_over_a_limit_is_3_and_shows_the_whole_plan(over: CommandLine) -> None:
    """Plan and apply show what is planned, the numbers and the option that would allow it; nothing is written."""
    before = everything(over.store)
    for done in (over.run("plan", "prod", "--detailed-exitcode"), over.apply()):
        assert done.code == 3
        told = " ".join(done.out.split())
        assert "deleted in Intune (intune): 12 planned, 10 allowed (54 bound assets)" in told
        assert "--allow deletedInIntune=12 --because TEXT" in told
        assert "not applied: data missing: 12" in told
    assert "deletedInIntune (intune): 12 planned, 10 allowed of 54 bound assets" in done.err
    assert "--allow deletedInIntune=12 --because TEXT" in done.err
    assert everything(over.store) == before


def test_what_was_allowed_is_applied_and_kept_in_the_journal(over: CommandLine) -> None:
    """A raised limit holds for this run, and the journal keeps the number and the reason."""
    done = over.apply("--allow", "deletedInIntune=12", "--because", "the old office was closed")
    assert done.code == 0
    assert "12 deleted in Intune" in " ".join(done.out.split())
    (run,) = rows(over.store, "SELECT * FROM run WHERE id = (SELECT max(id) FROM run)")
    assert msgspec.json.decode(run["allowances"]) == {"deletedInIntune": 12}
    assert run["because"] == "the old office was closed"
    shown = over.run("show", "prod", run["run_id"]).out
    assert "deletedInIntune=12" in shown
    assert "the old office was closed" in shown
    assert rows(over.store, "SELECT presence, count(*) AS n FROM binding GROUP BY presence") == [
        {"presence": "deleted", "n": 12},
        {"presence": "present", "n": 42},
    ]


def test_too_little_allowed_is_still_over(over: CommandLine) -> None:
    """One fewer than planned is refused with the number that was allowed."""
    done = over.apply("--allow", "deletedInIntune=11", "--because", "a guess")
    assert done.code == 3
    assert "12 planned, 11 allowed" in done.err


def test_exactly_the_limit_is_allowed(cli: CommandLine, tenant: Tenant) -> None:
    """Ten of ten need nobody."""
    cli.apply()
    lose(tenant, 10)
    assert cli.apply().code == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("apply prod --yes --allow created=5", "--allow needs --because TEXT"),
        ("plan prod --allow created", "it has to be KIND=N"),
        ("plan prod --allow created=-1", "it has to be KIND=N"),
        ("plan prod --allow creatde=1", "there is no limit `creatde`"),
        ("plan prud", "Did you mean `prod`?"),
        ("plan", "Missing argument 'ENV'. See: reconciler plan --help"),
        ("plna prod", "No such command 'plna'"),
        ("plan prod --frob", "No such option: --frob. See: reconciler plan --help"),
        ("plan prod --format xml", "'xml' is not one of 'text', 'markdown', 'html', 'json'"),
        ("--overlay nowhere plan prod", "'nowhere' does not exist"),
        ("--environments nowhere validate", "There is no folder nowhere"),
        ("show prod nothing --jsno", "No such option"),
    ],
)
def test_wrong_usage_is_64(offline: CommandLine, arguments: str, said: str) -> None:
    """What the command line asks for and does not exist is named in one line, with where help is."""
    done = offline.run(*arguments.split())
    assert (done.code, done.out) == (64, "")
    assert said in done.err
    assert len(done.err.splitlines()) == 1


def test_no_command_is_64_with_the_help(capfd: pytest.CaptureFixture[str]) -> None:
    """Alone, the program tells how it is used."""
    assert run([]) == 64
    out, err = capfd.readouterr()
    assert out == ""
    assert err.startswith("Usage: reconciler")


def test_an_unconfirmed_apply_is_1(cli: CommandLine, simulator: Simulator) -> None:
    """Where nobody can be asked, apply needs --yes, and says so before it reads anything (A6)."""
    done = cli.run("apply", "prod", "--allow-uncommitted")
    assert done.code == 1
    assert "Add --yes, or apply a saved plan." in done.err
    assert simulator.tally.total == 0
