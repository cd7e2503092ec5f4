"""Which path of Graph is which endpoint, and the permission that each one needs."""

import re
from typing import Final

from reconciler.simulator.exchange import Endpoint

_V1: Final = r"/v1\.0"
_INTUNE: Final = rf"{_V1}/deviceManagement"
_KEY: Final = r"(?:/|\(')(?P<key>[^/')]+)(?:'\))?"
_ROUTES: Final = tuple(
    (endpoint, re.compile(pattern))
    for endpoint, pattern in (
        (Endpoint.DEVICES, rf"{_INTUNE}/managedDevices"),
        (Endpoint.DEVICE, rf"{_INTUNE}/managedDevices{_KEY}"),
        (Endpoint.OVERVIEW, rf"{_INTUNE}/managedDeviceOverview"),
        (Endpoint.DETECTED_APPS, rf"{_INTUNE}/detectedApps"),
        (Endpoint.APP_DEVICES, rf"{_INTUNE}/detectedApps{_KEY}/managedDevices"),
        (Endpoint.EXPORTS, rf"{_INTUNE}/reports/exportJobs"),
        (Endpoint.EXPORT, rf"{_INTUNE}/reports/exportJobs{_KEY}"),
        (Endpoint.USERS, rf"{_V1}/users"),
        (Endpoint.USERS_DELTA, rf"{_V1}/users/delta(?:\(\))?"),
        (Endpoint.BY_IDS, rf"{_V1}/directoryObjects/(?:microsoft\.graph\.)?getByIds"),
        (Endpoint.USER, rf"{_V1}/users{_KEY}"),
        (Endpoint.ENTRA_DEVICES, rf"{_V1}/devices"),
        (Endpoint.ORGANIZATION, rf"{_V1}/organization"),
        (Endpoint.BATCH, rf"{_V1}/\$batch"),
    )
)

INTUNE: Final = frozenset(
    {
        *(Endpoint.DEVICES, Endpoint.DEVICE, Endpoint.OVERVIEW),
        *(Endpoint.DETECTED_APPS, Endpoint.APP_DEVICES, Endpoint.EXPORTS, Endpoint.EXPORT),
    }
)
"""Endpoints that Intune answers, behind Graph."""
PERMISSION: Final = dict.fromkeys(INTUNE, "DeviceManagementManagedDevices.Read.All") | {
    Endpoint.USERS: "User.Read.All",
    Endpoint.USER: "User.Read.All",
    Endpoint.USERS_DELTA: "User.Read.All",
    Endpoint.BY_IDS: "User.Read.All",
    Endpoint.ENTRA_DEVICES: "Device.Read.All",
    Endpoint.ORGANIZATION: "Organization.Read.All",
}
POSTED: Final = frozenset({Endpoint.BATCH, Endpoint.BY_IDS})
"""Endpoints that take a POST; all others take a GET, and a list of jobs takes either."""


def route(path: str) -> tuple[Endpoint, str]:
    """Name the endpoint of a path, with the key in it, if any."""
    for endpoint, pattern in _ROUTES:
        found = pattern.fullmatch(path)
        if found:
            return endpoint, found.groupdict().get("key", "")
    return Endpoint.OTHER, ""
