"""How often Python looks for garbage in cycles: rarely, since a fleet's values are many, and in no cycle."""

import gc
from typing import Final

_NEW_OBJECTS: Final = 100_000


def collect_rarely() -> None:
    """Look for cycles once for so many new objects, which costs a plan of a fleet a tenth less than as Python comes."""
    gc.set_threshold(_NEW_OBJECTS, 20, 20)
