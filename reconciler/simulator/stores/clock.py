"""A clock that moves only when somebody waits on it, so that minutes of throttling take no time in tests."""

from datetime import UTC, datetime, timedelta
from threading import Lock


class Clock:
    """Time for a pretend store and for whoever asks it; `wait` moves it on. Thread-safe."""

    def __init__(self, start: datetime | None = None) -> None:
        self._start = start or datetime(2026, 11, 24, 9, tzinfo=UTC)
        self._passed = 0.0
        self._lock = Lock()

    def monotonic(self) -> float:
        """Return the seconds since the clock was made."""
        with self._lock:
            return self._passed

    def now(self) -> datetime:
        """Return the time of day."""
        return self._start + timedelta(seconds=self.monotonic())

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        with self._lock:
            self._passed += max(seconds, 0)


class RealClock(Clock):
    """The clock of the machine that it runs on."""

    def monotonic(self) -> float:
        """Return the seconds since the clock was made."""
        return (datetime.now(UTC) - self._start).total_seconds()

    def now(self) -> datetime:
        """Return the time of day."""
        return datetime.now(UTC)
