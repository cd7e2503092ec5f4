"""`field-mappings.yaml`: Intune property -> asset field (F1-F4)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from reconciler.settings.base import Choice, Settings, SettingsFile, guide, meanings
from reconciler.settings.mappings.criteria import Scalar


class Write(Choice):
    """When a mapping writes its field (F1)."""

    ALWAYS = "always", "By every run: what people change is put back."
    ON_CREATE = "on-create", "When the asset is created, and left to people afterwards."
    WHEN_EMPTY = "when-empty", "While the field is empty; what stands in it stays."


class Empty(Choice):
    """What an empty source does to a field that has a value (F1)."""

    KEEP = "keep", "The field keeps its value."
    CLEAR = "clear", "The field is emptied; a source that could not be read never does that."


PlainTransform = Annotated[
    Literal["trim", "upper", "lower", "title", "bytesToGigabytes", "date", "boolean", "macAddress"],
    Field(
        json_schema_extra=meanings(
            "Take away the spaces at either end.",
            "Make every letter a capital.",
            "Make every letter small.",
            "Begin each word with a capital.",
            "Divide by 1024³.",
            "Keep the day of a point in time.",
            "Make `yes`, `1` and their like true or false.",
            "Write twelve hexadecimal digits as 00:11:22:33:44:55.",
        )
    ),
]


class ReplaceArguments(Settings):
    """A pattern and what takes its place."""

    pattern: str = Field(
        min_length=1, description="Every place where this RE2 pattern matches is replaced.", examples=["-old$"]
    )
    with_: str = Field(
        alias="with", description="This text is put in its place; `\\1` is the first group.", examples=[""]
    )


class Replace(Settings):
    """Replace what an RE2 pattern matches."""

    replace: ReplaceArguments = Field(
        description="What the pattern matches is replaced by a text.", examples=[{"pattern": "-old$", "with": ""}]
    )


class Lookup(Settings):
    """Exchange a value for the one that a table names."""

    lookup: dict[str, Scalar] = Field(
        min_length=1,
        description="Each value stands beside what it becomes.",
        examples=[{"company": "Company", "personal": "Personal"}],
    )
    default: Scalar | None = Field(
        default=None, description="Any other value becomes this; empty without it.", examples=["Unknown"]
    )


class Prefix(Settings):
    """Put text before the value."""

    prefix: str = Field(description="This text is put before the value; an empty value stays empty.", examples=["IT-"])


class Suffix(Settings):
    """Put text after the value."""

    suffix: str = Field(description="This text is put after the value; an empty value stays empty.", examples=[" GB"])


class Truncate(Settings):
    """Keep at most so many characters."""

    truncate: int = Field(ge=1, le=100_000, description="At most so many characters are kept.", examples=[80])


Transform = PlainTransform | Replace | Lookup | Prefix | Suffix | Truncate


class Mapping(Settings):
    """Where a field's value comes from and when it is written."""

    from_: str | list[str] | None = Field(
        default=None,
        alias="from",
        description="The value comes from this property of Intune's managedDevice, or `user.<property>` of the "
        "device's Entra user; from a list, the first that is not empty.",
        examples=["deviceName", "user.department", ["managedDeviceName", "deviceName"]],
    )
    value: Scalar | None = Field(
        default=None,
        description="The value is this constant, instead of one that comes `from` somewhere.",
        examples=["Intune"],
    )
    to: str = Field(
        description="The value goes to this asset field, or to `custom.<name>`, a field of the catalogue's.",
        examples=["serialNumber", "custom.department"],
    )
    transform: list[Transform] = Field(
        default=[], description="The value goes through these, in their order.", examples=[["trim", "upper"]]
    )
    write: Write = Field(default=Write.ALWAYS, description="The field is written at these times.")
    empty: Empty = Field(default=Empty.KEEP, description="An empty source does this to a field that has a value.")
    volatile: bool | None = Field(
        default=None,
        description="With true, the value changes by itself all the time: it is written, yet a change of it alone "
        "counts against no limit. Without it, `lastSyncDateTime` and `freeStorageSpaceInBytes` are volatile.",
        examples=[True],
    )

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

    mappings: list[Mapping] = Field(
        min_length=1,
        description="Each asset field that is written has one mapping; any other field is never touched.",
        json_schema_extra=guide("Field Mappings"),
    )
