"""The devices of the first day as peers get them: plain dicts out of the pages, decoded the fastest way."""

from pathlib import Path
from typing import Any

import msgspec

from benchmarks import pages


def devices(folder: str) -> dict[str, dict[str, Any]]:
    """Return each device's properties by its id."""
    decoder = msgspec.json.Decoder()
    found: dict[str, dict[str, Any]] = {}
    for path in pages.paths(folder, "first", "devices"):
        for device in decoder.decode(path.read_bytes())["value"]:
            found[device["id"]] = device
    return found


def is_there(path: Path) -> bool:
    """Say whether something was prepared before; make the folder that it will be in."""
    path.parent.mkdir(parents=True, exist_ok=True)
    return path.exists()
