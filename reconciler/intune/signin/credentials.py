"""What proves that we are the application: a secret, a certificate, or somebody else's word; no repr shows it."""

import datetime
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class SecretCredential:
    """A client secret of the app registration."""

    value: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class CertificateCredential:
    """An RSA key, PEM and not encrypted, and its certificate, PEM, which ends at a moment."""

    private_key: str = field(repr=False)
    certificate: str = field(repr=False)
    ends: datetime.datetime
    thumbprint: str
    """SHA-1 in capital hex, as the portal shows it."""


@dataclass(frozen=True, slots=True)
class GitHubActions:
    """GitHub's OIDC endpoint of the running job, and the token that lets the job ask it."""

    url: str
    request_token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class TokenFile:
    """A file that holds a token, which someone else keeps fresh: it is read again on each use."""

    path: Path


@dataclass(frozen=True, slots=True)
class ManagedIdentity:
    """The machine's user-assigned managed identity of a client id; None is the only one it has."""

    client_id: str | None = None


Voucher = GitHubActions | TokenFile | ManagedIdentity


@dataclass(frozen=True, slots=True)
class FederatedCredential:
    """A token of another issuer, exchanged for one of Microsoft's."""

    voucher: Voucher


Credential = SecretCredential | CertificateCredential | FederatedCredential


def hidden(credential: Credential) -> tuple[str, ...]:
    """Return the values that no message may hold, whoever put them there."""
    match credential:
        case SecretCredential(value=value):
            return (value,)
        case CertificateCredential(private_key=key):
            return (key,)
        case FederatedCredential(voucher=GitHubActions(request_token=token)):
            return (token,)
        case FederatedCredential():
            return ()
