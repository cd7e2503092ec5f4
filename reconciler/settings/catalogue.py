"""`catalogue.yaml`: the names an asset may refer to; made in the store when missing, never renamed or removed."""

from typing import Annotated

from pydantic import Field, StringConstraints

from reconciler.settings.base import Choice, Name, Settings, SettingsFile, form, guide

FieldName = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,59}$"),
    form("a small letter, then small letters, digits and `_`", "department"),
]


class FieldType(Choice):
    """What a field holds; a value that does not fit is a problem, and is not written (F4)."""

    TEXT = "text", "Any text, at most `maxLength` characters of it."
    NUMBER = "number", "A number, with or without a fraction."
    INTEGER = "integer", "A whole number."
    DATE = "date", "A day: 2027-06-30."
    DATETIME = "datetime", "A point in time: 2027-06-30T08:00:00Z."
    BOOLEAN = "boolean", "True or false."
    CHOICE = "choice", "One of `choices`."


class Organisation(Settings):
    """An organisation and its sites."""

    name: Name = Field(
        description="The organisation is called so; a site is named `Organisation/Site`.", examples=["Contoso"]
    )
    sites: list[Name] = Field(
        default=[],
        description="The organisation has these sites; each name stands once.",
        examples=[["Head Office", "Leeds"]],
    )


class AssetGroup(Settings):
    """A group of asset types."""

    name: Name = Field(description="The group is called so.", examples=["Computers"])
    types: list[Name] = Field(
        default=[],
        description="These asset types are in the group; a type is in one group only.",
        examples=[["Laptop", "Virtual Machine"]],
    )


class FilledBy(Choice):
    """Who fills a custom field."""

    MAPPINGS = "mappings", "A mapping of some connection; one that none writes is warned of."
    PEOPLE = "people", "People, by hand or by another program; no mapping may write it."


class CustomField(Settings):
    """A field of assets beside the built-in ones; mappings write it as `custom.<name>`."""

    name: FieldName = Field(description="Mappings write the field as `custom.` and this name.", examples=["department"])
    label: str | None = Field(default=None, description="People see this instead of the name.", examples=["Department"])
    type: FieldType = Field(description="The field holds values of this kind only.", examples=["text"])
    max_length: int | None = Field(
        default=None,
        ge=1,
        le=100_000,
        description="A `text` field holds at most so many characters; any number without it.",
        examples=[80],
    )
    filled_by: FilledBy = Field(default=FilledBy.MAPPINGS, description="The field is filled by these.")
    choices: list[str] = Field(
        default=[], description="A `choice` field has one of these values.", examples=[["Intune", "Nobody"]]
    )


class Licence(Settings):
    """A software licence."""

    name: Name = Field(
        description="The licence is called so; software of this name is tied to it.", examples=["Visio Professional"]
    )
    seats: int | None = Field(
        default=None,
        ge=0,
        description="So many seats were bought; `status` shows those used beside them. Any number without it.",
        examples=[40],
    )
    also_known_as: list[str] = Field(
        default=[],
        description="Intune reports the software under these names too.",
        examples=[["Microsoft Visio Professional 2021"]],
    )


class AssetTags(Settings):
    """The pattern of tags that created assets get; tags are unique."""

    prefix: str = Field(default="AST-", max_length=20, description="Each tag begins with this.")
    digits: int = Field(default=6, ge=1, le=12, description="So many digits follow, filled with zeros: AST-000042.")


class CatalogueFile(SettingsFile):
    """`catalogue.yaml`: organisations, sites, statuses, asset groups and types, custom fields, licences."""

    organisations: list[Organisation] = Field(
        min_length=1, description="The organisations that own assets, with their sites."
    )
    statuses: list[Name] = Field(
        default=[],
        description="An asset has one of these statuses, or none.",
        examples=[["In Use", "In Stock", "Retired"]],
    )
    asset_groups: list[AssetGroup] = Field(min_length=1, description="Every asset type is in one of these groups.")
    custom_fields: list[CustomField] = Field(
        default=[], description="Assets have these fields beside the built-in ones."
    )
    licences: list[Licence] = Field(
        default=[],
        description="Imported software can be tied to these licences. Their seats are one pool for all organisations.",
        json_schema_extra=guide("match to licences based on name"),
    )
    asset_tags: AssetTags = Field(
        default=AssetTags(), description="Each asset that is created gets the next tag of this pattern."
    )

    def sites(self) -> list[str]:
        """Return every site as `Organisation/Site`."""
        return [f"{organisation.name}/{site}" for organisation in self.organisations for site in organisation.sites]

    def types(self) -> dict[str, str]:
        """Return every asset type with its group."""
        return {name: group.name for group in self.asset_groups for name in group.types}
