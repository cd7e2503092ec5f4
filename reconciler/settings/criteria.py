"""Criteria: questions about one device, used by asset-type rules and by exclusions (T3, X1)."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field, model_validator

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
        default=None, description="An asset field (or `custom.<name>`); this run's mapped value is compared."
    )
    property: str | None = Field(default=None, description="A property of Intune's managedDevice.")
    equals: Scalar | None = Field(default=None, description="The value is this.")
    not_equals: Scalar | None = Field(default=None, description="The value is not this.")
    in_: list[Scalar] | None = Field(default=None, alias="in", min_length=1, description="The value is one of these.")
    contains: str | None = Field(default=None, min_length=1, description="The text has this in it.")
    starts_with: str | None = Field(default=None, min_length=1, description="The text begins with this.")
    ends_with: str | None = Field(default=None, min_length=1, description="The text ends with this.")
    matches: str | None = Field(default=None, min_length=1, description="The text matches this RE2 pattern somewhere.")
    greater_than: Scalar | None = Field(default=None, description="The value is greater than this.")
    less_than: Scalar | None = Field(default=None, description="The value is less than this.")
    is_empty: bool | None = Field(default=None, description="Whether there is no value.")
    case_sensitive: bool = Field(default=False, description="Whether text is compared with its case.")

    OPERATORS: ClassVar[tuple[str, ...]] = OPERATORS

    @model_validator(mode="after")
    def _one_side_each(self) -> Comparison:
        if (self.field is None) == (self.property is None):
            raise ValueError("a criterion names either a `field` or a `property`")
        if len(self.operators()) != 1:
            raise ValueError(f"a criterion has exactly one operator, here are {len(self.operators())}")
        return self

    def operators(self) -> list[str]:
        """Return the attribute names of the operators that are set."""
        return [name for name in OPERATORS if getattr(self, name) is not None]


class All(Settings):
    """Every criterion holds."""

    all: list[Criterion] = Field(min_length=1, description="Criteria that must all hold.")


class Any(Settings):
    """At least one criterion holds."""

    any: list[Criterion] = Field(min_length=1, description="Criteria of which one must hold.")


class Not(Settings):
    """The criterion does not hold."""

    not_: Criterion = Field(alias="not", description="The criterion that must not hold.")


Criterion = All | Any | Not | Comparison
All.model_rebuild()
Any.model_rebuild()
Not.model_rebuild()
