"""A connection's settings to what signs it in: secrets read, keys checked, the cache of a person's sign-in (C1, C3)."""

from __future__ import annotations

import datetime
import os
from pathlib import Path
from typing import TYPE_CHECKING, Final, assert_never

from reconciler.configuration.secrets import ROOT_VARIABLE, read_secret, secret_path
from reconciler.errors import ReconcilerError, SecretError
from reconciler.run.context import Surroundings
from reconciler.settings import authentication as declared
from reconciler.settings.authentication import Method
from reconciler.settings.base import seconds
from reconciler.settings.environment import Connection
from reconciler.settings.instance import InstanceKind
from reconciler.settings.secrets import FromEnvironment, FromFile, Secret

if TYPE_CHECKING:
    from reconciler.intune.inputs import Access
    from reconciler.intune.signin.credentials import Credential, Voucher
    from reconciler.intune.signin.token_cache import TokenCache

TOKEN_FILE_VARIABLE: Final = "AZURE_FEDERATED_TOKEN_FILE"  # noqa: S105 - the name of a variable
_MOST: Final = 1024 * 1024
_OTHERS: Final = 0o077


def access(around: Surroundings, connection: Connection) -> Access:
    """Return where the connection goes and what proves it; SecretError when that cannot be had (K4)."""
    from reconciler.intune.http.hosts import addresses  # noqa: PLC0415 - requests is heavy
    from reconciler.intune.inputs import Access, Bounds  # noqa: PLC0415 - requests is heavy

    settings = connection.connection
    places = addresses(settings.cloud)
    return Access(
        authority=places.authority,
        graph=places.graph,
        tenant_id=connection.tenant_id,
        client_id=settings.client_id,
        credential=_credential(around, settings.authentication.credential),
        production=around.environment.instance.kind is InstanceKind.PRODUCTION and not connection.cloud_from_overlay,
        cache=_cache(around, settings.authentication),
        bounds=Bounds(
            seconds(settings.reading.time_budget),
            settings.reading.export_bytes,
            settings.reading.export_rows,
            settings.reading.batches,
        ),
    )


def warnings(around: Surroundings, connection: Connection, given: Access | None = None) -> tuple[str, ...]:
    """Return what is about to end for a connection (C4), as far as it is known: no warning costs a run."""
    from reconciler.intune.signin import expiry  # noqa: PLC0415 - requests is heavy

    today = moment(around).date()
    stated = connection.connection.authentication.credential
    end = getattr(stated, "expires", None)
    found: tuple[str, ...] = ()
    try:
        given = given or access(around, connection)
        end = expiry.end_of(given.credential, end)
        if given.cache is not None:
            found = (*expiry.unused(given.cache.read(), today), *expiry.lost_with(around.variables))
    except ReconcilerError:
        pass  # the run itself says so, or does not need it
    return (*expiry.ending(stated.type.replace("-", " "), end, today), *found)


def end_of_credential(around: Surroundings, connection: Connection) -> datetime.date | None:
    """Return the day on which a connection's credential ends, None where neither it nor the settings say (C4)."""
    from reconciler.intune.signin import expiry  # noqa: PLC0415 - requests is heavy

    stated: datetime.date | None = getattr(connection.connection.authentication.credential, "expires", None)
    try:
        return expiry.end_of(access(around, connection).credential, stated)
    except ReconcilerError:
        return stated


def all_warnings(around: Surroundings) -> tuple[str, ...]:
    """Return what is about to end for every connection that is enabled here, each with its name (C4, E2)."""
    return tuple(
        f"{name}: {warning}"
        for name, connection in sorted(around.environment.connections.items())
        if around.environment.enabled(connection)
        for warning in warnings(around, connection)
    )


def all_ends(around: Surroundings) -> dict[str, datetime.date]:
    """Return the day on which each enabled connection's credential ends, by its name, as far as that is known."""
    return {
        name: end
        for name, connection in sorted(around.environment.connections.items())
        if around.environment.enabled(connection) and (end := _end(around, connection)) is not None
    }


def _end(around: Surroundings, connection: Connection) -> datetime.date | None:
    stated = connection.connection.authentication.credential
    if not isinstance(stated, declared.Certificate):
        end: datetime.date | None = getattr(stated, "expires", None)
        return end
    from reconciler.intune.signin import expiry  # noqa: PLC0415 - requests is heavy

    try:
        return expiry.end_of(access(around, connection).credential, None)
    except ReconcilerError:
        return None  # signing in reports why


def moment(around: Surroundings) -> datetime.datetime:
    """Return this machine's time."""
    return datetime.datetime.fromisoformat(around.now())


def _credential(around: Surroundings, stated: declared.Credential) -> Credential:
    from reconciler.intune.signin.credentials import FederatedCredential, SecretCredential  # noqa: PLC0415 - as above

    match stated:
        case declared.ClientSecret(secret=reference):
            return SecretCredential(_client_secret(around, reference))
        case declared.Certificate():
            return _certificate(around, stated)
        case declared.Federated():
            return FederatedCredential(_voucher(around, stated))
        case _ as never:
            assert_never(never)


