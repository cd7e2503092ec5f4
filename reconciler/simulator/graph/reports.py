"""Intune's reports as files: their columns, and their lines."""

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from reconciler.simulator.tenant.records import Device
from reconciler.simulator.tenant.software import Detected
from reconciler.simulator.tenant.tenant import Tenant

APPLICATIONS: Final = "AppInvRawData"
_INVENTORY: Final = "DevicesWithInventory"

_HOLDERS: Final[dict[str, Callable[[Device], str]]] = {
    "DeviceId": lambda device: device.id,
    "DeviceName": lambda device: device.deviceName,
    "EmailAddress": lambda device: device.emailAddress,
    "OSDescription": lambda device: device.operatingSystem,
    "OSVersion": lambda device: device.osVersion,
    "UserId": lambda device: device.userId,
    "UserName": lambda device: device.userDisplayName,
}
_OF_APPLICATIONS: Final[dict[str, Callable[[Detected], str]]] = {
    "ApplicationKey": lambda app: app.id,
    "ApplicationName": lambda app: app.name,
    "ApplicationPublisher": lambda app: app.publisher,
    "ApplicationShortVersion": lambda app: ".".join(app.version.split(".")[:2]),
    "ApplicationVersion": lambda app: app.version,
    "Platform": lambda app: app.platform,
}
_OF_DEVICES: Final[dict[str, Callable[[Device], str]]] = {
    "DeviceId": lambda device: device.id,
    "DeviceName": lambda device: device.deviceName,
    "OwnerType": lambda device: device.managedDeviceOwnerType.capitalize(),
    "CreatedDate": lambda device: _moment(device.enrolledDateTime),
    "LastContact": lambda device: _moment(device.lastSyncDateTime),
    "ManagementAgent": lambda device: device.managementAgent,
    "ReferenceId": lambda device: device.azureADDeviceId,
    "OS": lambda device: device.operatingSystem,
    "OSVersion": lambda device: device.osVersion,
    "SerialNumber": lambda device: device.serialNumber,
    "Manufacturer": lambda device: device.manufacturer,
    "Model": lambda device: device.model,
    "IMEI": lambda device: device.imei,
    "MEID": lambda device: device.meid,
    "WifiMacAddress": lambda device: device.wiFiMacAddress or "",
    "StorageTotal": lambda device: str(device.totalStorageSpaceInBytes // 2**20),
    "StorageFree": lambda device: str(device.freeStorageSpaceInBytes // 2**20),
    "UserId": lambda device: device.userId,
    "UPN": lambda device: device.userPrincipalName,
    "UserEmail": lambda device: device.emailAddress,
    "UserName": lambda device: device.userDisplayName,
    "CompliantState": lambda device: device.complianceState.capitalize(),
}
_OF_INVENTORY: Final[dict[str, Callable[[Device], str]]] = {
    **_OF_DEVICES,
    "EthernetMAC": lambda device: device.ethernetMacAddress or "",
    "ICCID": lambda device: device.iccid or "",
}
_HEADERS: Final = {
    "DeviceId": "Device ID",
    "DeviceName": "Device name",
    "ReferenceId": "Microsoft Entra Device ID",
    "SerialNumber": "Serial number",
    "LastContact": "Last check-in",
    "CreatedDate": "Enrollment date",
    "UPN": "Primary user UPN",
    "UserEmail": "Primary user email address",
    "OwnerType": "Ownership",
    "CompliantState": "Compliance",
    "ManagementAgent": "Managed by",
}
"""What the inventory's file calls columns it was asked for (learn: intune/reports-export-graph-available-reports)."""

COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    APPLICATIONS: (*_OF_APPLICATIONS, *_HOLDERS),
    "Devices": tuple(_OF_DEVICES),
    _INVENTORY: tuple(_OF_INVENTORY),
}
"""Each report's columns by its name, in the order in which they come when none is chosen."""


def lines(tenant: Tenant, report: str, select: Sequence[str]) -> Iterator[bytes]:
    """Yield a report's file: a BOM, the names of the columns, and its rows, device by device."""
    if report == APPLICATIONS:
        yield from _application_lines(tenant, select)
        return
    headers = [_HEADERS.get(name, name) for name in select] if report == _INVENTORY else select
    yield ("\ufeff" + ",".join(headers) + "\r\n").encode()
    columns = [_OF_INVENTORY[name] for name in select]
    for device in tenant.devices.items:
        yield (",".join(_cell(column(device)) for column in columns) + "\r\n").encode()


def _moment(text: str) -> str:
    """Return a moment as these files have it: `2026-09-14 06:00:00.0000000`."""
    return f"{text[:10]} {text[11:19]}.0000000"


def _application_lines(tenant: Tenant, select: Sequence[str]) -> Iterator[bytes]:
    """Yield the file of applications, device by device: a row for each application of each.

    An application's row is written once, with a gap for each cell of a device.
    """
    of_device = [_HOLDERS[name] for name in select if name in _HOLDERS]
    gapped: dict[Detected, str] = {}
    yield ("\ufeff" + ",".join(select) + "\r\n").encode()
    for device in tenant.devices.items:
        cells = tuple(_cell(column(device)) for column in of_device)
        rows = []
        for app in tenant.detected(device):
            row = gapped.get(app)
            if row is None:
                row = gapped[app] = _gapped(select, app)
            rows.append(row % cells)
        yield "".join(rows).encode()


def _gapped(select: Sequence[str], app: Detected) -> str:
    cells = [
        _cell(_OF_APPLICATIONS[name](app)).replace("%", "%%") if name in _OF_APPLICATIONS else "%s" for name in select
    ]
    return ",".join(cells) + "\r\n"


def _cell(text: str) -> str:
    """Write a cell as RFC 4180 has it."""
    if "," in text or '"' in text or "\n" in text or "\r" in text:
        return '"' + text.replace('"', '""') + '"'
    return text
