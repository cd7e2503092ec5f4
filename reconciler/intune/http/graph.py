"""Asking Graph with a token: `GET`s, `$batch`es of `GET`s and export jobs; what is not answered 200 is an error."""

from collections.abc import Mapping
from typing import BinaryIO, Final
from urllib.parse import urlsplit

import msgspec

from reconciler.errors import GraphError
from reconciler.intune.http.budget import Budget
from reconciler.intune.http.error_replies import Reply, described, shape
from reconciler.intune.http.flow import Flow
from reconciler.intune.http.transport import Call, Transport
from reconciler.intune.signin.tokens import SignIn

OK: Final = 200
CREATED: Final = 201
NOT_FOUND: Final = 404

_REDIRECTS: Final = range(300, 400)
_UNAUTHORIZED: Final = 401
_FORBIDDEN: Final = 403
_CLAIMS: Final = "claims="
_EXPORTS: Final = "/reports/exportJobs"
_NO_EXPORTS: Final = (
    "If that is granted, Intune refuses exports to this application all the same: set `software: {via: detected-apps}` "
    "in imports.yaml, which needs no export."
)
_JSON: Final = {"Accept": "application/json"}
_SENT: Final = {**_JSON, "Content-Type": "application/json"}


class Graph:
    """One connection's Graph at its base address. Thread-safe."""

    def __init__(self, base: str, sign_in: SignIn, transport: Transport) -> None:
        self.base = base.rstrip("/")
        self._sign_in = sign_in
        self._transport = transport
        self.bounds = sign_in.client.access.bounds
        self.flow = Flow(self.bounds.batches)
        self.first_date = ""
        """The `Date` of the first reply, as it was written."""

    @property
    def budget(self) -> Budget:
        """The time that the whole read has."""
        return self._transport.budget

    def get(self, url: str, *, permission: str | None = None, once: bool = False) -> Reply:
        """Return Graph's 200 to a `GET` of an absolute address; `permission` is the one that it needs.

        Raises GraphError, UnreachableError and SignInError.
        """
        return self._asked(Call("GET", url, _JSON, once=once), permission)

    def post(self, url: str, value: object, *, permission: str) -> Reply:
        """Return Graph's 201, or 200, to a `POST` of a value as JSON: how an export job is asked for (G1).

        Raises GraphError, UnreachableError and SignInError.
        """
        return self._asked(Call("POST", url, _SENT, msgspec.json.encode(value)), permission)

    def download(self, url: str, file: BinaryIO) -> None:
        """Write what a `GET` of a file answers, of which Graph gave the address; no token goes there.

        Raises GraphError and UnreachableError.
        """
        call = Call("GET", url)
        reply = self._transport.save(call, file, self.bounds.export_bytes)
        if reply.status != OK:
            raise GraphError(f"{call.name} was answered {described(reply)}.")

    def batch(self, addresses: Mapping[str, str]) -> Reply:
        """Return Graph's 200 to one `$batch` of `GET`s: addresses below `/v1.0` by the id of their part.

        Raises GraphError, UnreachableError and SignInError.
        """
        parts = [{"id": id_, "method": "GET", "url": address} for id_, address in addresses.items()]
        body = msgspec.json.encode({"requests": parts})
        return self._asked(Call("POST", f"{self.base}/v1.0/$batch", _SENT, body), None)

    def _asked(self, call: Call, permission: str | None) -> Reply:
        token = self._sign_in.token()
        reply = self._transport.send(_signed(call, token))
        if reply.status == _UNAUTHORIZED:
            reply = self._transport.send(_signed(call, self._sign_in.renew(token)))
        if reply.status not in (OK, CREATED):
            kind = "Delegated" if self._sign_in.client.access.cache else "Application"
            raise GraphError(_refusal(call, reply, permission and f"{permission} (type {kind})"))
        self.first_date = self.first_date or reply.headers.get("date", "")
        return reply


def not_understood(url: str, reply: Reply) -> GraphError:
    """Return the error for a 200 that is not the JSON that was asked for; says what came instead."""
    return GraphError(
        f"GET {url.partition('?')[0]} was answered 200, but not with the JSON that Graph sends: "
        f"{shape(reply.body, reply.headers)}. Check `cloud` in connection.yaml, and whether a proxy answered."
    )


def _signed(call: Call, token: str) -> Call:
    return Call(call.method, call.url, call.headers, call.body, call.params, token, call.once)


def _refusal(call: Call, reply: Reply, permission: str | None) -> str:
    """Return why Graph refused a request, and what to do about it."""
    said = f"{call.name} was answered {described(reply)}."
    if reply.status in _REDIRECTS:
        host = urlsplit(reply.headers.get("location", "")).netloc or "the same host"
        return f"{said} It is a redirect to {host}, and redirects are not followed. Check `cloud` in connection.yaml."
    if reply.status == _UNAUTHORIZED and _CLAIMS in reply.headers.get("www-authenticate", ""):
        return (
            f"{said} Entra wants more proof for this token (a claims challenge): a conditional access policy changed, "
            f"or the session was revoked. Ask who keeps the tenant's policies; a person signs in again with "
            f"`reconciler authorize`."
        )
    if reply.status == _UNAUTHORIZED:
        return f"{said} A new token was refused too. Check that `tenantId` and `cloud` belong together."
    if reply.status == _FORBIDDEN and permission:
        grant = f"{said} Grant the application the Graph permission {permission} with admin consent."
        return f"{grant} {_NO_EXPORTS}" if call.url.endswith(_EXPORTS) else grant
    return said
