"""What Graph writes for "nothing" becomes empty, property by property (G6)."""

from typing import Any

import msgspec
import pytest

from reconciler.intune.parts.records import listed_devices, single_devices, users
from reconciler.model.snapshot import UNKNOWN

_ZERO = "00000000-0000-0000-0000-000000000000"
_HEX = "6ee9962862064b12bd0f70112bb0d977"


@pytest.mark.parametrize(
    ("name", "given", "clean"),
    [
        ("serialNumber", "", None),
        ("serialNumber", None, None),
        ("serialNumber", "0", "0"),
        ("serialNumber", "Unknown", "Unknown"),
        ("azureADDeviceId", _ZERO, None),
        ("azureADDeviceId", _ZERO[:-1] + "1", _ZERO[:-1] + "1"),
        ("deviceCategoryDisplayName", "Unknown", None),
        ("deviceCategoryDisplayName", "", None),
        ("jailBroken", "Unknown", None),
        ("jailBroken", "False", "False"),
        ("complianceState", "unknown", "unknown"),
        ("complianceState", "notYetInvented", "notYetInvented"),
        ("totalStorageSpaceInBytes", 0, None),
        ("totalStorageSpaceInBytes", 1, 1),
        ("isEncrypted", False, False),
        ("easActivationDateTime", "0001-01-01T00:00:00Z", None),
        ("easActivationDateTime", "0001-06-01T00:00:00Z", None),
        ("easActivationDateTime", "9999-06-01T00:00:00Z", None),
        ("complianceGracePeriodExpirationDateTime", "9999-12-31T23:59:59Z", None),
        ("complianceGracePeriodExpirationDateTime", "9999-12-31T23:59:59.9999999Z", None),
        ("enrolledDateTime", "1601-01-01T00:00:00Z", None),
        ("enrolledDateTime", "1899-12-30T00:00:00Z", None),
        ("enrolledDateTime", "1970-01-01T00:00:00Z", None),
        ("enrolledDateTime", "1970-01-02T00:00:00Z", "1970-01-02T00:00:00Z"),
        ("enrolledDateTime", "1969-12-31T23:59:59Z", "1969-12-31T23:59:59Z"),
        ("totalStorageSpaceInBytes", -1, None),
        ("enrollmentProfileName", None, UNKNOWN),
        ("meid", "", UNKNOWN),
        ("enrolledDateTime", "2026-11-23T08:00:00Z", "2026-11-23T08:00:00Z"),
        ("enrolledDateTime", "2026-11-23T08:00:00.9999999Z", "2026-11-23T08:00:00Z"),
        ("enrolledDateTime", "2026-11-23T09:30:00+01:30", "2026-11-23T08:00:00Z"),
        ("enrolledDateTime", "2026-11-23T08:00:00", "2026-11-23T08:00:00Z"),
        ("enrolledDateTime", "2026-11-23 08:00:00Z", "2026-11-23T08:00:00Z"),
        ("enrolledDateTime", "0900-11-23T08:00:00.5Z", "0900-11-23T08:00:00Z"),
        ("enrolledDateTime", "2026-02-30T08:00:00Z", UNKNOWN),
        ("enrolledDateTime", "yesterday", UNKNOWN),
        ("enrolledDateTime", "", None),
        ("enrolledDateTime", None, None),
        ("userPrincipalName", f"{_HEX}10420@contoso.example", "10420@contoso.example"),
        ("userPrincipalName", f"{_HEX}@contoso.example", f"{_HEX}@contoso.example"),
        ("userPrincipalName", "ada@contoso.example", "ada@contoso.example"),
        ("userPrincipalName", "", None),
        ("emailAddress", f"{_HEX}10420@contoso.example", f"{_HEX}10420@contoso.example"),
        ("ethernetMacAddress", "", UNKNOWN),
        ("physicalMemoryInBytes", 0, UNKNOWN),
        ("deviceActionResults", [], []),
    ],
)
@pytest.mark.parametrize(
    "among", [{}, {"enrolledDateTime": "2026-01-01T00:00:00Z", "serialNumber": "1"}, {"enrolledDateTime": None}]
)
def test_a_listed_value_is_cleaned(name: str, given: Any, clean: Any, among: dict[str, Any]) -> None:
    """The same comes out whether the page holds the device alone or others too."""
    rows = msgspec.json.encode([{"id": "a", name: given}, *({"id": "b", **among},) * bool(among)])
    devices, lost = listed_devices([name]).read(rows)
    assert (getattr(devices[0], name), lost) == (clean, 0)


def test_empty_dates_keep_their_places_among_others() -> None:
    """What is empty moves nothing, whether all that is there is well written or not."""
    good, bad = "2026-01-01T00:00:00Z", "2026-02-30T08:00:00Z"
    for column, clean in (([None, good, None], [None, good, None]), ([good, None, bad], [good, None, UNKNOWN])):
        rows = [{"id": str(place), "enrolledDateTime": each} for place, each in enumerate(column)]
        devices, _ = listed_devices(["enrolledDateTime"]).read(msgspec.json.encode(rows))
        assert [device.enrolledDateTime for device in devices] == clean


def test_what_a_reply_lacks_is_unknown() -> None:
    """Missing from the reply is not null."""
    devices, _ = listed_devices(["serialNumber", "isEncrypted"]).read(b'[{"id": "a", "serialNumber": null}]')
    assert (devices[0].serialNumber, devices[0].isEncrypted, devices[0].deviceName) == (None, UNKNOWN, UNKNOWN)


def test_a_single_reply_tells_what_lists_do_not_and_no_user() -> None:
    """A single GET may answer with a stale user; its MAC address is real."""
    records = single_devices(["ethernetMacAddress", "userId", "serialNumber"])
    devices, _ = records.read(b'[{"id": "a", "ethernetMacAddress": "147dda48f752", "userId": "u", "serialNumber": ""}]')
    device = devices[0]
    assert (device.ethernetMacAddress, device.userId, device.serialNumber) == ("147dda48f752", UNKNOWN, None)
    assert records.select == "id,deviceName,enrolledDateTime,ethernetMacAddress,lastSyncDateTime,serialNumber"


def test_listed_and_single_devices_are_of_one_type() -> None:
    """A device that only a single GET found stands among the listed ones."""
    row = b'[{"id": "a"}]'
    names = ["serialNumber", "userId"]
    assert listed_devices(names).read(row) == single_devices(names).read(row)


def test_a_users_name_keeps_its_digits() -> None:
    """In the directory the UPN is what it says; only on devices do digits get glued on."""
    found, _ = users(["userPrincipalName", "mail"]).read(
        msgspec.json.encode([{"id": "u", "userPrincipalName": f"{_HEX}1@contoso.example", "mail": ""}])
    )
    assert (found[0].userPrincipalName, found[0].mail) == (f"{_HEX}1@contoso.example", None)
