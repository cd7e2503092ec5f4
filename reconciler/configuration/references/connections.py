"""Checks of `connection.yaml`: tenants, addresses and the instances it runs in (K7, K8, E1)."""

from collections.abc import Iterator

from reconciler.configuration.layers.overlay import cloud_from_overlay
from reconciler.configuration.names import did_you_mean, one_of
from reconciler.configuration.parsing.document import Document
from reconciler.configuration.parsing.problems import SettingsProblem, Severity
from reconciler.configuration.references.parts import Parts
from reconciler.settings.connection import ConnectionFile, OwnCloud
from reconciler.settings.instance import InstanceKind


def broken(parts: Parts) -> Iterator[SettingsProblem]:
    """Yield what is wrong with the connections, alone and beside each other."""
    tenants: dict[str, str] = {}
    for name in parts.connections():
        found = parts.of_connection(name, "connection.yaml", ConnectionFile)
        if found is None:
            continue
        document, connection = found
        tenant = connection.tenant_id.lower()
        if tenant in tenants:
            message = f"the connection `{tenants[tenant]}` has this tenant already"
            hint = "A connection is its tenant: keep one of them."
            yield document.problem(("tenantId",), message, hint=hint, rule="K2")
        tenants.setdefault(tenant, name)
        yield from _addresses(parts, document, connection)
        yield from _instances(parts, document, connection)


def _addresses(parts: Parts, document: Document, connection: ConnectionFile) -> Iterator[SettingsProblem]:
    instance = parts.instance()
    is_production = instance is not None and instance.kind is InstanceKind.PRODUCTION
    if is_production and isinstance(connection.cloud, OwnCloud) and not cloud_from_overlay(document):
        message = "a production instance signs in at Microsoft only"
        expected = one_of(["global", "us-government", "us-government-dod", "china"])
        yield document.problem(("cloud",), message, expected=expected, rule="K8")


def _instances(parts: Parts, document: Document, connection: ConnectionFile) -> Iterator[SettingsProblem]:
    names = connection.enabled_for_instances
    for index, name in enumerate(names if isinstance(names, list) else ()):
        if name not in parts.environments:
            hint = did_you_mean(name, parts.environments)
            path = ("enabledForInstances", index)
            message = f"there is no environment `{name}` beside this one"
            yield document.problem(path, message, hint=hint, rule="E1", severity=Severity.WARNING)
