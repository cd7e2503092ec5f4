"""`plan` as Markdown, as HTML, and as a summary."""

from pathlib import Path

import pytest
from command_line import CommandLine

from reconciler.errors import ExitCode


@pytest.fixture
def planned(cli: CommandLine) -> tuple[CommandLine, Path]:
    """Return a command line and a recording to plan from."""
    recording = cli.folder / "prod.recording"
    cli.run("record", "prod", "-o", str(recording))
    return cli, recording


@pytest.mark.parametrize(
    ("form", "start"), [("markdown", "<!-- reconciler:plan:prod -->\n"), ("html", "<!DOCTYPE html>\n")]
)
def test_shown_and_saved(planned: tuple[CommandLine, Path], form: str, start: str) -> None:
    """Each format goes to stdout, or with -o into the file; both name the recording."""
    cli, recording = planned
    command = ("plan", "prod", "--recording", str(recording), "--format", form)
    shown = cli.run(*command)
    saved = cli.run(*command, "-o", str(cli.folder / "plan.out"))

    assert shown.out.startswith(start)
    assert "prod.recording" in shown.out
    assert saved.out == ""
    assert (cli.folder / "plan.out").read_text("utf-8").startswith(start)


def test_summary(planned: tuple[CommandLine, Path]) -> None:
    """`--summary` shows the head, each connection and what the plan comes to, on the terminal and in a text file."""
    cli, recording = planned
    command = ("plan", "prod", "--recording", str(recording), "--summary")
    shown = cli.run(*command)
    cli.run(*command, "--format", "text", "-o", str(cli.folder / "plan.txt"))

    head, connections, closing = shown.out.split("\n\n")
    assert head.startswith("Plan for prod (production)")
    assert connections.startswith("intune  ")
    assert closing.startswith("Plan: ")
    assert (cli.folder / "plan.txt").read_text("utf-8") == shown.out


def test_summary_of_another_format(cli: CommandLine) -> None:
    """`--summary` of another format is wrong usage."""
    done = cli.run("plan", "prod", "--summary", "--format", "html")

    assert done.code == ExitCode.USAGE
    assert "--summary is of the text. Leave it out, or leave out --format html." in done.err
