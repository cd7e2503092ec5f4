"""What is read from Graph: only what the settings use (G2)."""

from case_files import environment_of
from fleets import base_environment

from reconciler.planning.rules.needs import device_properties, user_properties


def test_a_small_connection_reads_little() -> None:
    """The mapped properties, the identifier's source, the user's id, and what matching always needs; no users."""
    connection = environment_of({}).connections["intune"]
    needed = "deviceName enrolledDateTime lastSyncDateTime model serialNumber userId userPrincipalName"
    assert device_properties(connection) == tuple(needed.split())
    assert user_properties(connection) == ()


def test_a_users_id_alone_has_users_read() -> None:
    """It comes with any property of theirs."""
    users = {"userIdentifier": {"source": "user.id", "store": "entraId"}}
    connection = environment_of({"intune": {"users": users}}).connections["intune"]
    assert "userId" in device_properties(connection)
    assert user_properties(connection) == ("userPrincipalName",)


def test_everything_that_decides_is_read() -> None:
    """Criteria, exclusions, Defender's mark, and the users' properties with the id that finds them."""
    connection = base_environment().connections["intune"]
    names = "deviceName managedDeviceName serialNumber imei totalStorageSpaceInBytes operatingSystem managementAgent"
    more = "managedDeviceOwnerType userId userPrincipalName enrolledDateTime lastSyncDateTime"
    assert device_properties(connection) == tuple(sorted(f"{names} {more}".split()))
    assert set(user_properties(connection)) == {
        "department",
        "displayName",
        "userPrincipalName",
        "mail",
        "employeeId",
        "accountEnabled",
    }
