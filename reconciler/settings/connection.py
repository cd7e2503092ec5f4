"""`connection.yaml`: which tenant, how to sign in, and in which instances the connection runs."""

from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from reconciler.settings.base import Day, Duration, Settings, SettingsFile, form
from reconciler.settings.instance import InstanceKind, InstanceName
from reconciler.settings.secrets import FromEnvironment, FromFile, Secret

HttpsUrl = Annotated[
    str,
    StringConstraints(pattern=r"^https://([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?/?$"),
    form("`https://`, a host and perhaps a port, and nothing more", "https://localhost:8443"),
]
Guid = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"),
    form("a GUID", "0b8d0c6e-54c0-4b7e-8a39-6f2b6ad9c2aa"),
]
RedirectUri = Annotated[
    str,
    StringConstraints(
        pattern=r"^(https://[A-Za-z0-9.-]+|http://(localhost|127\.0\.0\.1))(:[0-9]{1,5})?(/[A-Za-z0-9._~/-]*)?$"
    ),
    form(
        "`https://`, a host and a path, or `http://localhost` with or without a port",
        "https://x/authcallback",
        "http://localhost:8400",
    ),
]
TenantId = Annotated[
    str,
    StringConstraints(
        pattern=r"^([0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+)$"
    ),
    form(
        "a GUID or a verified domain of one tenant, never `common`, `organizations` or `consumers`",
        "7d1a3b52-0f8e-4c3e-9a53-3a3f0a1f2b11",
        "contoso.onmicrosoft.com",
    ),
]


class Cloud(StrEnum):
    """Microsoft's clouds (G9)."""

    GLOBAL = "global"
    US_GOVERNMENT = "us-government"
    US_GOVERNMENT_DOD = "us-government-dod"
    CHINA = "china"


class OwnCloud(Settings):
    """Addresses that are not Microsoft's: a simulator or a proxy; refused for a production instance (K8)."""

    authority: HttpsUrl = Field(description="The base address of sign-in, without the tenant.")
    graph: HttpsUrl = Field(description="The base address of Graph, without the version.")


class ClientSecret(Settings):
    """A client secret of the app registration."""

    type: Literal["client-secret"] = Field(description="A secret that the app registration generated.")
    secret: Secret = Field(description="Where the secret's value is.")
    expires: Day | None = Field(default=None, description="The day the secret ends; warned of 30 days ahead.")


class Certificate(Settings):
    """A certificate of the app registration, as PEM files or as one PFX."""

    type: Literal["certificate"] = Field(description="A certificate whose public half the app registration has.")
    private_key: FromFile | FromEnvironment | None = Field(
        default=None, description="The private key, PEM and RSA.", examples=[{"file": "key.pem"}]
    )
    certificate: FromFile | FromEnvironment | None = Field(
        default=None, description="The certificate, PEM.", examples=[{"file": "certificate.pem"}]
    )
    pfx: FromFile | None = Field(
        default=None, description="Key and certificate in one PFX file.", examples=[{"file": "reconciler.pfx"}]
    )
    passphrase: Secret | None = Field(
        default=None, description="Where the key's passphrase is.", examples=[{"env": "INTUNE_KEY_PASSPHRASE"}]
    )
    expires: Day | None = Field(
        default=None, description="The day the certificate ends; not needed, as the certificate says so itself."
    )

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        pem = (self.private_key, self.certificate)
        if self.pfx is not None and pem == (None, None):
            return self
        if self.pfx is None and None not in pem:
            return self
        raise ValueError("a certificate is either `privateKey` and `certificate`, or `pfx`")


