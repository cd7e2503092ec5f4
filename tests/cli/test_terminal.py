"""On a terminal: progress that moves from phase to phase, and a question before anything is written (A6, V5)."""

import os
import pty
import re
import subprocess
import time

import pytest
from command_line import CommandLine, rows

_QUESTION = b"Apply this to prod? [y/N]: "


def apply_and_answer(cli: CommandLine, answer: bytes, *, after: float = 0) -> tuple[int, str]:
    """Apply on a terminal and type an answer `after` seconds; return the exit code and all that the terminal got."""
    ours, theirs = pty.openpty()
    command = cli.command("apply", "prod", "--allow-uncommitted")
    environment = os.environ | {"TERM": "xterm-256color", "COLUMNS": "80"}
    started = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment)
    os.close(theirs)
    seen = b""
    while more := read(ours):
        seen += more
        if _QUESTION in seen and answer:
            time.sleep(after)
            os.write(ours, answer + b"\n")
            answer = b""
    os.close(ours)
    return started.wait(timeout=20), seen.decode()


def read(terminal: int) -> bytes:
    """Return what comes next, nothing once the other side is gone."""
    try:
        return os.read(terminal, 4096)
    except OSError:
        return b""


def test_without_a_yes_nothing_is_written(cli: CommandLine) -> None:
    """The plan is shown, the question asked; anything but yes ends with 1."""
    code, seen = apply_and_answer(cli, b"n")
    assert code == 1
    assert seen.index("54 new assets") < seen.index(_QUESTION.decode())
    assert "Not applied: it was not confirmed. Nothing was written." in seen
    assert not cli.store.exists()


def test_with_a_yes_it_is_applied(cli: CommandLine) -> None:
    """The plan is coloured, what moved is gone before it, and what was read is told once."""
    code, seen = apply_and_answer(cli, b"y")
    assert code == 0
    assert "\x1b[" in seen
    assert seen.count("Read 60 devices, 30 users, 648 software in") == 1
    words = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", seen)
    assert words.index("Planning") < words.index("54 new assets") < words.index("Writing 160 changes and 54 bindings")
    assert "Applied run " in seen
    assert rows(cli.store, "SELECT count(*) AS assets FROM asset") == [{"assets": 54}]


@pytest.mark.thorough
def test_the_time_at_the_prompt_is_not_the_applys(cli: CommandLine) -> None:
    """Whoever takes six seconds to answer finds at least those missing from the seconds that the apply counted."""
    began = time.monotonic()
    code, seen = apply_and_answer(cli, b"y", after=6)
    took = time.monotonic() - began
    words = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", " ".join(seen.split()))
    (counted,) = re.findall(r"Applied run .* in ([0-9.]+) s", words)
    assert code == 0
    assert float(counted) <= took - 6
