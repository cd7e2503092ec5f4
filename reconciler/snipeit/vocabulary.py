"""What Snipe-IT calls things, and their ids: statuses, categories, models, companies, locations, fieldsets."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from reconciler.errors import RemoteError
from reconciler.model.offer import ANY_NEW, shape_key
from reconciler.remote.names import Names
from reconciler.settings.catalogue import CatalogueFile
from reconciler.settings.fields import asset_fields
from reconciler.settings.stores import SnipeIt, TypesFrom
from reconciler.snipeit.client import Client, Row, text
from reconciler.snipeit.fields import Fields

NO_MODEL: Final = "(model not known)"
"""How the name of the model ends that assets get whose device names none; its type stands before it."""


@dataclass(frozen=True, slots=True)
class Model:
    """A model: what is read of it, and which custom columns its fieldset has."""

    id: str
    name: str | None
    manufacturer: str | None
    category: str | None
    fieldset: str | None
    columns: frozenset[str]

    @property
    def key(self) -> str:
        """What it is chosen by."""
        return shape_key(self.category, self.manufacturer, self.name)


@dataclass
class Vocabulary:
    """Everything that assets refer to. `models` and what makes them grow as an apply makes them."""

    settings: SnipeIt
    organisation: str
    fields: Fields
    statuses: Names
    archived: frozenset[str]
    undeployable: frozenset[str]
    categories: Names
    manufacturers: Names
    companies: Names
    locations: Names
    models: dict[str, Model]
    fieldset: str | None
    new_columns: frozenset[str]
    version: str
    mails: tuple[str, ...] = ()
    """The categories whose checkouts or check-ins mail the user."""
    unsure: bool = False
    """Whether a model or a manufacturer was written and its answer lost, so that they are to be read again."""

    @classmethod
    def read(
        cls,
        client: Client,
        settings: SnipeIt,
        catalogue: CatalogueFile,
        wanted: Mapping[str, str],
        progress: Callable[[int], None],
    ) -> "Vocabulary":
        """Read every list that names are resolved by.

        Raises:
            RemoteError: one cannot be read whole, `store.fields` names what is not there, or Snipe-IT is too old.
        """
        version = client.version()

        def rows(path: str) -> list[Row]:
            return client.every(path, path, progress)

        labels = rows("statuslabels")
        fieldsets = rows("fieldsets")
        columns = {str(each["id"]): _columns(each) for each in fieldsets}
        fields = Fields.resolve(wanted, asset_fields(catalogue), rows("fields"))
        fieldset = _chosen(settings, fieldsets, columns, fields)
        categories = [each for each in rows("categories") if each.get("category_type") in (None, "asset", "Asset")]
        made = cls(
            settings=settings,
            organisation=catalogue.organisations[0].name,
            fields=fields,
            statuses=_names("status label", labels),
            archived=frozenset(text(each["name"]) or "" for each in labels if each.get("type") == "archived"),
            undeployable=frozenset(text(each["name"]) or "" for each in labels if each.get("type") != "deployable"),
            categories=_names("category", categories),
            manufacturers=_names("manufacturer", rows("manufacturers")),
            companies=_names("company", rows("companies") if settings.companies else []),
            locations=_names("location", rows("locations")),
            models={},
            fieldset=fieldset,
            new_columns=columns.get(fieldset or "", frozenset()),
            version=version,
            mails=tuple(sorted(text(each["name"]) or "" for each in categories if _mails(each))),
        )
        for row in rows("models"):
            made.learn(row, columns)
        _refuse_short_fieldsets(made.models.values(), columns)
        return made

    def learn(self, row: Row, columns: Mapping[str, frozenset[str]]) -> Model:
        """Take a model in, as a list shows it."""
        fieldset = row.get("fieldset") or {}
        name = text(row["name"]) or ""
        model = Model(
            id=str(row["id"]),
            name=None if name.endswith(NO_MODEL) else name,
            manufacturer=_named(row.get("manufacturer")),
            category=_named(row.get("category")),
            fieldset=str(fieldset["id"]) if fieldset.get("id") else None,
            columns=columns.get(str(fieldset.get("id")), frozenset()),
        )
        self.models[model.id] = model
        return model

    def model_of(self, type_: str | None, manufacturer: Any, model: Any) -> tuple[Model, ...]:
        """Return the models that an asset of this type, manufacturer and model may have."""
        if self.settings.types is TypesFrom.MODEL:
            return tuple(each for each in self.models.values() if each.name == type_)
        key = shape_key(type_, manufacturer, model)
        return tuple(each for each in self.models.values() if each.key == key)

    def type_of(self, model: Model | None) -> str | None:
        """Return what an asset's type is, by its model."""
        if model is None:
            return None
        return model.name if self.settings.types is TypesFrom.MODEL else model.category

    def types(self) -> Names:
        """Return the types by name."""
        if self.settings.types is TypesFrom.CATEGORY:
            return self.categories
        return Names.of("model", [(each.name, each.id) for each in self.models.values() if each.name])

    def site_of(self, company: Any, location: Any) -> str | None:
        """Return a site's name as plans have it."""
        if location is None or (self.settings.companies and company is None):
            return None
        return f"{company if self.settings.companies else self.organisation}/{location}"

    def site_ids(self, site: str | None) -> dict[str, int | None]:
        """Return the ids of a site's company and location, by member.

        Raises:
            RemoteError: it has none of this name, or more than one.
        """
        if site is None:
            return {"company_id": None, "location_id": None}
        organisation, _, name = site.partition("/")
        ids: dict[str, int | None] = {"location_id": int(self.id_of(self.locations, name))}
        if self.settings.companies:
            ids["company_id"] = int(self.id_of(self.companies, organisation))
        return ids

    def id_of(self, names: Names, name: str) -> str:
        """Return an id by name. Raises RemoteError when there is none, or more than one."""
        trouble = names.trouble(name)
        if trouble:
            raise RemoteError(f"In Snipe-IT {trouble}.")
        return names.ids[name]

    def lacks(self) -> dict[str, tuple[str, ...]]:
        """Return the fields that assets of each model lack, and those that new models will lack."""
        custom = self.fields.custom
        lacking: dict[str, set[str]] = {ANY_NEW: {each.name for each in custom if each.member not in self.new_columns}}
        for model in self.models.values():
            key = model.name or "" if self.settings.types is TypesFrom.MODEL else model.key
            lacking.setdefault(key, set()).update(each.name for each in custom if each.member not in model.columns)
        return {key: tuple(sorted(names)) for key, names in lacking.items()}

    def sites(self, declared: Iterable[str]) -> dict[str, str]:
        """Return the declared sites that are there, each with its location's id."""
        found = {}
        for site in declared:
            organisation, _, name = site.partition("/")
            there = not self.settings.companies or organisation in self.companies.ids
            if there and name in self.locations.ids:
                found[site] = self.locations.ids[name]
        return found


