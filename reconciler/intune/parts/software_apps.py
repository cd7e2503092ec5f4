"""The other way to the software: the list of detected applications, then each one's devices in `$batch`es (G8).

An application whose devices could not all be read makes the read partial; the others count.
"""

from collections.abc import Iterator
from typing import Final
from urllib.parse import quote

import msgspec
from msgspec import Struct

from reconciler.errors import GraphError, SignInError
from reconciler.intune.http.batches import Answer, NoAnswer, ask_each
from reconciler.intune.http.graph import OK, Graph, not_understood
from reconciler.intune.http.paging import Page, pages
from reconciler.intune.parts.detections import Detections, SoftwareRead
from reconciler.intune.parts.devices import PERMISSION, Progress

_SELECT: Final = "id,displayName,version,publisher"


class _App(Struct):
    id: str
    name: str | None = msgspec.field(default=None, name="displayName")
    version: str | None = None
    publisher: str | None = None


class _Device(Struct):
    id: str


class _Devices(Struct):
    value: list[_Device]
    next_link: str | None = msgspec.field(default=None, name="@odata.nextLink")


_APPS: Final = msgspec.json.Decoder(list[_App])
_PAGE: Final = msgspec.json.Decoder(list[_Device])
_DEVICES: Final = msgspec.json.Decoder(_Devices)
_BROKEN: Final = (msgspec.DecodeError, RecursionError, UnicodeError)


def read_detected_apps(graph: Graph, progress: Progress) -> SoftwareRead:
    """Read every application's devices.

    Raises GraphError, UnreachableError and SignInError when the list of applications could not be read.
    """
    apps = {app.id: app for app in _apps(graph, progress)}
    addresses = {key: f"{_address(key)}?$select=id&$top=1000" for key in apps}
    detections = Detections()
    failed: list[str] = []
    for number, (key, answer) in enumerate(ask_each(graph, addresses), 1):
        app = apps[key]
        place = detections.place((app.name or "", app.version or "", app.publisher or ""))
        devices, why = _devices(graph, answer)
        if why is not None:
            failed.append(f"{app.name}: {why}")
        for device_id in devices if place is not None else ():
            detections.on(device_id).append(place or 0)
        progress("detected applications", number)
    return detections.read(_partial(failed))


def _apps(graph: Graph, progress: Progress) -> Iterator[_App]:
    url = f"{graph.base}/v1.0/deviceManagement/detectedApps?$select={_SELECT}&$top=1000"
    count = 0
    for page in pages(graph, url, PERMISSION):
        try:
            found = _APPS.decode(page.rows)
        except _BROKEN as error:
            raise not_understood(url, page.reply) from error
        count += len(found)
        progress("detected applications", count)
        yield from found


def _address(key: str) -> str:
    return f"/deviceManagement/detectedApps/{quote(key, safe='')}/managedDevices"


def _devices(graph: Graph, answer: Answer | NoAnswer) -> tuple[list[str], str | None]:
    """Return the ids of one application's devices, and why they are not all."""
    if isinstance(answer, NoAnswer):
        return [], answer.why
    if answer.status != OK:
        return [], f"it was answered {answer.described()}"
    try:
        first = _DEVICES.decode(bytes(answer.body))
    except _BROKEN:
        return [], "it was answered 200, but not with a list of devices"
    ids = [device.id for device in first.value]
    try:
        for page in _rest(graph, first.next_link):
            ids += [device.id for device in _PAGE.decode(page.rows)]
    except (GraphError, SignInError, *_BROKEN) as error:
        return ids, str(error)
    return ids, None


def _rest(graph: Graph, link: str | None) -> Iterator[Page]:
    """Yield the pages after the first, whose link has to lead to the connection's own Graph as every link has."""
    if not link:
        return
    if not link.lower().startswith(f"{graph.base.lower()}/"):
        raise GraphError("the list of its devices links on to another host, and that is not followed")
    yield from pages(graph, link, PERMISSION)


def _partial(failed: list[str]) -> str | None:
    if not failed:
        return None
    return f"the devices of {len(failed)} detected applications could not be read, first {min(failed)}"
