"""Names of the catalogue that nothing uses: custom fields that nothing maps to, types that no device gets."""

from collections.abc import Iterator

from reconciler.configuration.parsing.document import Document, Path
from reconciler.configuration.parsing.problems import SettingsProblem, Severity
from reconciler.configuration.references import Parts
from reconciler.settings.catalogue import CatalogueFile, FilledBy
from reconciler.settings.mappings.asset_types import AssetTypesFile, Determine


def unused(parts: Parts) -> Iterator[SettingsProblem]:
    """Yield what the catalogue has and no connection uses; nothing while a connection's files are not whole."""
    found = parts.whole("catalogue.yaml", CatalogueFile)
    if found is None or not parts.connections():
        return
    yield from _fields(parts, *found)
    yield from _types(parts, *found)


def _fields(parts: Parts, document: Document, catalogue: CatalogueFile) -> Iterator[SettingsProblem]:
    """Yield custom fields to which nothing is mapped; nothing when a connection's mappings are not known."""
    mapped: set[str] = set()
    for connection in parts.connections():
        fields = parts.mapped(connection)
        if fields is None:
            return
        mapped |= fields
    for index, field in enumerate(catalogue.custom_fields):
        if f"custom.{field.name}" not in mapped and field.filled_by is FilledBy.MAPPINGS:
            hint = (
                f"Map something to `custom.{field.name}` in field-mappings.yaml, write `filledBy: people`, or "
                "remove the field."
            )
            yield _warning(document, ("customFields", index, "name"), "nothing maps to this custom field", hint)


def _types(parts: Parts, document: Document, catalogue: CatalogueFile) -> Iterator[SettingsProblem]:
    """Yield asset types that no device gets; nothing when a field names types, or rules are not known."""
    given: set[str] = set()
    for connection in parts.connections():
        found = parts.of_connection(connection, "asset-types.yaml", AssetTypesFile)
        if found is None or found[1].determine is Determine.FIELD:
            return
        given |= _given(found[1])
    for index, group in enumerate(catalogue.asset_groups):
        for number, name in enumerate(group.types):
            if name not in given:
                hint = "Add a rule that gives it in asset-types.yaml, or remove the type."
                path = ("assetGroups", index, "types", number)
                yield _warning(document, path, "no device gets this asset type", hint)


def _given(file: AssetTypesFile) -> set[str]:
    rules = {rule.type for rule in file.rules} if file.determine is Determine.RULES else set()
    return rules | ({file.default} if file.default else set())


def _warning(document: Document, path: Path, message: str, hint: str) -> SettingsProblem:
    return document.problem(path, message, hint=hint, rule="K2", severity=Severity.WARNING)
