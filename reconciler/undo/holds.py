"""Which connections are held since a run of theirs was undone: those whose settings are still that run's (J2)."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from reconciler.model.state import Hold


@dataclass(frozen=True, slots=True)
class Held:
    """A connection that is held, since when, and the run that was undone."""

    connection: str
    run_id: str
    since: str


def settings_of_connection(document: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Return a connection's part of a document of settings, by file without the connection's own folder."""
    below = f"connections/{name}/"
    return {file.removeprefix(below): plain for file, plain in document.items() if file.startswith(below)}


def settings_of_connections(document: Mapping[str, Any], names: Collection[str]) -> dict[str, Any]:
    """Return the parts of a document of settings that are these connections' own."""
    below = tuple(f"connections/{name}/" for name in names)
    return {file: plain for file, plain in document.items() if file.startswith(below)}


def held(holds: Iterable[Hold], tenants: Mapping[str, str], document: Mapping[str, Any]) -> tuple[Held, ...]:
    """Return the connections that are held, by name; `tenants` are the tenants of all of them by name."""
    by_tenant = {each.tenant_id: each for each in holds}
    return tuple(
        Held(name, by_tenant[tenant].run_id, by_tenant[tenant].since)
        for name, tenant in sorted(tenants.items())
        if tenant in by_tenant and by_tenant[tenant].settings == settings_of_connection(document, name)
    )
