"""The running simulator: what it counts, how it is driven from outside, how it starts and stops."""

import gc
import socket
import ssl
import struct
import time
import warnings
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread
from urllib.parse import urlsplit

import pytest
import requests

from reconciler.simulator.request_log import Asked
from reconciler.simulator.server import Simulator, serve_forever
from reconciler.simulator.tenant.tenant import TENANT_ID, Tenant, tenant_of

DEVICES = "/v1.0/deviceManagement/managedDevices"


def test_requests_are_counted_by_kind_and_logged(simulator: Simulator, client, tenant: Tenant) -> None:
    device = tenant.devices.items[0].id
    client.get(f"{DEVICES}?$top=1")
    client.get(f"{DEVICES}/{device}")
    client.batch("/users", f"/deviceManagement/managedDevices/{device}")

    assert simulator.tally.counts == {"batch": 1, "batch/device": 1, "batch/users": 1, "device": 1, "devices": 1}
    assert simulator.tally.total == 3
    assert simulator.tally.log == (
        Asked("GET", DEVICES),
        Asked("GET", f"{DEVICES}/{device}"),
        Asked("POST", "/v1.0/$batch"),
    )
    assert simulator.tally.parts == (Asked("GET", "/v1.0/users"), Asked("GET", f"{DEVICES}/{device}"))


def test_the_count_can_be_reset(simulator: Simulator, client) -> None:
    client.get("/v1.0/users")
    simulator.tally.reset()

    assert (simulator.tally.counts, simulator.tally.total, simulator.tally.log) == ({}, 0, ())


def test_the_counts_are_readable_from_outside_and_not_counted_themselves(simulator: Simulator, client) -> None:
    client.get("/v1.0/users")

    assert client.get("/simulator/requests").json() == {"total": 1, "counts": {"users": 1}}
    assert client.session.delete(f"{simulator.graph}/simulator/requests").json() == {}
    assert client.get("/simulator/requests").json() == {"total": 0, "counts": {}}


def test_a_day_can_be_let_pass_from_outside(client, tenant: Tenant) -> None:
    before = {device.id for device in tenant.devices.items}
    day = client.post("/simulator/next-day", {"gone": 2, "new": 0, "re_enrolled": 0}).json()

    assert day["now"] == "2026-09-15T06:00:00Z"
    assert before - {device.id for device in tenant.devices.items} == set(day["gone"])
    assert len(day["gone"]) == 2


def test_faults_can_be_injected_and_cleared_from_outside(simulator: Simulator, client) -> None:
    client.post("/simulator/faults", [{"name": "throttle", "on": ["users"], "times": None, "retryAfter": 3}])
    struck = client.get("/v1.0/users")
    client.session.delete(f"{simulator.graph}/simulator/faults")

    assert (struck.status_code, struck.headers["Retry-After"]) == (429, "3")
    assert client.get("/v1.0/users").status_code == 200


@pytest.mark.parametrize(
    ("path", "body", "message"),
    [
        ("/simulator/faults", {"name": "earthquake"}, "Invalid enum value 'earthquake'"),
        ("/simulator/faults", {"name": "drop", "tims": 2}, "unknown field `tims`"),
        ("/simulator/next-day", {"gone": 1000}, "The day needs 1001 company devices with a user"),
        ("/simulator/next-day", {"lost": 1}, "A day has no lost, only new, gone, renamed,"),
        ("/simulator/nothing", {}, "The simulator has no POST /simulator/nothing."),
    ],
)
def test_a_wrong_order_from_outside_is_refused_with_the_reason(client, path: str, body: object, message: str) -> None:
    reply = client.post(path, body)

    assert reply.status_code == 400
    assert message in reply.json()["error"]["message"]


def test_the_environment_and_the_cloud_block_name_this_simulator(simulator: Simulator) -> None:
    assert simulator.authority == simulator.graph
    assert simulator.cloud_block() == f"cloud:\n  authority: {simulator.authority}\n  graph: {simulator.graph}\n"
    assert simulator.environment() == {
        "INTUNE_CLIENT_SECRET": "simulated-secret-not-a-real-one",
        "RECONCILER_ALLOW_HOST": "localhost",
        "REQUESTS_CA_BUNDLE": simulator.ca_file,
    }


