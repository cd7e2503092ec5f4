"""What a change of settings causes is told apart from what would happen anyway."""

from dataclasses import replace as replace_settings
from typing import Any

import pytest
from case_files import environment_of, recording_of
from msgspec.structs import replace

from reconciler.impact.causes import Causes
from reconciler.impact.comparison import compare
from reconciler.model.impact import AttributeEffect, Impact, ScopeChange, Share, Unanswered, Verdict
from reconciler.model.plan import Action, Attribute, Change, SettingChange, Subject
from reconciler.planning.build import build_plan
from reconciler.planning.inputs.recorded import unanswered, with_connections
from reconciler.report.text.impact import headline

LAPTOPS: dict[str, Any] = {"asset-types": {"determine": "same", "default": "Laptop"}}
RULES = {
    "asset-types": {
        "determine": "rules",
        "default": "Laptop",
        "rules": [{"name": "Phones", "when": {"property": "operatingSystem", "in": ["Android"]}, "type": "Phone"}],
    }
}
DAY: dict[str, Any] = {
    "recordedProperties": [
        *("deviceName", "enrolledDateTime", "lastSyncDateTime", "managedDeviceOwnerType", "model", "operatingSystem"),
        *("serialNumber", "userPrincipalName"),
    ],
    "assets": [
        {"tag": "AST-1", "name": "OLD-1", "serialNumber": "5CG1", "type": "Laptop", "device": "d-1"},
        {"tag": "AST-2", "name": "PH-2", "serialNumber": "F2L2", "type": "Laptop", "device": "d-2"},
        {"tag": "AST-3", "name": "PH-3", "serialNumber": "F2L3", "type": "Laptop", "device": "d-3"},
    ],
    "devices": [
        {"id": "d-1", "deviceName": "NEW-1", "serialNumber": "5CG1", "operatingSystem": "Windows"},
        {"id": "d-2", "deviceName": "PH-2", "serialNumber": "F2L2", "operatingSystem": "Android"},
        {"id": "d-3", "deviceName": "PH-3-NEW", "serialNumber": "F2L3", "operatingSystem": "Android"},
    ],
}


def impact_of(
    before: dict[str, Any],
    after: dict[str, Any],
    *paths: str,
    day: dict[str, Any] = DAY,
    extra: dict[str, Any] | None = None,
) -> Impact:
    """Return the impact of exchanging settings of connection intune, planned from one day's recording."""
    old, new = environment_of({"intune": before}), environment_of({"intune": after, **(extra or {})})
    recording = recording_of(day, old)
    return compare(
        build_plan(old, with_connections(old, recording)),
        build_plan(new, with_connections(new, recording)),
        ref="main",
        commit="c0ffee",
        settings=[SettingChange(f"connections/intune/{path}", "a", "b") for path in paths],
        state=recording.state,
        unanswered=unanswered(new, with_connections(new, recording)),
    )


def test_what_the_change_causes_stands_apart_from_what_happens_anyway() -> None:
    """Two assets are retyped by the change; two are renamed with and without it, one of those is retyped too."""
    impact = impact_of(LAPTOPS, RULES, "asset-types.yaml: rules[Phones].type")
    assert (impact.caused, impact.prevented, impact.ordinary, impact.kept) == ({"retyped": 2}, {}, 2, 1)
    reason = "rule “Phones” matched"
    path = "connections/intune/asset-types.yaml: rules[Phones].type"
    assert [(each.name, each.kinds, each.attributes) for each in impact.effects] == [
        (tag, ("retyped",), (AttributeEffect("type", Verdict.CAUSED, "Laptop", "Phone", reason, "T3", (path,)),))
        for tag in ("AST-2", "AST-3")
    ]
    assert impact.by_rule == (Share("T3", reason, 2, ("PH-2", "PH-3-NEW"), "type"),)
    assert impact.by_setting == (Share(path, "a → b", 2, ("PH-2", "PH-3-NEW")),)


def test_what_no_longer_happens_is_prevented() -> None:
    """Taking the rule away prevents what it did, and says to what each asset would have been changed."""
    impact = impact_of(RULES, LAPTOPS, "asset-types.yaml: determine")
    assert (impact.caused, impact.prevented, impact.ordinary, impact.kept) == ({}, {"retyped": 2}, 3, 1)
    assert [(each.verdict, each.without, each.with_) for effect in impact.effects for each in effect.attributes] == [
        (Verdict.PREVENTED, "Phone", "Laptop")
    ] * 2


