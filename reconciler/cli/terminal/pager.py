"""The pager of long output: what PAGER names, `less` otherwise; PAGER=cat uses none."""

import os
import shlex
import subprocess
import sys

from rich.console import Console
from rich.pager import Pager as RichPager

_LESS = "FRX"
"""Leave at once what fits on a screen, show colours, and keep the screen as it was: what Git gives less."""


def wanted(console: Console, lines: int) -> bool:
    """Return whether lines are more than fit on a terminal at which somebody sits."""
    return console.is_terminal and not console.is_dumb_terminal and sys.stdin.isatty() and lines >= console.height


class Pager(RichPager):
    """Shows text in the pager; where it cannot be started, prints it."""

    def show(self, content: str) -> None:
        """Show text and wait until it has been read."""
        command = shlex.split(os.environ.get("PAGER", "")) or ["less"]
        try:
            subprocess.run(  # noqa: S603 - what the person at the terminal has chosen
                command, input=content, text=True, check=False, env={"LESS": _LESS, **os.environ}
            )
        except OSError:
            sys.stdout.write(content)
