"""The request budget of a remote store (W7): so many requests a minute, and what its headers ask for."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, cast

from pyrate_limiter import InMemoryBucket, Rate, RateItem

_MINUTE: Final = 60_000
LONGEST_WAIT: Final = 120.0
"""The most seconds that one `Retry-After` is followed: broken ones ask for years (snipe-it#17464)."""


@dataclass(frozen=True, slots=True)
class Pace:
    """The clock, the waiting and the chance that requests go by."""

    monotonic: Callable[[], float] = time.monotonic
    wait: Callable[[float], object] = time.sleep
    jitter: Callable[[], float] = random.random


@dataclass
class Budget:
    """Lets requests go, at most `per_minute` in any minute, and counts them.

    `waiting` is called with the seconds before each wait that a person would notice.
    """

    per_minute: int
    pace: Pace = field(default_factory=Pace)
    waiting: Callable[[float], None] = lambda _seconds: None
    made: int = 0

    def __post_init__(self) -> None:
        self._bucket = InMemoryBucket([Rate(self.per_minute, _MINUTE)])

    def take(self) -> None:
        """Wait until a request may go, and count it."""
        while not self._bucket.put(item := RateItem("request", round(self.pace.monotonic() * 1000))):
            self.wait(max(cast("int", self._bucket.waiting(item)), 1) / 1000)
        self._bucket.leak(item.timestamp)
        self.made += 1

    def wait(self, seconds: float) -> None:
        """Wait, but never longer than `LONGEST_WAIT`."""
        seconds = min(seconds, LONGEST_WAIT)
        self.waiting(seconds)
        self.pace.wait(seconds)
