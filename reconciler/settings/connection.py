"""`connection.yaml`: which tenant, how to sign in, and in which instances the connection runs."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from reconciler.settings.authentication import Authentication, Guid
from reconciler.settings.base import Choice, Duration, Settings, SettingsFile, form, guide
from reconciler.settings.instance import InstanceKind, InstanceName

HttpsUrl = Annotated[
    str,
    StringConstraints(pattern=r"^https://([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?/?$"),
    form("`https://`, a host and perhaps a port, and nothing more", "https://localhost:8443"),
]
TenantId = Annotated[
    str,
    StringConstraints(
        pattern=r"^([0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+)$"
    ),
    form(
        "a GUID or a verified domain of one tenant, never `common`, `organizations` or `consumers`",
        "7d1a3b52-0f8e-4c3e-9a53-3a3f0a1f2b11",
        "contoso.onmicrosoft.com",
    ),
]


class Cloud(Choice):
    """Microsoft's clouds (G9)."""

    GLOBAL = "global", "The cloud that nearly every tenant is in."
    US_GOVERNMENT = "us-government", "Microsoft's cloud for the US government (GCC High)."
    US_GOVERNMENT_DOD = "us-government-dod", "Microsoft's cloud for the US Department of Defense."
    CHINA = "china", "The cloud that 21Vianet operates in China."


class OwnCloud(Settings):
    """Addresses that are not Microsoft's: a simulator or a proxy; refused for a production instance (K8)."""

    authority: HttpsUrl = Field(description="Tokens are had from this address, without the tenant.")
    graph: HttpsUrl = Field(description="Graph is read at this address, without the version.")


class EnabledFor(Choice):
    """The instances that a connection runs in, in two words (E1)."""

    PRODUCTION_ONLY = "production-only", "It runs in instances of kind `production`, and does nothing in any other."
    ALL = "all", "It runs in every instance."


class Entity(Choice):
    """What a scheduled run imports (A5)."""

    ORGANISATIONS = "organisations", "The tenant's own organisation, made and renamed as Graph's `/organization` says."
    USERS = "users", "Store users, from Entra."
    ASSETS = "assets", "Assets, from Intune's devices."
    SOFTWARE = "software", "What is installed on the assets."


class Integrator(Settings):
    """The scheduled import (A5)."""

    enabled: bool = Field(
        default=False,
        description="With true, `apply --scheduled` imports the connection whenever it is due.",
        json_schema_extra=guide("Enable the Halo Integrator for this Intune connection"),
    )
    every: Duration = Field(default="1d", description="The connection is due again after this time.")
    entities: list[Entity] = Field(
        default=list(Entity),
        description="A scheduled run imports these. The tenant's own organisation is kept by every run, but only when "
        "this list is written and names `organisations`.",
        examples=[["users", "assets"]],
    )


class Details(Settings):
    """How often each device is asked for what lists leave out (G5)."""

    refresh: Duration = Field(
        default="7d",
        description="A device is asked again after this time, the longest ago first, and a part of the fleet in each "
        "run; new and re-enrolled devices are asked at once.",
    )


class Reading(Settings):
    """The bounds of a read; the defaults fit 100,000 devices (G11)."""

    time_budget: Duration = Field(default="2h", description="Reading the connection takes at most this time.")
    export_bytes: int = Field(
        default=4 * 1024**3, ge=1024**2, description="An exported report has at most so many bytes, unpacked."
    )
    export_rows: int = Field(default=50_000_000, ge=1000, description="An exported report has at most so many rows.")
    batches: int = Field(default=5, ge=1, le=20, description="So many batches of requests are under way at once.")


class ConnectionFile(SettingsFile):
    """`connection.yaml`: one Intune tenant that feeds the store."""

    source: Literal["intune"] = Field(description="The devices come from Microsoft Intune.", examples=["intune"])
    tenant_id: TenantId = Field(
        description="The connection reads this tenant: its id, or a verified domain. Bindings hang on it (K7).",
        json_schema_extra=guide("Directory (tenant) ID"),
    )
    client_id: Guid = Field(
        description="The connection signs in as this app registration.",
        json_schema_extra=guide("Application (client) ID"),
    )
    cloud: Cloud | OwnCloud = Field(
        default=Cloud.GLOBAL,
        description="The tenant is in this cloud of Microsoft's; a simulator or proxy has addresses of its own.",
    )
    authentication: Authentication = Field(description="The connection signs in so.")
    enabled_for_instances: EnabledFor | list[InstanceName] = Field(
        default=EnabledFor.PRODUCTION_ONLY,
        description="The connection runs in these instances only: `production-only`, `all`, or a list of names.",
        examples=["production-only", ["prod", "uat"]],
        json_schema_extra=guide("Enabled for Instances"),
    )
    integrator: Integrator = Field(
        default=Integrator(),
        description="The connection is imported on a schedule so.",
        json_schema_extra=guide("Halo Integrator"),
    )

    details: Details = Field(
        default=Details(), description="What lists leave out is asked device by device, this often."
    )
    reading: Reading = Field(default=Reading(), description="Reading the connection keeps within these bounds.")
    inventory: bool = Field(
        default=False,
        description="With true, the report of all devices' hardware inventory is read, and its columns can be mapped "
        "as `inventory.<column>`.",
    )
    autopilot: bool = Field(
        default=False,
        description="With true, devices that are registered with Windows Autopilot and not enrolled yet become assets.",
    )

    def enabled_for(self, name: str, kind: InstanceKind) -> bool:
        """Return whether this connection runs in the instance of that name and kind (E1)."""
        match self.enabled_for_instances:
            case EnabledFor.ALL:
                return True
            case EnabledFor.PRODUCTION_ONLY:
                return kind is InstanceKind.PRODUCTION
            case names:
                return name in names
