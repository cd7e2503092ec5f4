"""Whether an interrupt may end the command: once a run is committed it is reported as done, whatever arrives (V4)."""

from threading import Event
from typing import Final

_COMMITTED: Final = Event()


def hold_back() -> None:
    """Let interrupts end nothing from now on: a run is committed, and is still to be reported."""
    _COMMITTED.set()


def let_through() -> None:
    """Let interrupts end the command again: another one begins."""
    _COMMITTED.clear()


def are_held_back() -> bool:
    """Return whether a run is committed that is still to be reported."""
    return _COMMITTED.is_set()
