"""Help that is good enough to work from: every command, every option, on eighty columns."""

from collections.abc import Iterator

import pytest
from typer.core import TyperGroup
from typer.main import get_command

from reconciler.cli.main import app, run


def commands(group: TyperGroup, *path: str) -> Iterator[tuple[str, ...]]:
    yield path
    for name, command in group.commands.items():
        if isinstance(command, TyperGroup):
            yield from commands(command, *path, name)
        else:
            yield (*path, name)


def found(path: tuple[str, ...]):
    command = get_command(app)
    for name in path:
        command = command.commands[name]
    return command


EVERY = list(commands(get_command(app)))


@pytest.mark.parametrize("path", EVERY, ids=" ".join)
def test_the_help_of_a_command_fits_eighty_columns(
    path: tuple[str, ...], capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """No line is wider, and the command says in its own words what it does."""
    monkeypatch.delenv("COLUMNS", raising=False)
    assert run([*path, "--help"]) == 0
    out, err = capfd.readouterr()
    assert err == ""
    assert max(map(len, out.splitlines())) <= 80
    assert out.splitlines()[2].startswith("  ")


@pytest.mark.parametrize("path", EVERY, ids=" ".join)
def test_every_option_and_argument_has_a_help_text(path: tuple[str, ...]) -> None:
    """One that is not explained is found only by trying."""
    command = found(path)
    assert [parameter.name for parameter in command.params if not getattr(parameter, "help", None)] == []
    assert command.help
