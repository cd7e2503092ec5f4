"""`instance.yaml`: who this instance is, its store and its limits."""

from typing import Annotated

from pydantic import Field, StringConstraints

from reconciler.settings.base import Choice, Duration, Settings, SettingsFile, form
from reconciler.settings.secrets import Secret
from reconciler.settings.stores import Store

InstanceName = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$"),
    form("small letters, digits and `-`", "prod"),
]


class InstanceKind(Choice):
    """What an instance is for."""

    PRODUCTION = (
        "production",
        "The real one: `production-only` connections run here, and only committed settings apply.",
    )
    UAT = "uat", "Where a release is accepted, often on a copy of production's store."
    TEST = "test", "Where settings are tried on assets that may be lost."
    DEVELOPMENT = "development", "Somebody's own."


class Limit(Settings):
    """How many assets one kind of change may touch: the larger of the two, and never more than half of them (R1)."""

    percent: float = Field(
        ge=0, le=100, description="So many percent of the connection's bound assets may change.", examples=[5]
    )
    count: int = Field(ge=0, description="So many assets may change, however small the fleet.", examples=[20])


class CountLimit(Settings):
    """How many new things may be made."""

    count: int = Field(ge=0, description="So many may be made.", examples=[5])


def _limit(percent: float, count: int, what: str) -> Limit:
    return Field(default=Limit(percent=percent, count=count), description=what)


class Limits(Settings):
    """How much a run may change before a person has to allow it (R1-R4)."""

    window: Duration = Field(default="24h", description="What earlier runs did in this time counts too.")
    plan_age: Duration = Field(default="24h", description="A saved plan that is older is not applied any more.")
    created: Limit = _limit(20, 100, "So many assets may be created.")
    updated: Limit = _limit(60, 500, "So many assets may have fields changed.")
    retyped: Limit = _limit(5, 20, "So many assets may get another type.")
    moved: Limit = _limit(5, 20, "So many assets may get another site.")
    rebound: Limit = _limit(5, 20, "So many assets may be bound to another device.")
    unlinked: Limit = _limit(3, 10, "So many assets may lose their user.")
    deleted_in_intune: Limit = _limit(3, 10, "So many assets may be marked as gone from Intune.")
    inactive: Limit = _limit(5, 20, "So many assets may be made inactive.")
    users_deactivated: Limit = _limit(3, 10, "So many store users may be made inactive.")
    users_created: Limit = _limit(20, 100, "So many store users may be created.")
    new_types: CountLimit = Field(
        default=CountLimit(count=5), description="So many asset types may be made from a field's values."
    )


class Event(Choice):
    """What `notify` reports to people (V10)."""

    FAILED = "failed", "A run ended with an error."
    OVER_LIMIT = "overLimit", "A run stopped, or left a connection out, since more would change than a limit allows."
    PARTIAL = "partial", "A run ended, and part of what it needed is unknown."
    APPLIED = "applied", "A run changed something."
    CREDENTIAL_ENDS = "credentialEnds", "A credential ends within 30 days."


class Notification(Settings):
    """Somebody to whom runs are reported."""

    url: Secret = Field(
        description="Messages go to this Apprise URL (Teams, Slack, mail and a hundred more): a secret.",
        examples=[{"env": "OPERATORS_CHANNEL"}],
    )
    on: list[Event] = Field(
        default=[Event.FAILED, Event.OVER_LIMIT, Event.PARTIAL, Event.CREDENTIAL_ENDS],
        min_length=1,
        description="These events are reported.",
        examples=[["failed", "overLimit"]],
    )
    link: str | None = Field(
        default=None,
        description="A message leads to this address.",
        examples=["https://assets.contoso.example"],
    )


class InstanceFile(SettingsFile):
    """`instance.yaml`: who this instance is, its store and its limits."""

    name: InstanceName = Field(
        description="The instance is called so, as its folder is; connections and the store's stamp refer to it."
    )
    kind: InstanceKind = Field(
        description="The instance is for this; `production-only` connections run in `production` ones.",
        examples=["production"],
    )
    shared: str | None = Field(
        default=None,
        description="The folder beside the environments whose settings are laid under these; `_shared` without this, "
        "and null for none.",
        examples=["_shared"],
    )
    store: Store = Field(description="The instance's assets live here.", examples=[{"url": "sqlite:///var/prod.db"}])
    limits: Limits = Field(
        default=Limits(), description="A run that would change more than this stops until a person allows it."
    )
    notify: list[Notification] = Field(
        default=[], description="Whom to notify when a run fails, is over a limit, or changes something."
    )
