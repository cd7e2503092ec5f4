"""Where assets live: a SQL database, read as a State and written by applying a Plan.

Importing this room imports SQLAlchemy, so `run.stores` imports it where it is used.
"""

from reconciler.store.database.location import ALLOW_HOST, Address
from reconciler.store.opening import initialise, open_ledger, open_store, pending_migrations, stamp_of

__all__ = [
    "ALLOW_HOST",
    "Address",
    "initialise",
    "open_ledger",
    "open_store",
    "pending_migrations",
    "stamp_of",
]
