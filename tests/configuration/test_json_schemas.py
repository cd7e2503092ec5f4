"""The published schemas are the models' (K1)."""

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from reconciler.configuration.schemas import DIALECT, folder, generate

GENERATED = generate()
SETTINGS = sorted(name for name in GENERATED if name != "plan.schema.json")


def test_the_committed_schemas_are_the_generated_ones() -> None:
    committed = {path.name: path.read_bytes() for path in folder().iterdir()}
    assert committed == GENERATED, "run: reconciler schema"


@pytest.mark.parametrize("name", sorted(GENERATED))
def test_a_schema_is_one_of_the_dialect_it_names_and_claims_no_address(name: str) -> None:
    schema = json.loads(GENERATED[name])
    Draft202012Validator.check_schema(schema)
    assert (schema["$schema"], "$id" in schema) == (DIALECT, False)


@pytest.mark.parametrize("name", SETTINGS)
def test_unknown_keys_are_refused_everywhere(name: str) -> None:
    objects = [part for _, part in objects_of(json.loads(GENERATED[name])) if "properties" in part]
    assert objects
    assert all(part["additionalProperties"] is False for part in objects)


@pytest.mark.parametrize("name", SETTINGS)
def test_every_setting_is_described_in_camel_case(name: str) -> None:
    schema = json.loads(GENERATED[name])
    undescribed = [
        f"{owner}.{key}"
        for owner, part in objects_of(schema)
        for key, setting in part.get("properties", {}).items()
        if "_" in key or not described(setting, schema)
    ]
    assert undescribed == []


def objects_of(schema: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [("", schema), *schema.get("$defs", {}).items()]


def described(setting: dict[str, Any], schema: dict[str, Any]) -> bool:
    name = setting.get("$ref", "").rpartition("/")[2]
    return bool(setting.get("description") or schema.get("$defs", {}).get(name, {}).get("description"))
