"""What kinds of value a mapping can yield, and whether its field could ever hold one (K2, F4).

A property is text, a number, true or false, or a point in time, and so is what comes out of each transform. Text is
taken for a number only where a property may hold digits alone, or where a transform may have cut them out.
"""

from collections.abc import Iterator, Sequence
from typing import Final, assert_never

from reconciler.configuration.parsing.document import Document, Path
from reconciler.configuration.parsing.problems import SettingsProblem
from reconciler.configuration.references.properties import USER
from reconciler.settings.catalogue import FieldType
from reconciler.settings.fields import AssetField
from reconciler.settings.mappings.field_mappings import Lookup, Mapping, Prefix, Replace, Suffix, Transform, Truncate
from reconciler.settings.mappings.properties import DEVICE_PROPERTIES, USER_PROPERTIES, PropertyType

ANYTHING: Final = frozenset(FieldType)
"""What may be of any kind, since nobody can tell from the settings."""
_TEXT: Final = frozenset({FieldType.TEXT, FieldType.CHOICE})
_OF_PROPERTIES: Final = {
    PropertyType.TEXT: _TEXT,
    PropertyType.BOOLEAN: frozenset({FieldType.BOOLEAN}) | _TEXT,
    PropertyType.INTEGER: frozenset({FieldType.INTEGER, FieldType.NUMBER}) | _TEXT,
    PropertyType.DATETIME: frozenset({FieldType.DATETIME, FieldType.DATE}) | _TEXT,
    PropertyType.COMPLEX: ANYTHING,
}
_DIGITS: Final = frozenset(
    {"employeeId", "iccid", "imei", "jailBroken", "meid", "mobilePhone", "osVersion", "phoneNumber", "postalCode"}
)
"""Properties of text that may hold digits alone, or `True` and `False`."""
_WORDS: Final = {
    FieldType.NUMBER: "a number",
    FieldType.INTEGER: "a whole number",
    FieldType.DATE: "a day",
    FieldType.DATETIME: "a point in time",
    FieldType.BOOLEAN: "true or false",
}

Kinds = frozenset[FieldType]
"""The types of the fields that could hold a value."""


def never_fitting(document: Document, path: Path, mapping: Mapping, field: AssetField) -> Iterator[SettingsProblem]:
    """Yield a problem for each property whose values can never become the field's, through the transforms."""
    for index, source in enumerate(mapping.sources()):
        kinds = _after(_of(source), mapping.transform)
        if field.type in kinds:
            continue
        place = (*path, "from") if isinstance(mapping.from_, str) else (*path, "from", index)
        through = " after its transforms" if mapping.transform else ""
        yield document.problem(
            place,
            f"`{source}`{through} never is {_WORDS[field.type]}, which `{field.name}` holds",
            expected="another property, another field, or a `lookup` of its values",
            rule="F4",
        )


def _of(source: str) -> Kinds:
    """Return what a property can be; anything for an unknown property, which is another problem."""
    known = USER_PROPERTIES.get(source.removeprefix(USER)) if source.startswith(USER) else DEVICE_PROPERTIES.get(source)
    if known is None or known.name in _DIGITS:
        return ANYTHING
    return _OF_PROPERTIES[known.type]


def _after(kinds: Kinds, transforms: Sequence[Transform]) -> Kinds:
    for transform in transforms:
        kinds = _through(kinds, transform)
    return kinds


def _through(kinds: Kinds, transform: Transform) -> Kinds:
    """Return what a value of these kinds is after a transform."""
    match transform:
        case "trim" | "upper" | "lower" | "title" | "bytesToGigabytes" | "date":
            return kinds
        case "boolean":
            return kinds | {FieldType.BOOLEAN}
        case "macAddress":
            return _TEXT
        case Lookup() | Replace() | Truncate():
            return ANYTHING
        case Prefix() | Suffix():
            return _TEXT if FieldType.NUMBER not in kinds else ANYTHING
        case _:
            assert_never(transform)
