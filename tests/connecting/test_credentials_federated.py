"""Who vouches for us: GitHub's OIDC endpoint, a token file that is read again, a managed identity."""

import pytest
from connecting_parts import failure, proved

from reconciler.intune.signin.workload_identity import audience
from reconciler.simulator.exchange import Endpoint
from reconciler.simulator.faults import Fault, FaultName
from reconciler.simulator.signin.issuers import IDENTITY
from reconciler.simulator.tenant.application import Trust

GITHUB = "{type: federated, from: github-actions}"
TOKEN_FILE = "{type: federated, from: token-file}"
IDENTITY_OF_THE_MACHINE = "{type: federated, from: managed-identity}"
SERVICE_ACCOUNT = "system:serviceaccount:assets:reconciler"


@pytest.fixture
def github(connection, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run in a job that GitHub vouches for, and Entra trusts."""
    issuers = connection.simulator.sign_in.issuers
    for name, text in issuers.github_environment().items():
        monkeypatch.setenv(name, text)
    connection.application(trusts=(issuers.github,))
    connection.signs_in(GITHUB)


@pytest.mark.usefixtures("github")
@pytest.mark.parametrize(
    "subject",
    ["repo:contoso/assets:environment:prod", "repo:contoso@123456/assets@456789:environment:prod"],
    ids=["names", "names and ids"],
)
def test_a_github_job_signs_in_with_either_form_of_subject(connection, subject: str) -> None:
    issuers = connection.simulator.sign_in.issuers
    issuers.subject = subject
    connection.application(trusts=(issuers.github,))
    proved(connection)
    assert connection.simulator.tally.counts["github-token"] == 1


@pytest.mark.usefixtures("github")
def test_another_subject_is_told_with_what_was_presented(connection) -> None:
    connection.simulator.sign_in.issuers.subject = "repo:contoso/assets:pull_request"
    told = failure(connection)
    assert "AADSTS700213" in told
    assert (
        'Presented were issuer "https://token.actions.githubusercontent.com", subject '
        '"repo:contoso/assets:pull_request", audience "api://AzureADTokenExchange".'
    ) in told


@pytest.mark.usefixtures("github")
def test_an_application_that_trusts_nobody_is_told_the_same(connection) -> None:
    connection.application(trusts=())
    told = failure(connection)
    assert "AADSTS70021:" in told
    assert "A federated credential of the app registration has to name exactly this issuer" in told


def test_a_job_that_may_not_ask_for_a_token_is_told_which_permission_to_write(
    connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    connection.signs_in(GITHUB)
    told = failure(connection)
    assert "This job may not ask GitHub for a token" in told
    assert "Add `permissions: id-token: write` to the workflow's job" in told


@pytest.mark.usefixtures("github")
def test_the_request_token_goes_to_no_address_in_clear_text(connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACTIONS_ID_TOKEN_REQUEST_URL", "http://localhost:1/token")
    assert "ACTIONS_ID_TOKEN_REQUEST_URL is not an https address; nothing was sent there." in failure(connection)


@pytest.mark.usefixtures("github")
@pytest.mark.parametrize(
    "fault",
    [Fault(FaultName.HTML, on=(Endpoint.GITHUB_TOKEN,)), Fault(FaultName.BAD_JSON, on=(Endpoint.GITHUB_TOKEN,))],
)
def test_an_answer_of_githubs_that_is_no_token_is_told(connection, fault: Fault) -> None:
    connection.simulator.inject(fault)
    assert "GitHub gave no token for this job: GET https://localhost" in failure(connection)


@pytest.fixture
def token_file(connection, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return a token that a cluster mounted, in the file that Azure's variable names."""
    issuers = connection.simulator.sign_in.issuers
    connection.application(trusts=(Trust("https://oidc.example", SERVICE_ACCOUNT),))
    token = issuers.assertion("https://oidc.example", SERVICE_ACCOUNT, "api://AzureADTokenExchange")
    connection.put("token.jwt", token + "\n", 0o644)
    monkeypatch.setenv("AZURE_FEDERATED_TOKEN_FILE", str(connection.folder / "token.jwt"))
    return token


@pytest.mark.quick
@pytest.mark.usefixtures("token_file")
@pytest.mark.parametrize(
    "credential", [TOKEN_FILE, "{type: federated, from: token-file, tokenFile: {file: token.jwt}}"]
)
def test_a_token_file_signs_in(connection, monkeypatch: pytest.MonkeyPatch, credential: str) -> None:
    if "tokenFile" in credential:
        monkeypatch.delenv("AZURE_FEDERATED_TOKEN_FILE")
    connection.signs_in(credential)
    proved(connection)


def test_a_token_file_is_read_again_for_each_token(connection, token_file: str) -> None:
    """The first token has ended by the time of the next one; what the cluster wrote meanwhile is used."""
    connection.signs_in(TOKEN_FILE)
    connection.simulator.sign_in.lifetime = 2
    issuers = connection.simulator.sign_in.issuers
    ended = issuers.assertion("https://oidc.example", SERVICE_ACCOUNT, "api://AzureADTokenExchange", lifetime=-5)
    seen = []

    def answer(endpoint, call, real=connection.simulator.sign_in.answer):
        if endpoint is Endpoint.TOKEN:
            seen.append(ended.encode() in call.body)
            connection.put("token.jwt", ended if len(seen) == 1 else token_file, 0o644)
        return real(endpoint, call)

    connection.simulator.sign_in.answer = answer
    told = failure(connection)
    assert "AADSTS700024" in told
    assert seen == [False, True]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "could not be read: No such file or directory. Check that the workload's token is mounted there."),
        ("", "holds no token: a JWT of three parts was expected."),
        ("é", "could not be read: it is no text."),
    ],
)
@pytest.mark.usefixtures("token_file")
def test_a_token_file_without_a_token_is_told(connection, text: str | None, said: str) -> None:
    (connection.folder / "token.jwt").unlink()
    if text is not None:
        connection.put("token.jwt", text)
    connection.signs_in(TOKEN_FILE)
    assert said in failure(connection)


