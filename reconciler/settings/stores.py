"""`store:` in instance.yaml: our own database, or a ledger beside a store behind an API."""

from typing import Annotated, Final

from pydantic import Field, StringConstraints

from reconciler.settings.base import Choice, Name, Settings, form
from reconciler.settings.secrets import Secret

SchemaName = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,62}$"),
    form("small letters, digits and `_`", "prod"),
]

SNIPE_IT_FIELDS: Final = {"name": "name", "serialNumber": "serial", "manufacturer": "manufacturer", "model": "model"}
"""Our fields that every Snipe-IT has, and what its API calls them."""

HALO_PER_MINUTE: Final = 60
"""Halo takes 300 requests in any five minutes (PowerShellWarrantyReports#51)."""


class TypesFrom(Choice):
    """What of Snipe-IT an asset's type is."""

    CATEGORY = (
        "category",
        "The category of the asset's model; the model is chosen by the fields `manufacturer` and `model`.",
    )
    MODEL = "model", "The asset's model; the fields `manufacturer` and `model` follow from it and are not written."


class SiteFrom(Choice):
    """Which location of Snipe-IT is an asset's site."""

    DEFAULT_LOCATION = "default-location", "The default location, which no checkout moves."
    LOCATION = "location", "The current location, which every checkout and check-in rewrites."


class SnipeIt(Settings):
    """A Snipe-IT that holds the assets."""

    url: Secret | str = Field(
        description="Snipe-IT is at this address, without `/api/v1`. A literal is only spoken to where the environment "
        "variable RECONCILER_ALLOW_HOST names its host; a reference to a secret needs no leave.",
        examples=["https://assets.contoso.example", {"env": "SNIPEIT_URL"}],
    )
    token: Secret = Field(
        description="A personal access token of a user with the rights that docs/stores.md lists.",
        examples=[{"env": "SNIPEIT_TOKEN"}],
    )
    types: TypesFrom = Field(default=TypesFrom.CATEGORY, description="An asset's type is this.")
    companies: bool = Field(
        default=True,
        description="An organisation of catalogue.yaml is a company; false where Snipe-IT has no companies: then "
        "catalogue.yaml has one organisation, and everything belongs to it.",
    )
    site: SiteFrom = Field(default=SiteFrom.DEFAULT_LOCATION, description="An asset's site is this location.")
    fieldset: Name | None = Field(
        default=None,
        description="Models that are made get this fieldset. Without it: the only one that has every custom field that "
        "is mapped.",
        examples=["Intune"],
    )
    category_for_new_models: Name | None = Field(
        default=None,
        description="With `types: model`: models that are made get this category. Without it none are made.",
        examples=["Computers"],
    )


BindingField = Annotated[
    str,
    StringConstraints(pattern=r"^(intune_id|none|custom:.{1,100})$"),
    form("`intune_id`, `none` or `custom:` and the label of a custom field", "intune_id", "custom:Intune device"),
]


class Halo(Settings):
    """A Halo (HaloITSM, HaloPSA or HaloCRM) that holds the assets."""

    url: Secret | str = Field(
        description="Halo is at this address, without `/api`. A literal is only spoken to where the environment "
        "variable RECONCILER_ALLOW_HOST names its host; a reference to a secret needs no leave.",
        examples=["https://contoso.halopsa.com", {"env": "HALO_URL"}],
    )
    client_id: str = Field(
        min_length=1,
        description="This application of Configuration > Integrations > Halo API signs in, with “Client ID and Secret "
        "(Services)” and an agent of its own.",
        examples=["5b1c6f0e-2f3e-4f4f-8f63-6c0d6f6f6f01"],
    )
    secret: Secret = Field(description="The application's secret is there.", examples=[{"env": "HALO_SECRET"}])
    tenant: str | None = Field(
        default=None,
        description="A hosted Halo may ask for its tenant's name when it gives a token.",
        examples=["contoso"],
    )
    binding_field: BindingField = Field(
        default="none",
        description="The Intune device's id is written into this field of an asset too: `intune_id` is the one that "
        "Halo's own Intune integration uses. The ledger decides whatever it says.",
        examples=["intune_id", "custom:Intune device"],
    )


