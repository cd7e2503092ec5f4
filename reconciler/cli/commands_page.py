"""`docs/commands.md`: every command's help as a page, made from the commands themselves."""

from collections.abc import Iterator
from typing import Any, Final

_TOP: Final = """# Commands

Every command, as its own `--help` describes it. Written by `make generated`; a test fails when it differs.

Before the command stand `--environments DIR`, `--overlay DIR`, `--log-format text|json` and `--debug`, for each of
them. A command's result is on stdout; what it reports on the way is on stderr.
"""


def commands_page(group: Any) -> str:
    """Return the page about a group's commands, each with its arguments and options."""
    return _TOP + "".join(_sections(group, "reconciler"))


def _sections(group: Any, path: str) -> Iterator[str]:
    for name, command in group.commands.items():
        whole = f"{path} {name}"
        if hasattr(command, "commands"):
            yield from _sections(command, whole)
        else:
            yield f"\n## {whole}\n\n{_description(command)}\n{''.join(_parameters(command))}"


def _description(command: Any) -> str:
    """Return a command's help: paragraphs, each in a line."""
    paragraphs = (command.help or "").split("\n\n")
    return "".join(f"{' '.join(each.split())}\n" + "\n" * (each is not paragraphs[-1]) for each in paragraphs)


def _parameters(command: Any) -> Iterator[str]:
    """Yield a table row for each argument and option; nothing where there is none."""
    shown = [each for each in command.params if each.name != "help"]
    if not shown:
        return
    yield "| argument or option | meaning |\n|---|---|\n"
    for each in shown:
        names = " · ".join(f"`{name}`" for name in (each.opts if each.opts[0].startswith("-") else [each.metavar]))
        value = f" `{each.metavar}`" if each.metavar and each.opts[0].startswith("-") else ""
        text = " ".join((getattr(each, "help", None) or "").split()).replace("|", "\\|").replace("<", "&lt;")
        yield f"| {names}{value} | {text} |\n"
