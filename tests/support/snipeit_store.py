"""The example environments with a pretend Snipe-IT for a store, laid over their files."""

from command_line import CommandLine

from reconciler.simulator.snipeit import SnipeIt, SnipeItServer
from reconciler.simulator.stores.clock import Clock

FIELDS = {
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


def furnished() -> SnipeIt:
    """Return a Snipe-IT that has everything that the example environments use."""
    return SnipeIt.furnished(fields=FIELDS.values(), clock=Clock())


def lay_snipe_it(
    command: CommandLine, server: SnipeItServer, *, fields: dict[str, str] = FIELDS, url: str | None = None
) -> None:
    """Let prod keep its assets in a Snipe-IT, with a ledger beside it."""
    kept = "".join(f"    {ours}: {theirs}\n" for ours, theirs in fields.items())
    command.lay(
        "prod/instance.yaml",
        "store:\n  url: null\n  requestsPerMinute: 6000\n"
        f"  ledger: {{url: sqlite:///{command.store}}}\n"
        f"  snipeIt: {{url: {url or server.url}, token: {{env: SNIPEIT_TOKEN}}}}\n  fields:\n{kept}",
    )
