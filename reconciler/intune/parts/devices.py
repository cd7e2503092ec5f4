"""Reading the list of managed devices (G2, G6, G7)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from reconciler.columnar import Column, Packed, once_each
from reconciler.errors import GraphError, SignInError
from reconciler.intune.http.graph import Graph, not_understood
from reconciler.intune.http.hosts import is_microsofts
from reconciler.intune.http.paging import Page, pages
from reconciler.intune.http.retries import http_date
from reconciler.intune.parts.records import Records
from reconciler.intune.parts.sentinels import stamp

PERMISSION: Final = "DeviceManagementManagedDevices.Read.All"
_AHEAD: Final = timedelta(minutes=10)

Progress = Callable[[str, int], None]
"""Called with what is being read, and how many there are by now; called from more than one thread."""


@dataclass(frozen=True, slots=True)
class DeviceList:
    """The listed devices; `unknown` says why they are not all; `read_at` is Graph's time.

    Of several with one id it is the one that checked in last (G7).
    """

    devices: Packed[Any]
    unknown: str | None
    read_at: str


def read_devices(graph: Graph, records: Records, progress: Progress) -> DeviceList:
    """Read the list to its end, or as far as it goes.

    Raises GraphError, UnreachableError and SignInError when not even its first page could be read.
    """
    url = f"{graph.base}/v1.0/deviceManagement/managedDevices?$select={records.select}&$top=1000"
    devices = records.packing()
    read_at = unknown = None
    lost = 0
    try:
        for page in pages(graph, url, PERMISSION, records.opened):
            columns, without_id = columns_of(records, url, page)
            read_at = read_at or answered_at(page.reply.headers.get("date", ""), graph)
            devices.add(columns, len(columns[0]))
            lost += without_id
            progress("devices", devices.count)
    except (GraphError, SignInError) as error:
        if read_at is None:
            raise
        unknown = f"The list ended early, after {devices.count} devices. {error}"
    if lost and unknown is None:
        unknown = f"{lost} devices of the list have no id, so they could not be used."
    return DeviceList(
        once_each(devices.packed(), "id", "lastSyncDateTime"), unknown, read_at or stamp(graph.budget.pace.now())
    )


def columns_of(records: Records, url: str, page: Page) -> tuple[list[Column], int]:
    """Return a page's records as columns, and how many of its rows have no id. Raises GraphError when it is no page."""
    try:
        return records.columns(page.rows)
    except (ValueError, RecursionError) as error:
        raise not_understood(url, page.reply) from error


def answered_at(date: str, graph: Graph) -> str:
    """Return when a reply with this `Date` was made, by Graph's own clock; by ours when it has none.

    Raises:
        GraphError: that is in the future: once it is applied, every later read is older than it (A1).
    """
    now = graph.budget.pace.now()
    at = http_date(date) or now
    if at > now + _AHEAD and is_microsofts(graph.base):
        raise GraphError(
            f"Graph's reply is dated {stamp(at)}, and by this machine's clock it is {stamp(now)}. Nothing was read, "
            "since no later read would count beside one of the future. Set this machine's clock; if it is right, look "
            "at what stands between it and Graph."
        )
    return stamp(at)
