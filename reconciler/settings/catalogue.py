"""`catalogue.yaml`: the names an asset may refer to; made in the store when missing, never renamed or removed."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from reconciler.settings.base import Name, Settings, SettingsFile, form

FieldName = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,59}$"),
    form("a small letter, then small letters, digits and `_`", "department"),
]


class FieldType(StrEnum):
    """What a field holds."""

    TEXT = "text"
    NUMBER = "number"
    INTEGER = "integer"
    DATE = "date"
    DATETIME = "datetime"
    BOOLEAN = "boolean"
    CHOICE = "choice"


class Organisation(Settings):
    """An organisation and its sites."""

    name: Name = Field(description="The organisation's name.", examples=["Contoso"])
    sites: list[Name] = Field(default=[], description="The names of its sites, unique within the organisation.")


class AssetGroup(Settings):
    """A group of asset types."""

    name: Name = Field(description="The group's name.", examples=["Computers"])
    types: list[Name] = Field(default=[], description="The asset types in the group; a type is in one group only.")


class CustomField(Settings):
    """A field of assets beside the built-in ones; mappings write it as `custom.<name>`."""

    name: FieldName = Field(description="The name that mappings use.", examples=["department"])
    label: str | None = Field(default=None, description="What people see; the name when left out.")
    type: FieldType = Field(description="What the field holds.")
    max_length: int | None = Field(default=None, ge=1, le=100_000, description="The longest text that fits.")
    choices: list[str] = Field(default=[], description="The values that a `choice` field may have.")


class Licence(Settings):
    """A software licence."""

    name: Name = Field(description="The licence's name.")
    seats: int | None = Field(default=None, ge=0, description="How many seats were bought.")
    also_known_as: list[str] = Field(default=[], description="Other names under which Intune reports the software.")


class AssetTags(Settings):
    """The pattern of tags that created assets get; tags are unique."""

    prefix: str = Field(default="AST-", max_length=20, description="What each tag begins with.")
    digits: int = Field(default=6, ge=1, le=12, description="How many digits follow, filled with zeros.")


class CatalogueFile(SettingsFile):
    """`catalogue.yaml`: organisations, sites, statuses, asset groups and types, custom fields, licences."""

    organisations: list[Organisation] = Field(min_length=1, description="The organisations and their sites.")
    statuses: list[Name] = Field(default=[], description="The statuses that an asset may have.")
    asset_groups: list[AssetGroup] = Field(min_length=1, description="The groups of asset types.")
    custom_fields: list[CustomField] = Field(default=[], description="Fields beside the built-in ones.")
    licences: list[Licence] = Field(default=[], description="The software licences.")
    asset_tags: AssetTags = Field(default=AssetTags(), description="The pattern of the tags that new assets get.")

    def sites(self) -> list[str]:
        """Return every site as `Organisation/Site`."""
        return [f"{organisation.name}/{site}" for organisation in self.organisations for site in organisation.sites]

    def types(self) -> dict[str, str]:
        """Return every asset type with its group."""
        return {name: group.name for group in self.asset_groups for name in group.types}
