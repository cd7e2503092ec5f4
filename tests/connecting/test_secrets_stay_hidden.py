"""No secret is in what is printed, logged or written, whatever the credential and whatever goes wrong."""

import logging
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from connecting_parts import registered
from key_files import Keys

from reconciler.cli.main import run
from reconciler.intune.signin import token_cache
from reconciler.run.signin import credentials
from reconciler.run.signin.authorizing import authorize
from reconciler.simulator.exchange import Endpoint
from reconciler.simulator.faults import Fault, FaultName
from reconciler.simulator.signin.issuers import REQUEST_TOKEN


@pytest.fixture(params=["secret", "certificate", "pfx", "github", "person"])
def secrets(connection, keys: Keys, browser, monkeypatch: pytest.MonkeyPatch, request) -> list[str]:
    """Sign in in one of the ways; return patterns of what must be nowhere."""
    monkeypatch.setattr(token_cache, "_WORK", 2**4)
    passphrase, simulator = "open-sesame-passphrase", connection.simulator
    monkeypatch.setenv("PASSPHRASE", passphrase)
    body = "".join(keys.pem().decode().splitlines()[1:-1])
    match request.param:
        case "certificate":
            certificate = keys.certificate()
            connection.put("key.pem", keys.pem(passphrase))
            connection.put("certificate.pem", certificate, 0o644)
            connection.application(certificates=(certificate,))
            files = "privateKey: {file: key.pem}, certificate: {file: certificate.pem}"
            connection.signs_in(f"{{type: certificate, {files}, passphrase: {{env: PASSPHRASE}}}}")
        case "pfx":
            data = keys.pfx(passphrase)
            connection.put("both.pfx", data)
            connection.application(certificates=(registered(data, passphrase),))
            connection.signs_in("{type: certificate, pfx: {file: both.pfx}, passphrase: {env: PASSPHRASE}}")
        case "github":
            for name, text in simulator.sign_in.issuers.github_environment().items():
                monkeypatch.setenv(name, text)
            connection.application(trusts=(simulator.sign_in.issuers.github,))
            connection.signs_in("{type: federated, from: github-actions}")
        case "person":
            monkeypatch.setenv("CACHE_KEY", passphrase)
            connection.signs_in_as_a_person()
            (proof,) = authorize(connection.surroundings(), None, browser.person())
            assert proof.succeeded
    known = [simulator.tenant.application.secret, passphrase, body[40:80], REQUEST_TOKEN]
    return [*map(re.escape, known), r"eyJ[\w-]+\.eyJ", r"[01]\.Simulated-"]


def _fine(_: Any) -> None:
    return


def _html(connection: Any) -> None:
    connection.simulator.inject(Fault(FaultName.HTML, on=(Endpoint.TOKEN,), times=None))


def _half(connection: Any) -> None:
    connection.simulator.inject(Fault(FaultName.BAD_JSON, on=(Endpoint.TOKEN,), times=None))


def _half_of_githubs(connection: Any) -> None:
    connection.simulator.inject(Fault(FaultName.BAD_JSON, on=(Endpoint.GITHUB_TOKEN,), times=None))


def _refused(connection: Any) -> None:
    connection.simulator.sign_in.refuse(7000215)


def _unauthorized(connection: Any) -> None:
    connection.simulator.inject(Fault(FaultName.EXPIRED_TOKEN, on=(Endpoint.DEVICES,), times=None))


@pytest.mark.parametrize("wrong", [_fine, _html, _half, _half_of_githubs, _refused, _unauthorized])
def test_nothing_that_is_said_or_logged_holds_a_secret(
    connection, secrets: list[str], caplog: pytest.LogCaptureFixture, tmp_path: Path, wrong: Callable[[Any], None]
) -> None:
    """With `--debug`, with `--trace`, and with every logger of every library as talkative as it can be."""
    trace = tmp_path / "requests.jsonl"
    caplog.set_level(logging.DEBUG)
    wrong(connection)
    connection.cli.capture.readouterr()
    for command in ("authorize", "plan") if wrong is _fine else ("authorize",):
        run(["--debug", *connection.cli.arguments(command, "prod"), "--trace", str(trace)])
    said = "".join(connection.cli.capture.readouterr()) + caplog.text + trace.read_text()
    assert [secret for secret in secrets if re.search(secret, said)] == []


def test_no_repr_holds_a_secret(connection, secrets: list[str]) -> None:
    around = connection.surroundings()
    access = credentials.access(around, around.environment.connections["intune"])
    shown = repr(access) + repr(access.cache and access.cache.read())
    assert [secret for secret in secrets if re.search(secret, shown)] == []


@pytest.mark.parametrize("secrets", ["secret", "person"], indirect=True)
def test_what_is_written_holds_no_secret(connection, secrets: list[str], tmp_path) -> None:
    saved, recorded = tmp_path / "a.plan", tmp_path / "a.recording"
    assert connection.cli.run("plan", "prod", "-o", str(saved)).code == 0
    assert connection.cli.run("record", "prod", "-o", str(recorded)).code == 0
    assert connection.cli.apply().code == 0
    for path in (saved, recorded, connection.cli.store):
        data = path.read_bytes()
        assert [secret for secret in secrets if re.search(secret.encode(), data)] == []
