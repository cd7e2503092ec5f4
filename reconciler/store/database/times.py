"""Points in time as the store keeps them: UTC text, to the second."""

import datetime

_FORMAT = "%Y-%m-%dT%H:%M:%SZ"


def utc_now() -> str:
    """Return this machine's time."""
    return datetime.datetime.now(datetime.UTC).strftime(_FORMAT)


def later(moment: str, seconds: float) -> str:
    """Return the point in time that is this many seconds after another, before it when negative."""
    return (datetime.datetime.fromisoformat(moment) + datetime.timedelta(seconds=seconds)).strftime(_FORMAT)


def compact(moment: str) -> str:
    """Return a point in time as `20261123-080000`, which sorts."""
    return datetime.datetime.fromisoformat(moment).astimezone(datetime.UTC).strftime("%Y%m%d-%H%M%S")
