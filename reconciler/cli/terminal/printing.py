"""Putting artefacts on stdout: coloured and as wide as the terminal there, plain text in a pipe (V1)."""

import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING

from reconciler.cli.terminal.broken_pipe import let_go

if TYPE_CHECKING:
    from rich.text import Text

_WIDTH = 80


def width() -> int:
    """Return how many columns there are: the terminal's, 80 in a pipe."""
    from reconciler.cli.terminal.console import StreamConsole  # noqa: PLC0415 - rich is heavy

    console = StreamConsole(sys.stdout)
    return console.width if console.is_terminal else _WIDTH


def show(lines: "Iterable[Text]") -> None:
    """Print lines to stdout."""
    from reconciler.cli.terminal.console import StreamConsole  # noqa: PLC0415 - rich is heavy

    console = StreamConsole(sys.stdout)
    for line in lines:
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
