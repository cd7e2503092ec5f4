"""An environment as plain values, and their digest: what the store keeps as the settings last applied (E4)."""

import hashlib
import json
from dataclasses import replace
from typing import Any, cast

from reconciler.configuration.files import CONNECTIONS, connection_of
from reconciler.configuration.git.repository import CommitState
from reconciler.configuration.layers.overlay import cloud_from_overlay
from reconciler.configuration.parsing.document import Document
from reconciler.settings.base import SettingsFile
from reconciler.settings.cases import TestsFile
from reconciler.settings.catalogue import CatalogueFile
from reconciler.settings.connection import ConnectionFile
from reconciler.settings.environment import Connection, Environment
from reconciler.settings.imports import ImportsFile
from reconciler.settings.instance import InstanceFile
from reconciler.settings.mappings.asset_types import AssetTypesFile
from reconciler.settings.mappings.field_mappings import FieldMappingsFile
from reconciler.settings.users import UsersFile

Models = dict[str, SettingsFile]


def document(environment: Environment) -> dict[str, Any]:
    """Return all settings as plain values by their file, defaults written out: `connections/intune/imports.yaml`.

    Tests are left out: they change nothing that is planned.
    """
    plain = {"instance.yaml": environment.instance, "catalogue.yaml": environment.catalogue}
    for name, connection in sorted(environment.connections.items()):
        below = f"{CONNECTIONS}/{name}"
        plain |= {
            f"{below}/connection.yaml": connection.connection,
            f"{below}/asset-types.yaml": connection.asset_types,
            f"{below}/field-mappings.yaml": connection.field_mappings,
            f"{below}/users.yaml": connection.users,
            f"{below}/imports.yaml": connection.imports,
        }
    # Where settings were shared from changes nothing that is planned, so its name is left out.
    left_out = {"instance.yaml": {"shared"}}
    return {
        file: model.model_dump(mode="json", by_alias=True, exclude=left_out.get(file)) for file, model in plain.items()
    }


def digest(plain: dict[str, Any]) -> str:
    """Return the SHA-256 (hex) over a document's canonical JSON."""
    canonical = json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def assembled(models: Models, documents: dict[str, Document], state: CommitState, *, overlaid: bool) -> Environment:
    """Return the environment that whole models make up, with its digest."""
    names = sorted({name for name in map(connection_of, models) if name})
    connections = {name: _connection(name, models, documents) for name in names}
    environment = Environment(
        instance=cast("InstanceFile", models["instance.yaml"]),
        catalogue=cast("CatalogueFile", models["catalogue.yaml"]),
        connections=connections,
        digest="",
        commit=state.commit,
        clean=state.clean and not overlaid,
        overlay=overlaid,
        uncommitted=state.why,
    )
    return replace(environment, digest=digest(document(environment)))


def _connection(name: str, models: Models, documents: dict[str, Document]) -> Connection:
    below = f"{CONNECTIONS}/{name}"
    return Connection(
        name=name,
        connection=cast("ConnectionFile", models[f"{below}/connection.yaml"]),
        asset_types=cast("AssetTypesFile", models[f"{below}/asset-types.yaml"]),
        field_mappings=cast("FieldMappingsFile", models[f"{below}/field-mappings.yaml"]),
        users=cast("UsersFile", models[f"{below}/users.yaml"]),
        imports=cast("ImportsFile", models[f"{below}/imports.yaml"]),
        tests=cast("TestsFile | None", models.get(f"{below}/tests.yaml")),
        cloud_from_overlay=cloud_from_overlay(documents[f"{below}/connection.yaml"]),
    )
