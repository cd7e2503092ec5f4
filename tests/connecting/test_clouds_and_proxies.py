"""National clouds have their own sign-in and Graph; proxies and CA bundles are the environment's."""

import re
import socket
import threading
from collections.abc import Iterator
from threading import Thread
from urllib.parse import parse_qs

import pytest
import responses
from connecting_parts import failure, proved

from reconciler.intune.connection_check import Uses, prove
from reconciler.intune.http.hosts import addresses
from reconciler.intune.inputs import Access
from reconciler.intune.signin.credentials import SecretCredential
from reconciler.settings.connection import Cloud

TENANT = "7d1a3b52-0f8e-4c3e-9a53-3a3f0a1f2b11"


@pytest.mark.parametrize("cloud", list(Cloud))
def test_each_cloud_signs_in_and_is_read_at_its_own_hosts(cloud: Cloud) -> None:
    places = addresses(cloud)
    base = f"{places.authority}/{TENANT}"
    endpoints = {name: f"{base}/oauth2/v2.0/{name.partition('_')[0]}" for name in ENDPOINTS}
    with responses.RequestsMock() as wire:
        wire.get(f"{base}/v2.0/.well-known/openid-configuration", json={"issuer": f"{base}/v2.0", **endpoints})
        wire.post(endpoints["token_endpoint"], json={"access_token": "a.b.c", "expires_in": 3599})
        wire.get(re.compile(f"{re.escape(places.graph)}/v1.0/deviceManagement/managedDevices.*"), json={"value": []})
        proven = prove(access(places.authority, places.graph), Uses())
        asked = parse_qs(str(wire.calls[1].request.body))
    assert [each.proved for each in proven.permissions] == [True]
    assert asked["scope"] == [f"{places.graph}/.default"]


ENDPOINTS = ("authorization_endpoint", "token_endpoint")


def access(authority: str, graph: str) -> Access:
    return Access(authority, graph, TENANT, "client", SecretCredential("value"), production=True)


@pytest.fixture
def proxy() -> Iterator[list[str]]:
    """Run a proxy; what it was asked to connect to is in the list."""
    seen: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        Thread(target=_serve, args=(server, seen), daemon=True).start()
        seen.append(f"http://127.0.0.1:{server.getsockname()[1]}")
        yield seen
    for thread in threading.enumerate():
        if thread.name.startswith("proxy"):
            thread.join(5)


def _serve(server: socket.socket, seen: list[str]) -> None:
    while True:
        try:
            client, _ = server.accept()
        except OSError:
            return
        Thread(target=_tunnel, name="proxy", args=(client, seen), daemon=True).start()


def _tunnel(client: socket.socket, seen: list[str]) -> None:
    target = client.recv(4096).decode().split()[1]
    seen.append(target)
    host, _, port = target.rpartition(":")
    with client, socket.create_connection((host, int(port))) as upstream:
        client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        back = Thread(target=_pump, args=(upstream, client), daemon=True)
        back.start()
        _pump(client, upstream)
        back.join(5)


def _pump(source: socket.socket, target: socket.socket) -> None:
    try:
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass


def test_sign_in_and_graph_go_through_the_proxy(connection, proxy: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", proxy[0])
    proved(connection)
    host = connection.simulator.authority.removeprefix("https://")
    assert set(proxy[1:]) == {host}


def test_a_proxy_that_refuses_is_told(connection, proxy: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    monkeypatch.setattr("reconciler.intune.http.retries.MOST_WAITS_UNCONNECTED", 0)
    monkeypatch.setattr("reconciler.intune.http.transport.MOST_WAITS_UNCONNECTED", 0)
    assert proxy
    told = failure(connection)
    assert "refused the connection" in told or "the proxy gave no way to localhost" in told


def test_a_managed_identity_is_not_asked_through_the_proxy(
    connection, proxy: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The endpoint is this machine's own; only sign-in and Graph go through the proxy."""
    issuers = connection.simulator.sign_in.issuers
    for name, text in issuers.app_service_environment().items():
        monkeypatch.setenv(name, text)
    monkeypatch.setenv("HTTPS_PROXY", proxy[0])
    connection.application(trusts=(issuers.managed_identity,))
    connection.signs_in("{type: federated, from: managed-identity}")
    proved(connection)
    assert connection.simulator.tally.counts["managed-identity"] == 1


def test_a_ca_that_is_not_trusted_says_which_setting_trusts_it(connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REQUESTS_CA_BUNDLE")
    assert "set REQUESTS_CA_BUNDLE to the file of its CA" in failure(connection)
