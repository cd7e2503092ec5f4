"""Each connection as `status` shows it: last success and failure, when it is due, when its credential ends (J4)."""

import datetime
from collections.abc import Mapping

from reconciler.configuration.documents import document
from reconciler.model.run import Attempt, ConnectionStatus
from reconciler.model.state import State
from reconciler.planning.scope import due_at
from reconciler.run.context import Surroundings
from reconciler.run.signin.credentials import end_of_credential
from reconciler.settings.environment import Environment
from reconciler.undo.holds import settings_of_connection

_OF_ALL = "catalogue.yaml"
"""What every connection's plan depends on, besides its own files."""


def changed_connections(environment: Environment, state: State) -> frozenset[str]:
    """Return the connections whose settings differ from the last applied ones, or that those do not have (A5)."""
    if state.applied is None or state.applied.digest == environment.digest:
        return frozenset()
    now, before = document(environment), state.applied.document
    if now[_OF_ALL] != before.get(_OF_ALL):
        return frozenset(environment.connections)
    return frozenset(
        name
        for name in environment.connections
        if settings_of_connection(now, name) != settings_of_connection(before, name)
    )


def connection_states(
    around: Surroundings, state: State, failures: Mapping[str, Attempt]
) -> tuple[ConnectionStatus, ...]:
    """Return every connection of the settings, by its folder's name; `failures` are the ledger's last ones."""
    environment = around.environment
    reads = {read.tenant_id: read.read_at for read in state.reads}
    changed = changed_connections(environment, state)
    found = []
    for name, connection in sorted(environment.connections.items()):
        success, failure = reads.get(connection.tenant_id), failures.get(name)
        enabled = environment.enabled(connection)
        end = end_of_credential(around, connection) if enabled else None
        found.append(
            ConnectionStatus(
                name=name,
                tenant_id=connection.tenant_id,
                enabled=enabled,
                last_success=success,
                last_failure=failure.failed_at if failure else None,
                last_error=(failure.unread.get(name) or failure.error) if failure else None,
                next_due=due_at(connection, success, changed=name in changed, now=around.now()) if enabled else None,
                credential_ends=end.isoformat() if isinstance(end, datetime.date) else None,
            )
        )
    return tuple(found)
