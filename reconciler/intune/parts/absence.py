"""Proving that devices are gone, one by one, after a list that was read to its end (G3).

1. 404 is absent. 200 with the device means that the list was short. Anything else proves nothing.
2. When more of the expected devices are not listed than may be absent, none is asked for; those that were enrolled
   again do not count.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from reconciler.intune.http.batch_get import ask_singly
from reconciler.intune.http.graph import Graph
from reconciler.intune.inputs import Bound
from reconciler.intune.parts.devices import Progress
from reconciler.intune.parts.records import Records
from reconciler.model.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Absence:
    """What became of the bound devices that were not listed; every id is in one of these, unless `skipped`."""

    found: tuple[Any, ...] = ()
    absent: tuple[str, ...] = ()
    unknown: dict[str, str] = field(default_factory=dict)
    skipped: bool = False


def prove_absence(
    graph: Graph, records: Records, bound: Bound, list_: Snapshot, listed: frozenset[str], progress: Progress
) -> Absence:
    """Ask for each bound device that was not listed, as the rules of this module say."""
    if not bound.prove:
        return Absence()
    missing = bound.expected - listed
    if len(missing) > bound.allowed_absent and len(missing - bound.re_enrolled(list_, missing)) > bound.allowed_absent:
        return Absence(skipped=True)
    return _ask(graph, records, sorted((bound.expected | bound.others) - listed), progress)


def _ask(graph: Graph, records: Records, ids: Iterable[str], progress: Progress) -> Absence:
    """Ask for devices one by one, and sort them into found, absent and unknown."""
    found: list[Any] = []
    absent: list[str] = []
    unknown: dict[str, str] = {}
    for number, (id_, answer) in enumerate(ask_singly(graph, records, ids), 1):
        match answer:
            case None:
                absent.append(id_)
            case str() as why:
                unknown[id_] = why
            case device:
                found.append(device)
        progress("unlisted devices", number)
    return Absence(tuple(found), tuple(sorted(absent)), dict(sorted(unknown.items())))
