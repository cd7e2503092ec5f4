"""Checks of `asset-types.yaml` (T1-T4)."""

from collections.abc import Iterator

from reconciler.configuration.parsing.document import Document
from reconciler.configuration.parsing.problems import SettingsProblem, Severity
from reconciler.configuration.references import criteria
from reconciler.configuration.references.parts import Parts, said_twice, unknown_name, unmapped_field
from reconciler.configuration.references.properties import bad_device_property
from reconciler.settings.mappings.asset_types import AssetTypesFile, Determine


def broken(parts: Parts, connection: str) -> Iterator[SettingsProblem]:
    """Yield what is wrong with how a connection's asset types are decided."""
    found = parts.of_connection(connection, "asset-types.yaml", AssetTypesFile)
    if found is None:
        return
    document, file = found
    catalogue = parts.catalogue()
    types = list(catalogue.types()) if catalogue else None
    groups = [group.name for group in catalogue.asset_groups] if catalogue else None
    yield from unknown_name(document, ("default",), "asset type", file.default, types)
    yield from unknown_name(document, ("newTypesGroup",), "asset group", file.new_types_group, groups)
    yield from _fitting(document, file)
    yield from _field(parts, connection, document, file)
    yield from said_twice(document, [(("rules", i, "name"), rule.name) for i, rule in enumerate(file.rules)], "rule")
    for index, rule in enumerate(file.rules):
        yield from unknown_name(document, ("rules", index, "type"), "asset type", rule.type, types)
        yield from criteria.broken(parts, connection, document, ("rules", index, "when"), rule.when)


def _fitting(document: Document, file: AssetTypesFile) -> Iterator[SettingsProblem]:
    """Yield what the chosen method lacks, and what it leaves unused."""
    if file.determine is Determine.SAME and file.default is None:
        yield _lacking(document, "same", "default", "T1")
    if file.determine is Determine.FIELD and file.field is None:
        yield _lacking(document, "field", "field", "T2")
    if file.determine is Determine.FIELD and file.new_types_group is None:
        yield _lacking(document, "field", "newTypesGroup", "T2")
    if file.determine is Determine.RULES and not file.rules:
        yield _lacking(document, "rules", "rules", "T3")
    if file.determine is not Determine.RULES and file.rules:
        yield _unused(document, file.determine, "rules", "T3")
    if file.determine is not Determine.FIELD and file.field is not None:
        yield _unused(document, file.determine, "field", "T2")


def _lacking(document: Document, method: str, key: str, rule: str) -> SettingsProblem:
    return document.problem(("determine",), f"`determine: {method}` needs `{key}`", rule=rule)


def _unused(document: Document, method: str, key: str, rule: str) -> SettingsProblem:
    message = f"`{key}` is not used with `determine: {method}`"
    return document.problem((key,), message, at_key=True, rule=rule, severity=Severity.WARNING)


def _field(parts: Parts, connection: str, document: Document, file: AssetTypesFile) -> Iterator[SettingsProblem]:
    if file.field is None:
        return
    if (file.field.field is None) == (file.field.property is None):
        yield document.problem(("field",), "the field is named by either `property` or `field`", rule="T2")
    elif file.field.property is not None:
        yield from bad_device_property(document, ("field", "property"), file.field.property)
    elif file.field.field is not None:
        yield from unmapped_field(document, ("field", "field"), file.field.field, parts, connection)
