"""Warnings about a list that looks wrong by Graph's own counts, or against what was expected; no proof (G3)."""

from typing import Final

import msgspec
from msgspec import Struct

from reconciler.errors import GraphError, SignInError
from reconciler.intune.http.graph import Graph

_COUNT_PERCENT: Final = 5
_DROP_PERCENT: Final = 20


class _Overview(Struct):
    enrolled: int = msgspec.field(name="enrolledDeviceCount")


def enrolled_count(graph: Graph) -> int | None:
    """Return how many devices Graph's overview counts, or None when it does not tell: nothing hangs on it."""
    try:
        reply = graph.get(f"{graph.base}/v1.0/deviceManagement/managedDeviceOverview", once=True)
        return msgspec.json.decode(reply.body, type=_Overview).enrolled
    except (GraphError, SignInError, msgspec.DecodeError, RecursionError, UnicodeError):
        return None


def list_warnings(
    listed: frozenset[str], expected: frozenset[str], unlisted: int, enrolled: int | None
) -> tuple[str, ...]:
    """Return the warnings about a list that was read to its end; it lacked `unlisted` devices that answered by id."""
    warnings = []
    if unlisted:
        devices, they = ("1 device", "It counts") if unlisted == 1 else (f"{unlisted} devices", "They count")
        warnings.append(
            f"The list was short: it lacked {devices} that Intune has when asked for by id. {they} as seen (G3)."
        )
    missing = len(expected - listed)
    if missing * 100 > _DROP_PERCENT * len(expected):
        warnings.append(
            f"The list lacks {missing} of the {len(expected)} devices that are bound and were present at the last "
            f"read. If they are not gone, Graph gave a short list: read again before applying."
        )
    if enrolled is not None and abs(enrolled - len(listed)) * 100 > _COUNT_PERCENT * len(listed):
        warnings.append(
            f"The list holds {len(listed)} devices, while Intune's overview counts {enrolled} enrolled ones. The "
            f"overview is no proof; if the difference stays, compare with Intune's own device list."
        )
    return tuple(warnings)
