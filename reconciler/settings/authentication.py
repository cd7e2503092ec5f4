"""How a connection signs in: as the application or as a person, and what proves the application (C1, C3)."""

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from reconciler.settings.base import Choice, Day, Settings, form, guide, meanings
from reconciler.settings.secrets import FromEnvironment, FromFile, Secret

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


class ClientSecret(Settings):
    """A client secret of the app registration."""

    type: Literal["client-secret"] = Field(
        description="The credential is a secret that the app registration generated."
    )
    secret: Secret = Field(
        description="The secret's value is there; it never stands in settings itself.",
        examples=[{"env": "INTUNE_CLIENT_SECRET"}],
    )
    expires: Day | None = Field(
        default=None,
        description="The secret ends on this day; you are warned from 30 days ahead.",
        examples=["2027-06-30"],
    )


class Certificate(Settings):
    """A certificate of the app registration, as PEM files or as one PFX."""

    type: Literal["certificate"] = Field(
        description="The credential is a certificate whose public half the app registration has."
    )
    private_key: FromFile | FromEnvironment | None = Field(
        default=None, description="The private key, PEM and RSA, is there.", examples=[{"file": "key.pem"}]
    )
    certificate: FromFile | FromEnvironment | None = Field(
        default=None, description="The certificate, PEM, is there.", examples=[{"file": "certificate.pem"}]
    )
    pfx: FromFile | None = Field(
        default=None,
        description="This PFX file holds key and certificate, instead of the two.",
        examples=[{"file": "reconciler.pfx"}],
    )
    passphrase: Secret | None = Field(
        default=None,
        description="The key's passphrase is there; a key without one needs none.",
        examples=[{"env": "INTUNE_KEY_PASSPHRASE"}],
    )
    expires: Day | None = Field(
        default=None,
        description="The certificate ends on this day; it says so itself, so this is not needed.",
        examples=["2027-06-30"],
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

    type: Literal["federated"] = Field(
        description="The credential is a token of an identity provider that the app registration trusts."
    )
    from_: Literal["github-actions", "token-file", "managed-identity"] = Field(
        alias="from",
        description="This identity provider vouches for the program.",
        examples=["github-actions"],
        json_schema_extra=meanings(
            "GitHub Actions' OpenID Connect, in a workflow with `id-token: write`.",
            "The token in the file that AZURE_FEDERATED_TOKEN_FILE names, as Azure's workload identity has it.",
            "The managed identity of the Azure machine or service that the program runs on.",
        ),
    )
    token_file: FromFile | None = Field(
        default=None,
        description="With `token-file`, this file holds the token and is read again on each use; without it, the file "
        "that AZURE_FEDERATED_TOKEN_FILE names.",
        examples=[{"file": "token.jwt"}],
    )
    identity: Guid | None = Field(
        default=None,
        description="With `managed-identity`, this is the client id of the user-assigned one; without it, the only "
        "one of the machine is used.",
        examples=["0b8d0c6e-54c0-4b7e-8a39-6f2b6ad9c2aa"],
    )

    @model_validator(mode="after")
    def _fitting(self) -> Self:
        if self.token_file is not None and self.from_ != "token-file":
            raise ValueError("`tokenFile` goes with `from: token-file`")
        if self.identity is not None and self.from_ != "managed-identity":
            raise ValueError("`identity` goes with `from: managed-identity`")
        return self


Credential = Annotated[ClientSecret | Certificate | Federated, Field(discriminator="type")]


class Method(Choice):
    """The guide's two authentication methods (C1)."""

    CLIENT_CREDENTIALS = "client-credentials", "The application signs in as itself; nobody has to be present."
    AUTHORIZATION_CODE = "authorization-code", "A person signs in once with `authorize`; the refresh token is kept."


class Cache(Settings):
    """Where an authorization-code sign-in keeps its refresh token, encrypted."""

    file: str = Field(
        min_length=1,
        description="The encrypted cache is this file, in or below the folder that holds `environments/`.",
        examples=["var/intune.cache"],
    )
    key: Secret | None = Field(
        default=None,
        description="The passphrase that encrypts it is there; without one, the system's keyring keeps the cache.",
        examples=[{"env": "RECONCILER_CACHE_KEY"}],
    )


class Authentication(Settings):
    """How the connection signs in."""

    method: Method = Field(
        description="The connection signs in in this way.",
        examples=["client-credentials"],
        json_schema_extra=guide("authentication method"),
    )
    credential: Credential = Field(
        description="This proves that the program is the application.",
        examples=[{"type": "client-secret", "secret": {"env": "INTUNE_CLIENT_SECRET"}}],
        json_schema_extra=guide("credential type"),
    )
    redirect_uri: RedirectUri | None = Field(
        default=None,
        description="With `authorization-code`, sign-in leads back to this registered address: "
        "`https://…/authcallback`, whose answer is pasted, or one of this machine, which is listened on. Without it, "
        "it is `http://localhost`, on a free port.",
        examples=["https://assets.example/authcallback"],
        json_schema_extra=guide("redirect URI"),
    )
    cache: Cache | None = Field(
        default=None,
        description="With `authorization-code`, the refresh token is kept there, encrypted.",
        examples=[{"file": "var/intune.cache", "key": {"env": "RECONCILER_CACHE_KEY"}}],
    )

    @model_validator(mode="after")
    def _with_cache(self) -> Self:
        if self.method is Method.AUTHORIZATION_CODE and self.cache is None:
            raise ValueError("`authorization-code` needs a `cache`, which keeps its refresh token")
        return self
