"""DiffSync: two adapters loaded with a model for each device, and their difference."""

from typing import Any

from diffsync import Adapter, DiffSyncModel
from pydantic import create_model

from benchmarks.peers.devices import devices
from benchmarks.step import Facts


class _Device(DiffSyncModel):  # type: ignore[misc]
    _modelname = "device"
    _identifiers = ("id",)

    id: str


def diff(folder: str) -> Facts:
    """Load both sides with the fleet, and compare them."""
    here, there = _side(folder), _side(folder)
    return {"differences": len(here) - len(there) + here.diff_to(there).has_diffs()}


def _side(folder: str) -> Any:
    fleet = devices(folder)
    names = tuple(name for name in next(iter(fleet.values())) if name != "id")
    fields: dict[str, Any] = dict.fromkeys(names, (Any, None))
    model: Any = create_model("Device", __base__=_Device, **fields)
    model._attributes = names
    adapter: Any = type("Fleet", (Adapter,), {"device": model, "top_level": ["device"]})()
    for device in fleet.values():
        adapter.add(model(**device))
    return adapter
