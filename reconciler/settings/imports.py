"""`imports.yaml`: sites, matching, creation, software, statuses, inactivity and exclusions."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from pydantic import Field

from reconciler.settings.base import Name, Settings, SettingsFile, SiteName
from reconciler.settings.criteria import Criterion


class SiteAllocation(StrEnum):
    """The guide's site allocation method (S1)."""

    USER_SITE = "user-site"
    DEFAULT_SITE = "default-site"
    KEEP = "keep"


class OnFirstMatch(StrEnum):
    """What happens to an asset when a device is first matched to it."""

    UPDATE = "update"
    BIND_ONLY = "bind-only"


class Absence(StrEnum):
    """How a device's absence is proven (G3)."""

    PER_DEVICE = "per-device"
    LIST = "list"


class Clock(StrEnum):
    """What inactivity is measured by (D2)."""

    LAST_IMPORT = "last-import"
    DEVICE_CHECK_IN = "device-check-in"


class Software(Settings):
    """What is installed, from Intune's detected applications (L1, L2)."""

    import_: bool = Field(default=False, alias="import", description="Whether detected software is imported.")
    via: Literal["export", "detected-apps"] = Field(default="export", description="How it is read (G8).")
    match_to_licences: bool = Field(default=False, description="Whether software is tied to the licence of its name.")


class Statuses(Settings):
    """The guide's statuses for imported assets; null sets none (D1)."""

    new: Name | None = Field(default=None, description="The status of a created asset.")
    deleted_in_intune: Name | None = Field(default=None, description="The status when the device is gone from Intune.")
    recovered: Name | None = Field(default=None, description="The status when a deleted device is back.")
    never_replace: list[Name] = Field(default=[], description="Statuses that are never replaced.")


class Inactive(Settings):
    """When an asset is made inactive (D2)."""

    after_days: int = Field(ge=1, le=3650, description="Days without a sign of life.")
    measured_by: Clock = Field(default=Clock.LAST_IMPORT, description="What a sign of life is.")
    status: Name | None = Field(default=None, description="The status that the asset gets.")
    restore_previous: bool = Field(default=True, description="Whether the status before comes back with the device.")


class ImportsFile(SettingsFile):
    """`imports.yaml`: sites, matching, creation, software, statuses, inactivity and exclusions."""

    site_allocation: SiteAllocation = Field(
        default=SiteAllocation.USER_SITE, description='The guide\'s "site allocation method".'
    )
    default_site: SiteName | None = Field(
        default=None, description='The guide\'s "default site for assets without users".'
    )
    asset_matching_field: str | list[str] = Field(
        description='The guide\'s "asset matching field", or a list of fields tried in order.',
        examples=["serialNumber"],
    )
    ignored_values: list[str] = Field(
        default=[], description="Values that never match, beside the built-in placeholders."
    )
    on_first_match: OnFirstMatch = Field(
        default=OnFirstMatch.UPDATE,
        description="Whether an existing asset is updated when a device is first matched to it.",
    )
    create_assets: bool = Field(default=True, description='False is the guide\'s "Do not create new Asset records".')
    exclude_defender_managed: bool = Field(
        default=False, description="Whether devices managed by Microsoft Sense (Defender) are left out."
    )
    exclude: Criterion | None = Field(default=None, description="A further criterion that leaves devices out (X1).")
    software: Software = Field(default=Software(), description="What is installed.")
    statuses: Statuses = Field(default=Statuses(), description="The statuses of imported assets.")
    missing_reads: int = Field(default=1, ge=1, le=30, description="How many reads must prove a device absent.")
    absence: Absence = Field(default=Absence.PER_DEVICE, description="How a device's absence is proven.")
    inactive: Inactive | None = Field(default=None, description="When an asset is made inactive; never when left out.")

    def matching_fields(self) -> tuple[str, ...]:
        """Return the asset matching fields in the order in which they are tried."""
        if isinstance(self.asset_matching_field, str):
            return (self.asset_matching_field,)
        return tuple(self.asset_matching_field)
