"""A time limit for one environment's work, so that a tenant that hangs holds up nobody else."""

import ctypes
import signal
import threading
from collections.abc import Callable
from types import FrameType
from typing import Final, NoReturn, TypeVar

Result = TypeVar("Result")
_MINUTE: Final = 60
_GRACE: Final = 5.0
"""Seconds that work gets to end after its time. What waits for a reply ends once that times out, and writes nothing."""


class TimeLimitError(Exception):
    """The work took longer than it may."""


def limited(seconds: int | None, work: Callable[[], Result]) -> Result:
    """Return what the work returns.

    In a process's main thread the work is interrupted by an alarm; elsewhere, as on a cluster's worker, in a thread of
    its own, as soon as it next runs Python.

    Raises:
        TimeLimitError: it took longer than that; what it had not committed is undone.
    """
    if seconds is None:
        return work()
    error = TimeLimitError(f"not finished in the {_told(seconds)} that an environment may take")
    if threading.current_thread() is threading.main_thread():
        return _by_alarm(seconds, work, error)
    return _in_a_thread(seconds, work, error)


def _by_alarm(seconds: int, work: Callable[[], Result], error: TimeLimitError) -> Result:
    def ring(_number: int, _frame: FrameType | None) -> NoReturn:
        raise error

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        return work()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _in_a_thread(seconds: int, work: Callable[[], Result], error: TimeLimitError) -> Result:
    """Do the work in a thread that is given up when its time is over. Raises `error` then, or what the work raised."""
    results: list[Result] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            results.append(work())
        except BaseException as caught:
            errors.append(caught)

    thread = threading.Thread(target=run, name="environment", daemon=True)
    thread.start()
    thread.join(seconds)
    if thread.is_alive():
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident or 0), ctypes.py_object(TimeLimitError))
        thread.join(_GRACE)
        raise error
    if errors:
        raise errors[0]
    return results[0]


def _told(seconds: int) -> str:
    return f"{seconds // 60} minutes" if seconds > _MINUTE and seconds % 60 == 0 else f"{seconds} seconds"
