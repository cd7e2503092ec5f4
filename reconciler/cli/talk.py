"""What is said while working: on stderr, so that stdout stays the artefact (V1, V5)."""

import sys
import threading
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.markup import escape
from rich.status import Status

from reconciler.report.escaping import terminal


def complain(message: str) -> None:
    """Say what went wrong, on stderr."""
    _stderr().print(_lines(message), style="red", highlight=False, markup=False, soft_wrap=True)


def say(message: str) -> None:
    """Say something in passing, on stderr."""
    _stderr().print(_lines(message), highlight=False, markup=False, soft_wrap=True)


def _stderr() -> Console:
    return Console(file=sys.stderr)


def _lines(message: str) -> str:
    return "\n".join(terminal(line) for line in message.split("\n"))


class Talk:
    """Progress of long work: moving on a terminal, one line for each phase otherwise (V5)."""

    def __init__(self) -> None:
        self._console = _stderr()
        self._counts: dict[str, int] = {}
        self._lock = threading.Lock()
        self._status: Status | None = None

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            self._status = self._console.status("")
            self._status.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.pause()
        if self._counts and not self._console.is_terminal:
            say(self._told())

    def __call__(self, what: str, count: int) -> None:
        """Note that so many of something are done; from any thread."""
        with self._lock:
            self._counts[what] = count
            if self._status is not None:
                self._status.update(escape(terminal(self._told())))

    def pause(self) -> None:
        """Stop moving, for a question or the artefact."""
        if self._status is not None:
            self._status.stop()
            self._status = None

    def _told(self) -> str:
        return "Read " + ", ".join(f"{count:,} {what}" for what, count in self._counts.items())
