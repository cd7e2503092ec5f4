"""The pages on disk."""

from pathlib import Path


def paths(folder: str, day: str, name: str) -> list[Path]:
    """Return the pages of a day's devices, or of the users, in their order."""
    where = Path(folder) / day if name == "devices" else Path(folder)
    return sorted(where.glob(f"{name}-*.json"))
