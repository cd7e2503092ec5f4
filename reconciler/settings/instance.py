"""`instance.yaml`: who this instance is, its store and its limits."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from reconciler.settings.base import Duration, Settings, SettingsFile, form
from reconciler.settings.secrets import Secret

InstanceName = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$"),
    form("small letters, digits and `-`", "prod"),
]


class InstanceKind(StrEnum):
    """What an instance is for; `production-only` connections run in `production` instances."""

    PRODUCTION = "production"
    UAT = "uat"
    TEST = "test"
    DEVELOPMENT = "development"


class Store(Settings):
    """Where the instance's assets live."""

    url: Secret | str = Field(
        description="The store's SQLAlchemy URL: a reference to a secret, or a literal without a password. A relative "
        "SQLite path is relative to the folder that holds `environments/`.",
        examples=[{"env": "RECONCILER_STORE_URL"}, "sqlite:///var/prod.db"],
    )


class Limit(Settings):
    """How many assets one kind of change may touch: the larger of the two, never more than half (R1)."""

    percent: float = Field(ge=0, le=100, description="Percent of the connection's bound assets.")
    count: int = Field(ge=0, description="Number of assets that is allowed however small the fleet.")


class CountLimit(Settings):
    """How many new things may be made."""

    count: int = Field(ge=0, description="Number that is allowed.")


def _limit(percent: float, count: int, what: str) -> Limit:
    return Field(default=Limit(percent=percent, count=count), description=what)


class Limits(Settings):
    """How much a run may change before a person has to allow it (R1-R4)."""

    window: Duration = Field(default="24h", description="What runs in this time did counts against the limits too.")
    plan_age: Duration = Field(default="24h", description="How old a saved plan may be when it is applied.")
    created: Limit = _limit(20, 100, "Assets created.")
    updated: Limit = _limit(60, 500, "Assets with changed fields.")
    retyped: Limit = _limit(5, 20, "Assets whose type changes.")
    moved: Limit = _limit(5, 20, "Assets whose site changes.")
    rebound: Limit = _limit(5, 20, "Assets whose binding moves to another device.")
    unlinked: Limit = _limit(3, 10, "Assets that lose their user.")
    deleted_in_intune: Limit = _limit(3, 10, "Assets whose device is gone from Intune.")
    inactive: Limit = _limit(5, 20, "Assets made inactive.")
    users_deactivated: Limit = _limit(3, 10, "Store users made inactive.")
    new_types: CountLimit = Field(default=CountLimit(count=5), description="Asset types made from a field's values.")


class InstanceFile(SettingsFile):
    """`instance.yaml`: who this instance is, its store and its limits."""

    name: InstanceName = Field(description="The instance's name; connections and the store's stamp refer to it.")
    kind: InstanceKind = Field(description="What the instance is for.")
    store: Store = Field(description="Where the instance's assets live.")
    limits: Limits = Field(default=Limits(), description="How much a run may change before a person has to allow it.")
