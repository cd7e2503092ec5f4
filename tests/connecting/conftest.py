"""A simulated tenant, an environment that signs in to it in any way, and a browser that does what it is told."""

import datetime
import html
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import requests
from command_line import CommandLine
from cryptography.hazmat.primitives.asymmetric import rsa
from key_files import Keys

from reconciler.configuration.loader import load_environment
from reconciler.run.context import Surroundings, utc_now
from reconciler.run.signin.authorizing import Person
from reconciler.simulator.server import Simulator
from reconciler.simulator.tenant.tenant import Tenant

_AUTHENTICATION = re.compile(r"^authentication:\n(?:[ \t].*\n)+", re.MULTILINE)


@pytest.fixture(autouse=True)
def _own_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    """Start from no variable that says where this runs."""
    for name in list(os.environ):
        if name.startswith(("ACTIONS_", "AZURE_", "GITHUB_", "IDENTITY_", "INTUNE_", "MSI_", "RECONCILER_", "RUNNER_")):
            monkeypatch.delenv(name)
    for name in ("CI", "GITLAB_CI", "TF_BUILD", "CIRCLECI", "TRAVIS", "HTTPS_PROXY", "https_proxy", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="session")
def rsa_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture
def keys(rsa_key: rsa.RSAPrivateKey) -> Keys:
    """Return a key and its certificate, in whatever form is asked for."""
    return Keys(rsa_key)


@pytest.fixture
def simulator(monkeypatch: pytest.MonkeyPatch) -> Iterator[Simulator]:
    now = datetime.datetime.now(datetime.UTC).replace(microsecond=0)
    with Simulator(Tenant.generate(devices=8, users=6, now=now), page_size=3) as running:
        for name, text in running.environment().items():
            monkeypatch.setenv(name, text)
        yield running


FILES = {
    "catalogue.yaml": """\
organisations: [{name: Contoso, sites: [Leeds]}]
assetGroups: [{name: Computers, types: [Laptop]}]
""",
    "connections/intune/connection.yaml": """\
source: intune
tenantId: 7d1a3b52-0f8e-4c3e-9a53-3a3f0a1f2b11
clientId: 0b8d0c6e-54c0-4b7e-8a39-6f2b6ad9c2aa
authentication:
  method: client-credentials
  credential: {type: client-secret, secret: {env: INTUNE_CLIENT_SECRET}, expires: 2099-06-30}
integrator: {entities: [users, assets, software]}
""",
    "connections/intune/asset-types.yaml": "determine: same\ndefault: Laptop\n",
    "connections/intune/field-mappings.yaml": """\
mappings: [{from: deviceName, to: name}, {from: serialNumber, to: serialNumber}]
""",
    "connections/intune/users.yaml": "assignFrom: intune\nimportUsers: {enabled: true}\n",
    "connections/intune/imports.yaml": """\
defaultSite: Contoso/Leeds
assetMatchingField: serialNumber
software: {import: true}
""",
}
"""The settings of prod and uat, short: reading YAML would be most of what the tests do."""


