"""Known names in words: the one that a person may have meant, and those that are expected."""

from collections.abc import Sequence

from reconciler.planning.nearest import did_you_mean, nearest

__all__ = ["did_you_mean", "nearest", "one_of"]


def one_of(names: Sequence[str], limit: int = 12) -> str:
    """Return known names as an expectation: all of them when they are few."""
    if not names:
        return "nothing is declared"
    shown = ", ".join(f"`{name}`" for name in names[:limit])
    return f"{shown} and {len(names) - limit} more" if len(names) > limit else shown
