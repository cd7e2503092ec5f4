"""The example environments with a pretend Halo for a store, laid over their files."""

from command_line import CommandLine

from reconciler.simulator.halo import Halo, HaloServer
from reconciler.simulator.stores.clock import Clock

FIELDS = {
    "name": "Device name",
    "serialNumber": "Serial number",
    "manufacturer": "Manufacturer",
    "model": "Model",
    "operatingSystem": "Operating system",
    "osVersion": "OS version",
    "storageGb": "Storage in GB",
    "wifiMac": "Wi-Fi MAC",
    "imei": "IMEI",
    "encrypted": "Encrypted",
    "enrolledAt": "Enrolled",
    "compliance": "Compliance",
    "ownership": "Ownership",
    "custom.label": "Label",
    "custom.managed_by": "Managed by",
    "custom.department": "Department",
}
CUSTOM = ("Label", "Managed by", "Department")


def furnished() -> Halo:
    """Return a Halo that has everything that the example environments use."""
    return Halo.furnished(
        groups={"Computers": ("Laptop", "Virtual Machine", "Mac"), "Mobile devices": ("Phone",)},
        fields=[name for name in FIELDS.values() if name not in CUSTOM],
        custom_fields=CUSTOM,
        clock=Clock(),
    )


def lay_halo(command: CommandLine, server: HaloServer, *, name: str = "prod") -> None:
    """Let an environment keep its assets in a Halo, with a ledger beside it, and import no software."""
    fields = "".join(f"    {ours}: {theirs}\n" for ours, theirs in FIELDS.items())
    command.lay(
        f"{name}/instance.yaml",
        "store:\n  url: null\n  requestsPerMinute: 6000\n"
        f"  ledger: {{url: sqlite:///{command.store_of(name)}}}\n"
        f"  halo: {{url: {server.url}, clientId: {server.data.options.client_id}, secret: {{env: HALO_SECRET}}}}\n"
        f"  fields:\n{fields}",
    )
    command.lay(f"{name}/connections/intune/imports.yaml", "software: {import: false}\n")
