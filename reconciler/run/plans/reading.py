"""Reading: the store's state and every enabled connection's snapshot make a recording."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from dataclasses import replace as replaced
from functools import partial
from typing import TYPE_CHECKING

from msgspec.structs import replace

from reconciler.errors import ReconcilerError, RevisionError
from reconciler.model.snapshot import Snapshot
from reconciler.model.state import Presence, Recording, State
from reconciler.planning.asking import Asking
from reconciler.planning.limits import absences_allowed
from reconciler.planning.rules import needs
from reconciler.planning.scope import EVERYTHING, Scope
from reconciler.planning.tenants import check_tenants
from reconciler.run import stores
from reconciler.run.context import AtStore, Surroundings
from reconciler.run.signin import credentials
from reconciler.run.stamps import check_stamp, foreign
from reconciler.settings.base import seconds
from reconciler.settings.environment import Connection
from reconciler.settings.imports import Absence
from reconciler.settings.mappings.properties import DEVICE_PROPERTIES, USER_PROPERTIES, PropertyType

if TYPE_CHECKING:
    from reconciler.intune.inputs import Bound

_CONNECTIONS_AT_ONCE = 4

_ASKED_FOR_TOO = frozenset({Presence.MISSING, Presence.EXCLUDED})
"""An excluded device's absence has to be proven too before its binding moves to the machine's new device (M6)."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to read: every list property or only those that the settings use, and connections that are off too.

    Connections that `scope` leaves out are not read.
    """

    everything: bool = False
    as_if_enabled: bool = False
    allowances: Mapping[str, int] | None = None
    scope: Scope = EVERYTHING


def read_state(around: Surroundings | AtStore) -> State:
    """Read the store's state without being able to write (P3)."""
    window = seconds(around.instance.limits.window)
    with stores.open_store(around) as store:
        return store.state(window, around.now())


def last_seen(around: Surroundings) -> State:
    """Return what the store holds, behind an API as it was last seen there: no request is made (W1)."""
    if not around.instance.store.is_remote:
        return read_state(around)
    with stores.open_ledger(around) as ledger:
        return ledger.state(seconds(around.instance.limits.window), around.now())


def state_or_stamp(around: Surroundings) -> State:
    """Return the store's state; of another instance's store that is another version's too, its stamp alone.

    That store is warned of or refused by its stamp, before anything else of it matters (E3): a copy of production's
    database needs no upgrade to be left as it is.
    """
    try:
        if around.instance.store.is_remote:  # the stamp comes before the remote's credentials
            with stores.open_ledger(around) as ledger:
                stamp = ledger.stamp()
            if foreign(stamp, around.instance):
                return State(stamp=stamp)
        return read_state(around)
    except RevisionError:
        stamp = stores.stamp_of(around)
        if not foreign(stamp, around.instance):
            raise
        return State(stamp=stamp)


def read(around: Surroundings, wanted: Wanted) -> tuple[Recording, str | None]:
    """Return a recording of the store and of every connection that is enabled, and a warning of E3 if there is one.

    The checks come in the order of E3: stamp, enablement, credentials, Graph. A connection that cannot be read is a
    failure in the recording; when every one of them fails, its error is raised.
    """
    # Whoever previews what is off, or records all, wants the store's rows.
    state = read_state(around) if wanted.as_if_enabled or wanted.everything else state_or_stamp(around)
    warning = check_stamp(state.stamp, around.environment)
    return read_connections(around, state, wanted), warning


def read_connections(around: Surroundings, state: State, wanted: Wanted) -> Recording:
    """Return a recording of this state and of the enabled connections, which are read at the same time."""
    environment = around.environment
    check_tenants(environment, state)
    active = [
        connection
        for _, connection in sorted(environment.connections.items())
        if (wanted.as_if_enabled or environment.enabled(connection)) and connection.name not in wanted.scope.skipped
    ]
    snapshots, failures = _read_all(around, active, state, wanted)
    if failures and not snapshots:
        first = next(iter(failures.values()))
        first.unread = {name: str(error) for name, error in failures.items()}
        raise first
    return Recording(
        instance=environment.instance.name,
        taken_at=max((snapshot.read_at for snapshot in snapshots), default=around.now()),
        state=state,
        snapshots=tuple(snapshots),
        failures={name: str(error) for name, error in failures.items()},
    )


def _read_all(
    around: Surroundings, active: list[Connection], state: State, wanted: Wanted
) -> tuple[list[Snapshot], dict[str, ReconcilerError]]:
    """Return what could be read, and the errors of the connections that could not be, by name.

    An interrupt does not wait for requests that are still under way.
    """
    snapshots: list[Snapshot] = []
    failures: dict[str, ReconcilerError] = {}
    pool = ThreadPoolExecutor(_CONNECTIONS_AT_ONCE, "connections")
    try:
        readings = [(each, pool.submit(_read_one, around, each, state, wanted)) for each in active]
        for connection, reading in readings:
            try:
                snapshots.append(reading.result())
            except ReconcilerError as error:
                failures[connection.name] = error
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
    return snapshots, failures


def _read_one(around: Surroundings, connection: Connection, state: State, wanted: Wanted) -> Snapshot:
    """Read one connection: what its settings need, with what the store knows of it. Raises GraphError, SignInError."""
    from reconciler.intune.inputs import Needs  # noqa: PLC0415 - requests is heavy
    from reconciler.intune.reader import read_snapshot  # noqa: PLC0415 - requests is heavy

    access = credentials.access(around, connection)
    warnings = credentials.warnings(around, connection, access)
    asking = Asking(around.environment.catalogue, connection, state)
    selected = Needs(
        _device_properties(connection, wanted),
        _user_properties(connection, wanted),
        needs.software(connection),
        needs.owners(connection),
        needs.organisation(connection),
        connection.plans_assets,
        asking.details_due,
    )
    bound = replaced(_bound(around, connection, state, wanted), re_enrolled=asking.re_enrolled)
    progress = partial(around.progress, connection.name)
    snapshot = read_snapshot(connection.name, access, selected, bound, progress, pace=around.pace)
    return replace(snapshot, warnings=(*warnings, *snapshot.warnings))


def _device_properties(connection: Connection, wanted: Wanted) -> tuple[str, ...]:
    """Return what to select; what each device has to be asked for by itself only when the settings use it (G5)."""
    used = needs.device_properties(connection)
    if not wanted.everything:
        return used
    known = DEVICE_PROPERTIES.values()
    listed = {each.name for each in known if each.in_list and not each.secret and each.type is not PropertyType.COMPLEX}
    return tuple(sorted(listed.union(used)))


def _user_properties(connection: Connection, wanted: Wanted) -> tuple[str, ...]:
    return tuple(sorted(USER_PROPERTIES)) if wanted.everything else needs.user_properties(connection)


def _bound(around: Surroundings, connection: Connection, state: State, wanted: Wanted) -> Bound:
    from reconciler.intune.inputs import Bound  # noqa: PLC0415 - requests is heavy

    mine = [binding.life for binding in state.bindings if binding.tenant_id == connection.tenant_id]
    return Bound(
        expected=frozenset(life.device_id for life in mine if life.presence is Presence.PRESENT),
        others=frozenset(life.device_id for life in mine if life.presence in _ASKED_FOR_TOO),
        allowed_absent=absences_allowed(around.environment, state, connection.name, wanted.allowances or {}),
        prove=connection.imports.absence is Absence.PER_DEVICE,
    )
