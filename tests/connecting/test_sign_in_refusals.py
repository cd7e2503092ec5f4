"""Entra's refusals, and what stands in Entra's place: each is one sentence with its code and what to do."""

import re
from collections.abc import Iterator

import pytest
import responses
from connecting_parts import failure, proved

from reconciler.errors import SignInError
from reconciler.intune.connection_check import Uses, prove
from reconciler.intune.inputs import Access, Bounds
from reconciler.intune.signin.credentials import SecretCredential
from reconciler.simulator.exchange import Endpoint
from reconciler.simulator.faults import Fault, FaultName

LOGIN = "https://login.microsoftonline.com"
TENANT = "7d1a3b52-0f8e-4c3e-9a53-3a3f0a1f2b11"


@pytest.mark.parametrize(
    ("number", "advice"),
    [
        (7000215, "The secret is wrong: use the secret's value, not its id, of the app registration of `clientId`."),
        (7000222, "The secret has expired: make a new one in the app registration and put it where the old one was."),
        (700016, "The application is not known in this tenant: check `clientId` and `tenantId` in connection.yaml."),
        (700027, "Entra does not accept the certificate: upload it to the app registration of `clientId`"),
        (
            70021,
            "A federated credential of the app registration has to name exactly this issuer, subject and audience.",
        ),
        (
            700213,
            "A federated credential of the app registration has to name exactly this issuer, subject and audience.",
        ),
        (65001, "Nobody consented to the application's permissions: an administrator grants admin consent under API"),
        (50076, "Entra wants the person at the sign-in page once more: multi-factor authentication is required."),
    ],
)
def test_a_refusal_is_explained_with_its_code_and_correlation_id(connection, number: int, advice: str) -> None:
    connection.simulator.sign_in.refuse(number)
    told = failure(connection)
    assert re.search(
        rf"Next: Signing in to tenant {TENANT} failed: AADSTS{number}: .* \(correlation id [0-9a-f-]+\)\. ", told
    )
    assert advice in told


def test_an_unknown_tenant_is_explained(connection) -> None:
    connection.file.write_text(connection.file.read_text().replace(TENANT, "nobody.example"))
    told = failure(connection)
    assert "tenant nobody.example failed: AADSTS90002: " in told
    assert "check `tenantId` and `cloud` in connection.yaml." in told


@pytest.mark.parametrize("end", ["\n", "\r\n", " \n"])
def test_the_line_end_of_a_secret_is_not_part_of_it(connection, monkeypatch: pytest.MonkeyPatch, end: str) -> None:
    monkeypatch.setenv("INTUNE_CLIENT_SECRET", connection.simulator.tenant.application.secret + end)
    proved(connection)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (None, "The environment variable INTUNE_CLIENT_SECRET, which settings name for a secret, is not set. Set it."),
        ("", "The environment variable INTUNE_CLIENT_SECRET, which settings name for a secret, is empty."),
        ("two\nlines", "The value of the environment variable INTUNE_CLIENT_SECRET is no client secret"),
    ],
)
def test_a_secret_that_cannot_be_one_is_named(
    connection, monkeypatch: pytest.MonkeyPatch, value: str | None, said: str
) -> None:
    monkeypatch.delenv("INTUNE_CLIENT_SECRET") if value is None else monkeypatch.setenv("INTUNE_CLIENT_SECRET", value)
    assert said in failure(connection)
    assert connection.simulator.tally.total == 0


def test_a_secrets_file_that_others_can_read_is_refused(connection) -> None:
    connection.signs_in("{type: client-secret, secret: {file: secret.txt}}")
    connection.put("secret.txt", "never mind", 0o640)
    assert "The file secret.txt holds a secret, and others on this machine can read it. Run: chmod 600" in failure(
        connection
    )


def test_a_mounted_secret_may_have_the_modes_of_its_platform(connection, tmp_path, monkeypatch) -> None:
    mounted = tmp_path / "mounted"
    mounted.mkdir()
    (mounted / "secret").write_text(connection.simulator.tenant.application.secret)
    (mounted / "secret").chmod(0o444)
    monkeypatch.setenv("RECONCILER_SECRETS_DIR", str(mounted))
    connection.signs_in(f"{{type: client-secret, secret: {{file: {mounted / 'secret'}}}}}")
    proved(connection)
    (mounted / "secret").unlink()


@pytest.mark.parametrize(
    ("fault", "status", "said"),
    [
        (FaultName.HTML, None, "bytes: “Simulated proxy”. Check `cloud` in connection.yaml, and the proxy."),
        (FaultName.BAD_JSON, None, "was not answered with a JSON object but with application/json"),
        (FaultName.SERVER_ERROR, 501, "AADSTS90033: A transient error has occurred"),
    ],
)
def test_nonsense_of_the_token_endpoint_is_told(connection, fault: FaultName, status: int | None, said: str) -> None:
    connection.simulator.inject(Fault(fault, status=status, on=(Endpoint.TOKEN,)))
    assert said in failure(connection)


def test_a_sign_in_that_says_nothing_ends_with_the_time_that_it_has(connection) -> None:
    connection.simulator.inject(Fault(FaultName.SLOW, seconds=3, on=(Endpoint.TOKEN,), times=None))
    around = connection.surroundings()
    simulator, application = connection.simulator, connection.simulator.tenant.application
    access = Access(
        simulator.authority,
        simulator.graph,
        around.environment.connections["intune"].tenant_id,
        application.client_id,
        SecretCredential(application.secret),
        production=False,
        bounds=Bounds(time_budget=1),
    )
    with pytest.raises(SignInError, match=r"POST https://localhost:\d+/.*/token was not answered"):
        prove(access, Uses())


@pytest.fixture
def wire() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield mock


@pytest.mark.parametrize(
    ("issuer", "said"),
    [
        ("https://elsewhere.example/x", f"{LOGIN} sends the sign-in to elsewhere.example. It is not followed."),
        (
            f"{LOGIN}/11111111-2222-3333-4444-555555555555/v2.0",
            f"{LOGIN} answered for the issuer {LOGIN}/11111111-2222-3333-4444-555555555555/v2.0, which is another",
        ),
    ],
)
def test_an_issuer_that_is_not_the_tenants_is_refused(wire: responses.RequestsMock, issuer: str, said: str) -> None:
    """MSAL does not look at it."""
    base = f"{LOGIN}/{TENANT}/oauth2/v2.0"
    document = {"issuer": issuer, "authorization_endpoint": f"{base}/authorize", "token_endpoint": f"{base}/token"}
    wire.get(f"{LOGIN}/{TENANT}/v2.0/.well-known/openid-configuration", json=document)
    access = Access(LOGIN, "https://graph.microsoft.com", TENANT, "client", SecretCredential("value"), production=True)
    with pytest.raises(SignInError) as raised:
        prove(access, Uses())
    assert said in str(raised.value)
    assert [call.request.method for call in wire.calls] == ["GET"]
