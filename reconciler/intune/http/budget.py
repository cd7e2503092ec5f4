"""The time that one read may take, and the waits inside it."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Event
from typing import Final

from reconciler.errors import UnreachableError


@dataclass(frozen=True, slots=True)
class Pace:
    """The clocks, the waiting and the chance that a read goes by.

    `wait` waits so many seconds, less when the event is set meanwhile; `jitter` gives a number from 0 to 1.
    """

    monotonic: Callable[[], float] = time.monotonic
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    wait: Callable[[Event, float], object] = Event.wait
    jitter: Callable[[], float] = random.random


READ: Final = ("that reading a connection may take", "raise `reading.timeBudget` in connection.yaml")
"""What a whole read's time is called, and what to do when it is too short (G11)."""
PROOF: Final = ("that proving a connection may take", "look at what stands between")


class Budget:
    """What is left of a read's time. Thread-safe: all parts of a read share one.

    `words` say what the time is for, and what helps when it is over.
    """

    def __init__(self, seconds: float, pace: Pace, words: tuple[str, str] = READ) -> None:
        self.pace = pace
        self._what, self._advice = words
        self._seconds = seconds
        self._end = pace.monotonic() + seconds
        self._stopped = Event()

    def left(self) -> float:
        """Return the seconds that are left."""
        return self._end - self.pace.monotonic()

    def stop(self) -> None:
        """End every wait, and let nothing new begin."""
        self._stopped.set()

    def check(self, what: str) -> None:
        """Raise UnreachableError when there is no time left for what is named."""
        if self._stopped.is_set():
            raise UnreachableError(f"{what} was not asked: the read was stopped.")
        if self.left() <= 0:
            raise UnreachableError(f"{what} was not answered in {self.told()}. Try again later, or {self._advice}.")

    def wait(self, seconds: float, what: str) -> None:
        """Wait, or raise UnreachableError when that would take longer than there is time left for what is named."""
        if seconds >= self.left():
            raise UnreachableError(
                f"{what}. The next try, after {seconds:.0f} s, would be too late for {self.told()}. "
                f"Try again later, or {self._advice}."
            )
        self.pace.wait(self._stopped, seconds)
        self.check(what)

    def told(self) -> str:
        """Name the whole time."""
        return f"the {self._seconds / 60:g} minutes {self._what}"
