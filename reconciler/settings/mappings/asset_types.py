"""`asset-types.yaml`: how an asset's type is decided (T1-T4)."""

from pydantic import Field

from reconciler.settings.base import Choice, Name, Settings, SettingsFile, guide
from reconciler.settings.mappings.criteria import Criterion


class Determine(Choice):
    """The three ways to decide an asset's type (T1-T3)."""

    SAME = "same", "Every asset gets the type that `default` names."
    FIELD = "field", "A field or property holds the type's name; a name that the store lacks becomes a new type."
    RULES = "rules", "The first of `rules` whose criterion holds decides, and `default` when none does."


class TypeField(Settings):
    """The field whose value is the type's name."""

    property: str | None = Field(
        default=None,
        description="The property of Intune's managedDevice that holds the type's name.",
        examples=["deviceCategoryDisplayName"],
    )
    field: str | None = Field(
        default=None,
        description="The asset field, or `custom.<name>`, whose value of this run is the type's name.",
        examples=["custom.kind"],
    )


class TypeRule(Settings):
    """A criterion and the type that it gives."""

    name: str = Field(
        min_length=1,
        description="The rule is called so wherever its decision is explained.",
        examples=["Virtual machines"],
    )
    when: Criterion = Field(
        description="The criterion must hold for a device, or the next rule is tried.",
        examples=[{"field": "model", "contains": "virtual"}],
    )
    type: Name = Field(
        description="A device for which the criterion holds gets this asset type, one of catalogue.yaml.",
        examples=["Virtual Machine"],
    )


class AssetTypesFile(SettingsFile):
    """`asset-types.yaml`: how an asset's type is decided."""

    determine: Determine = Field(
        description="The way in which each asset's type is decided.",
        examples=["rules"],
        json_schema_extra=guide("Determining an Asset's type"),
    )
    field: TypeField | None = Field(
        default=None,
        description="With `determine: field`, this names the field or property whose value is the type's name.",
        examples=[{"property": "deviceCategoryDisplayName"}],
        json_schema_extra=guide("Field for determining an Asset's type"),
    )
    default: Name | None = Field(
        default=None,
        description="Assets get this type when nothing else decides; without it, that is a problem to be looked at.",
        examples=["Laptop"],
        json_schema_extra=guide("Default Asset Type"),
    )
    new_types_group: Name | None = Field(
        default=None,
        description="With `determine: field`, types that the store lacks are made in this asset group.",
        examples=["Computers"],
        json_schema_extra=guide("the asset group that new asset types are created under"),
    )
    update_types: bool = Field(
        default=True,
        description="With false, the type of an existing asset stays as it is, and everything else is updated.",
        json_schema_extra=guide("Do not Update Asset Types"),
    )
    rules: list[TypeRule] = Field(
        default=[],
        description="With `determine: rules`, these are tried in order, and the first whose criterion holds decides.",
        json_schema_extra=guide("Determine asset type using rules"),
    )

    def criteria(self) -> list[Criterion]:
        """Return what decides by rules, in order; nothing where something else decides."""
        return [rule.when for rule in self.rules] if self.determine is Determine.RULES else []
