"""How a value of a plan is shown to people."""

import json
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from reconciler.model.snapshot import Scalar

ARROW = "→"
EMPTY = "(empty)"
LONGEST = 120
"""Characters of a value that are shown."""
_LONGEST_NAME = 60


def shown(value: Scalar) -> str:
    """Return a value as people read it; a text that could be taken for something else stands in quotes."""
    match value:
        case None:
            return EMPTY
        case bool():
            return "true" if value else "false"
        case float() if value.is_integer() and abs(value) < 2**53:
            return str(int(value))
        case str():
            return _text(value)
        case _:
            return str(value)


def _text(value: str) -> str:
    if len(value) > LONGEST:
        return f"{value[:LONGEST]}… ({len(value):,} characters)"
    doubtful = value != value.strip() or value in ("", EMPTY) or ARROW in value
    return f"“{value}”" if doubtful else value


def called(label: str) -> str:
    """Return what something is called, cut where it is longer than a name should be."""
    return label if len(label) <= _LONGEST_NAME else f"{label[:_LONGEST_NAME]}…"


def few_names(labels: Sequence[str], most: int | None) -> tuple[list[tuple[str, str]], int]:
    """Return names, each once with ` (2)` where two things are called so, and how many things are called otherwise.

    Of more than `most` names and one, those are the first; None is for all.
    """
    counts = Counter(labels)
    some = list(counts.items()) if most is None or len(counts) <= most + 1 else list(counts.items())[:most]
    named = [(name, f" ({number:,})" if number > 1 else "") for name, number in some]
    return named, len(labels) - sum(number for _, number in some)


def difference(before: Scalar, after: Scalar) -> str:
    """Return `before → after`; values that look alike and are not stand as JSON."""
    return f" {ARROW} ".join(sides(before, after))


def sides(before: Scalar, after: Scalar) -> tuple[str, str]:
    """Return both values as people read them; values that look alike and are not stand as JSON."""
    old, new = shown(before), shown(after)
    if old != new:
        return old, new
    old, new = (json.dumps(value, ensure_ascii=False)[: LONGEST * 2] for value in (before, after))
    return old, new


def moment(utc: str, *, seconds: bool = False) -> str:
    """Return a point in time, given as `2026-11-23T08:00:00Z`, as `2026-11-23 08:00 UTC`; other text as it is."""
    day, _, time = utc.partition("T")
    return f"{day} {time[: 8 if seconds else 5]} UTC" if time.endswith("Z") else utc


def age(since: str, now: str) -> str | None:
    """Return how long ago a point in time was, `3 hours ago`; None when either is no UTC text or it is yet to come."""
    try:
        seconds = int((datetime.fromisoformat(now) - datetime.fromisoformat(since)).total_seconds())
    except (TypeError, ValueError):
        return None
    if seconds < 0:
        return None
    unit, size = next((unit, size) for unit, size, least in _UNITS if seconds >= least)
    return f"{many(seconds // size, unit)} ago" if size else "just now"


_UNITS: Final = (("day", 86_400, 172_800), ("hour", 3_600, 7_200), ("minute", 60, 60), ("", 0, 0))
"""What an age is given in: the unit, its seconds, and from how many seconds on."""


def short(digest: str) -> str:
    """Return the first characters of a commit or digest, enough to tell it from others, and if it is uncommitted."""
    name, dirty, _ = digest.partition("-dirty")
    return name[:7] + (", uncommitted" if dirty else "")


def many(number: int, one: str, several: str | None = None) -> str:
    """Return `1 asset` or `2 assets`."""
    return f"{number:,} {one if number == 1 else several or one + 's'}"
