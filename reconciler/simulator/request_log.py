"""Counting what was asked, for tests, benchmarks and whoever drives the simulator from outside."""

from collections import Counter
from threading import Lock
from typing import NamedTuple

from reconciler.simulator.exchange import Endpoint


class Asked(NamedTuple):
    """One request, without its query."""

    method: str
    path: str


class Tally:
    """Requests counted by endpoint, and logged in the order in which they came in. Thread-safe."""

    def __init__(self) -> None:
        self._lock = Lock()
        self.reset()

    def reset(self) -> None:
        """Forget everything."""
        with self._lock:
            self._counts: Counter[str] = Counter()
            self._log: list[Asked] = []
            self._parts: list[Asked] = []

    def note(self, endpoint: Endpoint, method: str, path: str) -> None:
        """Count one HTTP request."""
        with self._lock:
            self._counts[endpoint] += 1
            self._log.append(Asked(method, path))

    def note_part(self, endpoint: Endpoint, method: str, path: str) -> None:
        """Count one part of a batch, as `batch/` and its endpoint; it is no HTTP request of its own."""
        with self._lock:
            self._counts[f"{Endpoint.BATCH}/{endpoint}"] += 1
            self._parts.append(Asked(method, path))

    @property
    def counts(self) -> dict[str, int]:
        """How often each endpoint was asked, by name."""
        with self._lock:
            return {str(endpoint): number for endpoint, number in sorted(self._counts.items())}

    @property
    def total(self) -> int:
        """How many HTTP requests there were."""
        with self._lock:
            return len(self._log)

    @property
    def log(self) -> tuple[Asked, ...]:
        """Every HTTP request."""
        with self._lock:
            return tuple(self._log)

    @property
    def parts(self) -> tuple[Asked, ...]:
        """Every part of every batch."""
        with self._lock:
            return tuple(self._parts)
