"""Did-you-mean: the known name that is near to one that is not known."""

import difflib
from collections.abc import Iterable

_ENOUGH = 0.6


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name that a person may have meant, case aside; None when none is near."""
    by_folded: dict[str, str] = {}
    for candidate in known:
        by_folded.setdefault(_folded(candidate), candidate)
    near = difflib.get_close_matches(_folded(name), by_folded, n=1, cutoff=_ENOUGH)
    return by_folded[near[0]] if near else None


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return the hint that names the nearest known name; empty when none is near."""
    near = nearest(name, known)
    return f"Did you mean `{near}`?" if near else ""


def _folded(name: str) -> str:
    return name.casefold().replace("_", "").replace("-", "")