def test_equal_settings_have_no_impact() -> None:
    """What would happen anyway is no impact, however much it is."""
    impact = impact_of(RULES, RULES)
    assert (impact.nothing(), impact.ordinary, impact.kept) == (True, 3, 3)


def test_assets_that_are_created_either_way_are_told_by_their_device() -> None:
    """A new asset's tag hangs on what else is created; it is created otherwise, not created and prevented."""
    device = {"id": "d-9", "deviceName": "A-PHONE", "serialNumber": "F2L9", "operatingSystem": "Android"}
    impact = impact_of(LAPTOPS, RULES, day=DAY | {"assets": [], "devices": [device, *DAY["devices"]]})
    assert (impact.caused, impact.prevented, impact.ordinary, impact.kept) == ({"createdOtherwise": 3}, {}, 4, 1)


def test_an_exclusion_prevents_creation_and_leaves_devices_alone() -> None:
    """A device that the change excludes is no longer created, and is among what is newly left alone."""
    device = {"id": "d-9", "deviceName": "A-PHONE", "serialNumber": "F2L9", "managedDeviceOwnerType": "personal"}
    excluding = {"imports": {"exclude": {"property": "managedDeviceOwnerType", "equals": "personal"}}}
    impact = impact_of({}, excluding, "imports.yaml: exclude", day=DAY | {"devices": [*DAY["devices"], device]})
    assert impact.prevented == {"created": 1}
    assert [(each.why, each.label) for each in impact.left_alone] == [("excluded", "A-PHONE")]
    assert impact.by_setting == (Share("connections/intune/imports.yaml: exclude", "a → b", 1, ("A-PHONE",)),)


def test_bound_devices_that_are_excluded_leave_scope() -> None:
    """Their assets stay as they are: no change speaks of them, and the impact names them and the setting."""
    excluding = {"imports": {"exclude": {"property": "operatingSystem", "equals": "Android"}}}
    impact = impact_of({}, excluding, "imports.yaml: exclude", "imports.yaml: statuses.new")
    path = "connections/intune/imports.yaml: exclude"

    assert impact.scope == tuple(
        ScopeChange(
            connection="intune",
            device_id=device,
            label=label,
            out=True,
            reason="the settings leave it out",
            rule="X1",
            settings=(path,),
        )
        for device, label in (("d-2", "PH-2"), ("d-3", "PH-3-NEW"))
    )
    assert (impact.caused, impact.nothing()) == ({"takenOutOfScope": 2}, False)
    assert impact.by_setting[0] == Share(path, "a → b", 2, ("PH-2", "PH-3-NEW"))
    assert headline(impact)[:2] == [
        "Merging changes 2 assets (2 taken out of scope).",
        "This change: 2 taken out of scope.",
    ]


def test_devices_that_are_excluded_no_more_come_into_scope() -> None:
    """The other way round they are brought in, with what they then cause."""
    excluding = {"imports": {"exclude": {"property": "operatingSystem", "equals": "Android"}}}
    impact = impact_of(excluding, {}, "imports.yaml: exclude")

    assert [(each.device_id, each.out) for each in impact.scope] == [("d-2", False), ("d-3", False)]
    assert impact.caused == {"broughtIntoScope": 2, "updated": 1}


def test_new_devices_without_an_asset_leave_scope_by_create_assets() -> None:
    """Whoever is created no more counts once by the setting, as prevented and as out of scope."""
    device = {"id": "d-9", "deviceName": "NEW-9", "serialNumber": "F2L9", "operatingSystem": "Windows"}
    path = "imports.yaml: createAssets"
    impact = impact_of({}, {"imports": {"createAssets": False}}, path, day=DAY | {"devices": [*DAY["devices"], device]})

    assert (impact.caused, impact.prevented) == ({"takenOutOfScope": 1}, {"created": 1})
    assert impact.by_setting == (Share(f"connections/intune/{path}", "a → b", 1, ("NEW-9",)),)