def _chosen(
    settings: SnipeIt, fieldsets: list[Row], columns: Mapping[str, frozenset[str]], fields: Fields
) -> str | None:
    """Return the fieldset of models that are made: the named one, or the only one with every field.

    Raises:
        RemoteError: the named one is not there.
    """
    names = _names("fieldset", fieldsets)
    if settings.fieldset is not None:
        trouble = names.trouble(settings.fieldset)
        if trouble:
            raise RemoteError(f"`store.snipeIt.fieldset` in instance.yaml: in Snipe-IT {trouble}.")
        return names.ids[settings.fieldset]
    needed = {each.member for each in fields.custom}
    whole = [id_ for id_, has in columns.items() if needed <= has]
    return whole[0] if len(whole) == 1 and needed else None


def _refuse_short_fieldsets(models: Iterable[Model], columns: Mapping[str, frozenset[str]]) -> None:
    """Refuse a list of fieldsets that lacks one of a model's: its fields would be taken for fields that are not there.

    Raises:
        RemoteError: it does.
    """
    lacking = [each.name or each.id for each in models if each.fieldset and each.fieldset not in columns]
    if lacking:
        raise RemoteError(
            f"The list of fieldsets is not whole: it lacks the one of the model {lacking[0]}. Nothing was planned. "
            "Check the right of the token's user to see custom fields."
        )


def _mails(category: Row) -> bool:
    return any(category.get(member) for member in ("checkin_email", "require_acceptance", "eula"))


def _columns(fieldset: Row) -> frozenset[str]:
    fields = fieldset.get("fields") or {}
    return frozenset(str(each["db_column_name"]) for each in fields.get("rows", ()))


def _names(what: str, rows: Iterable[Row]) -> Names:
    return Names.of(what, [(text(each["name"]) or "", str(each["id"])) for each in rows])


def _named(reference: Any) -> str | None:
    return text(reference.get("name")) if isinstance(reference, dict) else None
