"""A recording answers as the tenant did: without network, store or credential, with the same bytes each time."""

from pathlib import Path

import msgspec
import pytest
from command_line import CommandLine, with_reasons

from reconciler.simulator.server import Simulator


@pytest.fixture
def recording(cli: CommandLine, simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Record a day with changes, save the live plan as live.plan, and take everything else away."""
    cli.apply()
    simulator.tenant.next_day(new=2, gone=2, renamed=2, re_enrolled=1, reassigned=2, unassigned=2)
    file = cli.folder / "prod.rec"
    assert cli.run("record", "prod", "-o", str(file)).code == 0
    assert cli.run("plan", "prod", "-o", str(cli.folder / "live.plan")).code == 0
    cli.store.unlink()
    cli.store.parent.rmdir()
    for name in simulator.environment():
        monkeypatch.delenv(name)
    simulator.tally.reset()
    return file


def test_a_recording_gives_the_live_plans_changes(cli: CommandLine, simulator: Simulator, recording: Path) -> None:
    """Planning from the recording tells what planning from the tenant told, asks nobody and makes no store."""
    live = with_reasons((cli.folder / "live.plan").read_bytes())
    plan = cli.plan("prod", "--recording", str(recording))
    assert plan["changes"] == live["changes"]
    assert len(plan["changes"]) > 8
    assert {key: plan[key] for key in ("storeId", "storeRevision", "limits", "leftAlone", "problems", "withheld")} == {
        key: live[key] for key in ("storeId", "storeRevision", "limits", "leftAlone", "problems", "withheld")
    }
    assert simulator.tally.total == 0
    assert not cli.store.parent.exists()


def test_the_same_recording_gives_the_same_bytes(cli: CommandLine, recording: Path) -> None:
    """Hash seeds, processes and compression of the recording do not show in a plan."""
    command = ("plan", "prod", "--recording", str(recording), "--format", "json")
    one, other = (cli.process(*command, variables={"PYTHONHASHSEED": seed}) for seed in ("1", "2"))
    assert (one.code, other.code) == (0, 0)
    assert one.out == other.out == cli.run(*command).out


def test_a_compressed_recording_is_one_too(cli: CommandLine) -> None:
    """A name that ends in .gz packs the recording, and planning reads either."""
    for name in ("whole.rec", "packed.rec.gz"):
        assert cli.run("record", "prod", "-o", str(cli.folder / name)).code == 0
    assert (cli.folder / "packed.rec.gz").stat().st_size * 3 < (cli.folder / "whole.rec").stat().st_size
    whole, packed = (cli.plan("prod", "--recording", str(cli.folder / name)) for name in ("whole.rec", "packed.rec.gz"))
    assert packed["changes"] == whole["changes"]


def test_what_is_recorded_is_the_owners_alone(cli: CommandLine) -> None:
    """A recording holds personal data: it says so, and nobody else may read the file."""
    done = cli.run("record", "prod", "-o", str(cli.folder / "prod.rec"))
    assert "personal data" in done.err
    assert (cli.folder / "prod.rec").stat().st_mode & 0o777 == 0o600
    assert done.out == ""


def test_applying_keeps_what_was_read(cli: CommandLine) -> None:
    """With --record, apply leaves a recording of before, with every list property, from which its plan comes again."""
    before = cli.folder / "before.rec"
    assert cli.apply("--record", str(before)).code == 0
    again = cli.plan("prod", "--recording", str(before))
    shown = cli.run("show", "prod", "2", "--format", "json").out
    assert [each["name"] for each in again["changes"]] == [
        each["name"] for each in msgspec.json.decode(shown)["changes"]
    ]


def test_an_apply_that_can_not_keep_what_was_read_writes_nothing(cli: CommandLine) -> None:
    """A recording that can not be written ends the apply before it begins."""
    done = cli.apply("--record", str(cli.folder / "nowhere" / "before.rec"))
    assert (done.code, cli.store.exists()) == (1, False)
    assert "Name another file." in done.err


def test_a_recording_of_another_instance_is_refused(cli: CommandLine) -> None:
    """A recording of prod says nothing of uat."""
    cli.run("record", "prod", "-o", str(cli.folder / "prod.rec"))
    done = cli.run("plan", "uat", "--recording", str(cli.folder / "prod.rec"))
    assert done.code == 1
    assert "is a recording of prod, and this is uat." in done.err


@pytest.mark.parametrize(("hours", "warned"), [(23, False), (25, True)])
def test_an_old_recording_is_told(cli: CommandLine, simulator: Simulator, hours: int, warned: bool) -> None:
    """A recording that is older than a saved plan may be is told on stderr and in what is posted and opened."""
    back = hours * 3_600 + 60  # a read moves the tenant's clock on, and may not reach the full hour
    simulator.tenant.advance(-back)
    file = cli.folder / "prod.rec"
    assert cli.run("record", "prod", "-o", str(file)).code == 0
    simulator.tenant.advance(back)
    told = {form: cli.run("plan", "prod", "--recording", str(file), "--format", form) for form in ("markdown", "html")}

    shown = f"prod.rec was recorded {hours} hours ago"
    assert [shown in " ".join(done.err.split()) for done in told.values()] == [warned, warned]
    assert ("**Warning:** prod.rec was recorded" in told["markdown"].out) is warned
    assert ('<p class="note warn"><strong>Warning:</strong> prod.rec was recorded' in told["html"].out) is warned
