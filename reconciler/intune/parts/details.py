"""Properties that lists leave empty by design: listed devices are asked for them one by one, when it is due (G5).

1. A device that only a single GET found has them from that one.
2. An answer that fails leaves its device's properties unknown. What an answer holds as empty is known to be empty.
3. Nothing else is asked for: an answer for it may give a stale user (msgraph-beta-sdk-dotnet#871).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from msgspec.structs import astuple, replace

from reconciler.columnar import Packed, pack
from reconciler.intune.http.batch_get import ask_singly
from reconciler.intune.http.graph import Graph
from reconciler.intune.parts.devices import Progress
from reconciler.intune.parts.records import Records
from reconciler.model.snapshot import UNKNOWN

_GONE: Final = "Asked for alone it was answered 404: it may have been deleted since it was listed."
_LACKING: Final = "Asked for alone it was answered without a usable value of each property that was asked for."


@dataclass(frozen=True, slots=True)
class Details:
    """The devices with what each answered, and why some of the properties are not known, by the device's id."""

    devices: Sequence[Any]
    unknown: dict[str, str] = field(default_factory=dict)


def read_details(
    graph: Graph, records: Records, devices: Packed[Any], due: Sequence[str] | None, progress: Progress
) -> Details:
    """Ask the devices that are due, None being all, for these properties; none without any of these properties."""
    if not records.properties:
        return Details(devices)
    known: dict[str, Any] = {}
    unknown: dict[str, str] = {}
    for number, (id_, answer) in enumerate(ask_singly(graph, records, devices.column("id") if due is None else due), 1):
        match answer:
            case None:
                unknown[id_] = _GONE
            case str() as why:
                unknown[id_] = why
            case detail:
                known[id_] = detail
                if UNKNOWN in astuple(detail):
                    unknown[id_] = _LACKING
        progress("devices' details", number)
    filled = [_filled(device, known.get(device.id), records.properties) for device in devices]
    return Details(pack(filled), dict(sorted(unknown.items())))


def _filled(device: Any, detail: Any, properties: Sequence[str]) -> Any:
    return device if detail is None else replace(device, **{name: getattr(detail, name) for name in properties})
