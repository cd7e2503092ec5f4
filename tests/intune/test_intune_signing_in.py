"""Signing in: each way in which it fails is one error with what to do, and the secret is in none of them."""

import logging
import re
import traceback
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from reconciler.errors import SignInError
from reconciler.model.snapshot import Snapshot
from reconciler.simulator.exchange import Endpoint
from reconciler.simulator.faults import Fault, FaultName, RetryForm
from reconciler.simulator.server import Simulator

Read = Callable[..., Snapshot]

_SECRET = "s3cret-value-that-nobody-may-see"
_ID = "00000000-0000-4000-8000-000000000000"


def failure(read: Read, **changes: str) -> str:
    """Return the error of a read that can not sign in, having looked for the secret in all of its traceback."""
    with pytest.raises(SignInError) as raised:
        read(**{"secret": _SECRET, **changes})
    assert _SECRET not in "".join(traceback.format_exception(raised.value))
    return str(raised.value)


def test_a_wrong_secret_is_named(simulator: Simulator, read: Read) -> None:
    """Entra's code, text and correlation id, and what to do."""
    tenant = simulator.tenant
    assert failure(read) == (
        f"Signing in to tenant {tenant.tenant_id} failed: AADSTS7000215: Invalid client secret provided. Ensure the "
        f"secret being sent in the request is the client secret value, not the client secret ID, for a secret added to "
        f"app '{tenant.application.client_id}' (correlation id {_ID}). The secret is wrong: use the secret's value, "
        f"not its id, of the app registration of `clientId`."
    )
    assert simulator.tally.counts == {"discovery": 1, "token": 1}


def test_an_unknown_application_is_named(read: Read) -> None:
    """Its client id may be wrong, or its tenant."""
    told = failure(read, client_id="11111111-2222-3333-4444-555555555555")
    assert re.search(r"AADSTS700016: .* check `clientId` and `tenantId` in connection\.yaml\.$", told)


def test_an_unknown_tenant_is_named(read: Read) -> None:
    """Entra tells it by its discovery document, before anything secret is sent."""
    told = failure(read, tenant_id="nobody.example")
    assert re.search(r"tenant nobody\.example failed: AADSTS90002: .* check `tenantId` and `cloud`", told)


def test_a_verified_domain_is_a_tenant(simulator: Simulator, read: Read) -> None:
    """A domain of the tenant's signs in like its id."""
    assert len(read(tenant_id=simulator.tenant.domain).devices) == 60


@pytest.mark.parametrize("endpoint", [Endpoint.DISCOVERY, Endpoint.TOKEN])
@pytest.mark.parametrize(
    "fault",
    [
        Fault(FaultName.THROTTLE, times=2),
        Fault(FaultName.THROTTLE, retry_form=RetryForm.DECIMAL, retry_after=2.5),
        Fault(FaultName.SERVER_ERROR, times=2),
        Fault(FaultName.DROP),
    ],
    ids=lambda fault: f"{fault.name}-{fault.retry_form}",
)
def test_sign_in_is_tried_again(simulator: Simulator, read: Read, fault: Fault, endpoint: Endpoint) -> None:
    """What passes is waited for, as with Graph."""
    simulator.inject(msgspec.structs.replace(fault, on=(endpoint,)))
    assert len(read().devices) == 60


@pytest.mark.parametrize("endpoint", [Endpoint.DISCOVERY, Endpoint.TOKEN])
@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (Fault(FaultName.HTML), "was not answered with a JSON object but with text/html, "),
        (Fault(FaultName.HTML, status=403), "was answered 403 Forbidden (text/html, "),
        (Fault(FaultName.BAD_JSON), "was not answered with a JSON object but with application/json, "),
        (Fault(FaultName.REDIRECT), "was answered 302 Found (without a body)"),
        (Fault(FaultName.SERVER_ERROR, times=None), "was answered 503 Service Unavailable"),
        (Fault(FaultName.DROP, times=None), "was dropped, 11 times in all. Try again later."),
    ],
    ids=lambda value: f"{value.name}-{value.status}" if isinstance(value, Fault) else "",
)
def test_a_reply_that_is_no_sign_in_is_told(
    simulator: Simulator,
    read: Read,
    caplog: pytest.LogCaptureFixture,
    fault: Fault,
    said: str,
    endpoint: Endpoint,
) -> None:
    """What came instead is said, no redirect is followed, and nothing that came is logged."""
    caplog.set_level(logging.INFO)
    simulator.inject(msgspec.structs.replace(fault, on=(endpoint,)))
    assert said in failure(read, secret=simulator.tenant.application.secret)
    assert [record for record in caplog.records if "eyJ" in record.getMessage()] == []
    assert "elsewhere.example" not in caplog.text


def test_no_token_is_taken_from_netrc(read: Read, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A login for the host in ~/.netrc does not replace the token."""
    netrc = tmp_path / "netrc"
    netrc.write_text("machine localhost login somebody password something\n")
    monkeypatch.setenv("NETRC", str(netrc))
    assert len(read().devices) == 60


def test_the_secret_is_not_shown_by_repr(access: Callable[..., object]) -> None:
    """Whoever prints the access sees where and who, not the secret."""
    assert _SECRET not in repr(access(secret=_SECRET))
