"""`imports.yaml`: sites, matching, creation, software, statuses, inactivity and exclusions."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from reconciler.settings.base import Choice, Name, Settings, SettingsFile, SiteName, guide, meanings
from reconciler.settings.mappings.criteria import Criterion


class SiteAllocation(Choice):
    """How an asset's site is found (S1)."""

    USER_SITE = "user-site", "The linked user's site, else `defaultSite`."
    DEFAULT_SITE = "default-site", "Always `defaultSite`."
    KEEP = "keep", "As `user-site` when the asset is created; it is never moved afterwards."


class OnFirstMatch(Choice):
    """What happens to an existing asset when a device is first matched to it."""

    UPDATE = "update", "It is bound to the device and updated at once."
    BIND_ONLY = "bind-only", "The first run binds existing assets and changes nothing else on them; later runs do."


class Absence(Choice):
    """How a device's absence is proven (G3)."""

    PER_DEVICE = "per-device", "Each bound device that is not listed is asked for by its id; only 404 is absent."
    LIST = "list", "A list that was followed to its end is trusted; for services that never answer 404."


class Clock(Choice):
    """What inactivity is measured by (D2)."""

    LAST_IMPORT = "last-import", "Days on which the whole list was read and the device was not in it."
    DEVICE_CHECK_IN = "device-check-in", "The device's own last check-in with Intune."


class Software(Settings):
    """What is installed, from Intune's detected applications (L1, L2)."""

    import_: bool = Field(
        default=False,
        alias="import",
        description="With true, what Intune detects on a device becomes its asset's software.",
        json_schema_extra=guide("imported software"),
    )
    via: Literal["export", "detected-apps"] = Field(
        default="export",
        description="Software is read in this way (G8).",
        json_schema_extra=meanings(
            "From one report that Intune exports, whole and quick.",
            "Application by application, with the devices of each: slower, and without a report.",
        ),
    )
    match_to_licences: bool = Field(
        default=False,
        description="With true, software is tied to the licence of its name.",
        json_schema_extra=guide("match to licences based on name"),
    )


class Statuses(Settings):
    """The guide's statuses for imported assets; null sets none (D1)."""

    new: Name | None = Field(
        default=None,
        description="An asset that is created gets this status.",
        examples=["In Use"],
        json_schema_extra=guide("status for new assets"),
    )
    deleted_in_intune: Name | None = Field(
        default=None,
        description="An asset whose device is gone from Intune gets this status.",
        examples=["Retired"],
        json_schema_extra=guide("status when the managed device has been deleted from Intune"),
    )
    recovered: Name | None = Field(
        default=None,
        description="An asset whose deleted device is back gets this status.",
        examples=["In Use"],
        json_schema_extra=guide("status when the managed device has been recovered"),
    )
    registered: Name | None = Field(
        default=None,
        description="An asset that is made for a device which is registered with Autopilot and not enrolled yet gets "
        "this status.",
        examples=["In Stock"],
    )
    never_replace: list[Name] = Field(
        default=[], description="These statuses stay, whatever happens to the device.", examples=[["Stolen"]]
    )


class Inactive(Settings):
    """When an asset is made inactive (D2)."""

    after_days: int = Field(
        ge=1,
        le=3650,
        description="An asset is inactive after so many days without a sign of life.",
        examples=[60],
        json_schema_extra=guide("Time before an asset is made inactive"),
    )
    measured_by: Clock = Field(
        default=Clock.LAST_IMPORT,
        description="This counts as a sign of life.",
        json_schema_extra=guide("last sync update"),
    )
    status: Name | None = Field(
        default=None, description="The asset gets this status; null changes none.", examples=["Inactive"]
    )
    restore_previous: bool = Field(
        default=True, description="With true, the status from before comes back with the device."
    )


class ImportsFile(SettingsFile):
    """`imports.yaml`: sites, matching, creation, software, statuses, inactivity and exclusions."""

    site_allocation: SiteAllocation = Field(
        default=SiteAllocation.USER_SITE,
        description="An asset's site is found in this way.",
        json_schema_extra=guide("site allocation method"),
    )
    default_site: SiteName | None = Field(
        default=None,
        description="Assets stand at this site when no user's site says otherwise.",
        examples=["Contoso/Head Office"],
        json_schema_extra=guide("default site for assets without associated users"),
    )
    asset_matching_field: str | list[str] = Field(
        description="A device is the asset with the same value in this field; from a list, fields are tried in order.",
        examples=["serialNumber", ["serialNumber", "imei"]],
        json_schema_extra=guide("asset matching field"),
    )
    ignored_values: list[str] = Field(
        default=[],
        description="These values never match, beside the built-in placeholders of many vendors.",
        examples=[["Loan device"]],
    )
    on_first_match: OnFirstMatch = Field(
        default=OnFirstMatch.UPDATE,
        description="This happens to an existing asset when a device is first matched to it.",
    )
    create_assets: bool = Field(
        default=True,
        description="With false, devices that match no asset are listed, and no asset is created for them.",
        json_schema_extra=guide("not create new Assets via the Intune integration"),
    )
    exclude_defender_managed: bool = Field(
        default=False,
        description="With true, devices that Microsoft Sense (Defender) manages are left out.",
        json_schema_extra=guide("exclude any assets that are managed by Microsoft Sense (Defender)"),
    )
    exclude: Criterion | None = Field(
        default=None,
        description="Devices for which this criterion holds are left out (X1).",
        examples=[{"property": "managedDeviceOwnerType", "equals": "personal"}],
    )
    software: Software = Field(default=Software(), description="What is installed is imported so.")
    statuses: Statuses = Field(
        default=Statuses(),
        description="Assets get these statuses when something happens to their device; null changes none (D1).",
        json_schema_extra=guide("status for imported assets"),
    )
    missing_reads: int = Field(
        default=1, ge=1, le=30, description="So many reads must prove a device absent before its asset is marked."
    )
    absence: Absence = Field(
        default=Absence.PER_DEVICE, description="That a device is gone from Intune is proven in this way."
    )
    inactive: Inactive | None = Field(
        default=None,
        description="Assets are made inactive so; never without it.",
        examples=[{"afterDays": 60, "status": "Inactive"}],
    )

    def matching_fields(self) -> tuple[str, ...]:
        """Return the asset matching fields in the order in which they are tried."""
        if isinstance(self.asset_matching_field, str):
            return (self.asset_matching_field,)
        return tuple(self.asset_matching_field)
