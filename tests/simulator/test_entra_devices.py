"""Entra's devices and who registered them."""

import pytest

from reconciler.simulator.tenant.application import Application
from reconciler.simulator.tenant.records import ZERO_GUID

EXPANDED = "/v1.0/devices?$select=id,deviceId&$expand=registeredOwners($select=id)&$top=20"


def test_devices_come_with_their_registered_owners(client, tenant) -> None:
    """Page by page, each that is registered, by an id that is not its deviceId."""
    rows = client.values(EXPANDED)
    owners = {row["deviceId"]: [owner["id"] for owner in row["registeredOwners"]] for row in rows}
    registered = [device for device in tenant.devices.items if device.azureADDeviceId != ZERO_GUID]
    assert owners == {one.azureADDeviceId: [one.userId] if one.userId else [] for one in registered}
    assert {row["id"] for row in rows}.isdisjoint(owners)


def test_the_owner_stays_when_intune_reassigns(client, tenant) -> None:
    """Intune's primary user and Entra's registered owner are two things."""
    device = next(one for one in tenant.devices.items if one.userId and one.azureADDeviceId != ZERO_GUID)
    tenant.reassign(device.id, None)
    [row] = [row for row in client.values(EXPANDED) if row["deviceId"] == device.azureADDeviceId]
    assert row["registeredOwners"] == [{"@odata.type": "#microsoft.graph.user", "id": device.userId}]


def test_a_deleted_user_owns_nothing(client, tenant) -> None:
    """What is related is there, or it is not told."""
    device = next(one for one in tenant.devices.items if one.userId and one.azureADDeviceId != ZERO_GUID)
    tenant.delete_user(device.userId)
    [row] = [row for row in client.values(EXPANDED) if row["deviceId"] == device.azureADDeviceId]
    assert row["registeredOwners"] == []


def test_without_expand_there_are_no_owners(client) -> None:
    """Missing is not empty."""
    assert set(client.values("/v1.0/devices")[0]) == {"id", "deviceId", "displayName", "operatingSystem"}


@pytest.mark.parametrize("query", ["$top=1000", "$expand=memberOf", "$select=serialNumber"])
def test_what_entra_does_not_answer_is_refused(client, query: str) -> None:
    """400, with words."""
    assert client.get(f"/v1.0/devices?{query}").status_code == 400


def test_devices_need_their_own_permission(client, tenant, simulator) -> None:
    """Device.Read.All, which reading Intune's devices does not give."""
    tenant.application = Application(permissions=("DeviceManagementManagedDevices.Read.All",))
    client.token = simulator.sign_in.issue()
    assert client.get("/v1.0/devices").status_code == 403
