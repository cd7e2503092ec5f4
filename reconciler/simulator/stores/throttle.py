"""Throttling by a fixed window: so many requests, then 429 until it ends."""

from threading import Lock

from reconciler.simulator.stores.clock import Clock


class Throttle:
    """Counts requests; `most` of them fit into `seconds`. Thread-safe."""

    def __init__(self, clock: Clock, most: int, seconds: float = 60) -> None:
        self._clock = clock
        self.most = most
        self.seconds = seconds
        self._began = clock.monotonic()
        self._counted = 0
        self._lock = Lock()

    def count(self) -> tuple[int, float | None]:
        """Count one request; return how many are left, and how long to wait when it was one too many."""
        with self._lock:
            now = self._clock.monotonic()
            if now - self._began >= self.seconds:
                self._began, self._counted = now, 0
            if self._counted >= self.most:
                return 0, self._began + self.seconds - now
            self._counted += 1
            return self.most - self._counted, None
