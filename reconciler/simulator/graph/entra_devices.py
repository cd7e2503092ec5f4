"""`/devices`: what Entra knows of the machines that registered with it, and who registered each."""

from functools import partial
from typing import Any, Final
from uuid import UUID, uuid5

from reconciler.simulator.exchange import Call, Endpoint, Reply
from reconciler.simulator.graph.errors import graph_error
from reconciler.simulator.graph.listing import Listing
from reconciler.simulator.graph.pages import Pager, Resource
from reconciler.simulator.tenant.records import ZERO_GUID, Device
from reconciler.simulator.tenant.tenant import Tenant

_DEVICES: Final = Resource(Endpoint.ENTRA_DEVICES, "devices", page=100, counted=False)
_MOST: Final = 999
_MOST_EXPANDED: Final = 20
_EXPANDED: Final = "registeredOwners"
_NAMES: Final = ("id", "deviceId", "displayName", "operatingSystem")


class EntraDevices:
    """Answers lists of Entra's devices, with their registered owners when `$expand` asks for them."""

    def __init__(self, tenant: Tenant, pager: Pager) -> None:
        self._tenant = tenant
        self._pager = pager
        self._listed: tuple[Listing[Device], Listing[Device]] | None = None

    def answer(self, call: Call, _key: str) -> Reply:
        """Answer a page. Raises ValueError for a property that Entra's device does not have."""
        asked = call.query.get("$top", "1")
        if not asked.isdecimal() or not 1 <= int(asked) <= _MOST:
            told = f"Invalid page size specified: '{asked}'. Must be between 1 and {_MOST} inclusive."
            return graph_error(400, "Request_UnsupportedQuery", told)
        expand = call.query.get("$expand", "").partition("(")[0]
        if expand not in ("", _EXPANDED):
            return graph_error(400, "Request_UnsupportedQuery", f"The simulator does not expand {expand} of devices.")
        names = tuple(name for name in call.query.get("$select", "").split(",") if name) or _NAMES
        unknown = [name for name in names if name not in _NAMES]
        if unknown:
            raise ValueError(f"Could not find a property named '{unknown[0]}' on type 'microsoft.graph.device'.")
        return self._pager.answer(call, _DEVICES, self._listing(), partial(self._row, names, bool(expand)))

    def _listing(self) -> Listing[Device]:
        """Return the registered devices in the order of their ids, sorted anew only when the tenant's changed."""
        listed, devices = self._listed, self._tenant.devices
        if listed is None or listed[0] is not devices:
            registered = (each for each in devices.items if each.azureADDeviceId != ZERO_GUID)
            listed = self._listed = devices, Listing.of(registered, lambda each: (each.azureADDeviceId, each.id))
        return listed[1]

    def _row(self, names: tuple[str, ...], expand: bool, device: Any) -> dict[str, object]:
        row = _properties(device)
        kept: dict[str, object] = {name: row[name] for name in names}
        if expand:
            # At most twenty of what is expanded (learn: graph/query-parameters).
            owners = self._tenant.owners(device)[:_MOST_EXPANDED]
            kept[_EXPANDED] = [{"@odata.type": "#microsoft.graph.user", "id": owner} for owner in owners]
        return kept


def _properties(device: Device) -> dict[str, str]:
    """Return an Entra device's own properties; its `id` is not its `deviceId`."""
    return {
        "id": str(uuid5(UUID(device.azureADDeviceId), "device")),
        "deviceId": device.azureADDeviceId,
        "displayName": device.deviceName,
        "operatingSystem": device.operatingSystem,
    }
