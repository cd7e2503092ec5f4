"""What is said while working: on stderr, so that stdout stays the artefact (V1, V5)."""

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from enum import StrEnum
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self

from reconciler.report.escaping import terminal

if TYPE_CHECKING:
    from rich.status import Status


class LogFormat(StrEnum):
    """How things are said on stderr."""

    TEXT = "text"
    JSON = "json"


class _Level(StrEnum):
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


_FORM: Final = ContextVar("log format", default=LogFormat.TEXT)
_STYLES: Final = {_Level.INFO: "", _Level.WARNING: "yellow", _Level.ERROR: "red"}
_SPINNER: Final = "dots"
_FIRST: Final = ("devices", "users")
"""What is shown first of what was read; the rest follows in the order in which it was read."""


@contextmanager
def talking() -> Iterator[None]:
    """Talk as text until `choose` says otherwise; the format from before is back afterwards."""
    before = _FORM.set(LogFormat.TEXT)
    try:
        yield
    finally:
        _FORM.reset(before)


def choose(form: LogFormat) -> None:
    """Say things in this format from now on."""
    _FORM.set(form)


def say(message: str) -> None:
    """Say something in passing."""
    _put(_Level.INFO, message)


def warn(message: str) -> None:
    """Say what somebody should look at; the command goes on."""
    _put(_Level.WARNING, message)


def complain(message: str, exit_code: int) -> None:
    """Say what went wrong, and with which code the command ends."""
    _put(_Level.ERROR, message, exitCode=int(exit_code))


def _put(level: _Level, message: str, **more: object) -> None:
    from reconciler.cli.terminal.console import StreamConsole  # noqa: PLC0415 - rich is heavy

    console = StreamConsole(sys.stderr)
    if _FORM.get() is LogFormat.JSON:
        console.print(_json(level, message, more), soft_wrap=True)
        return
    prefix = "Warning: " if level is _Level.WARNING else ""
    lines = prefix + "\n".join(terminal(line) for line in message.split("\n"))
    # A terminal breaks words; lines that show settings have their own layout, and a pipe's reader may search them.
    console.print(lines, style=_STYLES[level], soft_wrap=not console.is_terminal or "\n" in message)


def _json(level: _Level, message: str, more: dict[str, object]) -> str:
    """Return one line of ASCII, in which no character is one that a terminal obeys; `##[` is no pipeline's command."""
    import json  # noqa: PLC0415 - only where it is asked for

    at = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    line = json.dumps({"at": at, "level": level, "message": message, **more})
    return line.replace("\x7f", "\\u007f").replace("##", "#\\u0023")


class Talk:
    """Progress of long work: moving on a terminal, and one line for what was read once that is done (V5)."""

    def __init__(self) -> None:
        self._counts: dict[str, dict[str, int]] = {}
        self._lock = threading.Lock()
        self._status: Status | None = None
        self._began = time.monotonic()

    def __enter__(self) -> Self:
        self._move("")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.pause()

    def __call__(self, connection: str, what: str, count: int) -> None:
        """Note that so many of something are read for a connection; from any thread."""
        with self._lock:
            self._counts.setdefault(what, {})[connection] = count
            if self._status is not None:
                self._move(f"Reading: {_words(self._totals())}")

    def phase(self, words: str) -> None:
        """Show on a terminal what is being done, until the next phase or a pause; what was read is shown first."""
        if not _moves():
            return
        if self._counts:
            self.pause()
        self._move(words)
        if self._status is not None:
            self._status.update(spinner=_SPINNER)  # which is drawn at once: a short phase is over before the next frame

    def _move(self, words: str) -> None:
        """Show what is being done on a terminal that can move; nothing elsewhere."""
        if not _moves():
            return
        from rich.markup import escape  # noqa: PLC0415 - rich is heavy

        from reconciler.cli.terminal.console import StreamConsole  # noqa: PLC0415 - as above

        shown = escape(terminal(words))
        if self._status is not None:
            self._status.update(shown)
        else:
            self._status = StreamConsole(sys.stderr).status(shown, spinner=_SPINNER)
            self._status.start()

    def pause(self) -> None:
        """Stop moving and tell what was read, before a question or the artefact."""
        if self._status is not None:
            self._status.stop()
            self._status = None
        with self._lock:
            totals = self._totals()
            self._counts.clear()
        if totals:
            seconds = round(time.monotonic() - self._began, 1)
            _put(_Level.INFO, f"Read {_words(totals)} in {seconds} s.", read=totals, seconds=seconds)

    def _totals(self) -> dict[str, int]:
        order = [*_FIRST, *self._counts]
        return {what: sum(self._counts[what].values()) for what in order if what in self._counts}


def _moves() -> bool:
    return sys.stderr.isatty() and _FORM.get() is LogFormat.TEXT


def _words(totals: dict[str, int]) -> str:
    return ", ".join(f"{count:,} {what if count != 1 else what.removesuffix('s')}" for what, count in totals.items())
