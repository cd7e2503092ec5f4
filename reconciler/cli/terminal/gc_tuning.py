"""How often Python looks for garbage in cycles: rarely, since a fleet's values are many, and in no cycle."""

import gc
from typing import Final

_NEW_OBJECTS: Final = 200_000
"""More than loading the program makes, since looking through all of it would take a tenth of its start."""


def collect_rarely() -> None:
    """Look for cycles once for so many new objects, which costs a plan of a fleet a tenth less than as Python comes."""
    gc.set_threshold(_NEW_OBJECTS, 20, 20)


def collect_no_more() -> None:
    """Leave what is there to the end of the process, which would look for cycles in all of it twice."""
    gc.freeze()
