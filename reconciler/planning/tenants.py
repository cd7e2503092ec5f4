"""A connection is its tenant (K7)."""

from collections import Counter
from datetime import datetime

from reconciler.columnar import pack
from reconciler.errors import SettingsError
from reconciler.model.layouts import BINDINGS
from reconciler.model.state import State
from reconciler.settings.environment import Environment


def check_tenants(environment: Environment, state: State) -> None:
    """Refuse a connection whose `tenantId` was exchanged while bindings of the old tenant exist.

    A renamed folder with the same tenant is a rename, and a tenant that moved to another folder is none of this.

    Raises:
        SettingsError: a connection names another tenant than the one whose bindings it made.
    """
    applied = state.applied.document if state.applied else {}
    bound = frozenset(pack(state.bindings, BINDINGS).column("tenant_id"))
    current = {connection.tenant_id for connection in environment.connections.values()}
    for name, connection in sorted(environment.connections.items()):
        old = str(applied.get(f"connections/{name}/connection.yaml", {}).get("tenantId", "")).lower()
        if old and old != connection.tenant_id and old in bound and old not in current:
            raise SettingsError(
                f"connections/{name}/connection.yaml: tenantId is {connection.tenant_id}, but the store has bindings "
                f"that this connection made for tenant {old} (K7). Put the new tenant into a connection folder of its "
                f"own, and keep or remove the folder of the old one."
            )


def late_reads(environment: Environment, state: State, now: str, most_seconds: int) -> list[str]:
    """Return in words which enabled connections were last read longer ago than that, or never."""
    reads = {read.tenant_id: read.read_at for read in state.reads}
    late = []
    for name, connection in sorted(environment.connections.items()):
        if not environment.enabled(connection):
            continue
        last = reads.get(connection.tenant_id)
        if last is None:
            late.append(f"connection {name} was never read")
        elif (datetime.fromisoformat(now) - datetime.fromisoformat(last)).total_seconds() > most_seconds:
            late.append(f"connection {name} was last read at {last}")
    return late


def unconfigured_tenants(environment: Environment, state: State) -> list[tuple[str, int]]:
    """Return the tenants that have bindings and no connection any more, with how many (K7)."""
    current = {connection.tenant_id for connection in environment.connections.values()}
    counts = Counter(pack(state.bindings, BINDINGS).column("tenant_id"))
    return sorted((tenant, count) for tenant, count in counts.items() if tenant not in current)
