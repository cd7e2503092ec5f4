"""The tutorials are true: every command of their console blocks is run, and what they show is printed."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "tutorials"
CONSOLE = re.compile(r"^```console\n(.*?)^```", re.DOTALL | re.MULTILINE)
EXECUTED = ("first-plan", "inventory")

pytestmark = pytest.mark.thorough


def script(page: str) -> tuple[str, list[str]]:
    """Return a page's commands as one script, and the lines that it shows as printed."""
    commands: list[str] = []
    shown: list[str] = []
    here_document = False
    for block in CONSOLE.findall(page):
        for line in block.splitlines():
            if line.startswith("$ "):
                commands.append(line[2:])
                here_document = "<<" in line
            elif here_document:
                commands.append(line)
                here_document = line != "CSV"
            else:
                shown.append(line)
    return "\n".join(commands), shown


@pytest.mark.parametrize("name", EXECUTED)
def test_every_command_works_and_prints_what_is_shown(tmp_path: Path, name: str) -> None:
    """A page's commands run in one shell, in order, in an empty folder."""
    commands, shown = script((FOLDER / f"{name}.md").read_text("utf-8"))
    commands = commands.replace("--port 8443", "--port 0")
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "GIT_AUTHOR_NAME": "A reader",
        "GIT_AUTHOR_EMAIL": "reader@contoso.example",
        "GIT_COMMITTER_NAME": "A reader",
        "GIT_COMMITTER_EMAIL": "reader@contoso.example",
    }
    ended = "trap 'jobs -p | xargs --no-run-if-empty kill 2> /dev/null || true' EXIT\n"
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", ended + commands],
        cwd=tmp_path,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout
    assert [line for line in shown if line not in done.stdout] == []


def test_the_pages_of_the_site_are_all_reachable() -> None:
    """Each page below docs/ is in the navigation, and each entry is a page."""
    listed = set(re.findall(r": (\S+\.md)$", (ROOT / "mkdocs.yml").read_text(), re.MULTILINE))

    assert listed == {path.relative_to(ROOT / "docs").as_posix() for path in (ROOT / "docs").rglob("*.md")}