def test_a_client_that_does_not_know_the_ca_is_turned_away_and_others_are_served(
    simulator, client, monkeypatch
) -> None:
    monkeypatch.delenv("REQUESTS_CA_BUNDLE")
    monkeypatch.delenv("CURL_CA_BUNDLE", raising=False)
    with pytest.raises(requests.exceptions.SSLError):
        requests.get(simulator.graph, timeout=10)

    client.session.verify = simulator.ca_file
    assert client.get("/v1.0/users").status_code == 200


def test_a_stopped_simulator_leaves_neither_port_nor_file(tmp_path: Path) -> None:
    with Simulator() as first:
        port = int(first.graph.rsplit(":", 1)[1])
    with Simulator(port=port, ca_file=tmp_path / "ca.pem") as second:
        assert second.graph == first.graph

    assert not Path(first.ca_file).exists()
    assert Path(second.ca_file).read_text().startswith("-----BEGIN CERTIFICATE-----")


def test_serve_forever_serves_until_it_is_told_to_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    stop, started = Event(), Event()
    running: list[Simulator] = []

    def on_start(simulator: Simulator) -> None:
        running.append(simulator)
        started.set()

    thread = Thread(target=serve_forever, kwargs={"devices": 5, "started": on_start, "until": stop})
    thread.start()
    started.wait(10)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", running[0].ca_file)
    counts = requests.get(f"{running[0].graph}/simulator/requests", timeout=10).json()
    stop.set()
    thread.join(10)

    assert (counts, len(running[0].tenant.devices.items)) == ({"total": 0, "counts": {}}, 5)
    assert not thread.is_alive()


def test_a_connection_that_its_client_has_reset_is_closed(simulator: Simulator, client) -> None:
    """Before it was accepted: nothing of it is left open, and the next request is answered."""
    reset = struct.pack("ii", 1, 0)
    for _ in range(50):
        connection = socket.create_connection(("127.0.0.1", urlsplit(simulator.graph).port or 0))
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, reset)
        connection.close()
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        client.get("/v1.0/users")
        gc.collect()
    assert [str(each.message) for each in told] == []


def test_a_client_that_nobody_accepted_is_turned_away_when_the_simulator_stops() -> None:
    """It sees the end of the connection, and no reset, after which Python would leave its socket open."""
    with Simulator(Tenant.generate(devices=1, users=1)) as running:
        running._server.shutdown()
        waiting = socket.create_connection(("127.0.0.1", urlsplit(running.graph).port or 0))
    context = ssl.create_default_context()
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        with pytest.raises(OSError, match=r"EOF|reset|closed"):
            context.wrap_socket(waiting, server_hostname="localhost")
        gc.collect()
    assert [str(each.message) for each in told] == []


def served(**options: object) -> tuple[str, datetime, datetime]:
    """Serve for a moment; return the tenant's id, and its time at the start and more than a second later."""
    stop, kept = Event(), []

    def on_start(simulator: Simulator) -> None:
        first = simulator.tenant.now
        time.sleep(1.1)
        kept.append((simulator.tenant.tenant_id, first, simulator.tenant.now))
        stop.set()

    serve_forever(devices=1, started=on_start, until=stop, **options)
    return kept[0]


def test_time_runs_in_a_tenant_that_is_served_and_stands_where_it_is_told_to() -> None:
    """Without a clock it is now there, so that a credential's end and a schedule mean what they say."""
    before = datetime.now(UTC).replace(microsecond=0)
    _, first, later = served()
    stand = datetime(2026, 1, 1, tzinfo=UTC)

    assert before <= first < later
    assert served(clock=stand)[1:] == (stand, stand)


def test_a_day_goes_on_from_the_time_that_runs() -> None:
    """The next day begins 24 hours later, and time runs on from there."""
    tenant = Tenant.generate(devices=60, users=40, now=datetime(2026, 1, 1, tzinfo=UTC), runs=True)
    day = tenant.next_day()

    assert datetime(2026, 1, 2, tzinfo=UTC) <= datetime.fromisoformat(day.now) <= tenant.now


def test_each_seed_is_a_tenant_of_its_own() -> None:
    """The first seed's is the one of the examples, and any other id can be asked for."""
    ids = [tenant_of(seed) for seed in (1, 2, 3)]

    assert (ids[0], len(set(ids))) == (TENANT_ID, 3)
    assert served(seed=2, clock=datetime(2026, 1, 1, tzinfo=UTC))[0] == ids[1]
    assert served(tenant_id=ids[2], clock=datetime(2026, 1, 1, tzinfo=UTC))[0] == ids[2]
