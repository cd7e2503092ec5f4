"""Signing in with MSAL: one application per read, its tokens, and sign-in errors as sentences.

A further way to prove who asks (certificate, federated) is one more form of MSAL's `client_credential`, made in
`_credential`.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from reconciler.errors import GraphError, SignInError
from reconciler.intune import hosts
from reconciler.intune.inputs import Access
from reconciler.intune.refusals import Reply, described, one_line, shape
from reconciler.intune.transport import Call, Transport

if TYPE_CHECKING:
    from msal import ConfidentialClientApplication  # type: ignore[import-untyped]  # it has no types of its own

_AADSTS: Final = re.compile(r"AADSTS(\d+)")
# Entra ends its texts with ids and the time, on lines of their own or on the same one.
_TAIL: Final = re.compile(r"\s*(Trace ID|Correlation ID|Timestamp):.*", re.S)
_TOKEN: Final = re.compile(r"[\x21-\x7e]+")
_ADVICE: Final = {
    "7000215": "The secret is wrong: use the secret's value, not its id, of the app registration of `clientId`.",
    "7000222": "The secret has expired: make a new one in the app registration and put it where the old one was.",
    "7000218": "No secret was sent: check that the secret that connection.yaml refers to is not empty.",
    "700016": "The application is not known in this tenant: check `clientId` and `tenantId` in connection.yaml.",
    "7000112": "The application is disabled in this tenant: enable it in Entra's enterprise applications.",
    "7000229": "The application has no service principal in this tenant: grant it admin consent there.",
    "90002": "The tenant is not known in this cloud: check `tenantId` and `cloud` in connection.yaml.",
    "900023": "The tenant is neither a GUID nor a domain: check `tenantId` in connection.yaml.",
    "53003": "A conditional access policy blocks the application: ask who keeps the tenant's policies.",
}
_CHECK: Final = "Check `tenantId`, `clientId` and the credential in connection.yaml."


class SignIn:
    """Gets tokens for Graph, and new ones when Graph refuses one. Thread-safe."""

    def __init__(self, access: Access, transport: Transport) -> None:
        self._access = access
        self._client = _HttpClient(access, transport)
        self._scope = hosts.scope(access.graph)
        self._lock = Lock()
        self._application: ConfidentialClientApplication | None = None

    def token(self) -> str:
        """Return a token, from MSAL's cache while it holds. Raises SignInError."""
        with self._lock:
            return self._acquire()

    def renew(self, refused: str) -> str:
        """Return a token other than one that Graph refused, if there is one. Raises SignInError."""
        with self._lock:
            token = self._acquire()
            if token == refused and self._application is not None:
                self._application.remove_tokens_for_client()
                token = self._acquire()
            return token

    def _acquire(self) -> str:
        from msal.exceptions import MsalError  # type: ignore[import-untyped]  # noqa: PLC0415 - heavy: where it is used

        try:
            if self._application is None:
                self._application = _application(self._access, self._client)
            answer = self._application.acquire_token_for_client([self._scope])
        except GraphError as error:
            raise SignInError(f"Signing in to tenant {self._access.tenant_id} failed. {error}") from error
        except (MsalError, ValueError, LookupError, TypeError, AttributeError, RuntimeError) as error:
            # MSAL lets replies that are not what it expects surface as any of these.
            raise _failed(self._access, one_line(f"{type(error).__name__}: {error}"), _CHECK) from error
        token = answer.get("access_token")
        if isinstance(token, str) and _TOKEN.fullmatch(token):
            return token
        raise _refused(self._access, answer)


def _application(access: Access, client: "_HttpClient") -> "ConfidentialClientApplication":
    from msal import ConfidentialClientApplication  # noqa: PLC0415 - heavy: where it is used

    return ConfidentialClientApplication(
        access.client_id,
        client_credential=_credential(access),
        authority=f"{access.authority.rstrip('/')}/{access.tenant_id}",
        http_client=client,
        # The host is one of our own table's or was allowed by name: asking another host about it tells nothing.
        instance_discovery=False,
        azure_region=ConfidentialClientApplication.DISABLE_MSAL_FORCE_REGION,
    )


def _credential(access: Access) -> str:
    return access.secret


@dataclass(frozen=True, slots=True)
class _Answer:
    """A reply in the shape that MSAL wants from an `http_client`."""

    status_code: int
    text: str
    headers: Mapping[str, str]

    def raise_for_status(self) -> None:
        """Raise ValueError for an error."""
        if self.status_code >= 400:  # noqa: PLR2004 - where HTTP's errors begin
            raise ValueError(f"HTTP status {self.status_code}")


class _HttpClient:
    """MSAL's way to the network: our own transport, so that its retries, bounds and refusal of redirects hold."""

    def __init__(self, access: Access, transport: Transport) -> None:
        self._access = access
        self._transport = transport

    def get(
        self, url: str, params: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None, **_: Any
    ) -> _Answer:
        """Get a document about the authority. Raises SignInError for an error reply, GraphError for none."""
        answer = self._send(Call("GET", url, headers or {}, params=params))
        if answer.status_code >= 400:  # noqa: PLR2004 - where HTTP's errors begin
            raise _refused(self._access, json.loads(answer.text))
        return answer

    def post(
        self,
        url: str,
        params: Mapping[str, str] | None = None,
        data: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        **_: Any,
    ) -> _Answer:
        """Ask for a token. Raises SignInError for a reply that is not JSON, GraphError for none."""
        return self._send(Call("POST", url, headers or {}, data, params))

    def close(self) -> None:
        """Do nothing: the transport is not MSAL's to close."""

    def _send(self, call: Call) -> _Answer:
        if not hosts.signs_in(urlsplit(call.url).hostname, self._access.authority):
            raise _failed(
                self._access, f"{self._access.authority} sends the sign-in to {call.host}", "It is not followed."
            )
        reply = self._transport.send(call)
        text = reply.body.decode("utf-8", "replace")
        if not _is_object(text):
            raise _failed(self._access, _nonsense(call, reply), "Check `cloud` in connection.yaml, and the proxy.")
        return _Answer(reply.status, text, reply.headers)


def _is_object(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except (ValueError, RecursionError):
        return False


def _nonsense(call: Call, reply: Reply) -> str:
    if reply.status == 200:  # noqa: PLR2004 - the only status that is not told by itself
        return f"{call.name} was not answered with a JSON object but with {shape(reply.body, reply.headers)}"
    return f"{call.name} was answered {described(reply)}"


def _refused(access: Access, answer: Mapping[str, Any]) -> SignInError:
    """Say why Entra refused: its code and text, the correlation id, and what to do about the common codes."""
    told = _TAIL.sub(
        "", str(answer.get("error_description") or answer.get("error") or "there is no token in the answer")
    )
    code = _AADSTS.search(told)
    advice = _ADVICE.get(code[1], _CHECK) if code else _CHECK
    correlation = answer.get("correlation_id")
    traced = f" (correlation id {one_line(str(correlation))})" if correlation else ""
    return _failed(access, one_line(told).rstrip(".") + traced, advice)


def _failed(access: Access, why: str, advice: str) -> SignInError:
    if access.secret:
        why = why.replace(access.secret, "***")
    return SignInError(f"Signing in to tenant {access.tenant_id} failed: {why}. {advice}")
