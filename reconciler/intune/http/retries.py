"""When a request is tried again, and after how long (G1).

1. 429, 500, 502, 503, 504 and dropped connections are tried again, nothing else.
2. `Retry-After` is followed: seconds, with decimals or without, or a date; yet never less than half a second.
3. Without it the wait doubles from one second to a minute, less up to half of it by chance, so that many do not
   come back together.
4. It ends after ten waits that nobody asked for, after three where no connection was ever made, or when the next
   wait would pass the read's time budget.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

from reconciler.errors import UnreachableError
from reconciler.intune.http.budget import Budget

RETRIED: Final = frozenset({429, 500, 502, 503, 504})
MOST_WAITS: Final = 10
MOST_WAITS_UNCONNECTED: Final = 3

_SHORTEST: Final = 0.5
_LONGEST: Final = 60.0
_SECONDS: Final = re.compile(r"\d{1,9}(\.\d+)?")


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a try was in vain: a sentence without its full stop, the wait that was asked for, the most waits without."""

    sentence: str
    told: float | None = None
    most: int = MOST_WAITS


class Patience:
    """How often one request was tried in vain, and the wait before its next try."""

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self._unasked = 0

    def wait(self, trouble: Trouble) -> None:
        """Wait for the next try. Raises UnreachableError when there is none."""
        if trouble.told is not None:
            self._budget.wait(max(trouble.told, _SHORTEST), trouble.sentence)
            return
        if self._unasked >= trouble.most:
            raise UnreachableError(f"{trouble.sentence}, {self._unasked + 1} times in all. Try again later.")
        longest = min(2.0**self._unasked, _LONGEST)
        self._unasked += 1
        self._budget.wait(longest * (1 - self._budget.pace.jitter() / 2), trouble.sentence)


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Return the seconds that a reply's `Retry-After` asks for, or None; header names are lower-case.

    A date is compared with the reply's own `Date`, or with `now` when it has none.
    """
    text = headers.get("retry-after", "").strip()
    if _SECONDS.fullmatch(text):
        return float(text)
    moment = http_date(text)
    if moment is None:
        return None
    return max(0.0, (moment - (http_date(headers.get("date", "")) or now)).total_seconds())


def http_date(text: str) -> datetime | None:
    """Read an HTTP date, or return None for what is none."""
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
