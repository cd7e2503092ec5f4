"""Requests to a store behind an API: what is tried again, how long, and what is not."""

from collections.abc import Iterator

import pytest
import requests
from requests.auth import AuthBase

from reconciler.errors import LostAnswerError, UnreachableStoreError
from reconciler.remote.budget import Budget, Pace
from reconciler.remote.transport import PATIENCE, Call, Transport
from reconciler.simulator.halo import Halo, HaloServer
from reconciler.simulator.stores.clock import Clock
from reconciler.simulator.stores.faults import Fault, FaultName

REPORT = [{"sql": "SELECT Did FROM DEVICE", "_loadreportonly": True}]


class Tokens(AuthBase):
    """Signs with a token that a test may end."""

    def __init__(self, server: HaloServer) -> None:
        self.server = server
        self.renewed = 0
        self.renew()
        self.renewed = 0

    def renew(self) -> None:
        self.renewed += 1
        options = self.server.data.options
        form = {"grant_type": "client_credentials", "client_id": options.client_id, "client_secret": options.secret}
        url = f"{self.server.url}/auth/token"
        self.token = requests.post(url, form, timeout=30, verify=str(self.server.ca_file)).json()["access_token"]

    def __call__(self, prepared: requests.PreparedRequest) -> requests.PreparedRequest:
        prepared.headers["Authorization"] = f"Bearer {self.token}"
        return prepared


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[HaloServer]:
    with HaloServer(Halo.furnished(clock=Clock()), per_window=10_000) as running:
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(running.ca_file))
        yield running


@pytest.fixture
def tokens(server: HaloServer) -> Tokens:
    return Tokens(server)


@pytest.fixture
def transport(server: HaloServer, tokens: Tokens) -> Iterator[Transport]:
    clock = server.data.clock
    made = Transport(Budget(600, Pace(clock.monotonic, clock.wait, lambda: 0)), tokens)
    yield made
    made.close()


def _get(server: HaloServer) -> Call:
    return Call("GET", f"{server.url}/api/InstanceInfo")


def test_a_token_that_ended_is_renewed_and_a_write_sent_again(server, tokens, transport) -> None:
    server.sign_in.revoke()
    answer = transport.send(Call("POST", f"{server.url}/api/Asset", [{"inventory_number": "AST-1"}]))

    assert (answer.status, tokens.renewed, len(server.data.assets())) == (201, 1, 1)


def test_a_token_that_stays_refused_is_renewed_only_once(server, tokens, transport) -> None:
    server.inject(Fault(FaultName.UNAUTHORIZED, on="InstanceInfo", times=None))

    assert transport.send(_get(server)).status == 401
    assert tokens.renewed == 1


def test_throttling_without_a_wait_is_outlasted_though_its_window_is_minutes_long(server, transport) -> None:
    server.inject(Fault(FaultName.THROTTLE, times=11, retry_after=None))

    assert transport.send(_get(server)).status == 200
    assert server.data.clock.monotonic() > 300


def test_throttling_that_does_not_end_is_given_up(server, transport) -> None:
    server.inject(Fault(FaultName.THROTTLE, times=None, retry_after=60))
    with pytest.raises(UnreachableStoreError, match=r"429 Too Many Requests, for 15 minutes\. Try again later\."):
        transport.send(_get(server))

    assert PATIENCE <= server.data.clock.monotonic() <= PATIENCE + 60


def test_a_post_that_only_asks_is_tried_again_and_one_that_writes_is_not(server, transport) -> None:
    server.inject(Fault(FaultName.SERVER_ERROR, on="POST", times=2))
    answer = transport.send(Call("POST", f"{server.url}/api/Report", REPORT, reads=True))
    server.inject(Fault(FaultName.SERVER_ERROR, on="POST", times=1))
    with pytest.raises(LostAnswerError, match="was answered 500"):
        transport.send(Call("POST", f"{server.url}/api/Asset", [{}]))

    assert answer.json()["report"]["rows"] == []
    assert server.data.assets() == []


def test_a_read_that_fails_eight_times_is_given_up(server, transport) -> None:
    server.inject(Fault(FaultName.DROP, times=None))
    with pytest.raises(UnreachableStoreError, match="8 times in all"):
        transport.send(_get(server))
