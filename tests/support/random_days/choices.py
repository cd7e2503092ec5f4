"""Settings that people change from day to day, each within the few values that make a difference."""

import dataclasses
from dataclasses import dataclass, fields
from functools import cache
from typing import Any, Final

from case_files import environment_of

from reconciler.configuration.documents import digest, document
from reconciler.settings.connection import EnabledFor
from reconciler.settings.environment import Connection, Environment
from reconciler.settings.imports import Absence, Clock, Inactive, OnFirstMatch, SiteAllocation, Statuses
from reconciler.settings.users import AssignFrom, ImportUsers

NAMES: Final = ("intune", "subsidiary")
TENANTS: Final = {
    "intune": "11111111-1111-1111-1111-111111111111",
    "subsidiary": "22222222-2222-2222-2222-222222222222",
}
AFTER_DAYS: Final = 1
NEVER_REPLACED: Final = "Stolen"


@dataclass(frozen=True)
class Choices:
    """One connection's settings; a status is None where none is set, and `clock` where nothing becomes inactive."""

    missing_reads: int = 1
    absence: Absence = Absence.PER_DEVICE
    new: str | None = "In Use"
    deleted: str | None = "Retired"
    recovered: str | None = "In Use"
    clock: Clock | None = Clock.DEVICE_CHECK_IN
    inactive: str | None = "Inactive"
    restore: bool = True
    create: bool = True
    first: OnFirstMatch = OnFirstMatch.UPDATE
    assign: AssignFrom = AssignFrom.INTUNE
    unlink: bool = False
    users: bool = True
    software: bool = True
    site: SiteAllocation = SiteAllocation.USER_SITE
    enabled: bool = True


BEGINNING: Final = {
    "intune": Choices(),
    "subsidiary": Choices(missing_reads=3, absence=Absence.LIST, clock=Clock.LAST_IMPORT, unlink=True),
}

_VALUES: Final[dict[str, tuple[Any, ...]]] = {
    "missing_reads": (1, 2, 3, 4),
    "absence": (Absence.PER_DEVICE, Absence.LIST),
    "new": ("In Use", "In Stock", None),
    "deleted": ("Retired", None),
    "recovered": ("In Use", "In Stock", None),
    "clock": (Clock.DEVICE_CHECK_IN, Clock.LAST_IMPORT, None),
    "inactive": ("Inactive", "Inactive", None),
    "restore": (True, False),
    "create": (True, True, False),
    "first": tuple(OnFirstMatch),
    "assign": (AssignFrom.INTUNE, AssignFrom.INTUNE, AssignFrom.NONE),
    "unlink": (True, False),
    "users": (True, False),
    "software": (True, False),
    "site": tuple(SiteAllocation),
    "enabled": (True, True, False),
}


def changed(choices: Choices, which: int, value: int) -> Choices:
    """Return the choices with one of them made otherwise."""
    name = fields(Choices)[which % len(_VALUES)].name
    values = _VALUES[name]
    return dataclasses.replace(choices, **{name: values[value % len(values)]})


@cache
def environment(choices: tuple[Choices, ...]) -> Environment:
    """Return the environment with these choices for each connection, in the order of `NAMES`."""
    base = _base()
    made = {name: _connection(base.connections[name], each) for name, each in zip(NAMES, choices, strict=True)}
    whole = dataclasses.replace(base, connections=made)
    return dataclasses.replace(whole, digest=digest(document(whole)))


@cache
def _base() -> Environment:
    files = {
        "field-mappings": {
            "mappings": [
                {"from": "deviceName", "to": "name"},
                {"from": "serialNumber", "to": "serialNumber", "transform": ["trim", "upper"]},
                {"from": "model", "to": "model", "empty": "clear"},
                {"from": "physicalMemoryInBytes", "to": "memoryGb", "transform": ["bytesToGigabytes"]},
                {"from": "user.department", "to": "custom.label", "write": "when-empty"},
                {"value": "Intune", "to": "custom.managed_by", "write": "on-create"},
            ]
        },
        "asset-types": {
            "determine": "rules",
            "default": "Laptop",
            "rules": [
                {"name": "Phones", "when": {"property": "operatingSystem", "equals": "Android"}, "type": "Phone"}
            ],
        },
        "imports": {
            "excludeDefenderManaged": True,
            "exclude": {"property": "deviceCategoryDisplayName", "equals": "Lab"},
            "software": {"import": True},
        },
        "users": {"importUsers": {"enabled": True}},
    }
    return environment_of({"intune": files, "subsidiary": {"connection": {"tenantId": TENANTS["subsidiary"]}, **files}})


def _connection(base: Connection, chosen: Choices) -> Connection:
    statuses = Statuses(
        new=chosen.new,
        deleted_in_intune=chosen.deleted,
        recovered=chosen.recovered,
        never_replace=[NEVER_REPLACED],
    )
    inactive = None
    if chosen.clock is not None:
        inactive = Inactive(
            after_days=AFTER_DAYS,
            measured_by=chosen.clock,
            status=chosen.inactive,
            restore_previous=chosen.restore,
        )
    imports = base.imports.model_copy(
        update={
            "missing_reads": chosen.missing_reads,
            "absence": chosen.absence,
            "statuses": statuses,
            "inactive": inactive,
            "create_assets": chosen.create,
            "on_first_match": chosen.first,
            "site_allocation": chosen.site,
            "software": base.imports.software.model_copy(update={"import_": chosen.software}),
        }
    )
    users = base.users.model_copy(
        update={
            "assign_from": chosen.assign,
            "unlink_when_no_match": chosen.unlink,
            "import_users": ImportUsers(enabled=chosen.users),
        }
    )
    enabled = EnabledFor.ALL if chosen.enabled else []
    connection = base.connection.model_copy(update={"enabled_for_instances": enabled})
    return dataclasses.replace(base, connection=connection, imports=imports, users=users)
