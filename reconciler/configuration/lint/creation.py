"""Fields that are written only when an asset is created, and yet decide in every run (F1, T3)."""

from collections.abc import Iterator

from reconciler.configuration.parsing.document import Document, Path
from reconciler.configuration.parsing.problems import SettingsProblem, Severity
from reconciler.configuration.references import Parts
from reconciler.configuration.references.criteria import comparisons
from reconciler.settings.imports import ImportsFile
from reconciler.settings.mappings.asset_types import AssetTypesFile, Determine
from reconciler.settings.mappings.criteria import Criterion
from reconciler.settings.mappings.field_mappings import FieldMappingsFile, Write

_Asked = Iterator[tuple[Document, Path, Criterion]]


def read_once(parts: Parts, connection: str) -> Iterator[SettingsProblem]:
    """Yield each comparison of a field that only creation writes: what is compared may not be what the asset has."""
    found = parts.of_connection(connection, "field-mappings.yaml", FieldMappingsFile)
    if found is None:
        return
    once = {mapping.to for mapping in found[1].mappings if mapping.write is Write.ON_CREATE}
    for document, path, criterion in _criteria(parts, connection) if once else ():
        for place, comparison in comparisons(path, criterion):
            if comparison.field in once:
                yield document.problem(
                    (*place, "field"),
                    f"`{comparison.field}` is written only when an asset is created, and compared in every run",
                    hint="What is compared is what Intune says now, not what the asset has. Compare the `property`, or "
                    "write the field always.",
                    rule="F1",
                    severity=Severity.WARNING,
                )


def _criteria(parts: Parts, connection: str) -> _Asked:
    types = parts.of_connection(connection, "asset-types.yaml", AssetTypesFile)
    if types is not None and types[1].determine is Determine.RULES:
        for index, rule in enumerate(types[1].rules):
            yield types[0], ("rules", index, "when"), rule.when
    imports = parts.of_connection(connection, "imports.yaml", ImportsFile)
    if imports is not None and imports[1].exclude is not None:
        yield imports[0], ("exclude",), imports[1].exclude
