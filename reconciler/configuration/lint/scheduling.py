"""Imports that are switched on and that no scheduled run makes (A5)."""

from collections.abc import Iterator

from reconciler.configuration.parsing.problems import SettingsProblem, Severity
from reconciler.configuration.references import Parts
from reconciler.settings.connection import ConnectionFile, Entity
from reconciler.settings.imports import ImportsFile
from reconciler.settings.users import UsersFile


def left_out(parts: Parts, connection: str) -> Iterator[SettingsProblem]:
    """Yield what other files import and the entities of an enabled integrator lack."""
    found = parts.of_connection(connection, "connection.yaml", ConnectionFile)
    if found is None or not found[1].integrator.enabled:
        return
    document, entities = found[0], found[1].integrator.entities
    for entity, setting in _imported(parts, connection):
        if entity not in entities:
            yield document.problem(
                ("integrator", "entities"),
                f"`{entity}` is not among these, and {setting} is true: no scheduled run imports it",
                hint=f"Add {entity} here, or switch {setting} off.",
                rule="A5",
                severity=Severity.WARNING,
            )


def _imported(parts: Parts, connection: str) -> Iterator[tuple[Entity, str]]:
    users = parts.of_connection(connection, "users.yaml", UsersFile)
    if users is not None and users[1].import_users.enabled:
        yield Entity.USERS, "importUsers.enabled in users.yaml"
    imports = parts.of_connection(connection, "imports.yaml", ImportsFile)
    if imports is not None and imports[1].software.import_:
        yield Entity.SOFTWARE, "software.import in imports.yaml"
