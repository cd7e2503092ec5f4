"""Criteria: questions about one device, used by asset-type rules and by exclusions (T3, X1)."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field, model_validator
from pydantic.alias_generators import to_camel

from reconciler.settings.base import Settings

Scalar = str | int | float | bool

OPERATORS = (
    "equals",
    "not_equals",
    "in_",
    "contains",
    "starts_with",
    "ends_with",
    "matches",
    "greater_than",
    "less_than",
    "is_empty",
)


class Comparison(Settings):
    """One value and one operator."""

    field: str | None = Field(
        default=None,
        description="The value of this asset field, or `custom.<name>`, as it is mapped in this run, is compared.",
        examples=["model"],
    )
    property: str | None = Field(
        default=None,
        description="The value of this property of Intune's managedDevice is compared.",
        examples=["operatingSystem"],
    )
    equals: Scalar | None = Field(
        default=None, description="The comparison holds when the value is this.", examples=["macOS"]
    )
    not_equals: Scalar | None = Field(
        default=None, description="The comparison holds when the value is another one, or empty.", examples=["Windows"]
    )
    in_: list[Scalar] | None = Field(
        default=None,
        alias="in",
        min_length=1,
        description="The comparison holds when the value is one of these.",
        examples=[["iOS", "Android"]],
    )
    contains: str | None = Field(
        default=None,
        min_length=1,
        description="The comparison holds when the text has this in it.",
        examples=["virtual"],
    )
    starts_with: str | None = Field(
        default=None,
        min_length=1,
        description="The comparison holds when the text begins with this.",
        examples=["VMware-"],
    )
    ends_with: str | None = Field(
        default=None, min_length=1, description="The comparison holds when the text ends with this.", examples=["-VM"]
    )
    matches: str | None = Field(
        default=None,
        min_length=1,
        description="The comparison holds when this RE2 pattern matches somewhere in the text.",
        examples=["^SRV-[0-9]+$"],
    )
    greater_than: Scalar | None = Field(
        default=None,
        description="The comparison holds when the value is greater: numbers as numbers, anything else as text.",
        examples=[64],
    )
    less_than: Scalar | None = Field(
        default=None,
        description="The comparison holds when the value is less: numbers as numbers, anything else as text.",
        examples=["2026-01-01T00:00:00Z"],
    )
    is_empty: bool | None = Field(
        default=None,
        description="With true, the comparison holds when there is no value; with false, when there is one.",
        examples=[True],
    )
    case_sensitive: bool = Field(default=False, description="With true, capital and small letters are not the same.")

    OPERATORS: ClassVar[tuple[str, ...]] = OPERATORS

    @model_validator(mode="after")
    def _one_side_each(self) -> Comparison:
        if (self.field is None) == (self.property is None):
            raise ValueError("a criterion names either a `field` or a `property`")
        if len(self.operators()) != 1:
            found = " and ".join(f"`{to_camel(name.rstrip('_'))}`" for name in self.operators())
            raise ValueError(f"a criterion has exactly one operator, here {f'are {found}' if found else 'is none'}")
        return self

    def operators(self) -> list[str]:
        """Return the attribute names of the operators that are set."""
        return [name for name in OPERATORS if getattr(self, name) is not None]


class All(Settings):
    """Every criterion holds."""

    all: list[Criterion] = Field(min_length=1, description="Every one of these criteria must hold.")


class Any(Settings):
    """At least one criterion holds."""

    any: list[Criterion] = Field(min_length=1, description="At least one of these criteria must hold.")


class Not(Settings):
    """The criterion does not hold."""

    not_: Criterion = Field(alias="not", description="This criterion must not hold.")


Criterion = All | Any | Not | Comparison
All.model_rebuild()
Any.model_rebuild()
Not.model_rebuild()
