"""Each option of types, fields, users and sites with each value of the options that it meets, by whole plans."""

from dataclasses import replace
from itertools import product
from typing import Any

import pytest
from case_files import environment_of, recording_of

from reconciler.model.plan import Plan, Subject
from reconciler.planning.build import build_plan
from reconciler.planning.rules.values import as_text
from reconciler.settings.environment import Environment
from reconciler.settings.mappings.properties import DEVICE_PROPERTIES, USER_PROPERTIES, Property, PropertyType
from reconciler.settings.users import AssignFrom, UserField, UserIdentifier

GIB = 1024**3
KEY = {"from": "serialNumber", "to": "serialNumber"}
TEXT = {"from": "managedDeviceName", "to": "model", "write": "on-create"}
NAME = {"from": "deviceName", "to": "name"}
NUMBER = {"from": "totalStorageSpaceInBytes", "to": "storageGb", "transform": ["bytesToGigabytes"]}


def changed(plan: Plan, *names: str) -> dict[str, Any]:
    """Return what a plan makes of attributes (of one when one is named), by asset or, for new ones, by device."""
    found: dict[str, Any] = {}
    for change in plan.changes:
        if change.subject is Subject.ASSET:
            told = {each.name: each.after for each in change.attributes if each.name in names}
            key = change.device_id if change.action == "create" else change.name
            if told:
                found[str(key)] = told[names[0]] if len(names) == 1 else told
    return found


@pytest.mark.parametrize("of", ["property", "field"])
@pytest.mark.parametrize(
    ("operator", "wanted", "yes", "no"),
    [
        ("equals", "Surface", "SURFACE", "Surface 2"),
        ("notEquals", "Surface", "Surface 2", "surface"),
        ("in", ["iPhone", "iPad"], "IPAD", "iPod"),
        ("contains", "virt", "A Virtual one", "real"),
        ("startsWith", "vm", "VMware", "a VM"),
        ("endsWith", "-vm", "LT-VM", "VM-LT"),
        ("matches", "^srv-[0-9]+$", "SRV-12", "SRV-x"),
        ("greaterThan", 300, 512, 300),
        ("lessThan", 300, 256, 300),
        ("isEmpty", True, None, "x"),
        ("isEmpty", False, "x", None),
    ],
)
def test_each_operator_decides_the_type_by_properties_and_by_mapped_fields(
    operator: str, wanted: Any, yes: Any, no: Any, of: str
) -> None:
    """A mapped field counts as this run maps it, whatever its write mode, a pin and the stored value say (T3)."""
    number = isinstance(yes, int)
    source = "totalStorageSpaceInBytes" if number else "managedDeviceName"
    name = source if of == "property" else "storageGb" if number else "model"
    limit = wanted * GIB if number and of == "property" else wanted
    rule = {"name": "Phones", "when": {of: name, operator: limit}, "type": "Phone"}
    environment = environment_of(
        {
            "intune": {
                "asset-types": {"determine": "rules", "default": "Laptop", "rules": [rule]},
                "field-mappings": {"mappings": [KEY, TEXT, NUMBER]},
            }
        }
    )
    values = {"d-1": yes, "d-2": no}
    devices = [{"id": key, source: value * GIB if number and value else value} for key, value in values.items()]
    stored = {"model": "as it was", "pins": {"model": "kept", "storageGb": "kept"}}
    assets = [{"tag": f"A-{key}", "device": key, **stored} for key in values]
    plan = build_plan(environment, recording_of({"assets": assets, "devices": devices}, environment))
    assert changed(plan, "type") == {"A-d-1": "Phone"}


FIELDS: dict[str, tuple[dict[str, Any], dict[str, Any], Any, Any, Any]] = {
    "text": ({"maxLength": 20}, {"from": "model"}, "old", "X1", "X1"),
    "number": (
        {},
        {"from": "freeStorageSpaceInBytes", "transform": ["bytesToGigabytes"]},
        2,
        3 * GIB // 2,
        1.5,
    ),
    "integer": ({}, {"from": "totalStorageSpaceInBytes"}, 7, 512, 512),
    "date": (
        {},
        {"from": "managementCertificateExpirationDate", "transform": ["date"]},
        "2020-01-01",
        "2027-05-06T07:08:09Z",
        "2027-05-06",
    ),
    "datetime": (
        {},
        {"from": "complianceGracePeriodExpirationDateTime"},
        "2020-01-01T00:00:00Z",
        "2027-05-06T07:08:09Z",
        "2027-05-06T07:08:09Z",
    ),
    "boolean": ({}, {"from": "isEncrypted"}, True, False, False),
    "choice": (
        {"choices": ["Good", "Bad"]},
        {"from": "complianceState", "transform": [{"lookup": {"compliant": "Good"}}]},
        "Bad",
        "compliant",
        "Good",
    ),
}
"""Each type of custom field: how it is declared and mapped, what it holds, what is read, and what becomes of that."""


