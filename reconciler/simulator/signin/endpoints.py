"""Entra's sign-in: discovery, the authorize and token endpoints, and checking the tokens that come back to Graph.

A grant is one method and one row of `_GRANTS`; how a client proves itself is in `signin_clients`.
"""

import base64
import time
from collections.abc import Mapping
from functools import cache
from typing import Any, Final
from urllib.parse import parse_qsl

import jwt
import msgspec
from cryptography.hazmat.primitives.asymmetric import rsa

from reconciler.simulator.exchange import SIGN_IN, Call, Endpoint, Reply, json_reply
from reconciler.simulator.graph.errors import entra_error, graph_error
from reconciler.simulator.signin.clients import Clients, basic
from reconciler.simulator.signin.errors import RefusedError, no_tenant, refusal
from reconciler.simulator.signin.issuers import Issuers
from reconciler.simulator.signin.users import Sitting, Users
from reconciler.simulator.tenant.records import User
from reconciler.simulator.tenant.tenant import Tenant

AUDIENCE: Final = "https://graph.microsoft.com"
LIFETIME: Final = 3599
_ISSUED: Final = "issued_at"

__all__ = ["AUDIENCE", "LIFETIME", "RefusedError", "SignIn", "expired", "signing_key"]


@cache
def signing_key() -> rsa.RSAPrivateKey:
    """Make the key that signs tokens, once per process: tokens are distinguished by their issuer, not by their key."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


class SignIn:
    """The authority of one tenant at `base`, an address without the tenant.

    `lifetime` is how many seconds its tokens live, `ends_after` after how many Graph refuses them all the same.
    `issuers` vouch for workloads, `users` holds the codes and refresh tokens of who signed in by a browser.
    """

    def __init__(self, tenant: Tenant, base: str) -> None:
        self._tenant = tenant
        self._base = base
        self._refused: list[tuple[Endpoint, int]] = []
        self.lifetime = LIFETIME
        self.ends_after: float | None = None
        self.issuers = Issuers(base, self.issuer)
        self.users = Users()

    @property
    def issuer(self) -> str:
        """The `iss` of this authority's tokens."""
        return f"{self._base}/{self._tenant.tenant_id}/v2.0"

    @property
    def user(self) -> User:
        """Who signs in at the browser: the first of the tenant's own people."""
        return next(one for one in self._tenant.users.items if one.userType == "Member")

    def refuse(self, number: int, endpoint: Endpoint = Endpoint.TOKEN) -> None:
        """Refuse the next request to the token or authorize endpoint with AADSTS and this number."""
        self._refused.append((endpoint, number))

    def endpoint(self, path: str) -> Endpoint:
        """Name the endpoint that a path belongs to."""
        endings = {
            "/.well-known/openid-configuration": Endpoint.DISCOVERY,
            "/oauth2/v2.0/token": Endpoint.TOKEN,
            "/oauth2/v2.0/authorize": Endpoint.AUTHORIZE,
        }
        known = (endpoint for ending, endpoint in endings.items() if path.endswith(ending))
        return self.issuers.endpoint(path) or next(known, Endpoint.OTHER)

    def answer(self, endpoint: Endpoint, call: Call) -> Reply:
        """Answer one request to sign in."""
        if endpoint not in SIGN_IN:
            return entra_error(404, "invalid_resource", 900144, f"There is nothing at {call.path}.")
        if self.issuers.endpoint(call.path):
            return self.issuers.answer(call)
        tenant = call.path.strip("/").partition("/")[0]
        if tenant.lower() not in {self._tenant.tenant_id, self._tenant.domain}:
            return no_tenant(endpoint, tenant)
        try:
            return self._answer(endpoint, call, tenant)
        except RefusedError as refused:
            return refused.reply

    def _answer(self, endpoint: Endpoint, call: Call, tenant: str) -> Reply:
        if endpoint is Endpoint.DISCOVERY:
            return json_reply(200, self._configuration(tenant))
        if endpoint is Endpoint.AUTHORIZE:
            self._known(call.query.get("client_id", ""))
            number = self._refusal(endpoint)
            return self.users.authorize(self._tenant.application, call.query, self.user, number)
        if call.method != "POST":
            return entra_error(400, "invalid_request", 900561, "The endpoint only accepts POST requests.")
        form = dict(parse_qsl(call.body.decode(errors="replace")))
        return self._token(form, call.headers.get("authorization", ""))

    def issue(self, *, lifetime: float = LIFETIME, **claims: Any) -> str:
        """Sign a token for the tenant's application; `claims` are set over the usual ones."""
        now = int(time.time())
        application = self._tenant.application
        usual: dict[str, Any] = {
            "aud": AUDIENCE,
            "iss": self.issuer,
            "iat": now,
            "nbf": now,
            "exp": now + lifetime,
            "appid": application.client_id,
            "appidacr": "1",
            "idtyp": "app",
            "oid": application.client_id,
            "sub": application.client_id,
            "roles": list(application.permissions),
            "tid": self._tenant.tenant_id,
            "ver": "1.0",
            _ISSUED: time.time(),
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
        if self.ends_after is not None and time.time() - claims.get(_ISSUED, 0) > self.ends_after:
            raise RefusedError(expired())
        return frozenset(claims.get("roles", ())) | frozenset(claims.get("scp", "").split())

    def _configuration(self, tenant: str) -> dict[str, object]:
        """Return the discovery document of a tenant."""
        base = f"{self._base}/{tenant}"
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
            "token_endpoint": f"{base}/oauth2/v2.0/token",
            "device_authorization_endpoint": f"{base}/oauth2/v2.0/devicecode",
            "jwks_uri": f"{base}/discovery/v2.0/keys",
            "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt", "client_secret_basic"],
            "response_modes_supported": ["query", "fragment", "form_post"],
            "response_types_supported": ["code"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["RS256"],
        }

    def _token(self, form: dict[str, str], authorization: str) -> Reply:
        """Answer a token request: the client proved, then its grant. Raises RefusedError."""
        form = {**form, **basic(authorization)}
        application = self._tenant.application
        self._known(form.get("client_id", ""))
        number = self._refusal(Endpoint.TOKEN)
        if number:
            raise refusal(number, client=application.client_id)
        audience = f"{self._base}/{self._tenant.tenant_id}/oauth2/v2.0/token"
        Clients(self.issuers, audience).prove(application, form)
        grant = _GRANTS.get(form.get("grant_type", ""))
        if grant is None:
            told = f"The app requested an unsupported grant type '{form.get('grant_type', '')}'."
            raise RefusedError(entra_error(400, "unsupported_grant_type", 70003, told))
        return json_reply(200, grant(self, form), Cache_Control="no-store, no-cache")

    def _refusal(self, endpoint: Endpoint) -> int | None:
        """Take the next refusal that was asked for of an endpoint."""
        found = next((each for each in self._refused if each[0] is endpoint), None)
        if found is None:
            return None
        self._refused.remove(found)
        return found[1]

    def _known(self, client: str) -> None:
        if client != self._tenant.application.client_id:
            raise refusal(700016, client=client, organisation=self._tenant.organisation)

    def _client_credentials(self, form: dict[str, str]) -> dict[str, object]:
        scope = form.get("scope", "")
        if scope not in {f"{AUDIENCE}/.default", f"{self._base}/.default"}:
            told = (
                f"The provided value for scope {scope} is not valid. Client credential flows must have a scope value "
                "with /.default suffixed to the resource identifier (application ID URI)."
            )
            raise RefusedError(entra_error(400, "invalid_scope", 1002012, told))
        return {**self._says(), "access_token": self.issue(lifetime=self.lifetime)}

    def _authorization_code(self, form: dict[str, str]) -> dict[str, object]:
        return self._as_user(self.users.redeem(form))

    def _refresh_token(self, form: dict[str, str]) -> dict[str, object]:
        return self._as_user(self.users.refresh(form))

    def _as_user(self, sitting: Sitting) -> dict[str, object]:
        """Answer with a user's tokens: no `roles`, `scp` instead (entra-docs access-token-claims-reference)."""
        user, application = sitting.user, self._tenant.application
        person = {
            "oid": user.id,
            "sub": user.id,
            "name": user.displayName,
            "preferred_username": user.userPrincipalName,
        }
        scopes = " ".join(application.delegated)
        claims: dict[str, Any] = {**person, "upn": user.userPrincipalName, "idtyp": "user", "scp": scopes, "roles": []}
        id_claims: dict[str, Any] = {**person, "aud": application.client_id, "nonce": sitting.nonce, "ver": "2.0"}
        info = msgspec.json.encode({"uid": user.id, "utid": self._tenant.tenant_id})
        return {
            **self._says(),
            "scope": " ".join(f"{AUDIENCE}/{scope}" for scope in application.delegated),
            "access_token": self.issue(lifetime=self.lifetime, **claims),
            "refresh_token": self.users.remember(sitting),
            "id_token": self.issue(**id_claims),
            "client_info": base64.urlsafe_b64encode(info).decode().rstrip("="),
        }

    def _says(self) -> dict[str, object]:
        return {"token_type": "Bearer", "expires_in": self.lifetime, "ext_expires_in": self.lifetime}


_GRANTS: Final = {
    "client_credentials": SignIn._client_credentials,
    "authorization_code": SignIn._authorization_code,
    "refresh_token": SignIn._refresh_token,
}


def expired() -> Reply:
    """Refuse with Graph's 401 for a token past its time."""
    return _unauthorized("Lifetime validation failed, the token is expired.")


def _unauthorized(message: str) -> Reply:
    return graph_error(401, "InvalidAuthenticationToken", message, WWW_Authenticate='Bearer realm=""')
