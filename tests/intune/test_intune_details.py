"""What lists leave empty by design is asked of each device (G5)."""

from collections.abc import Callable
from typing import Any

import pytest
import responses

from reconciler.intune.reader import Bound
from reconciler.model.snapshot import UNKNOWN, Part, Snapshot
from reconciler.simulator.exchange import Endpoint
from reconciler.simulator.faults import Fault, FaultName
from reconciler.simulator.server import Simulator

Read = Callable[..., Snapshot]

DETAILS = ("ethernetMacAddress", "physicalMemoryInBytes", "serialNumber", "userPrincipalName")
LIST = "https://graph.microsoft.com/v1.0/deviceManagement/managedDevices"
BATCH = "https://graph.microsoft.com/v1.0/$batch"


def details_of(simulator: Simulator) -> list[tuple[str, Any, Any]]:
    """Return what the tenant's devices have, by id; empty as None."""
    devices = sorted(simulator.tenant.devices.items, key=lambda one: one.id)
    return [(one.id, one.ethernetMacAddress or None, one.physicalMemoryInBytes or None) for one in devices]


def details_in(snapshot: Snapshot) -> list[tuple[str, Any, Any]]:
    """Return what was read of them, by id."""
    devices = sorted(snapshot.devices, key=lambda one: one.id)
    return [(one.id, one.ethernetMacAddress, one.physicalMemoryInBytes) for one in devices]


def test_each_listed_device_is_asked_in_batches_of_twenty(simulator: Simulator, read: Read) -> None:
    """Sixty devices take three batches; what a device has is known, and so is what it has not."""
    snapshot = read(DETAILS)
    assert details_in(snapshot) == details_of(simulator)
    assert {kind for row in details_in(snapshot) for kind in map(type, row)} == {str, int, type(None)}
    assert (simulator.tally.counts["batch"], simulator.tally.counts["batch/device"]) == (3, 60)
    assert (snapshot.details_unknown, snapshot.unknown_parts()) == ({}, ())


def test_nothing_is_asked_that_the_settings_do_not_use(simulator: Simulator, read: Read) -> None:
    """Without such a property there is no batch."""
    read(("serialNumber",))
    assert "batch" not in simulator.tally.counts


def test_whatever_else_a_device_answers_is_not_taken(wire: responses.RequestsMock, read_wire: Read) -> None:
    """The user is the list's: neither is another one asked for, nor taken when it comes (G5)."""
    wire.get(LIST, json={"value": [{"id": "a", "userPrincipalName": "ada@contoso.example", "iccid": None}]})
    body = {"id": "a", "iccid": "8944", "userPrincipalName": "stale@contoso.example"}
    batch = wire.post(BATCH, json={"responses": [{"id": "0", "status": 200, "body": body}]})
    [device] = read_wire(("userPrincipalName", "iccid")).devices
    assert (device.userPrincipalName, device.iccid) == ("ada@contoso.example", "8944")
    assert b'/managedDevices/a?$select=id,iccid"' in batch.calls[0].request.body  # type: ignore[operator]


@pytest.mark.parametrize("status", [400, 403, 404, 418])
def test_a_device_that_fails_leaves_its_own_properties_unknown(simulator: Simulator, read: Read, status: int) -> None:
    """Each answer is judged by itself: the others are known, the part says why one is not."""
    failing = details_of(simulator)[7][0]
    simulator.inject(Fault(FaultName.GET_UNKNOWN, ids=(failing,), status=status, times=None))
    snapshot = read(DETAILS)
    expected = [(id_, UNKNOWN, UNKNOWN) if id_ == failing else (id_, *rest) for id_, *rest in details_of(simulator)]
    assert details_in(snapshot) == expected
    assert list(snapshot.details_unknown) == [failing]
    assert snapshot.unknown_parts() == (Part("details", f"1 device: {snapshot.details_unknown[failing]}"),)
    assert snapshot.details_unknown[failing].startswith(f"Asked for alone it was answered {status}")


def test_a_throttled_device_is_asked_again(simulator: Simulator, read: Read, clock: Any) -> None:
    """Only the parts that were throttled go into the next batch."""
    simulator.inject(Fault(FaultName.THROTTLE, on=(Endpoint.DEVICE,), retry_after=3))
    assert details_in(read(DETAILS)) == details_of(simulator)
    assert (clock.waits, simulator.tally.counts["batch/device"]) == ([3], 61)


def test_a_batch_that_fails_leaves_its_twenty_devices_unknown(simulator: Simulator, read: Read) -> None:
    """The list stands, and so do the other batches."""
    simulator.inject(Fault(FaultName.NESTED_ERROR, on=(Endpoint.BATCH,)))
    snapshot = read(DETAILS)
    assert len(snapshot.details_unknown) == 20
    assert {one.id for one in snapshot.devices if one.ethernetMacAddress is UNKNOWN} == set(snapshot.details_unknown)


def test_an_answer_without_the_property_says_nothing(wire: responses.RequestsMock, read_wire: Read) -> None:
    """Empty is what is there and empty; what is missing, or of a kind that it cannot be, is unknown."""
    wire.get(LIST, json={"value": [{"id": "a"}, {"id": "b"}]})
    bodies = [{"id": "a", "iccid": None}, {"id": "b", "iccid": "", "physicalMemoryInBytes": "much"}]
    answers = [{"id": str(number), "status": 200, "body": body} for number, body in enumerate(bodies)]
    wire.post(BATCH, json={"responses": answers})
    snapshot = read_wire(("iccid", "physicalMemoryInBytes"))
    known = [(one.iccid, one.physicalMemoryInBytes) for one in snapshot.devices]
    assert known == [(None, UNKNOWN), (None, UNKNOWN)]
    assert sorted(snapshot.details_unknown) == ["a", "b"]


def test_a_device_that_was_not_listed_is_asked_once(simulator: Simulator, read: Read) -> None:
    """What a single GET found has its details from that same answer."""
    left_out = simulator.tenant.devices.items[7]
    simulator.inject(Fault(FaultName.SHORT_LIST, ids=(left_out.id,)))
    snapshot = read(DETAILS, bound=Bound(frozenset({left_out.id}), allowed_absent=5))
    assert details_in(snapshot) == details_of(simulator)
    assert simulator.tally.counts["batch/device"] == 60
