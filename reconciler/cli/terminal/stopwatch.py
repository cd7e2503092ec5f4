"""How long a command worked: the time that a person took to answer is not counted."""

import time
from collections.abc import Callable
from typing import TypeVar

_Answer = TypeVar("_Answer")


class Stopwatch:
    """Counts seconds from when it is made."""

    def __init__(self) -> None:
        self._began = time.monotonic()

    def seconds(self) -> float:
        """Return the seconds counted so far."""
        return time.monotonic() - self._began

    def ask(self, question: Callable[[], _Answer]) -> _Answer:
        """Return a person's answer, the time that it took left out."""
        asked = time.monotonic()
        try:
            return question()
        finally:
            self._began += time.monotonic() - asked
