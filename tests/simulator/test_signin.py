"""Sign-in, as msal sees it."""

import msal
import pytest
import requests

from reconciler.simulator.server import Simulator
from reconciler.simulator.tenant.application import Application

SCOPES = ["https://graph.microsoft.com/.default"]


def sign_in(
    simulator: Simulator,
    *,
    client_id: str | None = None,
    secret: str | None = None,
    tenant: str | None = None,
    scopes: list[str] | None = None,
) -> dict[str, object]:
    with requests.Session() as session:
        app = msal.ConfidentialClientApplication(
            client_id or simulator.tenant.application.client_id,
            client_credential=secret or simulator.tenant.application.secret,
            authority=f"{simulator.authority}/{tenant or simulator.tenant.tenant_id}",
            instance_discovery=False,
            http_client=session,
        )
        return app.acquire_token_for_client(scopes or SCOPES)


def refusal(result: dict[str, object]) -> tuple[object, object, str]:
    return result["error"], result["error_codes"], str(result["error_description"]).split(" Trace ID")[0]


def test_msal_gets_a_token_that_graph_accepts(simulator: Simulator, client) -> None:
    result = sign_in(simulator)
    client.token = result["access_token"]

    assert (result["token_type"], result["expires_in"]) == ("Bearer", 3599)
    assert client.get("/v1.0/organization").status_code == 200
    assert simulator.tally.counts == {"discovery": 1, "organization": 1, "token": 1}


def test_the_tenant_may_be_named_by_its_domain_and_the_scope_by_this_host(simulator: Simulator) -> None:
    result = sign_in(simulator, tenant="contoso.example", scopes=[f"{simulator.graph}/.default"])

    assert "access_token" in result


def test_a_wrong_secret_is_refused_as_entra_does(simulator: Simulator) -> None:
    application = simulator.tenant.application.client_id

    assert refusal(sign_in(simulator, secret="wrong")) == (
        "invalid_client",
        [7000215],
        (
            "AADSTS7000215: Invalid client secret provided. Ensure the secret being sent in the request is the client "
            f"secret value, not the client secret ID, for a secret added to app '{application}'."
        ),
    )


def test_an_unknown_application_is_refused_as_entra_does(simulator: Simulator) -> None:
    error, codes, told = refusal(sign_in(simulator, client_id="00000000-0000-0000-0000-000000000001"))

    assert (error, codes) == ("unauthorized_client", [700016])
    assert told.startswith("AADSTS700016: Application with identifier '00000000-0000-0000-0000-000000000001' was not")


def test_an_unknown_tenant_fails_in_discovery_and_at_the_token_endpoint(simulator: Simulator) -> None:
    base = f"{simulator.authority}/elsewhere.example"
    discovery = requests.get(f"{base}/v2.0/.well-known/openid-configuration", timeout=10)
    token = requests.post(f"{base}/oauth2/v2.0/token", timeout=10)

    assert (discovery.status_code, discovery.json()["error"], discovery.json()["error_codes"]) == (
        400,
        "invalid_tenant",
        [90002],
    )
    assert (token.status_code, token.json()["error"], token.json()["error_codes"]) == (400, "invalid_request", [90002])
    with pytest.raises(ValueError, match=r"elsewhere\.example"):
        sign_in(simulator, tenant="elsewhere.example")


def test_a_scope_that_is_not_the_default_one_is_refused(simulator: Simulator) -> None:
    assert refusal(sign_in(simulator, scopes=["User.Read.All"]))[:2] == ("invalid_scope", [1002012])


@pytest.mark.parametrize(
    ("form", "basic", "expected"),
    [
        ({"grant_type": "client_credentials"}, True, (200, None)),
        ({"grant_type": "password"}, True, (400, [70003])),
        ({"grant_type": "client_credentials", "client_id": Application().client_id}, False, (401, [7000218])),
    ],
)
def test_the_token_endpoint_takes_http_basic_and_names_what_is_wrong(
    simulator: Simulator, form, basic, expected
) -> None:
    application = simulator.tenant.application
    reply = requests.post(
        f"{simulator.authority}/{simulator.tenant.tenant_id}/oauth2/v2.0/token",
        data={**form, "scope": SCOPES[0]},
        auth=(application.client_id, application.secret) if basic else None,
        timeout=10,
    )

    assert (reply.status_code, reply.json().get("error_codes")) == expected


def test_any_other_address_is_not_found(simulator: Simulator) -> None:
    assert (
        requests.get(f"{simulator.authority}/{simulator.tenant.tenant_id}/oauth2/nothing", timeout=10).status_code
        == 404
    )
