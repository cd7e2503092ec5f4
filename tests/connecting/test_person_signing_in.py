"""Signing in as a person: at a browser once, silently from then on, and the sign-in kept where nobody else reads it."""

import stat
from typing import Any

import pytest

from reconciler.errors import SignInError
from reconciler.intune.signin import token_cache
from reconciler.intune.signin.loopback import Listener
from reconciler.intune.signin.user import pasted
from reconciler.model.proof import Proof
from reconciler.run.plans import reading
from reconciler.run.signin.authorizing import authorize
from reconciler.simulator.exchange import Endpoint

PASTED = "https://halo.example/authcallback"


@pytest.fixture(autouse=True)
def _as_a_person(connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CACHE_KEY", "a long passphrase of somebody's")
    monkeypatch.setattr(token_cache, "_WORK", 2**4)
    connection.signs_in_as_a_person()


def proof_of(connection: Any, browser: Any, **options: Any) -> Proof:
    """Authorize prod's connection."""
    person = {name: options.pop(name) for name in ("present", "timeout") if name in options}
    (proof,) = authorize(connection.surroundings(), None, browser.person(**person), **options)
    return proof


@pytest.mark.quick
@pytest.mark.parametrize("by_query", [False, True], ids=["form_post", "query"])
def test_a_person_signs_in_by_the_loopback_listener(connection, browser, by_query: bool) -> None:
    browser.by_query = by_query
    proof = proof_of(connection, browser)
    user = connection.simulator.sign_in.user
    assert (proof.failure, proof.succeeded, proof.redirect_uri) == (None, True, "http://localhost")
    assert proof.signed_in_as == f"{user.userPrincipalName}, by application {proof.client_id}"
    assert "You can close this page" in browser.page.text
    assert "code_challenge_method=S256" in browser.shown[0]
    assert ("response_mode=form_post" in browser.shown[0]) is True


def test_a_person_pastes_the_answer_of_the_configured_redirect_uri(connection, browser) -> None:
    connection.application(redirect_uris=(PASTED,))
    connection.signs_in_as_a_person(redirect=PASTED)
    browser.open = browser.visit
    assert proof_of(connection, browser).succeeded
    assert browser.ended_at.startswith(f"{PASTED}?")


def test_the_sign_in_is_kept_encrypted_and_for_its_owner_only(connection, browser) -> None:
    assert proof_of(connection, browser).succeeded
    data = connection.cache.read_bytes()
    assert data.startswith(b"reconciler sign-in cache 1\n")
    assert not any(plain in data for plain in (b"Simulated", b"refresh_token", b"contoso"))
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in connection.cache.parent.iterdir()}
    assert set(modes.values()) == {0o600}


def test_a_cache_that_others_can_read_becomes_its_owners_again(connection, browser) -> None:
    assert proof_of(connection, browser).succeeded
    connection.cache.chmod(0o644)
    assert proof_of(connection, browser, present=False).succeeded
    assert stat.S_IMODE(connection.cache.stat().st_mode) == 0o600


def test_unattended_runs_use_the_kept_sign_in_and_keep_the_next_refresh_token(connection, browser) -> None:
    """Each refresh token works once here: every run has to keep the one that came back."""
    connection.simulator.sign_in.users.single_use = True
    assert proof_of(connection, browser).succeeded
    before = connection.cache.read_bytes()
    for _ in range(2):
        done = connection.cli.run("plan", "prod")
        assert (done.code, done.out[:13]) == (0, "Plan for prod")
    assert connection.cache.read_bytes() != before
    assert len(browser.shown) == 1


def test_a_kept_sign_in_is_proved_without_a_person_unless_asked_again(connection, browser) -> None:
    assert proof_of(connection, browser).succeeded
    assert proof_of(connection, browser).succeeded
    assert len(browser.shown) == 1
    assert proof_of(connection, browser, again=True).succeeded
    assert len(browser.shown) == 2


def test_unattended_runs_never_ask_anybody(connection, browser) -> None:
    proof = proof_of(connection, browser, present=False)
    assert proof.failure == (
        f"Signing in to tenant {proof.tenant_id} failed: nobody has signed in for this connection yet. Sign in first: "
        f"run `reconciler authorize` on a machine with a browser."
    )
    done = connection.cli.run("plan", "prod")
    assert (done.code, "nobody has signed in for this connection yet" in done.err) == (1, True)
    assert browser.shown == []


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (50173, "The sign-in was revoked, as when the password changes: run `reconciler authorize` again."),
        (700082, "since it was not used for 90 days: run `reconciler authorize` again."),
        (50076, "multi-factor authentication is required. On a machine with a browser run `reconciler authorize`"),
        (70000, "The sign-in that was kept is not valid any more: run `reconciler authorize` again."),
    ],
)
def test_a_sign_in_that_ended_says_to_authorize_again(connection, browser, number: int, said: str) -> None:
    assert proof_of(connection, browser).succeeded
    kept = connection.cache.read_bytes()
    connection.simulator.sign_in.users.revoke(number)
    failure = proof_of(connection, browser, present=False).failure or ""
    assert f"AADSTS{number}: " in failure
    assert said in failure
    assert connection.cache.read_bytes() == kept, "a refusal changes nothing that is kept"


