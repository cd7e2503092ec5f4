"""A recording and settings that it was not made with: whose snapshot is whose, and what it lacks for them."""

from collections.abc import Iterator

from msgspec.structs import replace

from reconciler.model.impact import Unanswered
from reconciler.model.snapshot import Snapshot
from reconciler.model.state import Recording
from reconciler.planning.rules import needs
from reconciler.settings.environment import Connection, Environment


def with_connections(environment: Environment, recording: Recording) -> Recording:
    """Return the recording with each snapshot under the connection of its tenant, whatever its folder is called (K7).

    A snapshot of a tenant that no connection names is left out: it says nothing of another tenant.
    """
    names = {connection.tenant_id: name for name, connection in environment.connections.items()}
    owned = [
        replace(each, connection=names[each.tenant_id.lower()])
        for each in recording.snapshots
        if each.tenant_id.lower() in names
    ]
    return replace(recording, snapshots=tuple(sorted(owned, key=lambda each: each.connection)))


def unanswered(environment: Environment, recording: Recording) -> tuple[Unanswered, ...]:
    """Return what the enabled connections need that a recording, already fitted, does not hold."""
    snapshots = {each.connection: each for each in recording.snapshots}
    return tuple(
        lacking
        for name, connection in sorted(environment.connections.items())
        if name in snapshots and environment.enabled(connection)
        for lacking in _lacking(connection, snapshots[name])
    )


def _lacking(connection: Connection, snapshot: Snapshot) -> Iterator[Unanswered]:
    """Yield what the settings need of a connection and its snapshot does not hold."""
    why = "the recording does not hold it"
    for name in needs.device_properties(connection):
        if name not in snapshot.device_properties and (name != "userId" or needs.user_properties(connection)):
            yield Unanswered(connection.name, f"device property {name}", why)
    if snapshot.users_unknown == "not read" and needs.user_properties(connection):
        yield Unanswered(connection.name, "users", why)
    elif snapshot.users_unknown is None:
        for name in needs.user_properties(connection):
            if name not in snapshot.user_properties:
                yield Unanswered(connection.name, f"user property {name}", why)
    if snapshot.software_unknown == "not read" and needs.software(connection):
        yield Unanswered(connection.name, "software", why)