@pytest.mark.parametrize(("write", "empty"), list(product(("always", "on-create", "when-empty"), ("keep", "clear"))))
def test_each_write_and_empty_mode_with_each_type_of_custom_field(write: str, empty: str) -> None:
    """Of assets that have a value and that have none, and of new ones, with a source that has one and none (F1)."""
    modes = {"write": write, "empty": empty}
    environment = environment_of(
        {
            "catalogue": {"customFields": [{"name": kind, "type": kind, **FIELDS[kind][0]} for kind in FIELDS]},
            "intune": {
                "field-mappings": {
                    "mappings": [KEY, NAME, *({**FIELDS[kind][1], "to": f"custom.{kind}", **modes} for kind in FIELDS)]
                }
            },
        }
    )
    read = {str(each[1]["from"]): each[3] for each in FIELDS.values()}
    name = {"deviceName": "renamed, so that every asset is looked at"}
    old = {f"custom.{kind}": each[2] for kind, each in FIELDS.items()}
    new = {f"custom.{kind}": each[4] for kind, each in FIELDS.items()}
    none: dict[str, Any] = dict.fromkeys(old)
    before = {
        "devices": [
            *(
                {"id": f"{kind}-read", "serialNumber": f"{kind}-read", **name, **read}
                for kind in ("full", "bare", "new")
            ),
            *({"id": f"{kind}-none", "serialNumber": f"{kind}-none", **name} for kind in ("full", "bare", "new")),
        ],
        "assets": [
            {"tag": f"{kind}-{source}", "device": f"{kind}-{source}", "serialNumber": f"{kind}-{source}", **values}
            for kind, values in (("full", old), ("bare", {}))
            for source in ("read", "none")
        ],
    }
    plan = build_plan(environment, recording_of(before, environment))
    expected: dict[str, Any] = {"new-read": new}
    if write != "on-create":
        expected["bare-read"] = new
    if write == "always":
        expected["full-read"] = new
        expected |= {"full-none": none} if empty == "clear" else {}
    assert changed(plan, *old) == expected
    assert plan.problems == ()


SOURCES = {
    "userPrincipalName": "ada@contoso.com",
    "emailAddress": "ada.l@contoso.com",
    "userId": "u-1",
    "userDisplayName": "Ada Lovelace",
    "user.userPrincipalName": "ada@contoso.com",
    "user.mail": "ada.l@contoso.com",
    "user.employeeId": "E-17",
    "user.displayName": "Ada Lovelace",
    "user.id": "u-1",
}
DEVICE = {
    "id": "d-1",
    "serialNumber": "S1",
    "azureADDeviceId": "e-1",
    **{name: value for name, value in SOURCES.items() if "." not in name},
}
ENTRA = {"id": "u-1", **{name[5:]: value for name, value in SOURCES.items() if "." in name}}


PLAIN = {
    PropertyType.TEXT: "some text",
    PropertyType.DATETIME: "2026-01-02T03:04:05Z",
    PropertyType.BOOLEAN: True,
    PropertyType.INTEGER: 12345,
}


@pytest.mark.parametrize(("prefix", "known"), [("", DEVICE_PROPERTIES), ("user.", USER_PROPERTIES)])
def test_each_property_is_mapped(prefix: str, known: dict[str, Property]) -> None:
    """Every one of managedDevice's and of the user's that is a single value and no secret (K6, F1)."""
    mapped = {name: PLAIN[each.type] for name, each in known.items() if each.type in PLAIN and not each.secret}
    values = mapped | {"id": "its-id"}
    device = {"id": "its-id", "userId": "its-id", **({} if prefix else values)}
    before = {"devices": [device], "entraUsers": [{"id": "its-id", **(values if prefix else {})}]}
    for name in mapped:
        mapping = {"from": prefix + name, "to": "custom.it"}
        environment = environment_of(
            {
                "catalogue": {"customFields": [{"name": "it", "type": "text"}]},
                "intune": {
                    "field-mappings": {"mappings": [KEY, mapping]},
                    "users": {"assignFrom": "none"},
                },
            }
        )
        plan = build_plan(environment, recording_of(before, environment))
        assert changed(plan, "custom.it") == {"its-id": as_text(values[name])}, name


