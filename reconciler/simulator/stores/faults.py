"""The ways in which a pretend store can be made to fail, by name, and which request each of them strikes."""

import re
from collections.abc import Container
from enum import StrEnum
from typing import Final

from msgspec import Struct

from reconciler.simulator.pending_faults import PendingFaults


class FaultName(StrEnum):
    """What goes wrong."""

    THROTTLE = "throttle"
    """429, with `Retry-After` of `retry_after` seconds, or without it when that is None."""
    SERVER_ERROR = "server-error"
    """`status` (500 unless given) before anything is done."""
    ERROR_AFTER = "error-after"
    """`status` (500 unless given) though what was asked was done."""
    DROP = "drop"
    """The connection closes before anything is done."""
    LOST_REPLY = "lost-reply"
    """What was asked is done, and the connection closes before the answer, or with `partway` in its middle."""
    HTML = "html"
    """`status` (200 unless given) with a page of HTML, as a proxy or a login page would send it."""
    BAD_JSON = "bad-json"
    """The right answer's first half, with a length that fits."""
    REDIRECT = "redirect"
    """302 to a login page, as for a request that does not accept JSON."""
    UNAUTHORIZED = "unauthorized"
    """401: the token was revoked."""
    FORBIDDEN = "forbidden"
    """403: the token lacks the right."""
    EMPTY_LIST = "empty-list"
    """A list is empty and says so itself: the rights of the token ended."""
    SHORT_LIST = "short-list"
    """A list leaves out `ids`, or else its last `leave_out` records, and counts without them."""
    WRONG_TOTAL = "wrong-total"
    """A list leaves out its last record and counts it all the same."""
    DUPLICATE = "duplicate"
    """A list holds its first record once more."""


BEFORE: Final = frozenset(
    {
        *(FaultName.THROTTLE, FaultName.SERVER_ERROR, FaultName.DROP, FaultName.HTML, FaultName.REDIRECT),
        *(FaultName.UNAUTHORIZED, FaultName.FORBIDDEN),
    }
)
"""Faults that answer instead of the store: nothing was done."""
AFTER: Final = frozenset({FaultName.ERROR_AFTER, FaultName.LOST_REPLY, FaultName.BAD_JSON})
"""Faults that spoil the answer to what was done."""
LISTED: Final = frozenset({FaultName.EMPTY_LIST, FaultName.SHORT_LIST, FaultName.WRONG_TOTAL, FaultName.DUPLICATE})
"""Faults of a list's rows."""


class Fault(Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """One fault to come: what, on which requests, how often.

    `on` is a regular expression that is looked for in `METHOD /path`; empty means every request.
    `after` requests that it could strike are let through first; `times` None means until the faults are cleared.
    """

    name: FaultName
    on: str = ""
    times: int | None = 1
    after: int = 0
    status: int | None = None
    retry_after: float | None = 1
    partway: bool = False
    ids: tuple[int, ...] = ()
    leave_out: int = 1


class Faults(PendingFaults[Fault]):
    """The faults of a store that are still to strike. Thread-safe."""

    def strike(self, names: Container[FaultName], method: str, path: str) -> Fault | None:
        """Use up one strike of the first fault that strikes a request, or return None."""
        return self.first(lambda fault: fault.name in names and bool(re.search(fault.on, f"{method} {path}")))
