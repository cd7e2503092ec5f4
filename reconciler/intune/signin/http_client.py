"""MSAL's way to the network: our own transport, so that its retries, bounds and refusal of redirects hold."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from reconciler.intune.http import hosts
from reconciler.intune.http.error_replies import Reply, described, one_line, shape
from reconciler.intune.http.retries import http_date
from reconciler.intune.http.transport import Call, Transport
from reconciler.intune.inputs import Access
from reconciler.intune.signin.errors import failed, refused

_DISCOVERY: Final = "/.well-known/openid-configuration"
_CLOUD: Final = "Check `tenantId` and `cloud` in connection.yaml."
_ENDPOINTS: Final = ("issuer", "authorization_endpoint", "token_endpoint")


@dataclass(frozen=True, slots=True)
class Answer:
    """A reply in the shape that MSAL wants from an `http_client`."""

    status_code: int
    text: str
    headers: Mapping[str, str]

    def raise_for_status(self) -> None:
        """Raise ValueError for an error."""
        if self.status_code >= 400:  # noqa: PLR2004 - where HTTP's errors begin
            raise ValueError(f"HTTP status {self.status_code}")


class HttpClient:
    """What MSAL sends by. `skew` is how many seconds this machine's clock is ahead of whoever answered last."""

    def __init__(self, access: Access, transport: Transport) -> None:
        self._access = access
        self._transport = transport
        self.skew: float | None = None

    def get(
        self, url: str, params: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None, **_: Any
    ) -> Answer:
        """Get a document about the authority. Raises SignInError for an error reply, GraphError for none."""
        answer = self._send(Call("GET", url, headers or {}, params=params))
        document = json.loads(answer.text)
        if answer.status_code >= 400:  # noqa: PLR2004 - where HTTP's errors begin
            raise refused(self._access, document)
        if urlsplit(url).path.endswith(_DISCOVERY):
            self._check(document)
        return answer

    def post(
        self,
        url: str,
        params: Mapping[str, str] | None = None,
        data: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        **_: Any,
    ) -> Answer:
        """Ask for a token. Raises SignInError for a reply that is not JSON or no refusal, GraphError for none."""
        answer = self._send(Call("POST", url, headers or {}, data, params))
        if answer.status_code >= 500:  # noqa: PLR2004 - where MSAL raises an error without what was said
            raise refused(self._access, json.loads(answer.text))
        return answer

    def close(self) -> None:
        """Do nothing: the transport is not MSAL's to close."""

    def _send(self, call: Call) -> Answer:
        if not self._is_ours(call.url):
            raise self._astray(call.host)
        reply = self._transport.send(call)
        theirs = http_date(reply.headers.get("date", ""))
        self.skew = (self._transport.budget.pace.now() - theirs).total_seconds() if theirs else None
        text = reply.body.decode("utf-8", "replace")
        if not _is_object(text):
            advice = "Check `cloud` in connection.yaml, and the proxy."
            raise failed(self._access, _nonsense(call, reply), advice)
        return Answer(reply.status, text, reply.headers)

    def _check(self, document: Mapping[str, Any]) -> None:
        """Check that the authority's document speaks for the authority and tenant that were asked, as MSAL does not."""
        for name in _ENDPOINTS:
            address = document.get(name)
            if isinstance(address, str) and not self._is_ours(address):
                raise self._astray(one_line(urlsplit(address).netloc or f"an odd {name}"))
        tenant, issuer = self._access.tenant_id.lower(), str(document.get("issuer"))
        theirs = urlsplit(issuer).path.strip("/").partition("/")[0].lower()
        if hosts.is_guid(tenant) and hosts.is_guid(theirs) and tenant != theirs:
            why = f"{self._access.authority} answered for the issuer {one_line(issuer)}, which is another tenant"
            raise failed(self._access, why, _CLOUD)

    def _is_ours(self, url: str) -> bool:
        parts = urlsplit(url)
        return parts.scheme == "https" and hosts.signs_in(parts.hostname, self._access.authority)

    def _astray(self, host: str) -> Exception:
        return failed(self._access, f"{self._access.authority} sends the sign-in to {host}", "It is not followed.")


def _is_object(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except (ValueError, RecursionError):
        return False


def _nonsense(call: Call, reply: Reply) -> str:
    if reply.status == 200:  # noqa: PLR2004 - the only status that does not speak for itself
        came = shape(reply.body, reply.headers, may_hold_token=True)
        return f"{call.name} was not answered with a JSON object but with {came}"
    return f"{call.name} was answered {described(reply)}"