class Federated(Settings):
    """A token of another identity provider, exchanged for one of Microsoft's."""

    type: Literal["federated"] = Field(description="A token of an identity provider that the registration trusts.")
    from_: Literal["github-actions", "token-file", "managed-identity"] = Field(
        alias="from", description="Who vouches for us."
    )
    token_file: FromFile | None = Field(
        default=None,
        description="The file that holds the token, read again on each use (token-file). Without it, "
        "AZURE_FEDERATED_TOKEN_FILE in the environment names the file.",
        examples=[{"file": "token.jwt"}],
    )
    identity: Guid | None = Field(
        default=None,
        description="The client id of the user-assigned managed identity (managed-identity). Without it, the only one "
        "of the machine.",
    )

    @model_validator(mode="after")
    def _fitting(self) -> Self:
        if self.token_file is not None and self.from_ != "token-file":
            raise ValueError("`tokenFile` goes with `from: token-file`")
        if self.identity is not None and self.from_ != "managed-identity":
            raise ValueError("`identity` goes with `from: managed-identity`")
        return self


Credential = Annotated[ClientSecret | Certificate | Federated, Field(discriminator="type")]


class Method(StrEnum):
    """The guide's two authentication methods."""

    CLIENT_CREDENTIALS = "client-credentials"
    AUTHORIZATION_CODE = "authorization-code"


class Cache(Settings):
    """Where an authorization-code sign-in keeps its refresh token, encrypted."""

    file: str = Field(
        min_length=1,
        description="The path of the encrypted cache, relative to the folder that holds `environments/`, and below it.",
        examples=["var/intune.cache"],
    )
    key: Secret | None = Field(
        default=None,
        description="Where the passphrase is that encrypts it. Without it, the system's keyring keeps the cache.",
        examples=[{"env": "RECONCILER_CACHE_KEY"}],
    )


class Authentication(Settings):
    """How the connection signs in."""

    method: Method = Field(description="Which of the guide's authentication methods to use.")
    credential: Credential = Field(description="What proves that we are the application.")
    redirect_uri: RedirectUri | None = Field(
        default=None,
        description="The registered redirect URI (authorization-code): `https://…/authcallback`, whose answer is "
        "pasted, or one of this machine, which is listened on. Without it, `http://localhost`, on a free port.",
    )
    cache: Cache | None = Field(default=None, description="Where the refresh token is kept (authorization-code).")

    @model_validator(mode="after")
    def _with_cache(self) -> Self:
        if self.method is Method.AUTHORIZATION_CODE and self.cache is None:
            raise ValueError("`authorization-code` needs a `cache`, which keeps its refresh token")
        return self


class EnabledFor(StrEnum):
    """The guide's "Enabled for Instances", in two words."""

    PRODUCTION_ONLY = "production-only"
    ALL = "all"


class Entity(StrEnum):
    """What the integrator imports."""

    ORGANISATIONS = "organisations"
    USERS = "users"
    ASSETS = "assets"
    SOFTWARE = "software"


class Integrator(Settings):
    """The scheduled import (A5)."""

    enabled: bool = Field(default=False, description='The guide\'s "Enable the Halo Integrator for this connection".')
    every: Duration = Field(default="1d", description="How often the import runs.")
    entities: list[Entity] = Field(default=list(Entity), description="What a scheduled run imports.")


class ConnectionFile(SettingsFile):
    """`connection.yaml`: one Intune tenant that feeds the store."""

    source: Literal["intune"] = Field(description="The kind of source.")
    tenant_id: TenantId = Field(description='The app registration\'s "Directory (tenant) ID", or a verified domain.')
    client_id: Guid = Field(description='The app registration\'s "Application (client) ID".')
    cloud: Cloud | OwnCloud = Field(default=Cloud.GLOBAL, description="The Microsoft cloud the tenant is in.")
    authentication: Authentication = Field(description="How the connection signs in.")
    enabled_for_instances: EnabledFor | list[InstanceName] = Field(
        default=EnabledFor.PRODUCTION_ONLY,
        description='The guide\'s "Enabled for Instances": `production-only`, `all`, or a list of instance names.',
    )
    integrator: Integrator = Field(default=Integrator(), description="The scheduled import.")

    def enabled_for(self, name: str, kind: InstanceKind) -> bool:
        """Say whether this connection runs in the instance of that name and kind (E1)."""
        match self.enabled_for_instances:
            case EnabledFor.ALL:
                return True
            case EnabledFor.PRODUCTION_ONLY:
                return kind is InstanceKind.PRODUCTION
            case names:
                return name in names
