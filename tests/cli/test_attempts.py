"""An apply that fails leaves an attempt in the store, and so does one that could not read every connection (J4)."""

from typing import Any

import msgspec
import pytest
from command_line import CommandLine, rows, write


def attempts(cli: CommandLine) -> list[dict[str, Any]]:
    return rows(cli.store, "SELECT * FROM attempt ORDER BY id")


def test_a_failed_apply_leaves_who_when_and_why(cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    """The secret is wrong from the second day on; status and history show it."""
    assert cli.apply().code == 0
    monkeypatch.setenv("INTUNE_CLIENT_SECRET", "wrong")
    failed = cli.apply()
    assert failed.code == 1
    (attempt,) = attempts(cli)
    assert attempt["exit_code"] == 1
    assert attempt["error"] in failed.err
    assert list(msgspec.json.decode(attempt["unread"])) == ["intune"]
    assert attempt["run_id"] is None
    listed = cli.run("history", "prod", "--attempts").out
    assert "exit 1" in listed
    status = " ".join(cli.run("status", "prod").out.split())
    assert "intune: last success" in status
    assert "last failure" in status


def test_an_apply_over_a_limit_leaves_an_attempt(cli: CommandLine) -> None:
    cli.lay("prod/instance.yaml", "limits:\n  created: {percent: 1, count: 1}\n")
    assert cli.apply("--allow", "created=100", "--because", "the first import").code == 0
    write(cli.store, "DELETE FROM asset_software")
    write(cli.store, "DELETE FROM binding")
    write(cli.store, "DELETE FROM asset")
    write(cli.store, "UPDATE connection_read SET read_at = '2020-01-01T00:00:00Z'")
    done = cli.apply()
    assert [each["exit_code"] for each in attempts(cli)] == ([3] if done.code == 3 else [])


def test_a_no_at_the_prompt_and_a_store_that_is_not_there_leave_none(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INTUNE_CLIENT_SECRET", "wrong")
    assert cli.apply().code == 1
    assert not cli.store.exists()


def test_a_plan_leaves_no_attempt(cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only what would have written does."""
    assert cli.apply().code == 0
    monkeypatch.setenv("INTUNE_CLIENT_SECRET", "wrong")
    assert cli.run("plan", "prod").code == 1
    assert attempts(cli) == []
