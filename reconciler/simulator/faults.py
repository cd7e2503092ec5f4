"""The ways in which the pretend Graph can be made to fail, by name, and which request each of them strikes."""

from collections.abc import Collection, Container
from enum import StrEnum
from typing import Final

from msgspec import Struct

from reconciler.simulator.exchange import SIGN_IN, Endpoint
from reconciler.simulator.pending_faults import PendingFaults


class FaultName(StrEnum):
    """What goes wrong. Unless said otherwise a fault strikes Graph's endpoints, once."""

    THROTTLE = "throttle"
    """429, with `Retry-After` of `retry_after` in the form `retry_form`."""
    SERVER_ERROR = "server-error"
    """`status` (503 unless given), with Graph's error body."""
    DROP = "drop"
    """The connection closes before the answer, or with `partway` in the middle of its body."""
    SLOW = "slow"
    """The answer comes after `seconds`."""
    HTML = "html"
    """`status` (200 unless given) with a page of HTML, as a proxy would send it."""
    BAD_JSON = "bad-json"
    """The right answer's first half, with a length that fits: it does not parse."""
    HUGE = "huge"
    """The right answer, `size` bytes longer by an unknown member. Strikes lists."""
    REDIRECT = "redirect"
    """302 to the same path at `host`."""
    NESTED_ERROR = "nested-error"
    """Intune's passing 403, whose message is JSON in JSON."""
    MISSING_PERMISSION = "missing-permission"
    """403 as for a token without the role; in a batch it strikes the parts."""
    EXPIRED_TOKEN = "expired-token"  # noqa: S105 - the name of a fault
    """401, though the token is good."""
    GET_UNKNOWN = "get-unknown"
    """A single GET of one of `ids` (any when none are named) answers `status` (500 unless given). Strikes `device`."""
    STALE_RECORD = "stale-record"
    """A single GET of a deleted device, one of `ids` if any are named, answers 200. Strikes `device`."""
    SHORT_LIST = "short-list"
    """A read of the devices ends early, without an error: `ids`, or else the last `leave_out`, are not in it."""
    DUPLICATE_DEVICE = "duplicate-device"
    """A read of the devices ends with `ids`, or else its first device, once more, as of a day earlier."""
    REPEAT_NEXT_LINK = "repeat-next-link"
    """In a read of `devices` (or what `on` says) each page links to itself, from the second on, for ever."""
    FOREIGN_NEXT_LINK = "foreign-next-link"
    """A page of a list links to `host`."""
    EMPTY_PAGE = "empty-page"
    """A page of a list holds nothing, and links on: all that it should have held follows."""
    STUCK_EXPORT = "stuck-export"
    """An export job stays in progress for ever. This and the faults below strike the POST that makes the job."""
    FAILED_EXPORT = "failed-export"
    """An export job ends as failed."""
    EXPORT_COLUMNS = "export-columns"
    """An export lacks the last of the columns that were asked for."""
    HUGE_EXPORT = "huge-export"
    """An export's zip is `size` bytes larger."""
    ZIP_BOMB = "zip-bomb"
    """An export's CSV is `size` bytes longer, and its zip hardly."""
    TWO_FILES = "two-files"
    """An export's zip holds a second CSV."""


class RetryForm(StrEnum):
    """How `Retry-After` is written; `none` leaves it out, as Intune often does."""

    SECONDS = "seconds"
    DECIMAL = "decimal"
    DATE = "date"
    NONE = "none"


