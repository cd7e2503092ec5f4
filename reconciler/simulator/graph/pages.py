"""Answering a list of Graph's page by page, with the faults that strike reads and pages."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import count
from typing import Any, Final
from urllib.parse import quote, urlsplit

from msgspec.structs import replace as edited

from reconciler.simulator.exchange import Call, Endpoint, Reply, json_reply
from reconciler.simulator.faults import OF_A_PAGE, OF_A_READ, Fault, FaultName, Faults
from reconciler.simulator.graph.listing import Key, Listing, Mark
from reconciler.simulator.graph.rows import Row
from reconciler.simulator.tenant.records import Device, stamp

_AFTER_ALL: Final = "\uffff"
"""A name that sorts after every real one."""


@dataclass(frozen=True)
class Resource:
    """What is listed: its endpoint, its name in `@odata.context`, how many a page holds, whether it counts them."""

    endpoint: Endpoint
    context: str
    page: int
    counted: bool


class Pager:
    """Answers pages of lists at `base`; `ceiling` is the most records that any page holds."""

    def __init__(self, base: str, faults: Faults, ceiling: int) -> None:
        self._base = base
        self._faults = faults
        self._ceiling = ceiling
        self._reads: dict[int, tuple[Fault, ...]] = {}
        self._numbers = count(1)

    def answer(self, call: Call, resource: Resource, listing: Listing[Any], row: Row) -> Reply:
        """Answer the page that the call asks for. Raises ValueError for a foreign `$skiptoken`."""
        token = call.query.get("$skiptoken")
        mark = None if token is None else Mark.parse(token)
        number, of_read = self._read(resource.endpoint, mark)
        of_page = self._faults.strike_all(OF_A_PAGE, resource.endpoint)
        shown = reshaped(listing, of_read)
        empty = _named(FaultName.EMPTY_PAGE, of_page) is not None
        page = shown.after(mark.key if mark else None, 0 if empty else self._size(call, resource))
        following = _following(shown, page, mark, number, empty=empty)
        if _named(FaultName.REPEAT_NEXT_LINK, of_read):
            following = mark or following or Mark((_AFTER_ALL, ""), number)
        body: dict[str, object] = {"@odata.context": self._base + "/v1.0/$metadata#" + resource.context}
        if resource.counted:
            # The page's count, not the collection's (msgraph-sdk-powershell#1819).
            body["@odata.count"] = len(page.items)
        link = self._next_link(call, following, number, of_page)
        if link:
            body["@odata.nextLink"] = link
        body["value"] = [row(item) for item in page.items]
        huge = _named(FaultName.HUGE, of_page)
        if huge:
            body["@simulator.padding"] = "x" * huge.size
        return json_reply(200, body)

    def _read(self, endpoint: Endpoint, mark: Mark | None) -> tuple[int, tuple[Fault, ...]]:
        """Return the number of the read that this page belongs to, 0 for a sound one, and the faults that strike it."""
        if mark is not None:
            return mark.read, self._reads.get(mark.read, ())
        struck = self._faults.strike_all(OF_A_READ, endpoint)
        if not struck:
            return 0, ()
        number = next(self._numbers)
        self._reads[number] = struck
        return number, struck

    def _size(self, call: Call, resource: Resource) -> int:
        asked = call.query.get("$top", "")
        size = int(asked) if asked.isdecimal() and int(asked) else resource.page
        return min(size, self._ceiling)

    def _next_link(self, call: Call, following: Mark | None, number: int, of_page: tuple[Fault, ...]) -> str | None:
        foreign = _named(FaultName.FOREIGN_NEXT_LINK, of_page)
        if foreign:
            following = following or Mark((_AFTER_ALL, ""), number)
        if following is None:
            return None
        kept = {name: text for name, text in call.query.items() if name != "$skiptoken"}
        query = "&".join(f"{name}={quote(text, safe=',')}" for name, text in kept.items())
        host = foreign.host if foreign else urlsplit(self._base).netloc
        path = f"https://{host}{call.path}?{query}{'&' if query else ''}"
        return f"{path}$skiptoken={following.token()}"


def _following(shown: Listing[Any], page: Listing[Any], mark: Mark | None, number: int, *, empty: bool) -> Mark | None:
    """Mark where the next page starts; after an empty page at the same place, by another token."""
    if empty:
        return replace(mark, turn=mark.turn + 1) if mark else Mark(("", ""), number, 1)
    if not page.keys or shown.ends_after(page.keys[-1]):
        return None
    return Mark(page.keys[-1], number)


def reshaped(listing: Listing[Any], faults: tuple[Fault, ...]) -> Listing[Any]:
    """Show the list as the read's faults have it: short, or with a device twice."""
    short = _named(FaultName.SHORT_LIST, faults)
    twice = _named(FaultName.DUPLICATE_DEVICE, faults)
    if short:
        listing = _shortened(listing, short)
    return _doubled(listing, twice) if twice else listing


def _shortened(listing: Listing[Any], fault: Fault) -> Listing[Any]:
    if not fault.ids:
        end = max(0, len(listing.items) - fault.leave_out)
        return Listing(listing.items[:end], listing.keys[:end])
    left = [(item, key) for item, key in zip(listing.items, listing.keys, strict=True) if item.id not in fault.ids]
    return Listing(tuple(item for item, _ in left), tuple(key for _, key in left))


def _doubled(listing: Listing[Any], fault: Fault) -> Listing[Any]:
    """Add the devices once more at the end, as of a day earlier: who keeps the last one seen keeps the stale one."""
    ids = fault.ids or tuple(item.id for item in listing.items[:1])
    again = Listing.of((_day_earlier(item) for item in listing.items if item.id in ids), _after_all)
    return Listing(listing.items + again.items, listing.keys + again.keys)


def _after_all(device: Device) -> Key:
    return _AFTER_ALL, device.id


def _day_earlier(device: Device) -> Device:
    seen = datetime.fromisoformat(device.lastSyncDateTime) - timedelta(days=1)
    return edited(device, lastSyncDateTime=stamp(seen))


def _named(name: FaultName, faults: tuple[Fault, ...]) -> Fault | None:
    return next((fault for fault in faults if fault.name == name), None)
