"""Halo's throttling: so many requests in any five minutes, whichever they begin with."""

from collections import deque
from threading import Lock

from reconciler.simulator.stores.clock import Clock


class RollingThrottle:
    """Counts requests; `most` of them fit into any `seconds`. Thread-safe."""

    def __init__(self, clock: Clock, most: int = 300, seconds: float = 300) -> None:
        self._clock = clock
        self.most = most
        self.seconds = seconds
        self._taken: deque[float] = deque()
        self._lock = Lock()

    def wait(self) -> float | None:
        """Count one request and return None, or how long to wait when it is one too many: it is not counted then."""
        with self._lock:
            now = self._clock.monotonic()
            while self._taken and now - self._taken[0] >= self.seconds:
                self._taken.popleft()
            if len(self._taken) >= self.most:
                return self._taken[0] + self.seconds - now
            self._taken.append(now)
            return None
