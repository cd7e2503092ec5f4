"""The pages on disk: their paths, and the rows in them."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
from msgspec import Raw, Struct


class Envelope(Struct):
    """What a page wraps its rows in."""

    value: Raw


def paths(folder: str, day: str, name: str) -> list[Path]:
    """Return the pages of a day's devices, or of the users, in their order."""
    where = Path(folder) / day if name == "devices" else Path(folder)
    return sorted(where.glob(f"{name}-*.json"))


def rows(folder: str, day: str, name: str, some: slice) -> Iterator[bytes]:
    """Yield the rows of each page, or of some of them, as JSON."""
    decoder = msgspec.json.Decoder(Envelope)
    for path in paths(folder, day, name)[some]:
        yield bytes(decoder.decode(path.read_bytes()).value)
