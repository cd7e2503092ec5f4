"""Entra's sign-in: discovery, the token endpoint, and checking the tokens that come back to Graph.

A grant is one method and one row of `_GRANTS`; a way for a client to prove itself is one step of `_prove`.
"""

import base64
import binascii
import time
from collections.abc import Mapping
from functools import cache
from typing import Any, Final
from urllib.parse import parse_qsl, unquote

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

from reconciler.simulator.exchange import SIGN_IN, Call, Endpoint, Reply, json_reply
from reconciler.simulator.refusals import entra_error, graph_error
from reconciler.simulator.tenant import Tenant

AUDIENCE: Final = "https://graph.microsoft.com"
LIFETIME: Final = 3599


class RefusedError(Exception):
    """Sign-in or a token check said no; holds the reply."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.body.decode())
        self.reply = reply


@cache
def signing_key() -> rsa.RSAPrivateKey:
    """Make the key that signs tokens, once per process: tokens are told apart by their issuer, not by their key."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


class SignIn:
    """The authority of one tenant at `base`, an address without the tenant."""

    def __init__(self, tenant: Tenant, base: str) -> None:
        self._tenant = tenant
        self._base = base

    @property
    def issuer(self) -> str:
        """The `iss` of this authority's tokens."""
        return f"{self._base}/{self._tenant.tenant_id}/v2.0"

    def endpoint(self, path: str) -> Endpoint:
        """Name the endpoint that a path belongs to."""
        if path.endswith("/.well-known/openid-configuration"):
            return Endpoint.DISCOVERY
        return Endpoint.TOKEN if path.endswith("/oauth2/v2.0/token") else Endpoint.OTHER

    def answer(self, endpoint: Endpoint, call: Call) -> Reply:
        """Answer discovery or a token request."""
        if endpoint not in SIGN_IN:
            return entra_error(404, "invalid_resource", 900144, f"There is nothing at {call.path}.")
        tenant = call.path.strip("/").partition("/")[0]
        if tenant.lower() not in {self._tenant.tenant_id, self._tenant.domain}:
            return _no_tenant(endpoint, tenant)
        if endpoint is Endpoint.DISCOVERY:
            return json_reply(200, self._configuration(tenant))
        if call.method != "POST":
            return entra_error(400, "invalid_request", 900561, "The endpoint only accepts POST requests.")
        try:
            return self._token(
                dict(parse_qsl(call.body.decode(errors="replace"))), call.headers.get("authorization", "")
            )
        except RefusedError as refused:
            return refused.reply

    def issue(self, *, lifetime: float = LIFETIME, **claims: Any) -> str:
        """Sign a token for the tenant's application; `claims` are set over the usual ones."""
        now = int(time.time())
        application = self._tenant.application
        usual: dict[str, Any] = {
            "aud": AUDIENCE,
            "iss": self.issuer,
            "iat": now,
            "nbf": now,
            "exp": now + int(lifetime),
            "appid": application.client_id,
            "appidacr": "1",
            "idtyp": "app",
            "oid": application.client_id,
            "sub": application.client_id,
            "roles": list(application.permissions),
            "tid": self._tenant.tenant_id,
            "ver": "1.0",
        }
        return jwt.encode({**usual, **claims}, signing_key(), algorithm="RS256", headers={"kid": "simulated"})

    def permissions(self, authorization: str) -> frozenset[str]:
        """Check a bearer token and return what it permits, application roles and delegated scopes alike.

        Raises RefusedError with Graph's 401 for a missing, foreign, expired or malformed token.
        """
        kind, _, token = authorization.partition(" ")
        if kind.lower() != "bearer" or not token:
            raise RefusedError(_unauthorized("Access token is empty."))
        try:
            claims: Mapping[str, Any] = jwt.decode(
                token, signing_key().public_key(), algorithms=["RS256"], audience=AUDIENCE, issuer=self.issuer
            )
        except jwt.ExpiredSignatureError:
            raise RefusedError(expired()) from None
        except jwt.InvalidAudienceError:
            raise RefusedError(_unauthorized("Access token validation failure. Invalid audience.")) from None
        except jwt.InvalidTokenError:
            raise RefusedError(_unauthorized("Access token validation failure.")) from None
        return frozenset(claims.get("roles", ())) | frozenset(claims.get("scp", "").split())

    def _configuration(self, tenant: str) -> dict[str, object]:
        base = f"{self._base}/{tenant}"
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
            "token_endpoint": f"{base}/oauth2/v2.0/token",
            "device_authorization_endpoint": f"{base}/oauth2/v2.0/devicecode",
            "jwks_uri": f"{base}/discovery/v2.0/keys",
            "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
            "response_types_supported": ["code"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["RS256"],
        }

    def _token(self, form: dict[str, str], authorization: str) -> Reply:
        self._prove({**form, **_basic(authorization)})
        grant = _GRANTS.get(form.get("grant_type", ""))
        if grant is None:
            told = f"The app requested an unsupported grant type '{form.get('grant_type', '')}'."
            raise RefusedError(entra_error(400, "unsupported_grant_type", 70003, told))
        return grant(self, form)

    def _prove(self, form: dict[str, str]) -> None:
        """Check that the client is the tenant's application. Raises RefusedError when it is not."""
        application, client = self._tenant.application, form.get("client_id", "")
        if client != application.client_id:
            raise RefusedError(_no_application(client, self._tenant.organisation))
        if "client_secret" not in form:
            told = "The request body must contain the following parameter: 'client_assertion' or 'client_secret'."
            raise RefusedError(entra_error(401, "invalid_client", 7000218, told))
        if form["client_secret"] != application.secret:
            raise RefusedError(_wrong_secret(client))

    def _client_credentials(self, form: dict[str, str]) -> Reply:
        scope = form.get("scope", "")
        if scope not in {f"{AUDIENCE}/.default", f"{self._base}/.default"}:
            told = (
                f"The provided value for scope {scope} is not valid. Client credential flows must have a scope value "
                "with /.default suffixed to the resource identifier (application ID URI)."
            )
            raise RefusedError(entra_error(400, "invalid_scope", 1002012, told))
        token = {"token_type": "Bearer", "expires_in": LIFETIME, "ext_expires_in": LIFETIME}
        return json_reply(200, {**token, "access_token": self.issue()}, Cache_Control="no-store, no-cache")


