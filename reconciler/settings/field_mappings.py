"""`field-mappings.yaml`: Intune property -> asset field (F1-F4)."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from pydantic import Field, model_validator

from reconciler.settings.base import Settings, SettingsFile
from reconciler.settings.criteria import Scalar


class Write(StrEnum):
    """When a mapping writes."""

    ALWAYS = "always"
    ON_CREATE = "on-create"
    WHEN_EMPTY = "when-empty"


class Empty(StrEnum):
    """What an empty source does to a field that has a value."""

    KEEP = "keep"
    CLEAR = "clear"


PlainTransform = Literal["trim", "upper", "lower", "title", "bytesToGigabytes", "date", "boolean", "macAddress"]


class ReplaceArguments(Settings):
    """A pattern and what takes its place."""

    pattern: str = Field(min_length=1, description="An RE2 pattern; every place where it matches is replaced.")
    with_: str = Field(alias="with", description="The text put in its place; `\\1` is the first group.")


class Replace(Settings):
    """Replace what an RE2 pattern matches."""

    replace: ReplaceArguments = Field(description="What is replaced, and by what.")


class Lookup(Settings):
    """Exchange a value for the one that a table names."""

    lookup: dict[str, Scalar] = Field(min_length=1, description="The value, and what it becomes.")
    default: Scalar | None = Field(default=None, description="What any other value becomes; empty when left out.")


class Prefix(Settings):
    """Put text before the value."""

    prefix: str = Field(description="The text that is put before the value; an empty value stays empty.")


class Suffix(Settings):
    """Put text after the value."""

    suffix: str = Field(description="The text that is put after the value; an empty value stays empty.")


class Truncate(Settings):
    """Keep at most so many characters."""

    truncate: int = Field(ge=1, le=100_000, description="The most characters that are kept.")


Transform = PlainTransform | Replace | Lookup | Prefix | Suffix | Truncate


class Mapping(Settings):
    """Where a field's value comes from and when it is written."""

    from_: str | list[str] | None = Field(
        default=None,
        alias="from",
        description="A managedDevice property, `user.<property>` of the Entra user, or a list: the first not empty.",
        examples=["deviceName", "user.department"],
    )
    value: Scalar | None = Field(default=None, description="A constant, instead of `from`.")
    to: str = Field(description="The asset field, or `custom.<name>`.", examples=["serialNumber", "custom.department"])
    transform: list[Transform] = Field(default=[], description="What happens to the value, in order.")
    write: Write = Field(default=Write.ALWAYS, description="When the field is written.")
    empty: Empty = Field(default=Empty.KEEP, description="What an empty source does to a field that has a value.")

    @model_validator(mode="after")
    def _one_origin(self) -> Mapping:
        if (self.from_ is None) == (self.value is None):
            raise ValueError("a mapping has either `from` or `value`")
        return self

    def sources(self) -> tuple[str, ...]:
        """Return the properties that the value comes from, in order; none for a constant."""
        match self.from_:
            case None:
                return ()
            case str() as one:
                return (one,)
            case several:
                return tuple(several)


class FieldMappingsFile(SettingsFile):
    """`field-mappings.yaml`: what each asset field is filled with."""

    mappings: list[Mapping] = Field(min_length=1, description="One mapping for each asset field that is written.")
