"""Why there is no token, in a sentence: Entra's code and text, its correlation id, and what to do about it."""

import re
from collections.abc import Mapping
from typing import Any, Final

from reconciler.errors import SignInError
from reconciler.intune.http.error_replies import one_line
from reconciler.intune.inputs import Access
from reconciler.intune.signin.credentials import hidden

_AADSTS: Final = re.compile(r"AADSTS(\d+)")
# Entra ends its texts with ids and the time, on lines of their own or on the same one.
_TAIL: Final = re.compile(r"\s*(Trace ID|Correlation ID|Timestamp):.*", re.S)

CHECK: Final = "Check `tenantId`, `clientId` and the credential in connection.yaml."

_AGAIN: Final = "run `reconciler authorize` again."
_FEDERATION: Final = (
    "A federated credential of the app registration has to name exactly this issuer, subject and audience."
)
_CLOCK: Final = "The assertion is not of this time: check this machine's clock, and who issues the token."
_POLICY: Final = (
    "A conditional access policy blocks the sign-in: ask who keeps the tenant's policies; Entra's sign-in log names it."
)
_PERSON: Final = "Entra wants the person at the sign-in page once more: "
ADVICE: Final[dict[str, str]] = {
    "7000215": "The secret is wrong: use the secret's value, not its id, of the app registration of `clientId`.",
    "7000222": "The secret has expired: make a new one in the app registration and put it where the old one was.",
    "7000218": "No secret was sent: check that the secret that connection.yaml refers to is not empty.",
    "700016": "The application is not known in this tenant: check `clientId` and `tenantId` in connection.yaml.",
    "7000112": "The application is disabled in this tenant: enable it in Entra's enterprise applications.",
    "7000229": "The application has no service principal in this tenant: grant it admin consent there.",
    "90002": "The tenant is not known in this cloud: check `tenantId` and `cloud` in connection.yaml.",
    "900023": "The tenant is neither a GUID nor a domain: check `tenantId` in connection.yaml.",
    "700027": (
        "Entra does not accept the certificate: upload it to the app registration of `clientId`, under Certificates & "
        "secrets, and compare the thumbprint there."
    ),
    "700024": _CLOCK,
    "500133": _CLOCK,
    "50013": "Entra could not verify the assertion: check that its issuer can be reached by Entra, and its signature.",
    "70021": _FEDERATION,
    "700211": _FEDERATION,
    "700212": _FEDERATION,
    "700213": _FEDERATION,
    "65001": (
        "Nobody consented to the application's permissions: an administrator grants admin consent under API "
        "permissions of the app registration."
    ),
    "65004": f"The person declined to consent: let an administrator grant admin consent, and {_AGAIN}",
    "50011": "The redirect URI is not registered: add it to the app registration as a redirect URI of type Web.",
    "50076": f"{_PERSON}multi-factor authentication is required. On a machine with a browser {_AGAIN}",
    "50078": f"{_PERSON}its multi-factor authentication is too old. On a machine with a browser {_AGAIN}",
    "50079": f"{_PERSON}multi-factor authentication has to be set up. On a machine with a browser {_AGAIN}",
    "50158": f"{_PERSON}another check is asked for. On a machine with a browser {_AGAIN}",
    "50173": f"The sign-in was revoked, as when the password changes: {_AGAIN}",
    "50057": "The account is disabled: sign in with another one.",
    "54005": f"The code was used already: {_AGAIN}",
    "70000": f"The sign-in that was kept is not valid any more: {_AGAIN}",
    "70008": f"The sign-in that was kept has expired: {_AGAIN}",
    "70043": f"The sign-in that was kept has expired, as the tenant's policy has it: {_AGAIN}",
    "700082": f"The sign-in that was kept has expired, since it was not used for 90 days: {_AGAIN}",
    "501481": f"The answer belongs to another sign-in: {_AGAIN}",
    "53000": _POLICY,
    "53001": _POLICY,
    "53002": _POLICY,
    "53003": _POLICY,
    "530032": _POLICY,
    "530036": _POLICY,
    "500011": (
        "This tenant does not know the Graph of `cloud`: an administrator adds its service principal (az ad sp create "
        "--id 00000003-0000-0000-c000-000000000000), or `cloud` in connection.yaml is another one."
    ),
    "900382": (
        "The tenant is in another cloud than the one that signs in, and no application may cross: set `cloud` in "
        "connection.yaml to the tenant's."
    ),
    "1000502": (
        "The certificate is not valid now: check its dates, and this machine's clock; upload the new certificate to "
        "the app registration before the old one ends."
    ),
    "50196": (
        "Entra saw the same request too often in a short time and blocks the loop for a few minutes: wait five "
        "minutes, and let fewer jobs share one app registration."
    ),
}


def refused(access: Access, answer: Mapping[str, Any], presented: str = "") -> SignInError:
    """Return the error for an answer without a token; `presented` says what was shown to Entra in proof."""
    told = _TAIL.sub(
        "", str(answer.get("error_description") or answer.get("error") or "there is no token in the answer")
    )
    code = _AADSTS.search(told)
    advice = ADVICE.get(code[1], CHECK) if code else CHECK
    correlation = answer.get("correlation_id")
    traced = f" (correlation id {one_line(str(correlation))})" if correlation else ""
    if presented and advice in (_FEDERATION, _CLOCK):
        advice = f"{advice} {presented}"
    return failed(access, one_line(told).rstrip(".") + traced, advice)


def failed(access: Access, why: str, advice: str) -> SignInError:
    """Return the error for a sign-in that came to nothing; no value of the credential is in it."""
    for value in hidden(access.credential):
        why = why.replace(value, "***")
    return SignInError(f"Signing in to tenant {access.tenant_id} failed: {why}. {advice}")
