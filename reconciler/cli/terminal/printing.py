"""Putting artefacts on stdout: coloured and as wide as the terminal there, plain unwrapped text in a pipe (V1)."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final, TypeAlias

from reconciler.cli.terminal.broken_pipe import let_go

if TYPE_CHECKING:
    from rich.text import Text

Lines: TypeAlias = "Iterable[Text]"
_UNWRAPPED: Final = 10_000


def width() -> int:
    """Return how many columns there are: the terminal's, else those of COLUMNS, else more than a line ever needs."""
    from reconciler.cli.terminal.console import StreamConsole  # noqa: PLC0415 - rich is heavy

    console = StreamConsole(sys.stdout)
    if console.is_terminal:
        return console.width
    asked = os.environ.get("COLUMNS", "")
    return int(asked) if asked.isascii() and asked.isdigit() and int(asked) else _UNWRAPPED


def show(lines: Lines) -> None:
    """Print lines to stdout."""
    from reconciler.cli.terminal.console import StreamConsole  # noqa: PLC0415 - rich is heavy

    console = StreamConsole(sys.stdout)
    for line in lines:
        console.print(line, soft_wrap=True)


def page(lines: Lines) -> None:
    """Print lines to stdout, through a pager where they are more than a terminal's screen."""
    from reconciler.cli.terminal.console import StreamConsole  # noqa: PLC0415 - rich is heavy
    from reconciler.cli.terminal.pager import Pager, wanted  # noqa: PLC0415 - as above

    some = list(lines)
    console = StreamConsole(sys.stdout)
    if not wanted(console, len(some)):
        show(some)
        return
    with console.pager(Pager(), styles=console.color_system is not None):
        for line in some:
            console.print(line, soft_wrap=True)


def write(text: str) -> None:
    """Print text to stdout, with a newline after it."""
    from rich.text import Text  # noqa: PLC0415 - rich is heavy

    show([Text(text)])


def put(data: bytes) -> None:
    """Write bytes to stdout as they are."""
    try:
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        let_go(sys.stdout)
