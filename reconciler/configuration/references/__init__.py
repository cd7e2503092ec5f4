"""What the settings say of one another: names that must exist, values that must fit, things said twice (K2)."""

from collections.abc import Iterator

from reconciler.configuration.problems import SettingsProblem
from reconciler.configuration.references import (
    asset_types,
    cases,
    catalogue,
    connections,
    imports,
    instance,
    mappings,
    users,
)
from reconciler.configuration.references.parts import Parts

__all__ = ["Parts", "broken"]


def broken(parts: Parts) -> Iterator[SettingsProblem]:
    """Yield what is wrong between the files that are whole in themselves."""
    yield from instance.broken(parts)
    yield from catalogue.broken(parts)
    yield from connections.broken(parts)
    for connection in parts.connections():
        yield from asset_types.broken(parts, connection)
        yield from mappings.broken(parts, connection)
        yield from users.broken(parts, connection)
        yield from imports.broken(parts, connection)
        yield from cases.broken(parts, connection)
