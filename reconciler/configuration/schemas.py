"""The JSON Schemas of the settings files and of plans: generated from the models, found where they are installed."""

import json
import re
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from reconciler.configuration.partial_schemas import partial
from reconciler.errors import ReconcilerError
from reconciler.settings.base import GUIDE, SettingsFile
from reconciler.settings.cases import TestsFile
from reconciler.settings.catalogue import CatalogueFile
from reconciler.settings.connection import ConnectionFile
from reconciler.settings.imports import ImportsFile
from reconciler.settings.instance import InstanceFile
from reconciler.settings.mappings.asset_types import AssetTypesFile
from reconciler.settings.mappings.field_mappings import FieldMappingsFile
from reconciler.settings.users import UsersFile

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"

MODELS: Final[dict[str, type[SettingsFile]]] = {
    "instance.yaml": InstanceFile,
    "catalogue.yaml": CatalogueFile,
    "connection.yaml": ConnectionFile,
    "asset-types.yaml": AssetTypesFile,
    "field-mappings.yaml": FieldMappingsFile,
    "users.yaml": UsersFile,
    "imports.yaml": ImportsFile,
    "tests.yaml": TestsFile,
}
"""The model of each settings file."""


def schema_name(file: str) -> str:
    """Return the schema's file name of a settings file: `imports.schema.json` for `imports.yaml`."""
    return f"{file.removesuffix('.yaml')}.schema.json"


def partial_name(file: str) -> str:
    """Return the file name of the schema of a part of a settings file: `imports.partial.schema.json` (K9)."""
    return f"{file.removesuffix('.yaml')}.partial.schema.json"


def generate() -> dict[str, bytes]:
    """Return every schema, by its file name, as the bytes that are committed in `schemas/`."""
    whole = {file: model.model_json_schema(by_alias=True) for file, model in MODELS.items()}
    generated = {schema_name(file): _of_file(file, schema) for file, schema in whole.items()}
    partly = {partial_name(file): _of_file(f"part of {file}", partial(schema)) for file, schema in whole.items()}
    return generated | partly | {"plan.schema.json": _of_plan()}


def _of_file(title: str, schema: dict[str, Any]) -> bytes:
    return _written({"$schema": DIALECT} | schema | {"title": title})


def _of_plan() -> bytes:
    import msgspec  # noqa: PLC0415  only generating needs it, validating does not

    from reconciler.planning.digest import PlanDocument, schema_of_reason  # noqa: PLC0415

    document = msgspec.json.schema(PlanDocument, schema_hook=schema_of_reason)
    return _written({"$schema": DIALECT, "title": "plan"} | document)


def _written(schema: dict[str, Any]) -> bytes:
    return json.dumps(_tidy(schema), indent=2, ensure_ascii=False).encode() + b"\n"


def _tidy(value: Any) -> Any:
    """Join the lines of descriptions, tell the guide's name for a setting there, and spell titles in words."""
    match value:
        case dict():
            tidy = {key: _tidy(item) for key, item in value.items()}
            if isinstance(text := tidy.get("description"), str):
                tidy["description"] = _described(" ".join(text.split()), tidy.get(GUIDE))
            if isinstance(properties := tidy.get("properties"), dict):
                tidy["properties"] = {key: _titled(key, item) for key, item in properties.items()}
            return tidy
        case list():
            return [_tidy(item) for item in value]
        case _:
            return value


def _described(text: str, guide: str | None) -> str:
    return text if guide is None else f"{text} The vendor's guide calls it “{guide}”."


def _titled(key: str, setting: dict[str, Any]) -> dict[str, Any]:
    """Return a setting with a title in words: `Never replace` for `neverReplace`."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", key).capitalize()
    return setting | {"title": words} if "title" in setting else setting


@lru_cache(maxsize=16)
def load(file: str) -> dict[str, Any]:
    """Return the published schema of a settings file.

    ReconcilerError when the program was installed without its schemas.
    """
    path = folder() / schema_name(file)
    try:
        schema: dict[str, Any] = json.loads(path.read_bytes())
    except OSError as error:
        raise ReconcilerError(
            f"The schema {path} cannot be read ({error.strerror}): the program is not installed completely. "
            "Install it again."
        ) from error
    return schema


def folder() -> Path:
    """Return the folder of the published schemas: the package's own, else the checkout's."""
    package = Path(__file__).resolve().parent.parent
    installed = package / "schemas"
    return installed if installed.is_dir() else package.parent / "schemas"
