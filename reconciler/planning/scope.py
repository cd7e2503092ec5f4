"""What part of an environment is planned: all of it, what is due by the schedule, or what a person picked (A5).

- A scheduled run plans the connections whose integrator is enabled and for which 90 % of `every` has passed since the
  start of their last applied read, or whose settings differ from the last applied ones, with the entities they name.
- What a person picks (`--connection`, `--only`) moves no counter, clock or synced settings.
"""

import dataclasses
import datetime
import math
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from reconciler.errors import UsageError
from reconciler.model.plan import Attribute, BindingChange, Change, Subject
from reconciler.model.state import State
from reconciler.planning.nearest import did_you_mean
from reconciler.settings.base import seconds
from reconciler.settings.connection import Entity
from reconciler.settings.environment import Connection, Environment

_DUE: Final = 0.9


@dataclass(frozen=True, slots=True)
class Scope:
    """What is planned: `skipped` are the connections left out, with the reason; `only` are assets, all when empty.

    An asset of `only` is named by its tag, its label or its device's id. `picked` says that a person narrowed it.
    """

    skipped: Mapping[str, str] = field(default_factory=dict)
    only: frozenset[str] = frozenset()
    picked: bool = False


EVERYTHING: Final = Scope()


def narrowed(environment: Environment, connection: str | None, only: Iterable[str]) -> Scope:
    """Return what `--connection` and `--only` name.

    Raises:
        UsageError: the connection does not exist.
    """
    names = environment.connections
    if connection is not None and connection not in names:
        hint = did_you_mean(connection, names) or f"There are: {', '.join(sorted(names)) or 'none'}."
        raise UsageError(f"There is no connection `{connection}` in {environment.instance.name}. {hint}")
    wanted = frozenset(only)
    if connection is None and not wanted:
        return EVERYTHING
    left = {name: f"--connection {connection} leaves it out" for name in names if connection not in (None, name)}
    return Scope(left, wanted, picked=True)


def scheduled(
    environment: Environment, state: State, now: str, *, changed: frozenset[str] = frozenset()
) -> tuple[Environment, Scope]:
    """Return the environment with what a scheduled run imports, and the connections that are not due (A5).

    `changed` are the connections whose settings differ from the last applied ones: they are due at once.
    """
    skipped = {}
    connections = {}
    for name, connection in environment.connections.items():
        connections[name] = with_entities(connection)
        why = _not_due(connection, state, now, name in changed)
        if why is not None:
            skipped[name] = why
    return dataclasses.replace(environment, connections=connections), Scope(skipped)


def _not_due(connection: Connection, state: State, now: str, changed: bool) -> str | None:
    integrator = connection.connection.integrator
    if not integrator.enabled:
        return "its integrator is not enabled"
    if changed:
        return None
    for read in state.reads:
        if read.tenant_id == connection.tenant_id:
            passed = _moment(now) - _moment(read.read_at)
            if passed.total_seconds() < _DUE * seconds(integrator.every):
                return f"not due: it was read at {read.read_at}, and every is {integrator.every}"
    return None


def due_at(connection: Connection, last_read: str | None, *, changed: bool, now: str) -> str | None:
    """Return from when on a scheduled run plans a connection, as UTC text; None when no schedule does (A5)."""
    integrator = connection.connection.integrator
    if not integrator.enabled:
        return None
    if changed or last_read is None:
        return now
    due = _moment(last_read) + datetime.timedelta(seconds=math.ceil(_DUE * seconds(integrator.every)))
    return due.strftime("%Y-%m-%dT%H:%M:%SZ")


def _moment(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text)


def with_entities(connection: Connection) -> Connection:
    """Return a connection that imports only the entities that its integrator names."""
    entities = connection.connection.integrator.entities
    users, imports = connection.users, connection.imports
    if Entity.USERS not in entities:
        importing = users.import_users.model_copy(update={"enabled": False})
        users = users.model_copy(update={"import_users": importing})
    if Entity.SOFTWARE not in entities:
        imports = imports.model_copy(update={"software": imports.software.model_copy(update={"import_": False})})
    return dataclasses.replace(connection, users=users, imports=imports, plans_assets=Entity.ASSETS in entities)


def keep_assets(
    scope: Scope, changes: list[Change], bindings: list[BindingChange]
) -> tuple[list[Change], list[BindingChange]]:
    """Return the changes of the picked assets, of the users that they refer to, and of the catalogue."""
    if not scope.only:
        return changes, bindings
    assets = [change for change in changes if change.subject is Subject.ASSET and _is_picked(change, scope.only)]
    users = {str(each.after) for change in assets for each in change.attributes if each.name == "user"}
    tags = {change.name for change in assets} | scope.only
    kept = [change for change in changes if change in assets or _goes_along(change, users)]
    return kept, [each for each in bindings if each.asset in tags or each.after.device_id in scope.only]


def _is_picked(change: Change, only: frozenset[str]) -> bool:
    return bool({change.name, change.label, change.device_id} & only)


def _goes_along(change: Change, users: Container[str]) -> bool:
    """Return whether a change is of the catalogue, or of one of these users."""
    if change.subject is Subject.USER:
        return change.name in users or _renames(change.attributes, users)
    return change.subject is Subject.CATALOGUE


def _renames(attributes: Iterable[Attribute], users: Container[str]) -> bool:
    return any(str(each.after) in users for each in attributes)
