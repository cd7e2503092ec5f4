"""Entra's refusals to sign in, by the number that it gives them."""

from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from reconciler.simulator.exchange import Endpoint, Reply
from reconciler.simulator.graph.errors import entra_error

_FEDERATION: Final = (
    "Please check your federated identity credential Subject, Audience and Issuer against the presented assertion."
)
_TEXTS: Final[dict[int, tuple[int, str, str]]] = {
    50011: (
        400,
        "invalid_request",
        (
            "The redirect URI '{uri}' specified in the request does not match the redirect URIs configured for the "
            "application '{client}'. Make sure the redirect URI sent in the request matches one added to it."
        ),
    ),
    50076: (
        400,
        "invalid_grant",
        (
            "Due to a configuration change made by your administrator, or because you moved to a new location, you "
            "must use multi-factor authentication to access '00000003-0000-0000-c000-000000000000'."
        ),
    ),
    50173: (
        400,
        "invalid_grant",
        (
            "The provided grant has expired due to it being revoked, a fresh auth token is needed. The user might have "
            "changed or reset their password."
        ),
    ),
    54005: (
        400,
        "invalid_grant",
        (
            "OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing "
            "refresh token."
        ),
    ),
    65001: (
        400,
        "invalid_grant",
        (
            "The user or administrator has not consented to use the application with ID '{client}' named 'Reconciler'. "
            "Send an interactive authorization request for this user and resource."
        ),
    ),
    65004: (400, "access_denied", "User declined to consent to access the app."),
    70000: (400, "invalid_grant", "Provided grant is invalid or malformed."),
    70021: (
        401,
        "invalid_client",
        (
            "No matching federated identity record found for presented assertion. Assertion Issuer: '{issuer}'. "
            "Assertion Subject: '{subject}'. Assertion Audience: '{audience}'."
        ),
    ),
    501481: (
        400,
        "invalid_grant",
        "The Code_Verifier does not match the code_challenge supplied in the authorization request.",
    ),
    700016: (
        400,
        "unauthorized_client",
        (
            "Application with identifier '{client}' was not found in the directory '{organisation}'. This can happen "
            "if the application has not been installed by the administrator of the tenant or consented to by any user "
            "in the tenant. You may have sent your authentication request to the wrong tenant."
        ),
    ),
    700024: (
        401,
        "invalid_client",
        (
            "Client assertion is not within its valid time range. Current time: {now}. Review the documentation at "
            "https://learn.microsoft.com/entra/identity-platform/certificate-credentials ."
        ),
    ),
    700027: (
        401,
        "invalid_client",
        (
            "Client assertion contains an invalid signature. [Reason - {reason}, Thumbprint of key used by client: "
            "'{thumbprint}']"
        ),
    ),
    700082: (
        400,
        "invalid_grant",
        "The refresh token has expired due to inactivity. The token was inactive for 90.00:00:00.",
    ),
    700211: (
        401,
        "invalid_client",
        f"No matching federated identity record found for presented assertion issuer '{{issuer}}'. {_FEDERATION}",
    ),
    700212: (
        401,
        "invalid_client",
        f"No matching federated identity record found for presented assertion audience '{{audience}}'. {_FEDERATION}",
    ),
    700213: (
        401,
        "invalid_client",
        f"No matching federated identity record found for presented assertion subject '{{subject}}'. {_FEDERATION}",
    ),
    7000215: (
        401,
        "invalid_client",
        (
            "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, "
            "not the client secret ID, for a secret added to app '{client}'."
        ),
    ),
    7000218: (
        401,
        "invalid_client",
        "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
    ),
    7000222: (
        401,
        "invalid_client",
        (
            "The provided client secret keys for app '{client}' are expired. Visit the Azure portal to create new keys "
            "for your app: https://aka.ms/NewClientSecret, or consider using certificate credentials for added "
            "security: https://aka.ms/certCreds."
        ),
    ),
}
_SUBERRORS: Final = {50076: "basic_action", 50173: "bad_token", 65001: "consent_required", 700082: "token_expired"}
NUMBERS: Final = frozenset(_TEXTS)


class RefusedError(Exception):
    """Sign-in or a token check said no; holds the reply."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.body.decode())
        self.reply = reply


def refusal(number: int, **words: str) -> RefusedError:
    """Return the refusal of a number; its text's gaps that no word fills are filled with `-`."""
    status, error, text = _TEXTS[number]
    now = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
    reply = entra_error(status, error, number, text.format_map(_Words(now=now, **words)))
    if number not in _SUBERRORS:
        return RefusedError(reply)
    told: dict[str, Any] = msgspec.json.decode(reply.body)
    body = msgspec.json.encode({**told, "suberror": _SUBERRORS[number]})
    return RefusedError(Reply(reply.status, body, reply.headers))


def no_tenant(endpoint: Endpoint, tenant: str) -> Reply:
    """Refuse an unknown tenant, as discovery and as the other endpoints do."""
    error = "invalid_tenant" if endpoint is Endpoint.DISCOVERY else "invalid_request"
    told = (
        f"Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the "
        "correct cloud. Check with your subscription administrator, this may happen if there are no active "
        "subscriptions for the tenant."
    )
    return entra_error(400, error, 90002, told)


class _Words(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return "-"
