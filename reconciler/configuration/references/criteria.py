"""Checks of criteria: the fields and properties that they ask about, and their patterns (T3, X1)."""

import re
from collections.abc import Iterator
from typing import Final

from pydantic.alias_generators import to_camel

from reconciler.configuration.parsing.document import Document, Path
from reconciler.configuration.parsing.problems import SettingsProblem
from reconciler.configuration.references.parts import Parts, unmapped_field
from reconciler.configuration.references.patterns import bad_pattern
from reconciler.configuration.references.properties import bad_device_property
from reconciler.settings.catalogue import FieldType
from reconciler.settings.mappings.criteria import All, Any, Comparison, Criterion, Not
from reconciler.settings.mappings.properties import DEVICE_PROPERTIES, PropertyType

_BY_SIZE: Final = frozenset({"greater_than", "less_than"})
_ORDERED: Final = re.compile(
    r"[+-]?[0-9]+(\.[0-9]+)*([eE][+-]?[0-9]+)?|[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9:.]+(Z|[+-][0-9:]+)?)?"
)
"""What can be compared by size: numbers, versions, days and points in time."""
_KINDS: Final = {
    PropertyType.TEXT: FieldType.TEXT,
    PropertyType.BOOLEAN: FieldType.BOOLEAN,
    PropertyType.INTEGER: FieldType.INTEGER,
    PropertyType.DATETIME: FieldType.DATETIME,
}


def broken(
    parts: Parts, connection: str, document: Document, path: Path, criterion: Criterion
) -> Iterator[SettingsProblem]:
    """Yield what is wrong with a criterion and those in it."""
    for place, comparison in comparisons(path, criterion):
        if comparison.property is not None:
            yield from bad_device_property(document, (*place, "property"), comparison.property)
        if comparison.field is not None:
            yield from unmapped_field(document, (*place, "field"), comparison.field, parts, connection)
        if comparison.matches is not None:
            yield from bad_pattern(document, (*place, "matches"), comparison.matches)
        kind = _kind(parts, comparison)
        if kind is not None:
            yield from _literals(document, place, comparison, kind)


def _kind(parts: Parts, comparison: Comparison) -> FieldType | None:
    """Return what the compared value is; None when that is not known."""
    if comparison.property is not None:
        known = DEVICE_PROPERTIES.get(comparison.property)
        return _KINDS.get(known.type) if known is not None else None
    field = (parts.fields() or {}).get(comparison.field or "")
    if field is None:
        return None
    return FieldType.TEXT if field.type is FieldType.CHOICE else field.type


def _literals(document: Document, path: Path, comparison: Comparison, kind: FieldType) -> Iterator[SettingsProblem]:
    """Yield each value that no value of this kind can equal, or that cannot be compared by size."""
    for name in ("equals", "not_equals", "in_", "greater_than", "less_than"):
        value = getattr(comparison, name)
        key = to_camel(name.rstrip("_"))
        values = enumerate(value) if isinstance(value, list) else ((None, value),)
        for index, each in values:
            place = (*path, key) if index is None else (*path, key, index)
            if each is None:
                continue
            if kind is FieldType.TEXT and not isinstance(each, str):
                what = "true or false" if isinstance(each, bool) else "a number"
                yield document.problem(
                    place,
                    f"what is compared is text, and this is {what}",
                    expected=f'`"{document.written(place)}"`, in quotes',
                    rule="T3",
                )
            elif name in _BY_SIZE and isinstance(each, str) and not _ORDERED.fullmatch(each):
                expected = "a number, a version such as `14.10`, or a day such as 2027-06-30"
                yield document.problem(place, f"`{key}` does not compare text", expected=expected, rule="T3")


def comparisons(path: Path, criterion: Criterion) -> Iterator[tuple[Path, Comparison]]:
    """Yield every comparison of a criterion with its place."""
    match criterion:
        case Comparison():
            yield path, criterion
        case Not(not_=inner):
            yield from comparisons((*path, "not"), inner)
        case All(all=several):
            for index, inner in enumerate(several):
                yield from comparisons((*path, "all", index), inner)
        case Any(any=several):
            for index, inner in enumerate(several):
                yield from comparisons((*path, "any", index), inner)
