"""A tenant's time: it stands still until it is moved, or runs on with the machine's."""

from datetime import datetime, timedelta
from time import monotonic


class TenantClock:
    """Time since `now`; `runs` says whether it passes by itself, or only when it is moved."""

    def __init__(self, now: datetime, *, runs: bool = False) -> None:
        self._now = now
        self._since = monotonic() if runs else None

    @property
    def runs(self) -> bool:
        """Whether time passes by itself."""
        return self._since is not None

    def now(self) -> datetime:
        """Return the time of day, to the second where it runs: Graph's headers and properties know no less."""
        if self._since is None:
            return self._now
        return self._now + timedelta(seconds=int(monotonic() - self._since))

    def set(self, now: datetime) -> None:
        """Go on from another time."""
        self._now = now
        if self.runs:
            self._since = monotonic()
