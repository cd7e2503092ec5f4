"""Who else vouches for a workload: GitHub's OIDC endpoint and Azure's managed identity endpoints, pretended."""

import time
from functools import cache
from typing import Final

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

from reconciler.simulator.exchange import Call, Endpoint, Reply, json_reply
from reconciler.simulator.tenant.application import Trust

GITHUB: Final = "https://token.actions.githubusercontent.com"
SUBJECT: Final = "repo:contoso/assets:environment:prod"
PRINCIPAL: Final = "5d0ad5ea-6c3c-4a07-8d27-1f0f5b6a9a10"
IDENTITY: Final = "9a9d3e4c-6d55-4f0f-b7c8-0b7f4f1d2e11"
REQUEST_TOKEN: Final = "simulated-request-token"  # noqa: S105 - opens nothing but the simulator
IDENTITY_HEADER: Final = "simulated-identity-header"

_GITHUB_PATH: Final = "/github/oidc/token"
_APP_SERVICE_PATH: Final = "/msi/token"
_MACHINE_PATH: Final = "/metadata/identity/oauth2/token"
_LIFETIME: Final = 600


@cache
def _key() -> rsa.RSAPrivateKey:
    """Make the key of every pretended issuer, once per process."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


class Issuers:
    """The issuers beside a tenant's sign-in at `base`; `subject` is what GitHub says of the workflow's job.

    `authority` is the issuer of the managed identity's tokens: the tenant itself.
    """

    def __init__(self, base: str, authority: str) -> None:
        self._base = base
        self._authority = authority
        self.subject = SUBJECT

    @property
    def github(self) -> Trust:
        """The federated credential that trusts the simulated workflow."""
        return Trust(GITHUB, self.subject)

    @property
    def managed_identity(self) -> Trust:
        """The federated credential that trusts the simulated managed identity."""
        return Trust(self._authority, PRINCIPAL)

    def github_environment(self) -> dict[str, str]:
        """Return the variables that a job with `id-token: write` has."""
        return {
            "ACTIONS_ID_TOKEN_REQUEST_URL": f"{self._base}{_GITHUB_PATH}?api-version=2.0",
            "ACTIONS_ID_TOKEN_REQUEST_TOKEN": REQUEST_TOKEN,
        }

    def app_service_environment(self) -> dict[str, str]:
        """Return the variables that App Service sets where an application has a managed identity."""
        return {"IDENTITY_ENDPOINT": f"{self._base}{_APP_SERVICE_PATH}", "IDENTITY_HEADER": IDENTITY_HEADER}

    def machine_environment(self) -> dict[str, str]:
        """Return the variable that sends a virtual machine's metadata requests here."""
        return {"AZURE_POD_IDENTITY_AUTHORITY_HOST": self._base}

    def endpoint(self, path: str) -> Endpoint | None:
        """Name the endpoint that a path belongs to, or None."""
        known = {
            _GITHUB_PATH: Endpoint.GITHUB_TOKEN,
            _APP_SERVICE_PATH: Endpoint.MANAGED_IDENTITY,
            _MACHINE_PATH: Endpoint.MANAGED_IDENTITY,
        }
        return known.get(path)

    def answer(self, call: Call) -> Reply:
        """Answer a request for somebody's token."""
        return self._github(call) if call.path == _GITHUB_PATH else self._identity(call)

    def assertion(self, issuer: str, subject: str, audience: str, lifetime: float = _LIFETIME) -> str:
        """Sign what an issuer says of a subject."""
        now = int(time.time())
        claims = {"iss": issuer, "sub": subject, "aud": audience, "iat": now, "nbf": now, "exp": now + int(lifetime)}
        return jwt.encode(claims, _key(), algorithm="RS256", headers={"kid": "issuer"})

    def signed(self, assertion: str, issuer: str, audience: str) -> bool:
        """Return whether one of these issuers signed an assertion that holds by now."""
        try:
            jwt.decode(assertion, _key().public_key(), algorithms=["RS256"], issuer=issuer, audience=audience)
        except jwt.InvalidTokenError:
            return False
        return True

    def _github(self, call: Call) -> Reply:
        if call.headers.get("authorization", "").lower() != f"bearer {REQUEST_TOKEN}":
            return json_reply(401, {"message": "The request token is not valid."})
        audience = call.query.get("audience", "https://github.com/contoso")
        return json_reply(200, {"count": 1, "value": self.assertion(GITHUB, self.subject, audience)})

    def _identity(self, call: Call) -> Reply:
        """Answer as App Service (learn: app-service/overview-managed-identity) or a machine's metadata service does."""
        own = call.path == _APP_SERVICE_PATH
        wanted = call.headers.get("x-identity-header") == IDENTITY_HEADER if own else "metadata" in call.headers
        if not wanted:
            return json_reply(401 if own else 400, {"statusCode": 401, "message": "A header is missing or wrong."})
        client = call.query.get("client_id", IDENTITY)
        if client != IDENTITY:
            told = "Identity not found"
            return json_reply(400, {"error": "invalid_request", "error_description": told})
        resource, now = call.query.get("resource", ""), int(time.time())
        token = self.assertion(self._authority, PRINCIPAL, resource, 86_400)
        answer = {"access_token": token, "client_id": client, "resource": resource, "token_type": "Bearer"}
        return json_reply(200, {**answer, "expires_in": "86399", "expires_on": str(now + 86_399)})
