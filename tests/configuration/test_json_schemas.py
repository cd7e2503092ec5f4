"""The published schemas are the models' (K1)."""

import json
from collections.abc import Iterator
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


@pytest.mark.parametrize("name", SETTINGS)
def test_every_choice_says_what_each_of_its_values_means(name: str) -> None:
    choices = [part for part in parts_of(json.loads(GENERATED[name])) if "enum" in part]
    assert [part for part in choices if len(part.get("enumDescriptions", [])) != len(part["enum"])] == []


@pytest.mark.parametrize("name", SETTINGS)
def test_every_setting_has_a_default_or_an_example_or_settings_of_its_own(name: str) -> None:
    schema = json.loads(GENERATED[name])
    bare = [
        f"{owner}.{key}"
        for owner, part in objects_of(schema)
        for key, setting in part.get("properties", {}).items()
        if setting.get("default") is None and not setting.get("examples") and not nested(setting)
    ]
    assert bare == []


@pytest.mark.parametrize("name", SETTINGS)
def test_titles_and_descriptions_are_words_and_sentences(name: str) -> None:
    schema = json.loads(GENERATED[name])
    settings = [setting for _, part in objects_of(schema) for setting in part.get("properties", {}).values()]
    titles = [setting["title"] for setting in settings if "title" in setting]
    assert [title for title in titles if title != title.capitalize()] == []
    assert [text for setting in settings if (text := setting.get("description", "."))[-1] not in ".”"] == []


def test_a_setting_that_the_guide_has_too_tells_the_guides_name() -> None:
    setting = json.loads(GENERATED["asset-types.schema.json"])["properties"]["default"]
    assert setting["x-guide"] == "Default Asset Type"
    assert setting["description"].endswith(" The vendor's guide calls it “Default Asset Type”.")


def parts_of(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from parts_of(each)


def nested(setting: dict[str, Any]) -> bool:
    return "$ref" in json.dumps(setting) or "const" in setting


def objects_of(schema: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [("", schema), *schema.get("$defs", {}).items()]


def described(setting: dict[str, Any], schema: dict[str, Any]) -> bool:
    name = setting.get("$ref", "").rpartition("/")[2]
    return bool(setting.get("description") or schema.get("$defs", {}).get(name, {}).get("description"))
