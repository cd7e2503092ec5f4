"""One asset or device out of what a person calls it: a tag, a device's id, a serial number, a name, in this order.

The first of these that finds anything decides, so that a tag is never mistaken for a name.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from reconciler.model.snapshot import Snapshot
from reconciler.model.state import Asset, State
from reconciler.planning.nearest import nearest
from reconciler.planning.values import matching_form

Device = tuple[str, Any]
"""A connection's name, and a device that was read for it."""


def find_assets(state: State, what: str) -> tuple[Asset, ...]:
    """Return the assets that a person may mean, by tag."""
    ids = {binding.asset_id for binding in state.bindings if binding.life.device_id == what}
    form = matching_form(what)
    name, serial = _reader(state, "name"), _reader(state, "serialNumber")
    tests: tuple[Callable[[Asset], bool], ...] = (
        lambda asset: asset.tag == what,
        lambda asset: asset.tag.casefold() == what.casefold(),
        lambda asset: asset.id in ids,
        lambda asset: bool(form) and _form(serial(asset)) == form,
        lambda asset: bool(form) and _form(name(asset)) == form,
    )
    for test in tests:
        found = [asset for asset in state.assets if test(asset)]
        if found:
            return tuple(sorted(found, key=lambda asset: asset.tag))
    return ()


def find_devices(snapshots: Sequence[Snapshot], what: str) -> tuple[Device, ...]:
    """Return the devices that a person may mean, by connection and id."""
    form = matching_form(what)
    tests: tuple[Callable[[Any], bool], ...] = (
        lambda device: device.id == what,
        lambda device: bool(form) and _form(getattr(device, "serialNumber", None)) == form,
        lambda device: bool(form) and _form(getattr(device, "deviceName", None)) == form,
    )
    devices = [(snapshot.connection, device) for snapshot in snapshots for device in snapshot.devices]
    for test in tests:
        found = [each for each in devices if test(each[1])]
        if found:
            return tuple(sorted(found, key=lambda each: (each[0], each[1].id)))
    return ()


def near_names(state: State, snapshots: Sequence[Snapshot], what: str) -> str | None:
    """Return the tag, serial number or name that a person may have meant; None when none is near."""
    return nearest(what, _known(state, snapshots))


def _known(state: State, snapshots: Sequence[Snapshot]) -> Iterator[str]:
    readers = (_reader(state, "serialNumber"), _reader(state, "name"))
    for asset in state.assets:
        yield asset.tag
        yield from (value for read in readers if isinstance(value := read(asset), str))
    for snapshot in snapshots:
        for device in snapshot.devices:
            values = (getattr(device, name, None) for name in ("serialNumber", "deviceName"))
            yield from (value for value in values if isinstance(value, str))


def _reader(state: State, field: str) -> Callable[[Asset], Any]:
    if field not in state.fields:
        return lambda asset: None
    place = state.fields.index(field)
    return lambda asset: asset.values[place]


def _form(value: Any) -> str:
    return matching_form(value) if isinstance(value, str) else ""
