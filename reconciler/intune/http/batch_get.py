"""Asking for devices one by one, in batches, each answer judged on its own (G3, G5).

1. 404 with Graph's own code for a device that does not exist, in JSON, is absent.
2. Any other 404 proves nothing: a proxy, a wrong address or a missing service answers so too.
3. 200 with the device itself is the device.
"""

from collections.abc import Iterable, Iterator
from typing import Any, Final
from urllib.parse import quote

from reconciler.intune.http.batches import Answer, NoAnswer, ask_each
from reconciler.intune.http.error_replies import error_code
from reconciler.intune.http.graph import NOT_FOUND, OK, Graph
from reconciler.intune.parts.records import Records, array_of

_NO_DEVICE: Final = frozenset({"resourcenotfound", "itemnotfound", "request_resourcenotfound"})
"""What Graph calls a resource that does not exist, by service."""
_SEGMENT: Final = "segment"


def ask_singly(graph: Graph, records: Records, ids: Iterable[str]) -> Iterator[tuple[str, Any]]:
    """Yield each device's record, None when Graph has none of that id, or why neither is known; in any order."""
    addresses = {id_: f"/deviceManagement/managedDevices/{quote(id_, safe='')}?$select={records.select}" for id_ in ids}
    for id_, answer in ask_each(graph, addresses):
        yield id_, _judged(records, id_, answer)


def _judged(records: Records, id_: str, answer: Answer | NoAnswer) -> Any:
    """Return the device, None when Graph proves it absent, or why neither is known (rules 1 to 3)."""
    if isinstance(answer, NoAnswer):
        return answer.why
    if answer.status == NOT_FOUND and _says_absent(answer):
        return None
    if answer.status != OK:
        return f"Asked for alone it was answered {answer.described()}."
    try:
        devices, _ = records.read(array_of(answer.body))
    except (ValueError, RecursionError):
        devices = []
    # An Autopilot GET answered 200 for any id (microsoft-graph-docs#7129): only the device itself is proof.
    if len(devices) != 1 or devices[0].id != id_:
        return "Asked for alone it was answered 200, but not with this device."
    return devices[0]


def _says_absent(answer: Answer) -> bool:
    code, message = error_code(bytes(answer.body))
    return code.lower() in _NO_DEVICE and _SEGMENT not in message.lower()
