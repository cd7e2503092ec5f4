"""A tenant behind a running simulator, a clock that only waiting moves, and one function that reads."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from threading import Event, Lock
from typing import Any

import pytest
import responses

from reconciler.intune.http.budget import Pace
from reconciler.intune.reader import Access, Bound, Needs, read_snapshot
from reconciler.intune.signin.credentials import SecretCredential
from reconciler.model.snapshot import Snapshot
from reconciler.simulator.server import Simulator
from reconciler.simulator.tenant.tenant import Tenant

PROPERTIES = ("serialNumber", "userPrincipalName")


@dataclass
class Clock:
    """Time that passes only where it is waited for; jitter is left out."""

    waits: list[float] = field(default_factory=list)
    elapsed: float = 0
    lock: Lock = field(default_factory=Lock)

    def pass_(self, seconds: float) -> None:
        with self.lock:
            self.elapsed += seconds

    def _wait(self, _event: Event, seconds: float) -> None:
        with self.lock:
            self.waits.append(seconds)
        self.pass_(seconds)

    @property
    def pace(self) -> Pace:
        return Pace(
            monotonic=lambda: self.elapsed,
            now=lambda: datetime(2026, 9, 14, 6, tzinfo=UTC) + timedelta(seconds=self.elapsed),
            wait=self._wait,
            jitter=lambda: 0,
        )


@pytest.fixture
def clock() -> Clock:
    """Time that starts at six o'clock, the tenant's own."""
    return Clock()


@pytest.fixture
def simulator(monkeypatch: pytest.MonkeyPatch) -> Iterator[Simulator]:
    """Sixty devices in pages of at most twenty-five, thirty users."""
    with Simulator(Tenant.generate(devices=60, users=30), page_size=25) as running:
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", running.ca_file)
        monkeypatch.setenv("RECONCILER_ALLOW_HOST", "localhost")
        yield running


@pytest.fixture
def access(simulator: Simulator) -> Callable[..., Access]:
    """Make the simulator's access; keywords are set over it."""

    def make(**changes: Any) -> Access:
        application = simulator.tenant.application
        secret = SecretCredential(changes.pop("secret", application.secret))
        given: dict[str, Any] = {
            "authority": simulator.authority,
            "graph": simulator.graph,
            "tenant_id": simulator.tenant.tenant_id,
            "client_id": application.client_id,
            "credential": secret,
            "production": False,
        }
        return Access(**{**given, **changes})

    return make


@pytest.fixture
def read(access: Callable[..., Access], clock: Clock) -> Callable[..., Snapshot]:
    """Read the simulated tenant: properties, users' properties, and what is bound."""

    def run(
        properties: tuple[str, ...] = PROPERTIES,
        users: tuple[str, ...] = (),
        bound: Bound | None = None,
        progress: Callable[[str, int], None] = lambda _what, _count: None,
        **changes: Any,
    ) -> Snapshot:
        return read_snapshot(
            "intune", access(**changes), Needs(properties, users), bound or Bound(), progress, pace=clock.pace
        )

    return run


LOGIN = "https://login.microsoftonline.com"
GRAPH = "https://graph.microsoft.com"
LIST = f"{GRAPH}/v1.0/deviceManagement/managedDevices"
TENANT = "contoso.example"


@pytest.fixture
def wire() -> Iterator[responses.RequestsMock]:
    """Microsoft's own hosts, where sign-in works and each test says what Graph answers."""
    token = f"{LOGIN}/{TENANT}/oauth2/v2.0/token"
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        endpoints = {"authorization_endpoint": f"{LOGIN}/{TENANT}/oauth2/v2.0/authorize", "token_endpoint": token}
        mock.get(f"{LOGIN}/{TENANT}/v2.0/.well-known/openid-configuration", json={"issuer": LOGIN, **endpoints})
        mock.post(token, json={"access_token": "a-token", "token_type": "Bearer", "expires_in": 3599})
        yield mock


@pytest.fixture
def read_wire(clock: Clock) -> Callable[..., Snapshot]:
    """Read from Microsoft's own hosts, as `wire` answers for them."""

    def run(
        properties: tuple[str, ...] = (),
        users: tuple[str, ...] = (),
        bound: Bound | None = None,
        owners: bool = False,
        organisation: bool = False,
        **changes: Any,
    ) -> Snapshot:
        secret = SecretCredential("the-secret")
        given: dict[str, Any] = {"credential": secret, "tenant_id": TENANT, "client_id": "client", "production": True}
        access = Access(LOGIN, GRAPH, **{**given, **changes})
        needs = Needs(properties, users, owners=owners, organisation=organisation)
        return read_snapshot("intune", access, needs, bound or Bound(), lambda _what, _count: None, pace=clock.pace)

    return run
