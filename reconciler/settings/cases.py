"""`tests.yaml`: devices, and what must become of them (K5)."""

from typing import Literal

from pydantic import Field

from reconciler.settings.base import Settings, SettingsFile
from reconciler.settings.criteria import Scalar


class Expectation(Settings):
    """What must become of the device; only what is named is compared."""

    type: str | None = Field(default=None, description="The asset type.")
    site: str | None = Field(default=None, description="The site, as `Organisation/Site`.")
    user: str | None = Field(default=None, description="The user's identifier.")
    status: str | None = Field(default=None, description="The status.")
    fields: dict[str, Scalar | None] = Field(default={}, description="Asset fields and their values.")
    excluded: Literal[True] | None = Field(default=None, description="The device is excluded.")
    problem: str | None = Field(default=None, description="Text that a problem's message has in it.")


class Case(Settings):
    """One device and what must become of it."""

    name: str = Field(min_length=1, description="What the case shows, as a sentence.")
    device: dict[str, Scalar | None] = Field(description="Properties of Intune's managedDevice.")
    expect: Expectation = Field(description="What must become of it.")


class TestsFile(SettingsFile):
    """`tests.yaml`: cases that `reconciler test` runs and `plan` insists on."""

    __test__ = False

    cases: list[Case] = Field(default=[], description="The cases.")
