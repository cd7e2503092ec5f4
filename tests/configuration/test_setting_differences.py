"""Pending settings in the users' words and paths (E4, K7)."""

import copy
from pathlib import Path
from typing import Any

import msgspec
from case_files import environment_of

from reconciler.configuration.differences import pending
from reconciler.configuration.documents import digest, document
from reconciler.configuration.loader import load_environment
from reconciler.model.plan import SettingChange

BASE = Path(__file__).parent / "base"
INTUNE = "connections/intune"


def base() -> dict[str, Any]:
    return document(load_environment(BASE, "prod").settled())


def test_equal_settings_have_no_difference() -> None:
    assert pending(base(), base()) == ()


def test_the_order_of_keys_is_no_difference() -> None:
    """A store keeps settings with sorted keys."""
    after = base()
    stored = msgspec.json.decode(msgspec.json.encode(after, order="deterministic"))
    mappings = after[f"{INTUNE}/field-mappings.yaml"]["mappings"]
    mappings[0]["transform"] = [{"lookup": {"b": "1", "a": "2"}, "default": "x"}]
    stored[f"{INTUNE}/field-mappings.yaml"]["mappings"][0]["transform"] = [
        {"default": "x", "lookup": {"a": "2", "b": "1"}}
    ]
    assert pending(stored, after) == ()


def test_against_no_settings_nothing_is_pending() -> None:
    assert pending({}, base()) == ()


def test_enablement_comes_first_and_the_rest_by_path() -> None:
    after = base()
    after["instance.yaml"]["limits"]["created"]["count"] = 7
    after["catalogue.yaml"]["organisations"][0]["sites"].append("York")
    after[f"{INTUNE}/connection.yaml"]["enabledForInstances"] = ["prod", "uat"]
    after[f"{INTUNE}/imports.yaml"]["createAssets"] = False
    assert pending(base(), after) == (
        SettingChange(f"{INTUNE}/connection.yaml: enabledForInstances", "production-only", "[prod, uat]"),
        SettingChange(
            "catalogue.yaml: organisations[Contoso].sites", "[Head Office, Leeds]", "[Head Office, Leeds, York]"
        ),
        SettingChange(f"{INTUNE}/imports.yaml: createAssets", "true", "false"),
        SettingChange("instance.yaml: limits.created.count", "100", "7"),
    )


def test_a_criterion_of_another_form_is_one_difference() -> None:
    """It is shown as somebody wrote it; one whose value alone changed is shown by that value."""
    phones, tablets = {"property": "model", "equals": "Phone"}, {"property": "model", "equals": "Tablet"}
    found = {}
    for name, before, after in (
        ("form", phones, {"any": [phones, tablets]}),
        ("value", phones, tablets),
        ("operator", phones, {"property": "model", "in": ["Phone"]}),
    ):
        found[name] = pending(*(with_exclusion(each) for each in (before, after)))

    path = f"{INTUNE}/imports.yaml: exclude"
    one = "{property: model, equals: Phone}"
    assert found == {
        "form": (
            SettingChange(path, one, "{any: [{equals: Phone, property: model}, {equals: Tablet, property: model}]}"),
        ),
        "value": (SettingChange(f"{path}.equals", "Phone", "Tablet"),),
        "operator": (SettingChange(path, one, "{property: model, in: [Phone]}"),),
    }


def with_exclusion(criterion: dict[str, Any]) -> dict[str, Any]:
    """Return the base's document with this criterion for what is left out."""
    return document(environment_of({"intune": {"imports": {"exclude": criterion}}}))


def test_things_in_lists_go_by_their_names() -> None:
    after = base()
    mappings = after[f"{INTUNE}/field-mappings.yaml"]["mappings"]
    mappings[0]["write"] = "on-create"
    del mappings[1]
    assert pending(base(), after) == (
        SettingChange(f"{INTUNE}/field-mappings.yaml: mappings[name].write", "always", "on-create"),
        SettingChange(
            f"{INTUNE}/field-mappings.yaml: mappings[serialNumber]",
            "{from: serialNumber, to: serialNumber, write: always, empty: keep}",
            "not set",
        ),
    )