def test_a_person_who_is_there_is_asked_once_the_kept_sign_in_has_ended(connection, browser) -> None:
    assert proof_of(connection, browser).succeeded
    connection.simulator.sign_in.users.revoke()

    def open_(address: str, real=browser.open) -> None:
        connection.simulator.sign_in.users.revoke(0)
        real(address)

    browser.open = open_
    assert proof_of(connection, browser).succeeded
    assert len(browser.shown) == 2


def test_an_answer_with_another_state_is_refused(connection, browser) -> None:
    browser.change = lambda answer: {**answer, "state": "another"}
    failure = proof_of(connection, browser).failure or ""
    assert "the answer belongs to another sign-in: its state is not the one that was sent" in failure
    assert (browser.page.status_code, connection.cache.exists()) == (400, False)
    assert connection.simulator.tally.counts.get("token") is None


def test_a_code_of_another_sign_in_is_refused(connection, browser) -> None:
    """The code and the state fit, and the verifier does not: PKCE."""
    first, second = type(browser)(), browser
    first.change = lambda answer: {**answer, "state": "another"}
    codes: list[str] = []
    first.change = lambda answer: codes.append(answer["code"]) or {**answer, "state": "another"}
    assert not proof_of(connection, first).succeeded
    second.change = lambda answer: {**answer, "code": codes[0]}
    assert "AADSTS501481" in (proof_of(connection, second).failure or "")


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (65004, "The person declined to consent: let an administrator grant admin consent"),
        (65001, "an administrator grants admin consent under API permissions of the app registration"),
    ],
)
def test_what_the_sign_in_page_refuses_is_told(connection, browser, number: int, said: str) -> None:
    connection.simulator.sign_in.refuse(number, Endpoint.AUTHORIZE)
    failure = proof_of(connection, browser).failure or ""
    assert f"AADSTS{number}" in failure
    assert said in failure


def test_a_redirect_uri_that_is_not_registered_is_shown_by_the_browser(connection, browser) -> None:
    connection.application(redirect_uris=(PASTED,))
    failure = proof_of(connection, browser, timeout=0.5).failure or ""
    assert "AADSTS50011" in browser.page.text
    assert "Nobody finished the sign-in within 0 s" in failure


def test_a_sign_in_to_another_tenant_is_not_kept(connection, browser) -> None:
    issue = connection.simulator.sign_in.issue
    connection.simulator.sign_in.issue = lambda **claims: issue(
        **{**claims, "tid": "11111111-2222-3333-4444-555555555555"}
    )
    assert "with an account of the connection's tenant" in (proof_of(connection, browser).failure or "")
    assert not connection.cache.exists()


def test_two_people_do_not_sign_in_for_one_cache_at_once(connection, browser) -> None:
    with reading_cache(connection).signing_in():
        failure = proof_of(connection, browser).failure or ""
    assert (
        failure
        == f"Another run is signing in with `authorize` for the cache {connection.cache}. Try again when it has ended."
    )
    assert browser.shown == []


def test_two_listeners_do_not_share_a_port() -> None:
    with Listener("http://localhost") as first, pytest.raises(SignInError, match="Another `authorize` may be waiting"):
        Listener(first.redirect_uri)


@pytest.mark.parametrize(
    "text",
    ["", "\n", "hello", "https://halo.example/authcallback", "https://halo.example/authcallback?code=1", "?state=1"],
)
def test_what_is_pasted_has_to_be_the_answer(text: str) -> None:
    with pytest.raises(SignInError, match="has to be the whole address that the browser ended at"):
        pasted(text, PASTED)


@pytest.mark.parametrize("text", [f"{PASTED}?code=a&state=b", " <?code=a&state=b>\n", "code=a&state=b"])
def test_an_answer_may_be_pasted_whole_or_from_its_question_mark(text: str) -> None:
    assert pasted(text, PASTED) == {"code": "a", "state": "b"}


def reading_cache(connection):
    """Return the cache of prod's connection."""
    around = connection.surroundings()
    cache = reading.credentials.access(around, around.environment.connections["intune"]).cache
    assert cache is not None
    return cache
