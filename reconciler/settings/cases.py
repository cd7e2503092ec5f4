"""`tests.yaml`: devices, and what must become of them (K5)."""

from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

from reconciler.settings.base import Settings, SettingsFile, form, meanings
from reconciler.settings.mappings.criteria import Scalar

Moment = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$"),
    form("a point in time in UTC, such as `2026-11-23T08:00:00Z`", "2026-11-23T08:00:00Z"),
]


def _truth(value: object) -> object:
    if not isinstance(value, bool):
        raise ValueError("only true stands here")
    return value


class Expectation(Settings):
    """What must become of the device; only what is named is compared, and null means none."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1})

    type: str | None = Field(default=None, description="The asset gets this type.", examples=["Virtual Machine"])
    site: str | None = Field(
        default=None, description="The asset stands at this site.", examples=["Contoso/Head Office"]
    )
    user: str | None = Field(
        default=None,
        description="The asset gets the user with this UPN, mail address, employee id or name.",
        examples=["alice@contoso.example"],
    )
    status: str | None = Field(default=None, description="The asset gets this status.", examples=["In Use"])
    fields: dict[str, Scalar | None] = Field(
        default={},
        description="The asset's fields get these values; null is an empty one.",
        examples=[{"name": "SRV-01", "custom.department": None}],
    )
    excluded: Annotated[Literal[True], BeforeValidator(_truth)] | None = Field(
        default=None,
        description="The device is left out (X1).",
        examples=[True],
        json_schema_extra=meanings("It is left out."),
    )
    problem: str | None = Field(
        default=None,
        min_length=1,
        description="A person must look at the device, and the message has this text in it.",
        examples=["its type cannot be decided"],
    )

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("nothing is expected here: name a type, fields, a user, a site, a status or a problem")
        return self


class Case(Settings):
    """One device and what must become of it."""

    name: str = Field(
        min_length=1,
        description="The case shows this; a sentence is best.",
        examples=["A Hyper-V guest is a virtual machine"],
    )
    device: dict[str, Scalar | None] = Field(
        description="The device has these properties of Intune's managedDevice; any other is empty.",
        examples=[{"deviceName": "SRV-01", "model": "Virtual Machine", "operatingSystem": "Windows"}],
    )
    user: dict[str, Scalar | None] = Field(
        default={},
        description="The device's user has these properties in Entra; any other is empty. The store has that user.",
        examples=[{"officeLocation": "Leeds", "department": "Finance"}],
    )
    read_at: Moment | None = Field(
        default=None,
        description="The device is read at this time; without it, at its last check-in, so that it is active.",
        examples=["2026-11-23T08:00:00Z"],
    )
    expect: Expectation = Field(
        description="This must become of it.", examples=[{"type": "Virtual Machine", "fields": {"name": "SRV-01"}}]
    )


class TestsFile(SettingsFile):
    """`tests.yaml`: cases that `reconciler test` runs and `plan` insists on."""

    __test__ = False

    cases: list[Case] = Field(default=[], description="Each of these devices must become what is expected of it.")
