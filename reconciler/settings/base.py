"""What every settings model shares: camelCase keys, unknown keys refused, values that never change."""

import datetime
import re
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic.alias_generators import to_camel
from pydantic.fields import FieldInfo


class Settings(BaseModel):
    """A piece of the settings language: keys in camelCase, unknown keys refused, frozen."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        extra="forbid",
        frozen=True,
        populate_by_name=True,
        hide_input_in_errors=True,
        defer_build=True,
    )


def _number(value: object) -> object:
    if isinstance(value, bool):
        raise ValueError("the version is a number")
    return value


class SettingsFile(Settings):
    """The top of one YAML file."""

    version: Annotated[Literal[1], BeforeValidator(_number)] = Field(
        description="The version of the settings language that the file is written in."
    )


def form(words: str, *examples: str) -> FieldInfo:
    """Return what people and editors are told when a text does not match its pattern, and examples of ones that do."""
    field: FieldInfo = Field(examples=list(examples), json_schema_extra={"patternErrorMessage": words})
    return field


Name = Annotated[
    str,
    StringConstraints(min_length=1, max_length=120, pattern=r"^[^/\s]([^/]*[^/\s])?$"),
    form("a name without a slash, and without a space at either end"),
]
"""A name that people chose: no slash, no space at either end."""

SiteName = Annotated[
    str,
    StringConstraints(pattern=r"^[^/]+/[^/]+$"),
    form("a site with its organisation, such as `Contoso/Leeds`", "Contoso/Leeds"),
]
"""A site with its organisation: `Contoso/Leeds`."""

Duration = Annotated[
    str,
    StringConstraints(pattern=r"^[1-9][0-9]*[smhd]$"),
    form("a whole number and its unit, s, m, h or d: `30m`, `24h`, `7d`", "24h"),
]
"""A whole number and its unit: `30m`, `24h`, `7d`."""


def _written_day(value: object) -> object:
    if isinstance(value, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        return datetime.date.fromisoformat(value)
    if isinstance(value, datetime.date):
        return value
    raise ValueError("a day is written as 2027-06-30")


Day = Annotated[datetime.date, BeforeValidator(_written_day)]
"""A day: `2027-06-30`."""

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def seconds(duration: str) -> int:
    """Return a Duration in seconds."""
    return int(duration[:-1]) * _SECONDS[duration[-1]]
