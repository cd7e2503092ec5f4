"""Checks of `field-mappings.yaml`: sources, targets, patterns and values that can not fit (F1-F4, K6)."""

from collections.abc import Iterator

from reconciler.configuration.parsing.document import Document, Path
from reconciler.configuration.parsing.problems import SettingsProblem
from reconciler.configuration.references.fitting import unfit
from reconciler.configuration.references.kinds import never_fitting
from reconciler.configuration.references.parts import Parts, said_twice, unknown_field
from reconciler.configuration.references.patterns import bad_pattern, bad_replacement
from reconciler.configuration.references.properties import bad_source
from reconciler.settings.catalogue import FilledBy
from reconciler.settings.fields import AssetField
from reconciler.settings.mappings.field_mappings import FieldMappingsFile, Lookup, Mapping, Replace


def broken(parts: Parts, connection: str) -> Iterator[SettingsProblem]:
    """Yield what is wrong with a connection's mappings."""
    found = parts.of_connection(connection, "field-mappings.yaml", FieldMappingsFile)
    if found is None:
        return
    document, file = found
    fields = parts.fields()
    targets = [(("mappings", index, "to"), mapping.to) for index, mapping in enumerate(file.mappings)]
    yield from said_twice(document, targets, "target", exactly=True)
    for index, mapping in enumerate(file.mappings):
        path = ("mappings", index)
        yield from unknown_field(document, (*path, "to"), mapping.to, fields)
        yield from _sources(document, path, mapping)
        yield from _transforms(document, path, mapping)
        if fields is not None and mapping.to in fields:
            yield from never_fitting(document, path, mapping, fields[mapping.to])
            yield from _values(document, path, mapping, fields[mapping.to])
    yield from _filled_by_people(parts, document, file)


def _filled_by_people(parts: Parts, document: Document, file: FieldMappingsFile) -> Iterator[SettingsProblem]:
    catalogue = parts.catalogue()
    people = (
        {f"custom.{field.name}" for field in catalogue.custom_fields if field.filled_by is FilledBy.PEOPLE}
        if (catalogue)
        else set()
    )
    for index, mapping in enumerate(file.mappings):
        if mapping.to in people:
            hint = "Leave the mapping out, or take `filledBy: people` away in catalogue.yaml."
            yield document.problem(("mappings", index, "to"), "people fill this field", hint=hint, rule="F3")


def _sources(document: Document, path: Path, mapping: Mapping) -> Iterator[SettingsProblem]:
    if isinstance(mapping.from_, str):
        yield from bad_source(document, (*path, "from"), mapping.from_)
        return
    if mapping.from_ == []:
        yield document.problem((*path, "from"), "no property is named", expected="at least one", rule="F1")
    for index, source in enumerate(mapping.from_ or ()):
        yield from bad_source(document, (*path, "from", index), source)


def _transforms(document: Document, path: Path, mapping: Mapping) -> Iterator[SettingsProblem]:
    for index, transform in enumerate(mapping.transform):
        if isinstance(transform, Replace):
            place: Path = (*path, "transform", index, "replace")
            arguments = transform.replace
            yield from bad_pattern(document, (*place, "pattern"), arguments.pattern)
            yield from bad_replacement(document, (*place, "with"), arguments.pattern, arguments.with_)


def _values(document: Document, path: Path, mapping: Mapping, field: AssetField) -> Iterator[SettingsProblem]:
    """Yield the values written in the settings that do not fit the target."""
    if mapping.transform and isinstance(last := mapping.transform[-1], Lookup):
        place: Path = (*path, "transform", len(mapping.transform) - 1)
        for key, value in last.lookup.items():
            yield from unfit(document, (*place, "lookup", key), value, field)
        if last.default is not None:
            yield from unfit(document, (*place, "default"), last.default, field)
    elif mapping.value is not None and not mapping.transform:
        yield from unfit(document, (*path, "value"), mapping.value, field)