@pytest.mark.parametrize("gone", [True, False])
def test_a_connection_that_goes_takes_its_devices_out_of_scope(gone: bool) -> None:
    """Whether it is off for this instance or gone from the settings, every device with an asset is named."""
    instance = {"version": 1, "name": "prod", "kind": "test", "store": {"url": "sqlite:///var/prod.db"}}
    old, new = (
        environment_of({"instance": instance, "intune": {"connection": {"enabledForInstances": enabled}}})
        for enabled in ("all", "production-only")
    )
    if gone:
        new = replace_settings(new, connections={})
    recording = recording_of(DAY, old)
    path = "connections/intune/connection.yaml" + ("" if gone else ": enabledForInstances")
    impact = compare(
        build_plan(old, with_connections(old, recording)),
        build_plan(new, with_connections(new, recording)),
        ref="main",
        commit="c0ffee",
        state=recording.state,
        settings=[SettingChange(path, "a", "b"), SettingChange("instance.yaml: limits.created", "1", "2")],
    )

    assert [(each.label, each.out, each.rule, each.settings) for each in impact.scope] == [
        ("OLD-1", True, "E2", (path,)),
        ("PH-2", True, "E2", (path,)),
        ("PH-3", True, "E2", (path,)),
    ]
    assert impact.caused == {"takenOutOfScope": 3}


def test_a_property_that_was_not_recorded_is_unknown() -> None:
    """A new mapping of what the recording lacks has no effect that is known: it is named, and withheld."""
    mappings = [{"from": "deviceName", "to": "name"}, {"from": "serialNumber", "to": "serialNumber"}]
    mapped = {"field-mappings": {"mappings": [*mappings, {"from": "imei", "to": "imei"}]}}
    impact = impact_of({"field-mappings": {"mappings": mappings}}, mapped, "field-mappings.yaml: mappings[imei]")
    assert impact.unknown == (Unanswered("intune", "device property imei", "the recording does not hold it"),)
    assert [(each.what, each.rule) for each in impact.withheld] == [("imei", "F1")]
    assert (impact.effects, impact.nothing()) == ((), False)


def test_a_connection_that_is_new_is_unknown() -> None:
    """The recording has nothing of a connection that the change adds."""
    other = {"connection": {"tenantId": "11111111-0f8e-4c3e-9a53-3a3f0a1f2b11"}}
    impact = impact_of({}, {}, extra={"branch": other})
    assert impact.unknown == (Unanswered("branch", "connection", "the recording has nothing of this connection"),)


def test_a_renamed_connection_is_its_tenants() -> None:
    """A snapshot belongs to whichever connection names its tenant, and to none when nobody does (K7)."""
    environment = environment_of({})
    recording = recording_of(DAY, environment)
    other = replace(recording.snapshots[0], connection="was-called-so")
    elsewhere = replace(other, tenant_id="22222222-0f8e-4c3e-9a53-3a3f0a1f2b11")
    assert with_connections(environment, replace(recording, snapshots=(other, elsewhere))) == recording


def test_of_several_settings_the_one_that_speaks_of_the_attribute_is_named() -> None:
    """An effect is put down to the settings that speak of it; one that has no effect is listed with none."""
    impact = impact_of(LAPTOPS, RULES, "asset-types.yaml: determine", "imports.yaml: statuses.new")
    assert [(each.what, each.count) for each in impact.by_setting] == [
        ("connections/intune/asset-types.yaml: determine", 2),
        ("connections/intune/imports.yaml: statuses.new", 0),
    ]


def test_without_settings_before_everything_is_caused() -> None:
    """A new environment's whole plan is its impact."""
    environment = environment_of({"intune": RULES})
    plan = build_plan(environment, recording_of(DAY, environment))
    impact = compare(None, plan, ref="main", commit="c0ffee", note="it is new")
    assert (impact.caused, impact.ordinary) == ({"retyped": 2, "updated": 2}, 0)


def test_a_limit_causes_nothing() -> None:
    """What no differing setting speaks of is put down to all that could decide it, and limits decide nothing."""
    paths = ("instance.yaml: limits.window", "connections/intune/users.yaml: assignFrom")
    notes = Attribute.of("notes", None, "leased", "from notes", "F1")
    change = Change(subject=Subject.ASSET, action=Action.UPDATE, name="AST-1", label="LT-1", attributes=(notes,))
    assert Causes(paths).of(change, notes) == ("connections/intune/users.yaml: assignFrom",)
