"""The state out of the tables, as plain rows in one transaction: the hot path of every plan.

The caller's transaction makes it consistent. The records are packed as they come, a thousand rows at a time.
"""

from typing import Final

from msgspec.structs import replace
from sqlalchemy import Connection, select

from reconciler.model.state import State
from reconciler.store.ledger.bindings import read_bindings
from reconciler.store.ledger.pins import pinned_fields
from reconciler.store.ledger.reads import read_reads
from reconciler.store.ledger.settings_record import read_applied
from reconciler.store.ledger.stamp import as_stamp, read_remote
from reconciler.store.ledger.tables import stamp
from reconciler.store.ledger.undos import read_holds
from reconciler.store.ledger.usage import read_usage
from reconciler.store.rows.assets import BUILT_IN, asset_fields, read_assets
from reconciler.store.rows.catalogue import read_details
from reconciler.store.rows.names import read_names
from reconciler.store.rows.software import read_applications, read_installed
from reconciler.store.rows.users import read_people

EMPTY_STATE: Final = State(fields=BUILT_IN)
"""The state of a store that does not exist yet."""


def read_state(connection: Connection, window_seconds: int, now: str) -> State:
    """Return the whole state; `now` and the seconds before it are the limits' window (R2)."""
    names = read_names(connection)
    row = connection.execute(select(stamp)).one_or_none()
    bindings = read_bindings(connection)
    applications = read_applications(connection)
    versions, installed = read_installed(connection, applications)
    return State(
        stamp=as_stamp(row, read_remote(connection)),
        revision=row.revision if row else "",
        fields=asset_fields(names),
        catalogue=replace(names.catalogue(), details=read_details(connection, names)),
        assets=read_assets(connection, names),
        people=read_people(connection, names.sites),
        bindings=bindings,
        pins=pinned_fields(connection),
        applications=tuple(applications.values()),
        versions=versions,
        installed=installed,
        reads=read_reads(connection),
        usage=read_usage(connection, bindings, window_seconds, now),
        applied=read_applied(connection),
        holds=read_holds(connection),
        highest_tag=row.highest_tag if row else 0,
    )
