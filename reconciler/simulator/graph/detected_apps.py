"""`/detectedApps` and the devices of each: one entry for each version of an application."""

from typing import Final

from reconciler.simulator.exchange import Call, Endpoint, Reply
from reconciler.simulator.graph import rows
from reconciler.simulator.graph.errors import intune_error
from reconciler.simulator.graph.listing import Listing
from reconciler.simulator.graph.pages import Pager, Resource
from reconciler.simulator.tenant.records import Device
from reconciler.simulator.tenant.software import Detected
from reconciler.simulator.tenant.tenant import Tenant

_PROPERTIES: Final = ("id", "displayName", "version", "sizeInByte", "deviceCount", "publisher", "platform")
_APPS: Final = Resource(Endpoint.DETECTED_APPS, "deviceManagement/detectedApps", page=50, counted=True)
_DEVICES: Final = Resource(Endpoint.APP_DEVICES, "deviceManagement/managedDevices", page=100, counted=True)


class DetectedApps:
    """Answers lists of detected applications, and of the devices that one is on."""

    def __init__(self, tenant: Tenant, pager: Pager) -> None:
        self._tenant = tenant
        self._pager = pager
        self._of: Listing[Device] | None = None
        self._changes = 0
        self._apps: dict[str, tuple[Detected, list[Device]]] = {}

    def apps(self, call: Call, _key: str) -> Reply:
        """Answer the list of applications."""
        found = [_row(key, *known) for key, known in self._known().items()]
        listing = Listing.of(found, lambda row: (str(row["displayName"]), str(row["id"])))
        select = rows.selected(call.query) or _PROPERTIES
        if not set(select) <= set(_PROPERTIES):
            raise ValueError("Parsing OData Select and Expand failed: detectedApp has no such property.")
        return self._pager.answer(call, _APPS, listing, rows.picked(select))

    def devices(self, call: Call, key: str) -> Reply:
        """Answer the list of an application's devices."""
        known = self._known().get(key)
        if known is None:
            return intune_error(404, "ResourceNotFound", "An error has occurred")
        listing = Listing.of(known[1], lambda device: (device.deviceName, device.id))
        return self._pager.answer(call, _DEVICES, listing, rows.listed_device(rows.selected(call.query)))

    def _known(self) -> dict[str, tuple[Detected, list[Device]]]:
        """Return each application by its id with its devices; worked out again when the devices have changed."""
        devices, changes = self._tenant.devices, self._tenant.inventory.changes
        if self._of is not devices or self._changes != changes:
            by_app: dict[Detected, list[Device]] = {}
            for device in devices.items:
                for app in self._tenant.detected(device):
                    by_app.setdefault(app, []).append(device)
            self._apps = {app.id: (app, on) for app, on in by_app.items()}
            self._of, self._changes = devices, changes
        return self._apps


def _row(key: str, app: Detected, on: list[Device]) -> dict[str, object]:
    return dict(zip(_PROPERTIES, (key, app.name, app.version, 0, len(on), app.publisher, app.platform), strict=True))
