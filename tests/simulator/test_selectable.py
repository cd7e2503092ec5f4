"""Everything that settings may name can be selected from the simulator, so that a recording holds all of it (G2)."""

from reconciler.settings.mappings.properties import DEVICE_PROPERTIES, USER_PROPERTIES


def test_every_device_property_can_be_selected(client) -> None:
    """A list answers all of them, those that it leaves empty too."""
    names = sorted(DEVICE_PROPERTIES)
    reply = client.get(f"/v1.0/deviceManagement/managedDevices?$top=1&$select={','.join(names)}")
    assert (reply.status_code, sorted(reply.json()["value"][0])) == (200, names)


def test_every_user_property_can_be_selected(client) -> None:
    """A list answers all of them."""
    names = sorted(USER_PROPERTIES)
    reply = client.get(f"/v1.0/users?$top=1&$select={','.join(names)}")
    assert (reply.status_code, sorted(reply.json()["value"][0])) == (200, names)
