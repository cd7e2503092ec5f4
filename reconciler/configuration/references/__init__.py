"""What the settings say of one another: names that must exist, values that must fit, things said twice (K2)."""

from collections.abc import Callable, Iterator
from typing import Final

from reconciler.configuration.files import connection_of, kind_of
from reconciler.configuration.parsing.problems import SettingsProblem
from reconciler.configuration.references import (
    asset_types,
    cases,
    catalogue,
    connections,
    imports,
    instance,
    mappings,
    stores,
    users,
)
from reconciler.configuration.references.parts import Parts

__all__ = ["Parts", "broken", "broken_in"]

_OF_CONNECTION: Final[dict[str, Callable[[Parts, str], Iterator[SettingsProblem]]]] = {
    "asset-types.yaml": asset_types.broken,
    "field-mappings.yaml": mappings.broken,
    "users.yaml": users.broken,
    "imports.yaml": imports.broken,
    "tests.yaml": cases.broken,
}


def broken(parts: Parts) -> Iterator[SettingsProblem]:
    """Yield what is wrong between the files that are whole in themselves."""
    yield from instance.broken(parts)
    yield from stores.broken(parts)
    yield from catalogue.broken(parts)
    yield from connections.broken(parts)
    for connection in parts.connections():
        for check in _OF_CONNECTION.values():
            yield from check(parts, connection)


def broken_in(parts: Parts, file: str) -> Iterator[SettingsProblem]:
    """Yield what is wrong between one file, by its path, and the others."""
    connection = connection_of(file)
    match kind_of(file):
        case "instance.yaml":
            yield from instance.broken(parts)
        case "catalogue.yaml":
            yield from catalogue.broken(parts)
        case "connection.yaml":
            found = connections.broken(parts)
            yield from (problem for problem in found if problem.file.endswith(f"/{file}"))
        case kind if connection is not None:
            yield from _OF_CONNECTION[kind](parts, connection)
