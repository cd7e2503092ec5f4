"""Proving that devices are gone, one by one, after a list that was read to its end (G3).

1. 404 is absent. 200 with the device means that the list was short. Anything else proves nothing.
2. When more of the expected devices are not listed than may be absent, none is asked for.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from reconciler.intune.batches import Answer, NoAnswer, ask_each
from reconciler.intune.devices import Progress
from reconciler.intune.graph import NOT_FOUND, OK, Graph
from reconciler.intune.inputs import Bound
from reconciler.intune.records import Records, array_of


@dataclass(frozen=True, slots=True)
class Absence:
    """What became of the bound devices that were not listed; every id is in one of these, unless `skipped`."""

    found: tuple[Any, ...] = ()
    absent: tuple[str, ...] = ()
    unknown: dict[str, str] = field(default_factory=dict)
    skipped: bool = False


def prove_absence(graph: Graph, records: Records, bound: Bound, listed: frozenset[str], progress: Progress) -> Absence:
    """Ask for each bound device that was not listed, as the rules of this module say."""
    if not bound.prove:
        return Absence()
    if len(bound.expected - listed) > bound.allowed_absent:
        return Absence(skipped=True)
    return _ask(graph, records, sorted((bound.expected | bound.others) - listed), progress)


def _ask(graph: Graph, records: Records, ids: Iterable[str], progress: Progress) -> Absence:
    addresses = {id_: f"/deviceManagement/managedDevices/{quote(id_, safe='')}?$select={records.select}" for id_ in ids}
    found: list[Any] = []
    absent: list[str] = []
    unknown: dict[str, str] = {}
    for number, (id_, answer) in enumerate(ask_each(graph, addresses), 1):
        match _judged(records, id_, answer):
            case None:
                absent.append(id_)
            case str() as why:
                unknown[id_] = why
            case device:
                found.append(device)
        progress("unlisted devices", number)
    return Absence(tuple(found), tuple(sorted(absent)), dict(sorted(unknown.items())))


def _judged(records: Records, id_: str, answer: Answer | NoAnswer) -> Any:
    """Return the device, None when it is absent, or why neither is proven."""
    if isinstance(answer, NoAnswer):
        return answer.why
    if answer.status == NOT_FOUND:
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
