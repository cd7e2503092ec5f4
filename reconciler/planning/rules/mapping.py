"""A connection's mappings compiled once into functions of whole columns (F1, F2)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from reconciler.columnar import Column, DictionaryColumn
from reconciler.model.snapshot import UNKNOWN
from reconciler.planning.rules.columns import Columns, map_distinct
from reconciler.planning.rules.transforms import CompiledTransform, compile_transforms, transformed
from reconciler.planning.users.entra import Users
from reconciler.settings.fields import AssetField
from reconciler.settings.mappings.field_mappings import Mapping, Write

Source = Callable[[Columns, Users], Column]
"""A mapping's values for the columns of device properties and the devices' Entra users, of which none is Unclear."""

VOLATILE: Final = frozenset({"lastSyncDateTime", "freeStorageSpaceInBytes"})
_USER = "user."


@dataclass(frozen=True, slots=True)
class Places:
    """Where properties stand in a device's row and fields among its mapped values."""

    properties: dict[str, int]
    fields: dict[str, int]

    def property_at(self, name: str) -> int | None:
        """Return the property's index in a row, None when it was not read."""
        return self.properties.get(name)

    def field_at(self, name: str) -> int | None:
        """Return the field's index among the mapped values, None when nothing maps to it."""
        return self.fields.get(name)


@dataclass(frozen=True, slots=True)
class MappingWords:
    """What people read of a mapping: where its value comes from, and why the field is written or cleared."""

    origin: str
    written: str
    cleared: str


def mapping_words(mapping: Mapping) -> MappingWords:
    """Return what people read of a mapping."""
    origin = " or ".join(mapping.sources()) or "a constant"
    written = {
        Write.ON_CREATE: f"from {origin}, on creation",
        Write.WHEN_EMPTY: f"from {origin}, as the field is empty",
        Write.ALWAYS: f"from {origin}",
    }
    return MappingWords(origin, written[mapping.write], f"{origin} is empty and the mapping clears")


@dataclass(frozen=True, slots=True)
class FieldMap:
    """The compiled mappings of a connection for the properties that one snapshot has."""

    mappings: tuple[Mapping, ...]
    fields: tuple[AssetField, ...]
    words: tuple[MappingWords, ...]
    places: Places
    sources: tuple[Source, ...]
    volatile: frozenset[str]
    """The fields that change by themselves, which count against no limit (R5)."""

    def columns(self, properties: Columns, users: Users) -> list[Column]:
        """Return the mapped values, field by field; UNKNOWN where a property that decides is."""
        return [source(properties, users) for source in self.sources]


def is_volatile(mapping: Mapping) -> bool:
    """Return whether what a mapping writes changes by itself (R5)."""
    if mapping.volatile is not None:
        return mapping.volatile
    return bool(mapping.sources()) and VOLATILE.issuperset(mapping.sources())


def compile_mappings(
    mappings: Sequence[Mapping],
    fields: dict[str, AssetField],
    device_properties: Sequence[str],
    user_properties: Sequence[str],
) -> FieldMap:
    """Compile mappings for devices and users that have these properties; any other property is UNKNOWN."""
    names = tuple(dict.fromkeys(("id", *device_properties)))
    places = Places(
        {name: index for index, name in enumerate(names)}, {each.to: index for index, each in enumerate(mappings)}
    )
    known_users = frozenset(("id", *user_properties))
    return FieldMap(
        mappings=tuple(mappings),
        fields=tuple(fields[each.to] for each in mappings),
        words=tuple(map(mapping_words, mappings)),
        places=places,
        sources=tuple(_source(each, places, known_users) for each in mappings),
        volatile=frozenset(each.to for each in mappings if is_volatile(each)),
    )


def _source(mapping: Mapping, places: Places, user_properties: frozenset[str]) -> Source:
    steps = compile_transforms(mapping.transform)
    if mapping.value is not None:
        constant = transformed(steps, mapping.value)
        return lambda properties, users: [constant] * len(users)
    parts = [_property(name, places, user_properties) for name in mapping.sources()]
    first = parts[0] if len(parts) == 1 else _first_not_empty(parts)
    return _transformed(first, steps) if steps else first


def _property(name: str, places: Places, user_properties: frozenset[str]) -> Source:
    if name.startswith(_USER):
        return _user_property(name.removeprefix(_USER), user_properties)
    index = places.property_at(name)
    if index is None:
        return lambda properties, users: [UNKNOWN] * len(users)
    return lambda properties, users: properties[index]


def _user_property(name: str, known: frozenset[str]) -> Source:
    if name in known:
        return lambda properties, users: users.property(name)
    return lambda properties, users: [None if place is None else UNKNOWN for place in users.places]


def _first_not_empty(parts: list[Source]) -> Source:
    def column(properties: Columns, users: Users) -> Column:
        found: Column = [None] * len(users)
        for part in reversed(parts):
            values = part(properties, users)
            found = [later if each is None or each == "" else each for each, later in zip(values, found, strict=True)]
        return found

    return column


def _transformed(source: Source, steps: Sequence[CompiledTransform]) -> Source:
    def column(properties: Columns, users: Users) -> Column:
        values = source(properties, users)
        for step in steps:
            values = _stepped(step, values)
        return values

    return column


def _stepped(step: CompiledTransform, column: Column) -> Column:
    """Return a column after one transform, which is never asked of what is empty or unknown."""
    if isinstance(column, DictionaryColumn):
        return column.mapped(lambda value: _stepped(step, [value])[0])
    known = [value for value in column if value is not None and value is not UNKNOWN and value != ""]
    made = map_distinct(step, known)
    if len(known) == len(column):
        return made
    rest = iter(made)
    return [UNKNOWN if each is UNKNOWN else None if each is None or each == "" else next(rest) for each in column]