class Ledger(Settings):
    """The database beside a store behind an API: what is ours and nobody else's."""

    url: Secret | str = Field(
        description="The ledger is at this SQLAlchemy URL: a reference to a secret, or a literal without a password. A "
        "relative SQLite path starts at the folder that holds `environments/`.",
        examples=[{"env": "RECONCILER_LEDGER_URL"}, "sqlite:///var/prod.db"],
    )
    schema_name: SchemaName | None = Field(
        default=None,
        alias="schema",
        description="The PostgreSQL schema that has the tables, so that one database can hold the store of every "
        "environment. Without it: the one that the user's search path names first.",
        examples=["prod"],
    )


class Store(Settings):
    """Where the instance's assets live: `url`, or `ledger` and one remote store."""

    url: Secret | str | None = Field(
        default=None,
        description="The store is at this SQLAlchemy URL: a reference to a secret, or a literal without a password. A "
        "relative SQLite path starts at the folder that holds `environments/`; a literal names another machine only "
        "where the environment variable RECONCILER_ALLOW_HOST allows it.",
        examples=[{"env": "RECONCILER_STORE_URL"}, "sqlite:///var/prod.db"],
    )
    schema_name: SchemaName | None = Field(
        default=None,
        alias="schema",
        description="The PostgreSQL schema that has the tables, so that one database can hold the store of every "
        "environment. Without it: the one that the user's search path names first.",
        examples=["prod"],
    )
    ledger: Ledger | None = Field(
        default=None,
        description="Bindings, the journal and the limits' counts are kept here when the assets are in a remote store.",
        examples=[{"url": "sqlite:///var/prod.db"}],
    )
    snipe_it: SnipeIt | None = Field(
        default=None,
        description="The assets are in this Snipe-IT.",
        examples=[{"url": "https://assets.contoso.example", "token": {"env": "SNIPEIT_TOKEN"}}],
    )
    halo: Halo | None = Field(
        default=None,
        description="The assets are in this Halo.",
        examples=[{"url": "https://contoso.halopsa.com", "clientId": "5b1c6f0e", "secret": {"env": "HALO_SECRET"}}],
    )
    fields: dict[str, str] = Field(
        default={},
        description="Where a remote store keeps our fields: ours, then theirs by the name that people see there. A "
        "field that is not named does not exist for mappings.",
        examples=[{"serialNumber": "serial", "custom.department": "Department"}],
    )
    requests_per_minute: int = Field(
        default=100,
        ge=1,
        le=10_000,
        description="At most so many requests a minute are sent to a remote store, whatever it allows; 60 to a Halo "
        "where nothing else is written, since it takes 300 in five minutes.",
    )

    def kept_fields(self) -> frozenset[str]:
        """Return the fields that a remote store keeps: the named ones, and those that it has whatever is said."""
        return frozenset(self.fields).union(SNIPE_IT_FIELDS if self.snipe_it else ())

    @property
    def remotes(self) -> dict[str, SnipeIt | Halo]:
        """The remote stores that are named, by their key; one that has more than one is refused."""
        named = {"snipeIt": self.snipe_it, "halo": self.halo}
        return {key: remote for key, remote in named.items() if remote is not None}

    @property
    def is_remote(self) -> bool:
        """Whether the assets are behind an API."""
        return bool(self.remotes)

    @property
    def pace(self) -> int:
        """The most requests a minute: what is written, else what the product takes."""
        if self.halo is not None and "requests_per_minute" not in self.model_fields_set:
            return HALO_PER_MINUTE
        return self.requests_per_minute

    @property
    def database(self) -> Secret | str | None:
        """Where our own database is: the store, or the ledger beside one."""
        return self.ledger.url if self.ledger is not None else self.url

    @property
    def database_schema(self) -> str | None:
        """The PostgreSQL schema of our own tables, None for the database's own choice."""
        return self.ledger.schema_name if self.ledger is not None else self.schema_name
