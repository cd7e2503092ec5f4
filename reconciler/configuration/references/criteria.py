"""Checks of criteria: the fields and properties that they ask about, and their patterns (T3, X1)."""

from collections.abc import Iterator

from reconciler.configuration.parsing.document import Document, Path
from reconciler.configuration.parsing.problems import SettingsProblem
from reconciler.configuration.references.parts import Parts, unmapped_field
from reconciler.configuration.references.patterns import bad_pattern
from reconciler.configuration.references.properties import bad_device_property
from reconciler.settings.criteria import All, Any, Comparison, Criterion, Not


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
