"""stdout is the artefact and stderr the talk (V1); plain text in a pipe, whose reader may go away at any time."""

import json
import re

import pytest
from command_line import CommandLine, lines, rows

from reconciler.simulator.server import Simulator

_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]")


def test_a_plan_is_on_stdout_and_the_talk_on_stderr(cli: CommandLine) -> None:
    """What was read is talk; the plan is what the command is for."""
    done = cli.run("plan", "prod")
    assert re.fullmatch(r"Read 60 devices, 30 users, 648 software in \d+\.\d s\.\n", done.err)
    assert done.out.startswith("Plan for prod (production) · settings ")


def test_a_pipe_gets_plain_text_that_is_as_wide_as_columns_says(
    cli: CommandLine, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No escape code and no longer line, whatever the command."""
    monkeypatch.setenv("COLUMNS", "80")
    shown = [cli.run("plan", "prod"), cli.apply(), cli.run("history", "prod"), cli.run("status", "prod")]
    (run,) = rows(cli.store, "SELECT run_id FROM run")
    shown.append(cli.run("show", "prod", run["run_id"]))
    simulator.tenant.next_day(new=2, gone=2, renamed=2, re_enrolled=1, reassigned=2, unassigned=2)
    shown += [cli.run("plan", "prod", "--all"), cli.run("plan", "uat")]
    for done in shown:
        assert done.out
        assert not _CONTROL.search(done.out + done.err)
        assert [line for line in done.out.splitlines() if len(line) > 80] == []


def test_a_pipe_wraps_nothing_so_that_it_can_be_searched(cli: CommandLine) -> None:
    """An asset's fields stand in one line."""
    (line,) = [each for each in cli.run("plan", "prod", "--all").out.splitlines() if "serialNumber R5JA2AFKA10" in each]
    assert "custom.department" in line


def test_json_is_one_document_for_other_programs(cli: CommandLine) -> None:
    """`plan --format json` can be piped; nothing but the plan is on stdout."""
    done = cli.process("plan", "prod", "--format", "json", after=" | python3 -m json.tool")
    assert done.code == 0
    assert json.loads(done.out)["instance"] == "prod"
    assert "Read 60 devices" in done.err


def test_a_saved_plan_leaves_stdout_to_the_text(cli: CommandLine) -> None:
    """With -o the plan is shown as text too, unless the format is given: then it goes into the file alone."""
    shown = cli.run("plan", "prod", "-o", str(cli.folder / "one.plan"))
    assert shown.out.startswith("Plan for prod")
    assert "Saved the plan as" in shown.err
    assert (cli.folder / "one.plan").read_bytes().startswith(b'{"formatVersion":')
    silent = cli.run("plan", "prod", "-o", str(cli.folder / "two.txt"), "--format", "text")
    assert silent.out == ""
    assert (cli.folder / "two.txt").read_text().startswith("Plan for prod")


def test_lists_for_machines_are_json(cli: CommandLine) -> None:
    """`history --format json` and `show --format json` are documents of their own."""
    cli.apply()
    (run,) = rows(cli.store, "SELECT run_id FROM run")
    assert run["run_id"] in json.dumps(json.loads(cli.run("history", "prod", "--format", "json").out))
    assert run["run_id"] in json.dumps(json.loads(cli.run("show", "prod", run["run_id"], "--format", "json").out))


@pytest.mark.parametrize("arguments", [("plan", "prod", "--format", "json"), ("--help",)])
def test_a_reader_that_goes_away_is_no_error(cli: CommandLine, arguments: tuple[str, ...]) -> None:
    """`| head -1` ends a command quietly."""
    done = cli.process(*arguments, after=" | head -c 20")
    assert (done.code, len(done.out)) == (0, 20)
    assert "rror" not in done.err


def test_an_apply_whose_reader_went_away_is_done_all_the_same(cli: CommandLine) -> None:
    """Who looks at the output decides nothing: with neither stdout nor stderr read, what was confirmed is applied."""
    done = cli.process("apply", "prod", "--yes", "--allow-uncommitted", after=" 2>&1 | head -c 20")
    assert done.code == 0
    assert rows(cli.store, "SELECT count(*) AS assets FROM asset") == [{"assets": 54}]


def test_talk_for_machines_is_a_json_object_a_line(cli: CommandLine) -> None:
    """With --log-format json each thing that is said is one line of JSON on stderr; stdout is as ever."""
    text = cli.run("plan", "prod")
    done = cli.run("--log-format", "json", "plan", "prod", "-o", str(cli.folder / "prod.plan"))
    read, saved = lines(done.err)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", read["at"])
    assert (read["level"], read["read"]) == ("info", {"devices": 60, "users": 30, "software": 648})
    assert saved["message"] == f"Saved the plan as {cli.folder}/prod.plan."
    assert done.out.splitlines()[2:] == text.out.splitlines()[2:]


def test_an_error_for_machines_has_its_exit_code(cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    """An error is a line as well, with the code that the command ends with."""
    monkeypatch.delenv("INTUNE_CLIENT_SECRET")
    (error,) = lines(cli.run("--log-format", "json", "plan", "prod").err)
    assert (error["level"], error["exitCode"]) == ("error", 1)
    assert "INTUNE_CLIENT_SECRET" in error["message"]
    (error,) = lines(cli.run("--log-format", "json", "plan", "prod", "--frob").err)
    assert (error["level"], error["exitCode"]) == ("error", 64)


def test_a_line_for_machines_holds_no_command_of_a_pipeline(offline: CommandLine) -> None:
    """GitHub takes `##[name]` for a command wherever it stands; decoded, the message is whole."""
    told = offline.run("--log-format", "json", "plan", "##[add-mask]a").err
    assert "##[" not in told
    (error,) = lines(told)
    assert "##[add-mask]a" in error["message"]


def test_the_next_command_talks_as_text_again(cli: CommandLine) -> None:
    """The format is one command's, not the process's."""
    cli.run("--log-format", "json", "plan", "prod")
    assert cli.run("plan", "prod").err.startswith("Read ")


def test_names_of_devices_can_not_command_a_terminal(cli: CommandLine, simulator: Simulator) -> None:
    """Anyone can rename a device; what its name holds is shown, never obeyed (V2)."""
    device = next(one for one in simulator.tenant.devices.items if one.deviceName.startswith("LT-"))
    simulator.tenant.rename(device.id, "\x1b[2J\x1b]0;owned\x07LT\u202e")
    for arguments in (("plan", "prod", "--all"), ("plan", "prod", "--format", "json")):
        out = cli.run(*arguments).out
        assert "owned" in out
        assert not _CONTROL.search(out)
        assert "\u202e" not in out