def _client_secret(around: Surroundings, reference: Secret) -> str:
    """Return a client secret without the line end that a shell or an editor left at it."""
    value = _private(around, reference).strip()
    if not value.isascii() or not value.isprintable():
        raise SecretError(
            f"The value of {_named(reference)} is no client secret: it holds a line end or a character that none has. "
            f"Copy the secret's value again."
        )
    return value


def _certificate(around: Surroundings, stated: declared.Certificate) -> Credential:
    """Read a certificate and its key, as a PFX or a pair of PEM files. Raises SecretError."""
    from reconciler.intune.signin import certificates  # noqa: PLC0415 - cryptography is heavy

    passphrase = _private(around, stated.passphrase) if stated.passphrase else None
    if isinstance(passphrase, str) and isinstance(stated.passphrase, FromEnvironment):
        passphrase = passphrase.rstrip("\r\n")
    now = moment(around)
    if stated.pfx is not None:
        return certificates.from_pfx(_named(stated.pfx), _bytes(around, stated.pfx), passphrase, now)
    key, certificate = stated.private_key, stated.certificate
    if key is None or certificate is None:
        raise AssertionError("the settings' model lets neither be missing")
    public = read_secret(certificate, around.folder, around.variables)
    pair = (_named(key), _private(around, key)), (_named(certificate), public)
    return certificates.from_pem(*pair, passphrase, now)


def _voucher(around: Surroundings, stated: declared.Federated) -> Voucher:
    from reconciler.intune.signin.credentials import ManagedIdentity, TokenFile  # noqa: PLC0415 - requests is heavy
    from reconciler.intune.signin.workload_identity import github_job  # noqa: PLC0415 - requests is heavy

    match stated.from_:
        case "github-actions":
            return github_job(around.variables)
        case "token-file":
            return TokenFile(_token_file(around, stated.token_file))
        case "managed-identity":
            return ManagedIdentity(stated.identity)


def _token_file(around: Surroundings, stated: FromFile | None) -> Path:
    """Return the file of the workload's token, not resolved: a mounted one is a link that moves."""
    if stated is not None:
        secret_path(stated, around.folder, around.variables)
        return around.folder / stated.file
    named = around.variables.get(TOKEN_FILE_VARIABLE, "").strip()
    if not named:
        raise SecretError(
            f"The environment variable {TOKEN_FILE_VARIABLE} is not set, and the credential names no `tokenFile`. "
            f"Azure's workload identity sets it; elsewhere write `tokenFile: {{file: PATH}}`."
        )
    return Path(named)


def _cache(around: Surroundings, stated: declared.Authentication) -> TokenCache | None:
    if stated.method is Method.CLIENT_CREDENTIALS or stated.cache is None:
        return None
    from reconciler.intune.signin.token_cache import EncryptedFile, Keyring, TokenCache  # noqa: PLC0415 - as above

    path = _cache_path(around, stated.cache.file)
    if stated.cache.key is None:
        return TokenCache(Keyring(path))
    return TokenCache(EncryptedFile(path, _private(around, stated.cache.key).rstrip("\r\n")))


def _cache_path(around: Surroundings, file: str) -> Path:
    """Return the cache's path; settings alone must not have any file written over (K8)."""
    base = Path(os.path.abspath(around.environments)).parent  # noqa: PTH100 - as the store's path is found
    path = (base / file).resolve()
    own = around.variables.get(ROOT_VARIABLE)
    roots = [base.resolve(), *([Path(own).resolve()] if own else [])]
    if not any(path.is_relative_to(root) and path != root for root in roots) or ".git" in path.parts:
        raise SecretError(
            f"`cache.file` {file} is outside of {' and '.join(map(str, roots))}. Put the sign-in cache there, or name "
            f"its folder in {ROOT_VARIABLE}."
        )
    return path


def _private(around: Surroundings, reference: Secret) -> str:
    """Return a secret's value, from a file only when nobody else can read that."""
    if isinstance(reference, FromFile):
        _check_mode(around, reference)
    return read_secret(reference, around.folder, around.variables)


def _bytes(around: Surroundings, reference: FromFile) -> bytes:
    path = secret_path(reference, around.folder, around.variables)
    _check_mode(around, reference)
    try:
        with path.open("rb") as stream:
            return stream.read(_MOST)
    except OSError as error:
        raise SecretError(f"T{_named(reference)[1:]} could not be read: {error.strerror}.") from error


def _check_mode(around: Surroundings, reference: FromFile) -> None:
    """Refuse a secret's file that others can read.

    Only below the environment's folder: whoever mounts /run/secrets or RECONCILER_SECRETS_DIR chooses the modes there.
    """
    path = secret_path(reference, around.folder, around.variables)
    if os.name != "posix" or ROOT_VARIABLE in around.variables or not path.is_relative_to(around.folder.resolve()):
        return
    if path.stat().st_mode & _OTHERS:
        raise SecretError(
            f"T{_named(reference)[1:]} holds a secret, and others on this machine can read it. Run: chmod 600 {path}"
        )


def _named(reference: Secret) -> str:
    match reference:
        case FromEnvironment(env=name):
            return f"the environment variable {name}"
        case FromFile(file=file):
            return f"the file {file}"
