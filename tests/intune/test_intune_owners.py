"""Who registered a device in Entra is a part of its own (U1, G4)."""

from collections.abc import Callable, Iterator

import pytest
import responses

from reconciler.intune.inputs import Bound
from reconciler.intune.reader import Access, Needs, read_snapshot
from reconciler.model.snapshot import Part, Snapshot
from reconciler.simulator.exchange import Endpoint
from reconciler.simulator.faults import Fault, FaultName
from reconciler.simulator.server import Simulator
from reconciler.simulator.tenant.records import ZERO_GUID

DEVICES = "https://graph.microsoft.com/v1.0/devices"
LIST = "https://graph.microsoft.com/v1.0/deviceManagement/managedDevices"


@pytest.fixture
def read_owners(access: Callable[..., Access], clock) -> Iterator[Callable[[], Snapshot]]:
    """Read the simulated tenant with its registered owners."""
    needs = Needs(("azureADDeviceId",), ("userPrincipalName",), owners=True)
    return lambda: read_snapshot("intune", access(), needs, Bound(), lambda _what, _count: None, pace=clock.pace)


def test_each_entra_device_has_its_owner(simulator: Simulator, read_owners: Callable[[], Snapshot]) -> None:
    """The owner is who registered the device: a reassignment in Intune does not change it, page after page."""
    moved = next(one for one in simulator.tenant.devices.items if one.userId and one.azureADDeviceId != ZERO_GUID)
    other = next(user for user in simulator.tenant.users.items if user.id != moved.userId)
    simulator.tenant.reassign(moved.id, other.id)
    devices = [one for one in simulator.tenant.devices.items if one.azureADDeviceId != ZERO_GUID and one.userId]
    expected = {one.azureADDeviceId: (one.userId,) for one in devices} | {moved.azureADDeviceId: (moved.userId,)}
    snapshot = read_owners()
    assert (snapshot.owners, snapshot.owners_unknown) == (expected, None)
    assert simulator.tally.counts["entra-devices"] == 3


def test_several_owners_are_all_told(simulator: Simulator, read_owners: Callable[[], Snapshot]) -> None:
    """Which of them has the device is not for the read to say."""
    device = next(one for one in simulator.tenant.devices.items if one.azureADDeviceId != ZERO_GUID)
    people = sorted(user.id for user in simulator.tenant.users.items[:2])
    simulator.tenant.own(device.id, *people)
    assert read_owners().owners[device.azureADDeviceId] == tuple(people)


def test_owners_that_fail_leave_the_rest_whole(simulator: Simulator, read_owners: Callable[[], Snapshot]) -> None:
    """The part says why, naming its own permission."""
    simulator.inject(Fault(FaultName.MISSING_PERMISSION, on=(Endpoint.ENTRA_DEVICES,)))
    snapshot = read_owners()
    assert (len(snapshot.devices), len(snapshot.users), snapshot.owners) == (60, 30, {})
    assert snapshot.unknown_parts() == (Part("owners", str(snapshot.owners_unknown)),)
    assert str(snapshot.owners_unknown).endswith("permission Device.Read.All (type Application) with admin consent.")


def test_owners_are_not_read_when_nothing_needs_them(simulator: Simulator, read: Callable[..., Snapshot]) -> None:
    """No call, and no part that is unknown."""
    assert read().unknown_parts() == ()
    assert "entra-devices" not in simulator.tally.counts


@pytest.mark.parametrize(
    ("rows", "owners"),
    [
        ([{"id": "x", "deviceId": "E-1", "registeredOwners": [{"id": "u-1"}]}], {"e-1": ("u-1",)}),
        ([{"id": "x", "deviceId": "e-1", "registeredOwners": []}], {}),
        ([{"id": "x", "deviceId": None, "registeredOwners": [{"id": "u-1"}]}], {}),
        (
            [
                {"id": "x", "deviceId": "e-1", "registeredOwners": [{"id": "u-2"}]},
                {"id": "y", "deviceId": "e-1", "registeredOwners": [{"id": "u-1"}]},
            ],
            {"e-1": ("u-1", "u-2")},
        ),
        (
            [
                {
                    "deviceId": "e-1",
                    "registeredOwners": [
                        {"@odata.type": "#microsoft.graph.servicePrincipal", "id": "s-1"},
                        {"@odata.type": "#microsoft.graph.user", "id": "u-1"},
                    ],
                }
            ],
            {"e-1": ("u-1",)},
        ),
    ],
    ids=["case", "nobody", "no id", "one id twice", "no person"],
)
def test_owners_are_people_by_their_devices_id(
    wire: responses.RequestsMock, read_wire: Callable[..., Snapshot], rows: list[object], owners: dict[str, object]
) -> None:
    """Ids are compared without case; who is no user owns nothing; two devices of one id have both owners."""
    wire.get(LIST, json={"value": []})
    wire.get(DEVICES, json={"value": rows})
    snapshot = read_wire(owners=True)
    assert (snapshot.owners, snapshot.owners_unknown) == (owners, None)


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        ({"value": [{"deviceId": "e-1"}]}, "without their registered owners"),
        ({"value": [{"deviceId": 7, "registeredOwners": []}]}, "not with the JSON that Graph sends"),
    ],
)
def test_a_reply_that_does_not_tell_owners_tells_nothing(
    wire: responses.RequestsMock, read_wire: Callable[..., Snapshot], reply: dict[str, object], said: str
) -> None:
    """Owners that were not expanded are not owners that are not there."""
    wire.get(LIST, json={"value": []})
    wire.get(DEVICES, json=reply)
    snapshot = read_wire(owners=True)
    assert snapshot.owners == {}
    assert said in str(snapshot.owners_unknown)
