"""Checks of `store:` where the assets are behind an API: the fields that it has, and what is mapped to them (W3)."""

from collections.abc import Iterator

from reconciler.configuration.names import did_you_mean
from reconciler.configuration.parsing.document import Document
from reconciler.configuration.parsing.problems import SettingsProblem
from reconciler.configuration.references.parts import Parts
from reconciler.settings.instance import InstanceFile
from reconciler.settings.mappings.field_mappings import FieldMappingsFile
from reconciler.settings.stores import Store


def broken(parts: Parts) -> Iterator[SettingsProblem]:
    """Yield what is wrong with the fields that a remote store is said to have."""
    found = parts.whole("instance.yaml", InstanceFile)
    fields, catalogue = parts.fields(), parts.catalogue()
    if found is None or not found[1].store.is_remote:
        return
    document, store = found[0], found[1].store
    for name in store.fields if fields is not None else ():
        if name not in (fields or {}):
            hint = did_you_mean(name, fields or {})
            message = f"there is no field `{name}` to keep anywhere"
            yield document.problem(("store", "fields", name), message, at_key=True, hint=hint, rule="W3")
    if catalogue and store.snipe_it and not store.snipe_it.companies and len(catalogue.organisations) > 1:
        message = "without companies everything belongs to one organisation, and catalogue.yaml has several"
        yield document.problem(("store", "snipeIt", "companies"), message, expected="`companies: true`", rule="W3")
    for connection in parts.connections():
        mappings = parts.of_connection(connection, "field-mappings.yaml", FieldMappingsFile)
        if mappings is not None:
            yield from _unkept(*mappings, store)


def _unkept(document: Document, file: FieldMappingsFile, store: Store) -> Iterator[SettingsProblem]:
    """Yield the mappings to fields that the remote store is not said to have."""
    kept = store.kept_fields()
    for index, mapping in enumerate(file.mappings):
        if mapping.to not in kept:
            yield document.problem(
                ("mappings", index, "to"),
                f"the store has no place for `{mapping.to}`",
                expected=f"a field of `store.fields` in instance.yaml, or one of {', '.join(sorted(kept))}",
                hint="Name it in `store.fields`, or leave the mapping out.",
                rule="W3",
            )
