"""Absence is proven device by device (G3)."""

from collections.abc import Callable
from typing import Any

import pytest
import responses

from reconciler.intune.reader import Bound
from reconciler.model.snapshot import UNKNOWN, Snapshot
from reconciler.simulator.exchange import Endpoint
from reconciler.simulator.faults import Fault, FaultName, RetryForm
from reconciler.simulator.server import Simulator

Read = Callable[..., Snapshot]

LIST = "https://graph.microsoft.com/v1.0/deviceManagement/managedDevices"
BATCH = "https://graph.microsoft.com/v1.0/$batch"


@pytest.fixture
def bound(simulator: Simulator) -> Bound:
    """All sixty devices are bound and present; ten may be absent."""
    return Bound(frozenset(device.id for device in simulator.tenant.devices.items), allowed_absent=10)


def delete(simulator: Simulator, count: int) -> list[str]:
    """Delete so many devices and return their ids, sorted."""
    chosen = sorted(device.id for device in simulator.tenant.devices.items)[:count]
    for id_ in chosen:
        simulator.tenant.delete(id_)
    return chosen


def test_a_404_is_absent(simulator: Simulator, read: Read, bound: Bound) -> None:
    """Bound devices that are not listed are asked for in batches; 404 proves them absent."""
    gone = delete(simulator, 3)
    snapshot = read(bound=bound)
    assert (snapshot.absent, snapshot.unlisted, snapshot.absence_unknown) == (tuple(gone), (), {})
    assert simulator.tally.counts["batch"] == 1
    assert simulator.tally.counts["batch/device"] == 3


def test_missing_devices_are_asked_for_again(simulator: Simulator, read: Read) -> None:
    """Devices that are already missing are proven too, and do not count against what may be absent."""
    gone = delete(simulator, 2)
    snapshot = read(bound=Bound(others=frozenset(gone), allowed_absent=0))
    assert snapshot.absent == tuple(gone)


def test_a_200_means_that_the_list_was_short(simulator: Simulator, read: Read, bound: Bound) -> None:
    """The device counts as seen with that reply's own values, and its user is unknown."""
    left_out = simulator.tenant.devices.items[7]
    simulator.inject(Fault(FaultName.SHORT_LIST, ids=(left_out.id,)))
    snapshot = read(("ethernetMacAddress", "userPrincipalName", "userId", "serialNumber"), bound=bound)
    found = next(device for device in snapshot.devices if device.id == left_out.id)
    assert (snapshot.unlisted, snapshot.absent, len(snapshot.devices)) == ((left_out.id,), (), 60)
    assert (found.deviceName, found.ethernetMacAddress) == (left_out.deviceName, left_out.ethernetMacAddress or None)
    assert (found.userPrincipalName, found.userId) == (UNKNOWN, UNKNOWN)


@pytest.mark.parametrize("status", [400, 401, 403, 410, 418])
def test_any_other_answer_proves_nothing(simulator: Simulator, read: Read, bound: Bound, status: int) -> None:
    """A device that is answered neither 200 nor 404 is unknown, with the reason; the others are judged on their own."""
    gone = delete(simulator, 3)
    simulator.inject(Fault(FaultName.GET_UNKNOWN, ids=(gone[1],), status=status, times=None))
    snapshot = read(bound=bound)
    assert snapshot.absent == (gone[0], gone[2])
    assert list(snapshot.absence_unknown) == [gone[1]]
    assert snapshot.absence_unknown[gone[1]].startswith(f"Asked for alone it was answered {status} ")


def test_a_throttled_part_is_tried_again_after_the_longest_wait(
    simulator: Simulator, read: Read, bound: Bound, clock: Any
) -> None:
    """Only the parts that were throttled go into the next batch, after the longest wait that any was told."""
    gone = delete(simulator, 5)
    simulator.inject(Fault(FaultName.THROTTLE, on=(Endpoint.DEVICE,), retry_after=3))
    simulator.inject(Fault(FaultName.THROTTLE, on=(Endpoint.DEVICE,), retry_after=7))
    assert read(bound=bound).absent == tuple(gone)
    assert clock.waits == [7]
    assert simulator.tally.counts["batch/device"] == 5 + 2


def test_a_part_that_stays_throttled_is_unknown(simulator: Simulator, read: Read, bound: Bound) -> None:
    """A part is given up after its tries; the rest of its batch stands."""
    gone = delete(simulator, 3)
    throttle = Fault(FaultName.THROTTLE, on=(Endpoint.DEVICE,), ids=(gone[0],), retry_form=RetryForm.NONE, times=None)
    simulator.inject(throttle)
    snapshot = read(bound=bound)
    assert snapshot.absent == tuple(gone[1:])
    assert list(snapshot.absence_unknown) == gone[:1]
    assert "429 Too Many Requests" in snapshot.absence_unknown[gone[0]]