def identified(assign: AssignFrom, source: str, store: UserField) -> Environment:
    """Return settings that find a device's user so."""
    base = environment_of({})
    connection = base.connections["intune"]
    identifier = UserIdentifier(source=source, store=store)
    users = connection.users.model_copy(update={"assign_from": assign, "user_identifier": identifier})
    return replace(base, connections={"intune": replace(connection, users=users)})


@pytest.mark.parametrize(
    ("assign", "source"),
    [
        *product((AssignFrom.INTUNE, AssignFrom.NONE), SOURCES),
        *((AssignFrom.ENTRA, source) for source in SOURCES if "." in source),
        *((AssignFrom.ENTRA, source[5:]) for source in SOURCES if "." in source),
    ],
)
def test_each_pair_of_identifiers_finds_the_user_by_each_way(assign: AssignFrom, source: str) -> None:
    """Trimmed and without case; a user who has the value in another field is nobody, but for Entra's id (U2, U5)."""
    value = SOURCES[source if source in SOURCES else f"user.{source}"]
    for store in UserField:
        environment = identified(assign, source, store)
        others = [each for each in UserField if each not in (store, UserField.ENTRA_ID)]
        eve = {"upn": "eve@contoso.com", "name": "Eve", "mail": "eve@x", "employeeId": "E-1"}
        bob = {"upn": "bob@contoso.com", "name": "Bob", "mail": "bob@x", "employeeId": "E-2"}
        users = [eve | {str(each): value for each in others}, bob | {str(store): f" {value.swapcase()} "}]
        before = {
            "users": users,
            "entraUsers": [ENTRA],
            "owners": {"e-1": ["u-1"]},
            "assets": [{"tag": "A", "device": "d-1", "serialNumber": "S1"}],
            "devices": [DEVICE],
        }
        plan = build_plan(environment, recording_of(before, environment))
        found = changed(plan, "user")
        if assign is AssignFrom.NONE:
            assert found == {}
        else:
            assert found["A"].strip() in {each.strip() for each in users[1].values()}


SITES = {
    "user-site": {"sited": "Leeds", "unsited": "Head Office", "nobody": "Head Office", "unknown": None},
    "default-site": dict.fromkeys(("sited", "unsited", "nobody"), "Head Office"),
    "keep": {"sited": "Leeds", "unsited": "Head Office", "nobody": "Head Office", "unknown": None},
}


@pytest.mark.parametrize("allocation", SITES)
def test_each_allocation_of_sites_with_each_user(allocation: str) -> None:
    """Of new assets and of assets at a third site, whose user has a site, has none, is nobody or is unknown (S1)."""
    environment = environment_of(
        {
            "catalogue": {"organisations": [{"name": "Contoso", "sites": ["Head Office", "Leeds", "York"]}]},
            "intune": {"imports": {"siteAllocation": allocation}},
        }
    )
    named = {"sited": "ada@contoso.com", "unsited": "bob@contoso.com", "nobody": None, "unknown": "~unknown"}
    before = {
        "users": [{"upn": "ada@contoso.com", "site": "Contoso/Leeds"}, {"upn": "bob@contoso.com"}],
        "assets": [
            {"tag": f"old-{who}", "device": f"old-{who}", "serialNumber": f"old-{who}", "site": "Contoso/York"}
            for who in named
        ],
        "devices": [
            {"id": f"{age}-{who}", "serialNumber": f"{age}-{who}", "userPrincipalName": upn}
            for age, (who, upn) in product(("old", "new"), named.items())
        ],
    }
    plan = build_plan(environment, recording_of(before, environment))
    sites = {who: f"Contoso/{site}" for who, site in SITES[allocation].items() if site}
    expected = {f"new-{who}": site for who, site in sites.items()}
    if allocation == "user-site":
        expected |= {f"old-{who}": site for who, site in sites.items()}
    elif allocation == "default-site":
        expected |= {f"old-{who}": "Contoso/Head Office" for who in named}
    assert changed(plan, "site") == expected
    assert [each.label for each in plan.withheld if each.what == "its creation"] == ["new-unknown"]
