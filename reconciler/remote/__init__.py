"""What every store behind an API shares: proven reads, names, intents, settling, the request budget (W1-W9).

A product's room implements `Room` and opens it with `RemoteReader` and `RemoteWriter`; docs/extending.md has the steps.
Modules that make requests are imported where they are used: `requests` is heavy.
"""

from reconciler.remote.effort import effort
from reconciler.remote.fitting import fit
from reconciler.remote.names import Names
from reconciler.remote.room import AssetRecord, PersonRecord, Reading, Room, Seen
from reconciler.remote.store import RemoteReader, RemoteWriter

__all__ = [
    "AssetRecord",
    "Names",
    "PersonRecord",
    "Reading",
    "RemoteReader",
    "RemoteWriter",
    "Room",
    "Seen",
    "effort",
    "fit",
]
