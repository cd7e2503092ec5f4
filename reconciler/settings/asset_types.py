"""`asset-types.yaml`: how an asset's type is decided (T1-T4)."""

from enum import StrEnum

from pydantic import Field

from reconciler.settings.base import Name, Settings, SettingsFile
from reconciler.settings.criteria import Criterion


class Determine(StrEnum):
    """The guide's "Determining an Asset's type"."""

    SAME = "same"
    FIELD = "field"
    RULES = "rules"


class TypeField(Settings):
    """The field whose value is the type's name."""

    property: str | None = Field(default=None, description="A property of Intune's managedDevice.")
    field: str | None = Field(default=None, description="An asset field or `custom.<name>`, as mapped in this run.")


class TypeRule(Settings):
    """A criterion and the type that it gives."""

    name: str = Field(min_length=1, description="What the rule is called where its decision is explained.")
    when: Criterion = Field(description="What must hold for a device.")
    type: Name = Field(description="The asset type.")


class AssetTypesFile(SettingsFile):
    """`asset-types.yaml`: how an asset's type is decided."""

    determine: Determine = Field(description="The guide's \"Determining an Asset's type\".")
    field: TypeField | None = Field(default=None, description="The guide's \"Field for determining an Asset's type\".")
    default: Name | None = Field(default=None, description='The guide\'s "Default Asset Type".')
    new_types_group: Name | None = Field(default=None, description="The asset group of types that a field names anew.")
    update_types: bool = Field(
        default=True,
        description="Whether an existing asset's type changes; false is the guide's \"Do not Update Asset Types\".",
    )
    rules: list[TypeRule] = Field(default=[], description="Tried in order; the first that matches decides.")
