"""What is about to end is a warning in `authorize`, `plan` and `status`: 30 days for credentials, 60 unused (C4)."""

import datetime

import pytest
from connecting_parts import PEM
from key_files import Keys

from reconciler.intune.signin import token_cache
from reconciler.intune.signin.expiry import lost_with
from reconciler.intune.signin.token_cache import EncryptedFile, Kept, TokenCache
from reconciler.run.signin.authorizing import authorize

TODAY = datetime.datetime.now(datetime.UTC).date()


def in_days(days: int) -> datetime.date:
    return TODAY + datetime.timedelta(days=days)


def told(connection, *command: str) -> str:
    """Return everything that a command says on one line."""
    done = connection.cli.run(*command)
    assert done.code == 0, done
    return " ".join((done.out + done.err).split())


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (31, None),
        (30, f"The client secret ends on {in_days(30)}, 30 days from now. Add a new one to the app registration"),
        (1, f"The client secret ends on {in_days(1)}, 1 day from now."),
        (0, f"The client secret ends today, {TODAY}."),
        (-3, f"The client secret ended on {in_days(-3)}, as `expires` says."),
    ],
)
def test_a_secret_is_warned_of_thirty_days_ahead(connection, days: int, said: str | None) -> None:
    secret = "{type: client-secret, secret: {env: INTUNE_CLIENT_SECRET}, expires: " + f"{in_days(days)}}}"
    connection.signs_in(secret)
    for command in ("authorize", "plan"):
        assert (said or "The client secret e") in told(connection, command, "prod") or said is None
    if said is None:
        assert "The client secret e" not in told(connection, "plan", "prod")


def test_status_warns_too_and_needs_no_secret(connection, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = "{type: client-secret, secret: {env: INTUNE_CLIENT_SECRET}, expires: " + f"{in_days(5)}}}"
    connection.signs_in(secret)
    assert connection.cli.apply().code == 0
    monkeypatch.delenv("INTUNE_CLIENT_SECRET")
    assert f"Warning: intune: The client secret ends on {in_days(5)}, 5 days from now." in told(
        connection, "status", "prod"
    )


@pytest.mark.parametrize(("days", "warned"), [(31.5, False), (29.5, True)])
def test_a_certificate_says_its_own_end(connection, keys: Keys, days: float, warned: bool) -> None:
    certificate = keys.certificate(ends=days)
    connection.put("key.pem", keys.pem())
    connection.put("certificate.pem", certificate, 0o644)
    connection.application(certificates=(certificate,))
    connection.signs_in(PEM)
    assert ("Warning: The certificate ends on " in told(connection, "authorize", "prod")) is warned


@pytest.mark.parametrize(("days", "warned"), [(59, False), (60, True)])
def test_a_sign_in_that_was_not_used_for_sixty_days_is_warned_of(
    connection, browser, monkeypatch: pytest.MonkeyPatch, days: int, warned: bool
) -> None:
    monkeypatch.setattr(token_cache, "_WORK", 2**4)
    monkeypatch.setenv("CACHE_KEY", "a passphrase")
    connection.signs_in_as_a_person()
    (proof,) = authorize(connection.surroundings(), None, browser.person())
    assert proof.succeeded
    cache = TokenCache(EncryptedFile(connection.cache, "a passphrase"))
    kept = cache.read()
    assert kept is not None
    long_ago = int((datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=days)).timestamp())
    fields = {name: getattr(kept, name) for name in kept.__struct_fields__}
    cache.write(Kept(**{**fields, "used_at": long_ago}))
    shown = told(connection, "plan", "prod")
    assert (f"was last used {days} days ago, and Microsoft forgets it after 90." in shown) is warned
    assert "was last used" not in told(connection, "plan", "prod"), "the plan has used it"


@pytest.mark.parametrize(
    ("variables", "warned"),
    [
        ({}, False),
        ({"GITHUB_ACTIONS": "true"}, True),
        ({"GITHUB_ACTIONS": "true", "RUNNER_ENVIRONMENT": "self-hosted"}, False),
        ({"GITLAB_CI": "true"}, True),
    ],
)
def test_a_cache_on_a_machine_that_does_not_last_is_warned_of(variables: dict[str, str], warned: bool) -> None:
    assert bool(lost_with(variables)) is warned
