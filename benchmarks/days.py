"""The two days of W(N), and how a point in time is written; apart, since what plans must not load the simulator."""

from datetime import UTC, datetime, timedelta
from typing import Final


def stamp(time: datetime) -> str:
    """Return a point in time of UTC as Graph and the store write it."""
    return f"{time:%Y-%m-%dT%H:%M:%SZ}"


FIRST: Final = datetime(2026, 9, 14, 6, tzinfo=UTC)
NEXT: Final = FIRST + timedelta(days=1)
DAYS: Final = {"first": stamp(FIRST), "next": stamp(NEXT)}
"""When each day's devices were read."""
