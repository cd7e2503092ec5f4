"""Reading who registered each Entra device, a part of its own: when it fails, the rest goes on (U1, G4)."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

import msgspec
from msgspec import UNSET, Struct, UnsetType

from reconciler.errors import GraphError, SignInError
from reconciler.intune.http.graph import Graph, not_understood
from reconciler.intune.http.paging import Page, pages
from reconciler.intune.parts.devices import Progress

PERMISSION: Final = "Device.Read.All"

_LIST: Final = "devices?$select=id,deviceId&$expand=registeredOwners($select=id)&$top=999"
_NOT_EXPANDED: Final = "Graph listed the Entra devices without their registered owners, so whose they are is not known."
_USER: Final = ("", "#microsoft.graph.user")
"""The types of owner that are people; Graph leaves the type out where it can be no other."""


class _Owner(Struct):
    id: str
    type: str = msgspec.field(default="", name="@odata.type")


class _Device(Struct, rename="camel"):
    device_id: str | None = None
    registered_owners: list[_Owner] | UnsetType = UNSET


_DECODER: Final = msgspec.json.Decoder(list[_Device])


@dataclass(frozen=True, slots=True)
class Owners:
    """The owners' Entra ids, sorted, by the device's id in lower case; or why they are not known."""

    owners: dict[str, tuple[str, ...]] = field(default_factory=dict)
    unknown: str | None = "not read"


def read_owners(graph: Graph, wanted: bool, progress: Progress) -> Owners:
    """Return the registered owners of every Entra device that has any, when they are wanted."""
    if not wanted:
        return Owners()
    found: dict[str, set[str]] = {}
    count = 0
    try:
        for device in _devices(graph):
            if device.registered_owners is UNSET:
                return Owners(unknown=_NOT_EXPANDED)
            people = [owner.id for owner in device.registered_owners if owner.type in _USER]
            if people and device.device_id:
                found.setdefault(device.device_id.lower(), set()).update(people)
            count += 1
            if count % 1000 == 0:
                progress("Entra devices", count)
    except (GraphError, SignInError) as error:
        return Owners(unknown=str(error))
    progress("Entra devices", count)
    return Owners({key: tuple(sorted(people)) for key, people in sorted(found.items())}, None)


def _devices(graph: Graph) -> Iterator[_Device]:
    url = f"{graph.base}/v1.0/{_LIST}"
    for page in pages(graph, url, PERMISSION):
        yield from _decoded(url, page)


def _decoded(url: str, page: Page) -> list[_Device]:
    try:
        return _DECODER.decode(page.rows)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise not_understood(url, page.reply) from error
