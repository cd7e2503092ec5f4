"""Warnings of what is about to end: a credential within 30 days, a sign-in that was not used for 60 (C4)."""

import datetime
from collections.abc import Mapping
from typing import Final

from reconciler.intune.signin.credentials import CertificateCredential, Credential, SecretCredential
from reconciler.intune.signin.token_cache import Kept

SOON: Final = 30
UNUSED: Final = 60
FORGOTTEN: Final = 90
"""Days after which Microsoft forgets a refresh token that nobody used."""

_RUNNERS: Final = ("GITHUB_ACTIONS", "GITLAB_CI", "TF_BUILD", "CIRCLECI", "TRAVIS", "BITBUCKET_BUILD_NUMBER")


def end_of(credential: Credential, declared: datetime.date | None) -> datetime.date | None:
    """Return the day a credential ends: a certificate says so itself, a secret's is declared in the settings."""
    match credential:
        case CertificateCredential(ends=ends):
            return ends.date()
        case SecretCredential():
            return declared
    return None


def ending(what: str, end: datetime.date | None, today: datetime.date) -> tuple[str, ...]:
    """Return the warning about a credential that ends within 30 days, or by its date has ended."""
    if end is None or (end - today).days > SOON:
        return ()
    days = (end - today).days
    when = f"ends on {end}, {_days(days)} from now" if days > 0 else f"ended on {end}, as `expires` says"
    if days == 0:
        when = f"ends today, {end}"
    warning = (
        f"The {what} {when}. Add a new one to the app registration beside it, put it where the old one is, and remove "
        f"the old one once `reconciler authorize` succeeds."
    )
    return (warning,)


def unused(kept: Kept | None, today: datetime.date) -> tuple[str, ...]:
    """Return the warning about a sign-in that was not used for 60 days."""
    if kept is None:
        return ()
    days = (today - datetime.datetime.fromtimestamp(kept.used_at, datetime.UTC).date()).days
    if days < UNUSED:
        return ()
    warning = (
        f"The sign-in of {kept.user} was last used {days} days ago, and Microsoft forgets it after {FORGOTTEN}. Any "
        f"plan uses it; or run `reconciler authorize` again."
    )
    return (warning,)


def lost_with(variables: Mapping[str, str]) -> tuple[str, ...]:
    """Return the warning about a machine that does not outlive this run, and a sign-in cache on it."""
    runner = next((name for name in _RUNNERS if variables.get(name)), None)
    if runner is None or variables.get("RUNNER_ENVIRONMENT") == "self-hosted":
        return ()
    warning = (
        f"This is a CI runner ({runner} is set), which most likely does not outlive the run: the sign-in that is "
        f"renewed here is lost with it. Use client credentials there, or keep `cache.file` on a disk that stays."
    )
    return (warning,)


def _days(days: int) -> str:
    return "1 day" if days == 1 else f"{days} days"
