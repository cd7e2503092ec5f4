"""Every command that the README and the docs show is one that the program has, with its options."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from typer.core import TyperGroup
from typer.main import get_command

from reconciler.cli.main import app

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
_COMMAND = re.compile(r"(?:\.venv/bin/|`|^ {4,}|\$ )reconciler ([^`#|>&\n]*)", re.MULTILINE)
_STANDING_FOR = {"DIR": ".", "overlay": ".", "KIND=N": "created=1", "KEY": "key"}


def commands() -> Iterator[tuple[str, str]]:
    """Yield each page's name and the commands on it, without the program's name."""
    for page in PAGES:
        for found in _COMMAND.finditer(page.read_text()):
            text = found.group(1).strip().rstrip("…").strip()
            if text and not text.startswith("…"):
                yield str(page.relative_to(ROOT)), text


def _commands() -> set[str]:
    command = get_command(app)
    assert isinstance(command, TyperGroup)
    return set(command.commands)


def parse(arguments: list[str]) -> None:
    """Parse a command line as the program does, without running it; raises what wrong usage raises."""
    command = get_command(app)
    context = None
    rest = arguments
    while isinstance(command, TyperGroup):
        context = command.make_context("reconciler", rest, parent=context)
        rest = [*context._protected_args, *context.args]
        name, found, rest = command.resolve_command(context, rest)
        assert found is not None
        assert name is not None
        command = found
    command.make_context("command", rest, parent=context)


@pytest.mark.parametrize(("page", "text"), list(commands()))
def test_a_command_on_a_page_is_one_of_the_programs(page: str, text: str) -> None:
    """Its options and arguments parse; capital words stand for values, and a command may be named alone."""
    assert page
    if text in _commands():
        return
    parse([_STANDING_FOR.get(word, word) for word in shlex.split(text)])


def advised() -> list[tuple[str, str]]:
    """Return the commands that the program's own messages tell people to use, each with its file."""
    advice = re.compile(r"reconciler ((?:store )?[a-z]+) (?:ENV|\{|-)")
    files = sorted((ROOT / "reconciler").rglob("*.py"))
    return sorted({(file.name, found) for file in files for found in advice.findall(file.read_text())})


@pytest.mark.parametrize(("file", "command"), advised())
def test_a_command_that_a_message_advises_is_one_of_the_programs(file: str, command: str) -> None:
    """What an error tells people to run is there."""
    assert file
    with pytest.raises(typer.Exit):  # as help leaves
        parse([*command.split(), "--help"])


def test_the_readme_shows_the_main_commands() -> None:
    """A check that the commands are found at all."""
    shown = {text.split()[0] for page, text in commands() if page == "README.md"}
    assert {"validate", "plan", "apply", "history", "show", "record", "simulate"} <= shown
