"""Putting artefacts on stdout: coloured and as wide as the terminal there, plain text in a pipe (V1)."""

import sys
from collections.abc import Iterable

from rich.console import Console
from rich.text import Text

_WIDTH = 80


def width() -> int:
    """Return how many columns there are: the terminal's, 80 in a pipe."""
    console = Console(file=sys.stdout)
    return console.width if console.is_terminal else _WIDTH


def show(lines: Iterable[Text]) -> None:
    """Print lines to stdout."""
    console = Console(file=sys.stdout, highlight=False, markup=False, emoji=False, soft_wrap=True)
    for line in lines:
        console.print(line)


def put(data: bytes) -> None:
    """Write bytes to stdout as they are."""
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()
