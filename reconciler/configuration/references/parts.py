"""The parts of an environment while it is checked: each file's model, if it has one, beside its document."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from reconciler.configuration.files import CONNECTIONS, connection_of
from reconciler.configuration.names import did_you_mean, one_of
from reconciler.configuration.parsing.document import Document, Path
from reconciler.configuration.parsing.problems import SettingsProblem
from reconciler.settings.base import SettingsFile
from reconciler.settings.catalogue import CatalogueFile
from reconciler.settings.fields import BUILT_IN_FIELDS, AssetField, asset_fields
from reconciler.settings.instance import InstanceFile
from reconciler.settings.mappings.field_mappings import FieldMappingsFile

Model = TypeVar("Model", bound=SettingsFile)


@dataclass(frozen=True, slots=True)
class Parts:
    """The files of one environment; one that is missing or broken has no model, and what needs it is not checked.

    `environments` are the names of all environments beside this one.
    """

    name: str
    environments: list[str]
    documents: dict[str, Document]
    models: dict[str, SettingsFile]

    def connections(self) -> list[str]:
        """Return the names of the connections, sorted."""
        return sorted({name for name in map(connection_of, self.documents) if name})

    def whole(self, file: str, model: type[Model]) -> tuple[Document, Model] | None:
        """Return a file's document and model; None when it has none."""
        found = self.models.get(file)
        return (self.documents[file], found) if isinstance(found, model) else None

    def of_connection(self, connection: str, file: str, model: type[Model]) -> tuple[Document, Model] | None:
        """Return the document and model of a connection's file; None when it has none."""
        return self.whole(f"{CONNECTIONS}/{connection}/{file}", model)

    def catalogue(self) -> CatalogueFile | None:
        """Return the catalogue; None when it is not whole."""
        found = self.whole("catalogue.yaml", CatalogueFile)
        return found[1] if found else None

    def instance(self) -> InstanceFile | None:
        """Return who the instance is; None when that is not known."""
        found = self.whole("instance.yaml", InstanceFile)
        return found[1] if found else None

    def fields(self) -> dict[str, AssetField] | None:
        """Return every field of assets; None when the catalogue is not whole."""
        catalogue = self.catalogue()
        return asset_fields(catalogue) if catalogue else None

    def mapped(self, connection: str) -> frozenset[str] | None:
        """Return the fields that a connection's mappings write; None when they are not whole."""
        found = self.of_connection(connection, "field-mappings.yaml", FieldMappingsFile)
        return frozenset(mapping.to for mapping in found[1].mappings) if found else None


def unknown_name(
    document: Document, path: Path, kind: str, name: str | None, known: Iterable[str] | None
) -> Iterator[SettingsProblem]:
    """Yield a problem when a name is none of the known ones; None as name or as known ones is none."""
    names = list(known) if known is not None else None
    if name is None or names is None or name in names:
        return
    hint = did_you_mean(name, names) or f"Add the {kind} to catalogue.yaml."
    yield document.problem(path, f"the catalogue has no {kind} `{name}`", expected=one_of(names), hint=hint, rule="K2")


def unknown_field(
    document: Document, path: Path, name: str, fields: dict[str, AssetField] | None
) -> Iterator[SettingsProblem]:
    """Yield a problem when assets have no field of that name."""
    if fields is None:
        known = name in BUILT_IN_FIELDS or name.startswith("custom.")
        names = list(BUILT_IN_FIELDS)
    else:
        known, names = name in fields, list(fields)
    if known:
        return
    hint = did_you_mean(name, names) or (f"`custom.{name}`, perhaps?" if f"custom.{name}" in names else "")
    declare = hint or "A field of your own is declared in catalogue.yaml, and named `custom.<name>`."
    yield document.problem(path, f"assets have no field `{name}`", hint=declare, rule="K2")


def unmapped_field(
    document: Document, path: Path, name: str, parts: Parts, connection: str
) -> Iterator[SettingsProblem]:
    """Yield a problem when a field does not exist, or when no mapping writes it."""
    fields = parts.fields()
    unknown = list(unknown_field(document, path, name, fields))
    yield from unknown
    mapped = parts.mapped(connection)
    if not unknown and mapped is not None and name not in mapped:
        hint = "Add a mapping to it in field-mappings.yaml."
        yield document.problem(path, f"nothing maps to the field `{name}`", hint=hint, rule="K2")


def said_twice(
    document: Document, named: Iterable[tuple[Path, str]], kind: str, *, exactly: bool = False
) -> Iterator[SettingsProblem]:
    """Yield a problem for each name that an earlier one has already, in whatever case unless `exactly`."""
    seen: dict[str, Path] = {}
    for path, name in named:
        key = name if exactly else name.casefold()
        if key in seen:
            line = document.place(seen[key]).value.line + 1
            yield document.problem(path, f"the {kind} `{name}` twice", hint=f"It is on line {line} already.", rule="K2")
        seen.setdefault(key, path)
