"""`explain` through the command line: live with the journal, and on a recording without asking anybody."""

from pathlib import Path

import pytest
from command_line import CommandLine, everything, rows

from reconciler.simulator.server import Simulator


def test_a_live_story_ends_with_what_the_journal_says(cli: CommandLine) -> None:
    """The asset's creation is there with its values, and nothing is written."""
    cli.apply()
    before = everything(cli.store)
    [asset, *_] = rows(cli.store, "SELECT tag, serial_number FROM asset ORDER BY tag")
    done = cli.run("explain", "prod", asset["serial_number"])
    assert done.code == 0, done.err
    assert done.out.startswith(f"asset {asset['tag']}\n")
    [run] = rows(cli.store, "SELECT run_id FROM run")
    journal = done.out.partition("\njournal\n")[2]
    assert journal.split()[:2] == [run["run_id"], "create"]
    assert f"serialNumber: empty → “{asset['serial_number']}”" in " ".join(journal.split())
    assert journal.count("serialNumber: ") == 1, "of this asset alone"
    assert everything(cli.store) == before


def test_what_the_plan_would_do_comes_before_what_was_done(cli: CommandLine, simulator: Simulator) -> None:
    """A renamed device's story has both runs of its life: the one to come and the ones that were."""
    cli.apply()
    simulator.tenant.next_day(new=0, gone=0, renamed=1, re_enrolled=0, reassigned=0, unassigned=0)
    changes = cli.plan()["changes"]
    [change] = [each for each in changes if any(one["name"] == "name" for one in each["attributes"])]
    out = cli.run("explain", "prod", change["name"]).out
    [renamed] = [each for each in change["attributes"] if each["name"] == "name"]
    assert f"{renamed['before']}” → “{renamed['after']}" in out.partition("\njournal\n")[0]


def test_the_software_of_a_device_is_one_block(cli: CommandLine) -> None:
    """Whatever is on it, each name once, as many to a line as there is room."""
    changes = cli.plan()["changes"]
    change = max(changes, key=lambda each: sum("software:" in one["name"] for one in each["attributes"]))
    names = [one["name"].removeprefix("software: ") for one in change["attributes"] if "software:" in one["name"]]
    lines = cli.run("explain", "prod", change["deviceId"]).out.splitlines()
    [first] = [number for number, line in enumerate(lines) if line.strip().startswith("software +")]
    end = lines.index("", first)
    assert end - first < len(names)
    assert " ".join(lines[first].split()).startswith(f"software +{len(names)}, detected on the device (L1): ")
    block = " ".join(" ".join(lines[first:end]).split())
    assert [name for name in names if name not in block] == []


def test_a_device_that_is_in_no_store_has_a_story(cli: CommandLine) -> None:
    """Before the first apply everything is new."""
    [change, *_] = [each for each in cli.plan()["changes"] if each["subject"] == "asset"]
    done = cli.run("explain", "prod", change["deviceId"])
    assert done.out.startswith(f"device {change['deviceId']}, a new asset {change['name']}\n")
    assert not cli.store.exists()


def test_a_recording_tells_the_story_without_asking_anybody(
    cli: CommandLine, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No network, no store, no credential; and no journal."""
    cli.apply()
    file = cli.folder / "prod.rec"
    assert cli.run("record", "prod", "-o", str(file)).code == 0
    [asset, *_] = rows(cli.store, "SELECT tag FROM asset ORDER BY tag")
    live = cli.run("explain", "prod", asset["tag"]).out
    cli.store.unlink()
    for name in simulator.environment():
        monkeypatch.delenv(name)
    simulator.tally.reset()
    done = cli.run("explain", "prod", asset["tag"], "--recording", str(file))
    assert (done.code, simulator.tally.total, cli.store.exists()) == (0, 0, False)
    without_time = [line for line in live.partition("\n\njournal\n")[0].splitlines() if "read of" not in line]
    assert [line for line in done.out.splitlines() if "read of" not in line] == without_time


def test_what_cannot_be_found_or_told_apart_is_wrong_usage(cli: CommandLine) -> None:
    """With what might have been meant."""
    cli.apply()
    [asset, *_] = rows(cli.store, "SELECT tag FROM asset ORDER BY tag")
    done = cli.run("explain", "prod", f"{asset['tag']}9")
    assert (done.code, done.out) == (64, "")
    assert "Did you mean" in done.err


def test_another_instances_recording_is_refused(cli: CommandLine, tmp_path: Path) -> None:
    """As `plan` refuses it."""
    file = tmp_path / "prod.rec"
    cli.run("record", "prod", "-o", str(file))
    done = cli.run("explain", "uat", "x", "--recording", str(file))
    assert done.code == 1
    assert "is a recording of prod, and this is uat" in done.err


@pytest.mark.quick
@pytest.mark.parametrize("arguments", [("M6",), ("row", "5"), ("row 5",)])
def test_a_rule_needs_no_environment(cli: CommandLine, arguments: tuple[str, ...]) -> None:
    """A rule's name alone says what the rule means (V8)."""
    done = cli.run("explain", *arguments)
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith(("M6: Re-enrolled\n  ", "row 5: Deleted in Intune\n  "))


def test_a_rule_that_there_is_not(cli: CommandLine) -> None:
    """Another name is wrong usage, and says which rules are near and how a device is explained."""
    done = cli.run("explain", "M66")
    assert done.code == 64
    assert "There is no rule 'M66'. Near are M6. " in done.err
    assert "reconciler explain ENV WHAT" in done.err
