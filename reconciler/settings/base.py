"""What every settings model shares: camelCase keys, unknown keys refused, values that never change."""

import datetime
import re
from enum import StrEnum
from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, GetJsonSchemaHandler, StringConstraints
from pydantic.alias_generators import to_camel
from pydantic.config import JsonDict
from pydantic.fields import FieldInfo
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema


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


class Choice(StrEnum):
    """A setting's few values, each with a sentence on what it means, which editors and docs show."""

    meaning: str

    def __new__(cls, value: str, meaning: str) -> Self:
        """Make a member from its value and its meaning."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.meaning = meaning
        return member

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Add the meanings, in the order of the values."""
        schema = handler(core_schema)
        handler.resolve_ref_schema(schema)["enumDescriptions"] = [member.meaning for member in cls]
        return schema


GUIDE: Final = "x-guide"


def guide(name: str) -> JsonDict:
    """Return the metadata of a setting that the vendor's guide has too, under this name."""
    return {GUIDE: name}


def meanings(*sentences: str) -> JsonDict:
    """Return the metadata of a Literal: what each of its values means, in their order."""
    return {"enumDescriptions": list(sentences)}


def _number(value: object) -> object:
    if isinstance(value, bool):
        raise ValueError("the version is a number")
    return value


class SettingsFile(Settings):
    """The top of one YAML file."""

    version: Annotated[Literal[1], BeforeValidator(_number)] = Field(
        description="The version of the settings language that the file is written in; there is only 1 so far."
    )


def form(words: str, *examples: str) -> FieldInfo:
    """Return what people and editors read when a text does not match its pattern, and examples of ones that do."""
    field: FieldInfo = Field(examples=list(examples), json_schema_extra={"patternErrorMessage": words})
    return field


LONGEST_NAME: Final = 120
"""The most characters that a catalogue entry's name may have."""

Name = Annotated[
    str,
    StringConstraints(min_length=1, max_length=LONGEST_NAME, pattern=r"^[^/\s]([^/]*[^/\s])?$"),
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
