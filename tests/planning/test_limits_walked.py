"""Every kind's limit, walked to its last change and one further, for fleets of 1, 2, 10 and 1,000 (R1)."""

from collections.abc import Callable
from typing import Any

import pytest
from case_files import environment_of, recording_of

from reconciler.model.plan import Kind, LimitUse, Plan
from reconciler.planning.build import build_plan
from reconciler.planning.limits import allowed
from reconciler.settings.instance import Limits

FLEETS = (1, 2, 10, 1000)
Row = dict[str, Any]
Event = Callable[[int, Row, Row], None]
LONG_AGO = "2026-01-24T08:00:00Z"


def _new_id(number: int, _asset: Row, device: Row) -> None:
    device |= {"id": f"new-{number}", "enrolledDateTime": "2026-11-22T09:00:00Z"}


def _gone(_number: int, _asset: Row, device: Row) -> None:
    device.clear()


EVENTS: dict[Kind, tuple[Row, Event]] = {
    Kind.CREATED: ({}, lambda number, _asset, device: device.update(id=f"new-{number}", serialNumber=f"N{number}")),
    Kind.UPDATED: ({}, lambda _number, asset, _device: asset.update(name="old")),
    Kind.RETYPED: ({}, lambda _number, asset, _device: asset.update(type="Phone")),
    Kind.MOVED: ({}, lambda _number, asset, _device: asset.update(site="Contoso/Leeds")),
    Kind.REBOUND: ({}, _new_id),
    Kind.UNLINKED: (
        {"users": {"unlinkWhenNoMatch": True}},
        lambda number, asset, _device: asset.update(user=f"u{number}"),
    ),
    Kind.DELETED_IN_INTUNE: ({}, _gone),
    Kind.INACTIVE: (
        {"imports": {"inactive": {"afterDays": 30, "measuredBy": "device-check-in", "status": "Inactive"}}},
        lambda _number, _asset, device: device.update(lastSyncDateTime=LONG_AGO),
    ),
    Kind.USERS_DEACTIVATED: ({"users": {"importUsers": {"enabled": True}}}, lambda *_: None),
    Kind.USERS_CREATED: ({"users": {"importUsers": {"enabled": True}}}, lambda *_: None),
    Kind.NEW_TYPES: (
        {
            "asset-types": {
                "determine": "field",
                "field": {"property": "deviceCategoryDisplayName"},
                "default": "Laptop",
                "newTypesGroup": "Computers",
            }
        },
        lambda number, _asset, device: device.update(deviceCategoryDisplayName=f"Kind {number}"),
    ),
}
"""What the settings say beside the base ones, and what befalls one asset and its device."""


def planned(kind: Kind, fleet: int, count: int) -> Plan:
    """Return the plan for a fleet of which so many have the change."""
    settings, event = EVENTS[kind]
    assets: list[Row] = [
        {"tag": f"A-{n:04}", "name": f"L{n}", "serialNumber": f"S{n}", "device": f"d-{n}"} for n in range(fleet)
    ]
    devices: list[Row] = [{"id": f"d-{n}", "deviceName": f"L{n}", "serialNumber": f"S{n}"} for n in range(fleet)]
    created = [{"deviceName": f"N{n}"} for n in range(count)] if kind is Kind.CREATED else []
    for number in range(count) if kind is not Kind.USERS_CREATED else ():
        event(number, assets[number] if not created else {}, created[number] if created else devices[number])
    there = {each.get("id") for each in devices}
    users = range(count) if kind in (Kind.UNLINKED, Kind.USERS_DEACTIVATED) else ()
    made = range(count) if kind is Kind.USERS_CREATED else ()
    before = {
        "assets": assets,
        "devices": [each for each in (*devices, *created) if each],
        "absent": [f"d-{n}" for n in range(fleet) if f"d-{n}" not in there],
        "users": [{"name": f"U{n}", "upn": f"u{n}", "entraId": f"e{n}"} for n in users],
        "entraUsers": [
            {"id": f"e{n}", "displayName": f"U{n}", "userPrincipalName": f"u{n}", "accountEnabled": False}
            for n in (*users, *made)
        ],
    }
    environment = environment_of({"intune": settings})
    return build_plan(environment, recording_of(before, environment))


UNBOUND = (Kind.CREATED, Kind.USERS_CREATED)
"""Of these there can be more than the fleet has assets."""


def use_of(plan: Plan, kind: Kind) -> LimitUse:
    """Return what a plan says of a limit."""
    [use] = [each for each in plan.limits if each.kind is kind]
    return use


@pytest.mark.parametrize("fleet", FLEETS)
@pytest.mark.parametrize("kind", list(EVENTS))
def test_the_last_change_that_is_allowed_passes_and_one_more_does_not(kind: Kind, fleet: int) -> None:
    """Walked with real plans; what a fleet is too small to exceed is walked to its end."""
    most = allowed(Limits(), kind, fleet)
    for count in {min(most, fleet), min(most + 1, fleet)} if kind not in UNBOUND else {most, most + 1}:
        use = use_of(planned(kind, fleet, count), kind)
        assert (use.planned, use.allowed, use.bound, use.over) == (count, most, fleet, count > most)


def test_every_kind_of_the_settings_is_walked() -> None:
    """An undo's removals are held to the limit of what is created, and are walked with it."""
    assert {*EVENTS, Kind.REMOVED} == set(Kind)
