"""The simulated sign-in says no where Entra does: to codes used twice, other redirects, old tokens, unknown keys."""

from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import msal
import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from key_files import Keys

from reconciler.simulator.server import Simulator

SCOPE = "https://graph.microsoft.com/.default"
REDIRECT = "http://localhost:1234"


def post(simulator: Simulator, **form: str) -> dict[str, Any]:
    """Ask the token endpoint as the application."""
    application = simulator.tenant.application
    given = {"client_id": application.client_id, "client_secret": application.secret, **form}
    url = f"{simulator.authority}/{simulator.tenant.tenant_id}/oauth2/v2.0/token"
    return requests.post(url, data=given, timeout=10).json()


def authorize(simulator: Simulator, **query: str) -> requests.Response:
    """Open the authorize endpoint."""
    given = {"client_id": simulator.tenant.application.client_id, "redirect_uri": REDIRECT, "state": "s", **query}
    url = f"{simulator.authority}/{simulator.tenant.tenant_id}/oauth2/v2.0/authorize?{urlencode(given)}"
    return requests.get(url, allow_redirects=False, timeout=10)


def code(simulator: Simulator) -> str:
    return parse_qs(urlsplit(authorize(simulator).headers["Location"]).query)["code"][0]


def redeemed(simulator: Simulator, code: str, uri: str = REDIRECT) -> dict[str, Any]:
    return post(simulator, grant_type="authorization_code", code=code, redirect_uri=uri)


def test_a_code_is_redeemed_once_and_for_its_own_redirect_uri(simulator: Simulator) -> None:
    first, second = code(simulator), code(simulator)
    assert set(redeemed(simulator, first)) >= {"access_token", "refresh_token", "id_token", "client_info"}
    assert redeemed(simulator, first)["error_codes"] == [54005]
    assert redeemed(simulator, second, "http://localhost:4321")["error_codes"] == [70000]
    assert redeemed(simulator, "another")["error_codes"] == [70000]


def test_a_refresh_token_is_replaced_and_can_be_revoked(simulator: Simulator) -> None:
    token = redeemed(simulator, code(simulator))["refresh_token"]
    simulator.sign_in.users.single_use = True
    following = post(simulator, grant_type="refresh_token", refresh_token=token)["refresh_token"]
    assert post(simulator, grant_type="refresh_token", refresh_token=token)["error_codes"] == [70000]
    simulator.sign_in.users.revoke()
    answer = post(simulator, grant_type="refresh_token", refresh_token=following)
    assert (answer["error"], answer["suberror"], answer["error_codes"]) == ("invalid_grant", "bad_token", [50173])


@pytest.mark.parametrize(
    ("query", "number"),
    [
        ({"client_id": "11111111-2222-3333-4444-555555555555"}, 700016),
        ({"redirect_uri": "https://elsewhere.example"}, 50011),
        ({"redirect_uri": "http://localhost:1234/other"}, 50011),
    ],
)
def test_the_browser_is_sent_nowhere_that_is_not_registered(
    simulator: Simulator, query: dict[str, str], number: int
) -> None:
    reply = authorize(simulator, **query)
    assert (reply.status_code, reply.json()["error_codes"]) == (400, [number])


def test_the_older_thumbprint_and_algorithm_are_taken_too(connection, keys: Keys) -> None:
    """MSAL signs with RS256 when it is given a SHA-1 thumbprint."""
    certificate = keys.certificate()
    connection.application(certificates=(certificate,))
    thumbprint = x509.load_pem_x509_certificate(certificate).fingerprint(hashes.SHA1()).hex()
    assert "access_token" in signed(connection.simulator, keys, thumbprint)
    assert signed(connection.simulator, keys, "00" * 20)["error_codes"] == [700027]


def signed(simulator: Simulator, keys: Keys, thumbprint: str) -> dict[str, Any]:
    with requests.Session() as session:
        application = msal.ConfidentialClientApplication(
            simulator.tenant.application.client_id,
            client_credential={"private_key": keys.pem().decode(), "thumbprint": thumbprint},
            authority=f"{simulator.authority}/{simulator.tenant.tenant_id}",
            instance_discovery=False,
            http_client=session,
        )
        answer: dict[str, Any] = application.acquire_token_for_client([SCOPE])
        return answer


def test_an_expired_secret_is_refused_as_entra_does(connection) -> None:
    connection.application(secret_expired=True)
    answer = post(connection.simulator, grant_type="client_credentials", scope=SCOPE)
    assert (answer["error"], answer["error_codes"]) == ("invalid_client", [7000222])


@pytest.mark.parametrize(
    ("path", "status"), [("/github/oidc/token", 401), ("/msi/token", 401), ("/metadata/identity/oauth2/token", 400)]
)
def test_who_vouches_does_so_only_for_who_may_ask(simulator: Simulator, path: str, status: int) -> None:
    assert requests.get(f"{simulator.authority}{path}", timeout=10).status_code == status
