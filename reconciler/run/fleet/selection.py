"""Which environments a fleet's command is for, and in which order they begin (N1, N6)."""

import hashlib
from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from reconciler.configuration.loader import environments_in
from reconciler.configuration.names import did_you_mean
from reconciler.errors import UsageError


def selected(environments: Path, patterns: Sequence[str]) -> list[str]:
    """Return the environments that match any of the patterns, sorted; all of them without a pattern.

    Raises:
        UsageError: there is no environment, or a pattern selects none.
    """
    known = environments_in(environments)
    if not known:
        raise UsageError(f"{environments} holds no environment.")
    chosen: set[str] = set()
    for pattern in patterns or ["*"]:
        found = {name for name in known if fnmatchcase(name, pattern)}
        if not found:
            hint = did_you_mean(pattern, known) or f"There are {len(known)}: {', '.join(known[:5])} and so on."
            raise UsageError(f"--select {pattern} selects no environment in {environments}. {hint}")
        chosen |= found
    return sorted(chosen)


def order_of_day(names: Sequence[str], day: str) -> list[str]:
    """Return the environments in an order that changes from day to day, so that none always waits for the same others.

    `day` is any text that is another one on another day.
    """
    return sorted(names, key=lambda name: hashlib.sha256(f"{day}/{name}".encode()).digest())