def test_the_order_of_rules_is_a_setting_and_that_of_mappings_is_none() -> None:
    before, after = base(), base()
    rules = before[f"{INTUNE}/asset-types.yaml"]["rules"]
    rules.append(rules[0] | {"name": "Others"})
    after[f"{INTUNE}/asset-types.yaml"]["rules"] = list(reversed(copy.deepcopy(rules)))
    after[f"{INTUNE}/field-mappings.yaml"]["mappings"].reverse()
    assert pending(before, after) == (
        SettingChange(f"{INTUNE}/asset-types.yaml: rules", "Virtual machines, Others", "Others, Virtual machines"),
    )


def test_an_empty_member_is_not_shown() -> None:
    before, after = base(), base()
    before[f"{INTUNE}/imports.yaml"]["inactive"] = {"afterDays": 60, "status": None}
    assert pending(before, after) == (SettingChange(f"{INTUNE}/imports.yaml: inactive", "{afterDays: 60}", "not set"),)


def test_a_renamed_folder_is_a_rename_and_not_another_connection() -> None:
    after = {file.replace("/intune/", "/corporate/"): content for file, content in base().items()}
    after["connections/corporate/imports.yaml"] = after["connections/corporate/imports.yaml"] | {"missingReads": 2}
    assert pending(base(), after) == (
        SettingChange("connections", "connections/intune", "connections/corporate"),
        SettingChange("connections/corporate/imports.yaml: missingReads", "1", "2"),
    )


def test_long_values_are_cut() -> None:
    after = base()
    after["catalogue.yaml"]["statuses"] = ["x" * 50, "y" * 50]
    assert [len(change.after) for change in pending(base(), after)] == [100]


def test_the_digest_is_of_the_meaning_and_not_of_the_layout(tmp_path: Path) -> None:
    for path in BASE.rglob("*.yaml"):
        target = tmp_path / "environments" / path.relative_to(BASE)
        target.parent.mkdir(parents=True, exist_ok=True)
        lines = path.read_text().splitlines()
        target.write_text("\n\n".join([f"{lines[0]}  # the first", *lines[1:]]) + "\n")
    environment = load_environment(tmp_path / "environments", "prod").settled()
    assert environment.digest == digest(base())


def test_the_document_writes_out_defaults_and_holds_plain_values() -> None:
    imports = base()[f"{INTUNE}/imports.yaml"]
    assert (imports["siteAllocation"], imports["missingReads"], imports["exclude"]) == ("user-site", 1, None)
    assert list(base()) == [
        "instance.yaml",
        "catalogue.yaml",
        *(f"{INTUNE}/{name}.yaml" for name in ("connection", "asset-types", "field-mappings", "users", "imports")),
    ]


def test_the_first_of_named_things_is_told_by_its_name() -> None:
    after = base()
    after["catalogue.yaml"]["licences"] = [{"name": "Visio", "seats": 40, "alsoKnownAs": []}]
    assert pending(base(), after) == (
        SettingChange("catalogue.yaml: licences[Visio]", "not set", "{name: Visio, seats: 40}"),
    )


def test_the_last_connection_that_goes_and_the_first_that_comes_are_differences() -> None:
    """Documents that have hardly a file in common are compared file by file as any are."""
    before = base()
    after = {file: content for file, content in before.items() if not file.startswith("connections/")}
    files = [f"{INTUNE}/{name}.yaml" for name in ("asset-types", "connection", "field-mappings", "imports", "users")]
    assert [(each.path, each.after) for each in pending(before, after)] == [(file, "not set") for file in files]
    assert [(each.path, each.before) for each in pending(after, before)] == [(file, "not set") for file in files]
    assert [each.path for each in pending({"x": 1}, {"y": 1})] == ["x", "y"]
