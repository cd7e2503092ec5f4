"""One asset or device out of what a person calls it: a tag, a device's id, a serial number, a name, in this order.

The first of these that finds anything decides, so that a tag is never mistaken for a name.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from reconciler.columnar import Packed, pack
from reconciler.model.layouts import BINDINGS, asset_layout
from reconciler.model.snapshot import Snapshot
from reconciler.model.state import Asset, State
from reconciler.planning.nearest import nearest
from reconciler.planning.rules.identity import matching_form

Device = tuple[str, Any]
"""A connection's name, and a device that was read for it."""

_Test = Callable[[Any], bool]


def find_assets(state: State, what: str) -> tuple[Asset, ...]:
    """Return the assets that a person may mean, by tag."""
    bindings, assets = pack(state.bindings, BINDINGS), pack(state.assets, asset_layout(state.fields))
    tied = zip(bindings.column("device_id"), bindings.column("asset_id"), strict=True)
    ids = {asset_id for device_id, asset_id in tied if device_id == what}
    tests: tuple[tuple[str, _Test], ...] = (
        ("tag", lambda tag: tag == what),
        ("tag", lambda tag: tag.casefold() == what.casefold()),
        ("id", ids.__contains__),
        ("serialNumber", _formed(what)),
        ("name", _formed(what)),
    )
    for name, test in tests:
        found = _where(assets, name, test)
        if found:
            return tuple(sorted(found, key=lambda asset: asset.tag))
    return ()


def find_devices(snapshots: Sequence[Snapshot], what: str) -> tuple[Device, ...]:
    """Return the devices that a person may mean, by connection and id."""
    devices = [(snapshot.connection, pack(snapshot.devices)) for snapshot in snapshots]
    tests: tuple[tuple[str, _Test], ...] = (
        ("id", lambda device_id: device_id == what),
        ("serialNumber", _formed(what)),
        ("deviceName", _formed(what)),
    )
    for name, test in tests:
        found = [(connection, device) for connection, listed in devices for device in _where(listed, name, test)]
        if found:
            return tuple(sorted(found, key=lambda each: (each[0], each[1].id)))
    return ()


def _formed(what: str) -> _Test:
    """Return the test of whether a value is compared as this one."""
    form = matching_form(what)
    return lambda value: bool(form) and isinstance(value, str) and matching_form(value) == form


def _where(records: Packed[Any], name: str, test: _Test) -> list[Any]:
    """Return the records for whose value of a column the test holds."""
    values = records.column(name) if name in records.layout.names else []
    places = [place for place, value in enumerate(values) if test(value)]
    return list(records.at(places).values())


def near_names(state: State, snapshots: Sequence[Snapshot], what: str) -> str | None:
    """Return the tag, serial number or name that a person may have meant; None when none is near."""
    return nearest(what, _known(state, snapshots))


def _known(state: State, snapshots: Sequence[Snapshot]) -> Iterator[str]:
    assets = pack(state.assets, asset_layout(state.fields))
    yield from _texts(assets, ("tag", "serialNumber", "name"))
    for snapshot in snapshots:
        yield from _texts(pack(snapshot.devices), ("serialNumber", "deviceName"))


def _texts(records: Packed[Any], names: Iterable[str]) -> Iterator[str]:
    for name in names:
        if name in records.layout.names:
            yield from sorted(value for value in records.column(name) if isinstance(value, str))
