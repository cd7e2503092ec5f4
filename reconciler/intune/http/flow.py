"""How many batches are under way at once: as many as Graph bears, which throttling shows (G11).

1. It begins with as many as the settings allow, which is their most.
2. A batch that was throttled halves the number, down to one, once for all batches that were under way with it.
3. Each whole round of batches that were not throttled adds one again.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition


class Flow:
    """The batches of one read that are under way. Thread-safe."""

    def __init__(self, most: int) -> None:
        self.allowed = self._most = most
        self._under_way = 0
        self._unthrottled = 0
        self._round = 0
        self._free = Condition()

    @contextmanager
    def one(self) -> Iterator[int]:
        """Wait until one more may be under way, for as long as the block lasts; gives the round it belongs to."""
        with self._free:
            while self._under_way >= self.allowed:
                self._free.wait()
            self._under_way += 1
            round_ = self._round
        try:
            yield round_
        finally:
            with self._free:
                self._under_way -= 1
                self._free.notify_all()

    def throttled(self, round_: int) -> None:
        """Take note that a batch of that round was throttled."""
        with self._free:
            if round_ == self._round:
                self._round += 1
                self._unthrottled = 0
                self.allowed = max(1, self.allowed // 2)

    def passed(self) -> None:
        """Take note that a batch was not throttled."""
        with self._free:
            self._unthrottled += 1
            if self._unthrottled >= self.allowed and self.allowed < self._most:
                self._unthrottled = 0
                self.allowed += 1
                self._free.notify_all()