_GRANTS: Final = {"client_credentials": SignIn._client_credentials}


def expired() -> Reply:
    """Refuse with Graph's 401 for a token past its time."""
    return _unauthorized("Lifetime validation failed, the token is expired.")


def _unauthorized(message: str) -> Reply:
    return graph_error(401, "InvalidAuthenticationToken", message, WWW_Authenticate='Bearer realm=""')


def _basic(authorization: str) -> dict[str, str]:
    """Read a client's id and secret from HTTP Basic, form-encoded as RFC 6749 section 2.3.1 has them."""
    kind, _, packed = authorization.partition(" ")
    if kind.lower() != "basic":
        return {}
    try:
        client, _, secret = base64.b64decode(packed).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return {}
    return {"client_id": unquote(client), "client_secret": unquote(secret)}


def _no_tenant(endpoint: Endpoint, tenant: str) -> Reply:
    error = "invalid_tenant" if endpoint is Endpoint.DISCOVERY else "invalid_request"
    told = (
        f"Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the "
        "correct cloud. Check with your subscription administrator, this may happen if there are no active "
        "subscriptions for the tenant."
    )
    return entra_error(400, error, 90002, told)


def _no_application(client: str, organisation: str) -> Reply:
    told = (
        f"Application with identifier '{client}' was not found in the directory '{organisation}'. This can happen if "
        "the application has not been installed by the administrator of the tenant or consented to by any user in "
        "the tenant. You may have sent your authentication request to the wrong tenant."
    )
    return entra_error(400, "unauthorized_client", 700016, told)


def _wrong_secret(client: str) -> Reply:
    told = (
        "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, "
        f"not the client secret ID, for a secret added to app '{client}'."
    )
    return entra_error(401, "invalid_client", 7000215, told)