def test_without_a_token_file_the_variable_is_named(connection) -> None:
    connection.signs_in(TOKEN_FILE)
    assert "The environment variable AZURE_FEDERATED_TOKEN_FILE is not set" in failure(connection)


@pytest.mark.parametrize("place", ["app service", "machine", "one of several"])
def test_a_managed_identity_vouches_for_the_application(
    connection, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    issuers = connection.simulator.sign_in.issuers
    variables = issuers.app_service_environment() if place == "app service" else issuers.machine_environment()
    for name, text in variables.items():
        monkeypatch.setenv(name, text)
    connection.application(trusts=(issuers.managed_identity,))
    which = f", identity: {IDENTITY}" if place == "one of several" else ""
    connection.signs_in(IDENTITY_OF_THE_MACHINE[:-1] + which + "}")
    proved(connection)


@pytest.mark.parametrize("wrong", ["the identity", "the header", "the host"])
def test_a_managed_identity_that_is_not_there_is_told(connection, monkeypatch: pytest.MonkeyPatch, wrong: str) -> None:
    issuers = connection.simulator.sign_in.issuers
    variables = dict(issuers.app_service_environment())
    if wrong == "the header":
        variables["IDENTITY_HEADER"] = "another"
    if wrong == "the host":
        variables["IDENTITY_ENDPOINT"] = "https://localhost:1/msi/token"
    for name, text in variables.items():
        monkeypatch.setenv(name, text)
    which = ", identity: 11111111-2222-3333-4444-555555555555" if wrong == "the identity" else ""
    connection.signs_in(IDENTITY_OF_THE_MACHINE[:-1] + which + "}")
    told = failure(connection)
    assert "The managed identity gave no token: " in told
    assert "name its client id as `identity` when it has several" in told


@pytest.mark.parametrize(
    ("authority", "expected"),
    [
        ("https://login.microsoftonline.com", "api://AzureADTokenExchange"),
        ("https://login.microsoftonline.us", "api://AzureADTokenExchangeUSGov"),
        ("https://login.partner.microsoftonline.cn", "api://AzureADTokenExchangeChina"),
    ],
)
def test_each_cloud_exchanges_tokens_of_its_own_audience(authority: str, expected: str) -> None:
    assert audience(authority) == expected
