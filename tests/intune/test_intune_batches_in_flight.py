"""Batches in flight: as many as the settings allow, fewer while Graph throttles (G11)."""

from collections.abc import Callable

from reconciler.intune.http.flow import Flow
from reconciler.intune.inputs import Bounds
from reconciler.model.snapshot import Snapshot
from reconciler.simulator.exchange import Endpoint
from reconciler.simulator.faults import Fault, FaultName
from reconciler.simulator.server import Simulator

Read = Callable[..., Snapshot]


def test_throttling_halves_the_number_once_for_what_was_under_way_together() -> None:
    """Of five batches that are throttled at the same moment only the first one counts; one is the least."""
    flow = Flow(5)
    with flow.one() as first:
        pass
    flow.throttled(first)
    flow.throttled(first)
    assert flow.allowed == 2
    for _ in range(3):
        with flow.one() as later:
            pass
        flow.throttled(later)
    assert flow.allowed == 1


def test_a_round_without_throttling_adds_one_up_to_the_most() -> None:
    """From one it takes 1 + 2 batches to three, which is the most here."""
    flow = Flow(3)
    for _ in range(2):
        with flow.one() as round_:
            pass
        flow.throttled(round_)
    allowed = []
    for _ in range(4):
        flow.passed()
        allowed.append(flow.allowed)
    assert allowed == [2, 2, 3, 3]


def test_all_details_come_whatever_is_throttled(simulator: Simulator, read: Read) -> None:
    """Throttled parts are asked again by fewer batches at once."""
    simulator.inject(Fault(FaultName.THROTTLE, on=(Endpoint.DEVICE,), retry_after=1, times=30))
    snapshot = read(("ethernetMacAddress",), bounds=Bounds(batches=2))
    assert (snapshot.details_unknown, len(snapshot.devices)) == ({}, 60)
