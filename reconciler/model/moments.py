"""Points in time as text: UTC, to the second, `2026-11-23T08:00:00Z`."""

from collections.abc import Collection
from datetime import datetime
from typing import Final

_WRITTEN: Final = b"0000-00-00T00:00:00Z"
_ZEROS: Final = bytes.maketrans(b"123456789", b"000000000")


def are_moments(texts: Collection[str]) -> bool:
    """Return whether each of these is a point in time that is written so, much faster than one by one."""
    try:
        if "".join(texts).encode("ascii").translate(_ZEROS) != _WRITTEN * len(texts):
            return False
        return all(map(datetime.fromisoformat, texts))
    except ValueError:
        return False
