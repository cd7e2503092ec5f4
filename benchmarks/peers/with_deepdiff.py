"""deepdiff: what differs between two dicts of dicts."""

from deepdiff import DeepDiff

from benchmarks.peers.devices import devices
from benchmarks.step import Facts


def diff(folder: str) -> Facts:
    """Compare the fleet with itself."""
    return {"differences": len(DeepDiff(devices(folder), devices(folder)))}
