"""A fleet's table as JSON, in the environments' order of names."""

from collections.abc import Sequence

import msgspec

from reconciler.model.fleet import FleetRow


def fleet_json(rows: Sequence[FleetRow]) -> bytes:
    """Return the rows as JSON, with their format's version."""
    ordered = sorted(rows, key=lambda row: row.environment)
    return msgspec.json.format(msgspec.json.encode({"formatVersion": 1, "environments": ordered}), indent=2) + b"\n"
