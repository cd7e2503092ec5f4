"""Getting the token of who vouches for us: GitHub's OIDC endpoint, a token file, a managed identity.

A managed identity vouches too: it is no application of its own here, so that the permissions stay on the one of
`clientId`. Entra takes only user-assigned ones as a federated credential.
"""

import json
import os
from collections.abc import Callable, Mapping
from typing import Any, Final, assert_never
from urllib.parse import quote, urlsplit

import requests
from urllib3.util import Retry

from reconciler.errors import GraphError, SecretError, SignInError
from reconciler.intune.http.error_replies import Reply, described, one_line, shape
from reconciler.intune.http.transport import Call, Transport
from reconciler.intune.signin.credentials import FederatedCredential, GitHubActions, ManagedIdentity, TokenFile
from reconciler.request_trace import TracedAdapter

_AUDIENCES: Final = {
    "login.microsoftonline.us": "api://AzureADTokenExchangeUSGov",
    "login.partner.microsoftonline.cn": "api://AzureADTokenExchangeChina",
}
_ANY_OTHER: Final = "api://AzureADTokenExchange"
_JWT_PARTS: Final = 3
_OK: Final = 200
_MOST: Final = 64 * 1024


def audience(authority: str) -> str:
    """Return whom a voucher's token has to be meant for: each cloud has its own exchange."""
    return _AUDIENCES.get(urlsplit(authority).hostname or "", _ANY_OTHER)


def assertions(credential: FederatedCredential, authority: str, transport: Transport) -> Callable[[], str]:
    """Return what gives a fresh assertion each time; it raises SignInError when there is none."""
    match credential.voucher:
        case GitHubActions() as job:
            return lambda: _github(job, audience(authority), transport)
        case TokenFile() as file:
            return lambda: _from_file(file)
        case ManagedIdentity() as identity:
            return _identity(identity, audience(authority))
        case _ as never:
            assert_never(never)


def _github(job: GitHubActions, audience: str, transport: Transport) -> str:
    """Ask GitHub for the running job's token (actions/toolkit, oidc-utils.ts)."""
    joint = "&" if "?" in job.url else "?"
    call = Call("GET", f"{job.url}{joint}audience={quote(audience, safe='')}", token=job.request_token)
    try:
        reply = transport.send(call)
    except GraphError as error:
        raise SignInError(f"GitHub gave no token for this job. {error}") from error
    try:
        value = json.loads(reply.body)["value"] if reply.status == _OK else None
    except (ValueError, LookupError, TypeError, RecursionError):
        value = None
    if not isinstance(value, str) or not _is_jwt(value):
        raise SignInError(
            f"GitHub gave no token for this job: {call.name} was answered {_told(reply)}. Check that the job has "
            f"`permissions: id-token: write`."
        )
    return value


def _told(reply: Reply) -> str:
    """Say what GitHub answered; of a 200, which may hold a token, only its shape."""
    if reply.status != _OK:
        return described(reply)
    return f"200, but not with a token: {shape(reply.body, reply.headers, may_hold_token=True)}"


def _from_file(file: TokenFile) -> str:
    """Return the token in a file. Raises SignInError when it cannot be read or is none."""
    try:
        with file.path.open(encoding="ascii") as stream:
            token = stream.read(_MOST).strip()
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is no text"
        raise SignInError(
            f"The token file {file.path} could not be read: {why}. Check that the workload's token is mounted there."
        ) from None
    if not _is_jwt(token):
        raise SignInError(
            f"The token file {file.path} holds no token: a JWT of three parts was expected. Check who writes it."
        )
    return token


def _identity(identity: ManagedIdentity, audience: str) -> Callable[[], str]:
    """Return what asks this machine's managed identity for a token; it raises SignInError when it gives none."""
    import msal  # type: ignore[import-untyped]  # noqa: PLC0415 - heavy: where it is used

    only = msal.SystemAssignedManagedIdentity()
    whose = msal.UserAssignedManagedIdentity(client_id=identity.client_id) if identity.client_id else only
    client = msal.ManagedIdentityClient(whose, http_client=_Nearby())

    def ask() -> str:
        try:
            answer: dict[str, Any] = client.acquire_token_for_client(resource=audience)
        except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
            # MSAL lets whatever the endpoint did surface as any of these.
            raise _no_identity(one_line(f"{type(error).__name__}: {error}")) from None
        token = answer.get("access_token")
        if isinstance(token, str) and _is_jwt(token):
            return token
        told = answer.get("error_description") or answer.get("error") or answer.get("message") or "no token"
        raise _no_identity(one_line(str(told)))

    return ask


def _no_identity(why: str) -> SignInError:
    return SignInError(
        f"The managed identity gave no token: {why}. Check that this machine has a user-assigned managed identity, and "
        f"name its client id as `identity` when it has several."
    )


class _Nearby(requests.Session):
    """A session for the endpoint of this machine's own platform: no proxy, no netrc, short timeouts, few tries."""

    def __init__(self) -> None:
        super().__init__()
        self.trust_env = False
        self.verify = os.environ.get("REQUESTS_CA_BUNDLE") or True
        again = Retry(total=2, backoff_factor=0.2, status_forcelist=(429, 500, 502, 503, 504), raise_on_status=False)
        for scheme in ("http://", "https://"):
            self.mount(scheme, TracedAdapter(max_retries=again))

    def request(self, *arguments: Any, **options: Any) -> requests.Response:
        """Send a request with a timeout, and follow no redirect."""
        return super().request(*arguments, **{"timeout": (3.0, 30.0), **options, "allow_redirects": False})


def github_job(variables: Mapping[str, str]) -> GitHubActions:
    """Return the running job's OIDC endpoint. Raises SecretError where there is none, naming what is missing."""
    url, token = variables.get("ACTIONS_ID_TOKEN_REQUEST_URL", ""), variables.get("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "")
    if not url or not token:
        where = (
            "This job may not ask GitHub for a token" if variables.get("GITHUB_ACTIONS") else "This is no GitHub job"
        )
        raise SecretError(
            f"{where}: ACTIONS_ID_TOKEN_REQUEST_URL and ACTIONS_ID_TOKEN_REQUEST_TOKEN are not set. Add `permissions: "
            f"id-token: write` to the workflow's job; on another machine use another credential."
        )
    if not url.lower().startswith("https://"):
        raise SecretError("ACTIONS_ID_TOKEN_REQUEST_URL is not an https address; nothing was sent there.")
    return GitHubActions(url, token)


def _is_jwt(text: str) -> bool:
    return len(text.split(".")) == _JWT_PARTS and text.isascii() and not any(map(str.isspace, text))
