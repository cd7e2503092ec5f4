"""Checks of `catalogue.yaml`: names that are there twice, and custom fields that make sense."""

from collections.abc import Iterator

from reconciler.configuration.parsing.document import Document, Path
from reconciler.configuration.parsing.problems import SettingsProblem
from reconciler.configuration.references.parts import Parts, said_twice
from reconciler.settings.catalogue import CatalogueFile, FieldType


def broken(parts: Parts) -> Iterator[SettingsProblem]:
    """Yield what is wrong with the catalogue."""
    found = parts.whole("catalogue.yaml", CatalogueFile)
    if found is None:
        return
    document, catalogue = found
    yield from _names(document, catalogue)
    for index, field in enumerate(catalogue.custom_fields):
        path = ("customFields", index)
        if field.type is FieldType.CHOICE and not field.choices:
            yield document.problem(path, "a `choice` field without `choices`", hint="List its values.", rule="K2")
        if field.type is not FieldType.CHOICE and field.choices:
            message = f"`choices` of a field of type `{field.type}`"
            yield document.problem((*path, "choices"), message, at_key=True, expected="`type: choice`", rule="K2")
        if field.type is not FieldType.TEXT and field.max_length is not None:
            message = f"`maxLength` of a field of type `{field.type}`"
            yield document.problem((*path, "maxLength"), message, at_key=True, expected="`type: text`", rule="K2")
        choices = [((*path, "choices", number), choice) for number, choice in enumerate(field.choices)]
        yield from said_twice(document, choices, "choice")


def _names(document: Document, catalogue: CatalogueFile) -> Iterator[SettingsProblem]:
    """Yield every name that the catalogue has twice."""
    for index, organisation in enumerate(catalogue.organisations):
        sites = [(("organisations", index, "sites", number), site) for number, site in enumerate(organisation.sites)]
        yield from said_twice(document, sites, "site")
    types = [
        (("assetGroups", index, "types", number), name)
        for index, group in enumerate(catalogue.asset_groups)
        for number, name in enumerate(group.types)
    ]
    yield from said_twice(document, types, "asset type")
    yield from said_twice(document, [(("statuses", i), name) for i, name in enumerate(catalogue.statuses)], "status")
    organisations = [organisation.name for organisation in catalogue.organisations]
    yield from _twice(document, "organisations", organisations, "organisation")
    yield from _twice(document, "assetGroups", [group.name for group in catalogue.asset_groups], "asset group")
    yield from _twice(document, "customFields", [field.name for field in catalogue.custom_fields], "custom field")
    yield from said_twice(document, _licence_names(catalogue), "licence name")


def _licence_names(catalogue: CatalogueFile) -> Iterator[tuple[Path, str]]:
    """Yield every name that software may be tied to a licence by, its own and the others (L2)."""
    for index, licence in enumerate(catalogue.licences):
        yield ("licences", index, "name"), licence.name
        for number, alias in enumerate(licence.also_known_as):
            yield ("licences", index, "alsoKnownAs", number), alias.strip()


def _twice(document: Document, key: str, names: list[str], kind: str) -> Iterator[SettingsProblem]:
    named: list[tuple[Path, str]] = [((key, index, "name"), name) for index, name in enumerate(names)]
    yield from said_twice(document, named, kind)
