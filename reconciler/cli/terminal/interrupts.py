"""Interrupts: Ctrl-C and SIGTERM end a command wherever it is, but once its run is committed (V4: 130)."""

import signal
import sys
from types import FrameType
from typing import Final

from reconciler import interrupts

_SENT: Final[list[int]] = []


def heed_interrupts() -> None:
    """Let both interrupt; a shell's background job goes on ignoring Ctrl-C."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _interrupt)
    signal.signal(signal.SIGTERM, _interrupt)
    sys.unraisablehook = _tell_others


def was_interrupted() -> bool:
    """Return whether an interrupt was sent: a library that is loading may make another error of it (pydantic does)."""
    return bool(_SENT)


def _tell_others(ignored: "sys.UnraisableHookArgs") -> None:
    """Say nothing of an interrupt that a library has to ignore where it is: what comes of it ends the command."""
    if ignored.exc_type is not KeyboardInterrupt:
        sys.__unraisablehook__(ignored)


def _interrupt(number: int, _frame: FrameType | None) -> None:
    if interrupts.are_held_back():
        return
    _SENT.append(number)
    raise KeyboardInterrupt