_N: Final = FaultName
_LISTS: Final = frozenset({Endpoint.DEVICES, Endpoint.USERS, Endpoint.DETECTED_APPS, Endpoint.APP_DEVICES})
_DEVICES: Final = frozenset({Endpoint.DEVICES})
_DEVICE: Final = frozenset({Endpoint.DEVICE})
_GRAPH: Final = frozenset(Endpoint) - SIGN_IN - {Endpoint.DOWNLOAD}
_EXPORTS: Final = frozenset({Endpoint.EXPORTS})
_DEFAULT_ON: Final[dict[FaultName, frozenset[Endpoint]]] = {
    _N.HUGE: _LISTS,
    _N.MISSING_PERMISSION: _GRAPH - {Endpoint.BATCH, Endpoint.OTHER},
    _N.GET_UNKNOWN: _DEVICE,
    _N.STALE_RECORD: _DEVICE,
    _N.SHORT_LIST: _DEVICES,
    _N.DUPLICATE_DEVICE: _DEVICES,
    _N.REPEAT_NEXT_LINK: _DEVICES,
    _N.FOREIGN_NEXT_LINK: _LISTS,
    _N.EMPTY_PAGE: _LISTS,
    **dict.fromkeys(
        (_N.STUCK_EXPORT, _N.FAILED_EXPORT, _N.EXPORT_COLUMNS, _N.HUGE_EXPORT, _N.ZIP_BOMB, _N.TWO_FILES), _EXPORTS
    ),
}

REPLACING: Final = frozenset(
    {
        *(_N.THROTTLE, _N.SERVER_ERROR, _N.HTML, _N.REDIRECT, _N.NESTED_ERROR),
        *(_N.MISSING_PERMISSION, _N.EXPIRED_TOKEN, _N.GET_UNKNOWN),
    }
)
"""Faults that answer instead of the service; one request is struck by one of them at most."""
WIRE: Final = frozenset({_N.DROP, _N.SLOW, _N.BAD_JSON})
"""Faults of the whole HTTP exchange, which cannot strike a part of a batch."""
OF_A_READ: Final = frozenset({_N.SHORT_LIST, _N.DUPLICATE_DEVICE, _N.REPEAT_NEXT_LINK})
"""Faults that strike a whole read, page after page; each read counts once."""
OF_A_PAGE: Final = frozenset({_N.HUGE, _N.FOREIGN_NEXT_LINK, _N.EMPTY_PAGE})
"""Faults that strike one page of a read."""
OF_AN_EXPORT: Final = frozenset(name for name, on in _DEFAULT_ON.items() if on is _EXPORTS)
"""Faults that strike one export job."""


class Fault(Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """One fault to come: what, where, how often. The fields below `after` matter to the faults that name them."""

    name: FaultName
    on: tuple[Endpoint, ...] = ()
    """The endpoints it strikes; none means those of its name."""
    times: int | None = 1
    """How often it strikes; None means until the faults are cleared."""
    after: int = 0
    """How many requests (or reads) that it could strike are let through first."""
    status: int | None = None
    retry_after: float = 1
    retry_form: RetryForm = RetryForm.SECONDS
    partway: bool = False
    seconds: float = 1
    size: int = 50_000_000
    host: str = "elsewhere.example"
    ids: tuple[str, ...] = ()
    leave_out: int = 1

    def strikes(self, endpoint: Endpoint, device_id: str | None) -> bool:
        """Return whether it is aimed at a request; `ids` narrow it only for requests of one device."""
        aimed = endpoint in (self.on or _DEFAULT_ON.get(self.name, _GRAPH))
        return aimed and (device_id is None or not self.ids or device_id in self.ids)


class Faults(PendingFaults[Fault]):
    """The faults of a tenant that are still to strike. Thread-safe."""

    def strike_first(
        self, names: Container[FaultName], endpoint: Endpoint, device_id: str | None = None
    ) -> Fault | None:
        """Use up one strike of the first fault that applies, or return None when none strikes."""
        return self.first(lambda fault: fault.name in names and fault.strikes(endpoint, device_id))

    def strike_all(self, names: Collection[FaultName], endpoint: Endpoint) -> tuple[Fault, ...]:
        """Use up one strike of every fault that applies."""
        return self.every(lambda fault: fault.name in names and fault.strikes(endpoint, None))