def test_a_batch_that_fails_leaves_its_devices_unknown(simulator: Simulator, read: Read, bound: Bound) -> None:
    """The list stands, and nothing is proven."""
    gone = delete(simulator, 3)
    simulator.inject(Fault(FaultName.NESTED_ERROR, on=(Endpoint.BATCH,)))
    snapshot = read(bound=bound)
    assert (len(snapshot.devices), snapshot.absent, sorted(snapshot.absence_unknown)) == (57, (), gone)
    assert "$batch was answered 403 Forbidden" in snapshot.absence_unknown[gone[0]]


def test_forty_one_devices_take_three_batches(simulator: Simulator, read: Read, bound: Bound) -> None:
    """Twenty parts fit a batch."""
    gone = delete(simulator, 41)
    snapshot = read(bound=Bound(bound.expected, allowed_absent=41))
    assert snapshot.absent == tuple(gone)
    assert simulator.tally.counts["batch"] == 3


@pytest.mark.parametrize(("missing", "skipped"), [(10, False), (11, True)])
def test_more_than_the_limit_are_not_asked_for(
    simulator: Simulator, read: Read, bound: Bound, missing: int, skipped: bool
) -> None:
    """Up to the limit each is proven; above it none is asked for, the missing ones neither."""
    gone = delete(simulator, missing)
    snapshot = read(bound=Bound(bound.expected, frozenset({"missing-before"}), allowed_absent=10))
    proven = () if skipped else tuple(sorted([*gone, "missing-before"]))
    assert (snapshot.absence_skipped, snapshot.absent) == (skipped, proven)
    assert ("batch" in simulator.tally.counts) is not skipped


def test_absence_by_list_asks_for_none(simulator: Simulator, read: Read, bound: Bound) -> None:
    """`absence: list` trusts the list: planning decides, nothing is asked for."""
    delete(simulator, 3)
    snapshot = read(bound=Bound(bound.expected, allowed_absent=10, prove=False))
    assert (snapshot.absent, snapshot.absence_skipped, snapshot.absence_unknown) == ((), False, {})
    assert "batch" not in simulator.tally.counts


def test_warns_of_a_drop_of_more_than_a_fifth(simulator: Simulator, read: Read, bound: Bound) -> None:
    """Twelve of sixty is a fifth and passes; thirteen warns."""
    simulator.inject(Fault(FaultName.SHORT_LIST, leave_out=12))
    simulator.inject(Fault(FaultName.SERVER_ERROR, on=(Endpoint.OVERVIEW,), times=None))
    assert read(bound=bound).warnings == ()
    simulator.inject(Fault(FaultName.SHORT_LIST, leave_out=13))
    assert [warning.partition(".")[0] for warning in read(bound=bound).warnings] == [
        "The list lacks 13 of the 60 devices that are bound and were present at the last read"
    ]


@pytest.mark.parametrize(
    ("body", "absent"),
    [
        ({"error": {"code": "ResourceNotFound", "message": "An error has occurred"}}, True),
        ({"error": {"code": "Request_ResourceNotFound", "message": "Resource 'gone' does not exist"}}, True),
        ({"error": {"code": "BadRequest", "message": "Resource not found for the segment 'managedDevices'."}}, False),
        ({"error": {"code": "ResourceNotFound", "message": "Resource not found for the segment 'v1.0'."}}, False),
        ({"error": {"code": "NotFound", "message": "No route matched"}}, False),
        ({"error": "not_found"}, False),
        ({"statusCode": 404, "message": "Resource not found"}, False),
        ("<html><title>404 Not Found</title></html>", False),
        (None, False),
    ],
)
def test_only_graphs_own_404_is_absent(
    wire: responses.RequestsMock, read_wire: Read, body: object, absent: bool
) -> None:
    """A 404 of a proxy, of a wrong address or without a code proves nothing (G3)."""
    wire.get(LIST, json={"value": []})
    answer = {"id": "0", "status": 404, "headers": {}, **({} if body is None else {"body": body})}
    wire.post(BATCH, json={"responses": [answer]})
    snapshot = read_wire(bound=Bound(frozenset({"gone"}), allowed_absent=1))
    assert (snapshot.absent == ("gone",), "gone" in snapshot.absence_unknown) == (absent, not absent)


def test_a_short_list_is_reported(simulator: Simulator, read: Read, bound: Bound) -> None:
    """How many devices the list lacked is a warning, beside what Graph's own counts say."""
    left_out = simulator.tenant.devices.items[7]
    simulator.inject(Fault(FaultName.SHORT_LIST, ids=(left_out.id,)))
    assert read(bound=bound).warnings == (
        "The list was short: it lacked 1 device that Intune has when asked for by id. It counts as seen (G3).",
    )


def test_devices_enrolled_again_do_not_count(simulator: Simulator, read: Read, bound: Bound) -> None:
    """Eleven are not listed and ten may be absent; one of them was enrolled again, so all are asked for (G3)."""
    gone = delete(simulator, 11)
    again = Bound(bound.expected, allowed_absent=10, re_enrolled=lambda _list, unlisted: frozenset({min(unlisted)}))
    assert (read(bound=again).absent, read(bound=bound).absence_skipped) == (tuple(gone), True)