@dataclass
class Connection:
    """The connection of prod, as its files say; `now` is the time that the program takes for now."""

    cli: CommandLine
    simulator: Simulator
    now: Callable[[], str] = utc_now
    file: Path = field(init=False)

    def __post_init__(self) -> None:
        self.cli.connect(self.simulator)
        for name, kind in (("prod", "production"), ("uat", "uat")):
            folder = self.cli.environments / name
            (folder / "connections" / "intune" / "tests.yaml").unlink(missing_ok=True)
            instance = f"name: {name}\nkind: {kind}\nstore: {{url: sqlite:///var/{name}.db}}\n"
            for file, text in {**FILES, "instance.yaml": instance}.items():
                (folder / file).write_text(f"version: 1\n{text}")
        self.file = self.cli.environments / "prod" / "connections" / "intune" / "connection.yaml"
        self.folder = self.cli.environments / "prod"

    def signs_in(self, credential: str, *, more: str = "", method: str = "client-credentials") -> None:
        """Write another `authentication` block; `more` are further lines of it."""
        block = f"authentication:\n  method: {method}\n  credential: {credential}\n{more}"
        text, count = _AUTHENTICATION.subn(lambda _: block, self.file.read_text())
        assert count == 1
        self.file.write_text(text)

    def signs_in_as_a_person(self, *, key: str = "key: {env: CACHE_KEY}", redirect: str = "") -> None:
        uri = f"  redirectUri: {redirect}\n" if redirect else ""
        cache = "{file: var/intune.cache" + (f", {key}" if key else "") + "}"
        secret = "{type: client-secret, secret: {env: INTUNE_CLIENT_SECRET}}"
        self.signs_in(secret, more=f"{uri}  cache: {cache}\n", method="authorization-code")

    def edit(self, file: str, before: str, after: str) -> None:
        """Replace text of one of the connection's files."""
        self.cli.edit(f"prod/connections/intune/{file}", before, after)

    def put(self, name: str, data: bytes | str, mode: int = 0o600) -> None:
        """Write a file into the environment's folder."""
        path = self.folder / name
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        path.chmod(mode)

    @property
    def cache(self) -> Path:
        return self.cli.folder / "var" / "intune.cache"

    def application(self, **changes: Any) -> None:
        """Change the app registration."""
        self.simulator.tenant.application = replace(self.simulator.tenant.application, **changes)

    def surroundings(self) -> Surroundings:
        loaded = load_environment(self.cli.environments, "prod", overlay=self.cli.overlay)
        return Surroundings(
            environment=loaded.settled(),
            environments=self.cli.environments,
            overlaid=True,
            variables=os.environ,
            progress=lambda *_: None,
            now=self.now,
        )


@pytest.fixture
def connection(tmp_path: Path, capfd: pytest.CaptureFixture[str], simulator: Simulator) -> Iterator[Connection]:
    """Give the connection; nothing that is written may hold the client secret."""
    made = Connection(CommandLine(tmp_path, capfd), simulator)
    yield made
    assert made.cli.holds_no_secret()


@dataclass
class Browser:
    """A browser with nobody at it: it opens what it is shown, and follows where it is sent.

    `change` may alter the answer before it is delivered; `by_query` delivers a form's answer as a query.
    """

    change: Callable[[dict[str, str]], dict[str, str]] = lambda answer: answer
    by_query: bool = False
    shown: list[str] = field(default_factory=list)
    pages: list[requests.Response] = field(default_factory=list)
    ended_at: str = ""
    visiting: Thread = field(default_factory=Thread)

    def open(self, address: str) -> None:
        """Open an address in a thread of its own, as a browser is another program."""
        self.shown.append(address)
        self.visiting = Thread(target=self.visit, args=(address,), daemon=True)
        self.visiting.start()

    @property
    def page(self) -> requests.Response:
        """What the browser shows in the end."""
        self.visiting.join(10)
        return self.pages[-1]

    def visit(self, address: str) -> None:
        reply = requests.get(address, allow_redirects=False, timeout=10)
        if reply.status_code == 302:
            self.ended_at = reply.headers["Location"]
            if self.ended_at.startswith("http://"):
                self.pages.append(requests.get(self.ended_at, timeout=10))
            return
        if 'name="hiddenform"' not in reply.text:
            self.pages.append(reply)
            return
        action = html.unescape(re.findall(r'action="([^"]*)"', reply.text)[0])
        answer = {name: html.unescape(value) for name, value in re.findall(r'name="(\w+)" value="([^"]*)"', reply.text)}
        sent = self.change(answer)
        self.ended_at = action
        if self.by_query:
            self.pages.append(requests.get(action, params=sent, timeout=10))
        else:
            self.pages.append(requests.post(action, data=sent, timeout=10))

    def person(self, *, present: bool = True, timeout: float = 5.0) -> Person:
        return Person(present=present, show=self.open, paste=lambda _: self.ended_at, timeout=timeout)


@pytest.fixture
def browser() -> Browser:
    return Browser()


@pytest.fixture(autouse=True)
def _piped(monkeypatch: pytest.MonkeyPatch) -> None:
    """Print as into a pipe, whatever the terminal is that the tests run on."""
    monkeypatch.delenv("COLUMNS", raising=False)
