"""A console on stdout or stderr; a module of its own, since rich is slow to import and help needs none of it."""

from typing import IO

from rich.console import Console

from reconciler.cli.terminal.broken_pipe import let_go


class StreamConsole(Console):
    """A console on a stream; once the stream's reader is gone, what is printed goes nowhere."""

    def __init__(self, stream: IO[str]) -> None:
        super().__init__(file=stream, highlight=False, markup=False, emoji=False)
        self.stream = stream

    def on_broken_pipe(self) -> None:
        """Go on without a reader."""
        let_go(self.stream)
        self.quiet = True
