"""Tokens that end while a long read goes on cost no page, as the application and as a person."""

import pytest

from reconciler.intune.signin import token_cache
from reconciler.run.plans.reading import Wanted, read
from reconciler.run.signin.authorizing import authorize
from reconciler.simulator.exchange import Endpoint
from reconciler.simulator.faults import Fault, FaultName


@pytest.fixture(params=["application", "person"])
def as_whom(connection, browser, monkeypatch: pytest.MonkeyPatch, request) -> str:
    if request.param == "person":
        monkeypatch.setattr(token_cache, "_WORK", 2**4)
        monkeypatch.setenv("CACHE_KEY", "a passphrase")
        connection.signs_in_as_a_person()
        (proof,) = authorize(connection.surroundings(), None, browser.person())
        assert proof.succeeded
        connection.simulator.tally.reset()
    return request.param


def read_all(connection):
    recording, _ = read(connection.surroundings(), Wanted())
    (snapshot,) = recording.snapshots
    assert (snapshot.devices_unknown, snapshot.users_unknown) == (None, None)
    return sorted(device.id for device in snapshot.devices)


def all_of(connection) -> list[str]:
    return sorted(device.id for device in connection.simulator.tenant.devices.items)


@pytest.mark.usefixtures("as_whom")
def test_a_token_that_lives_for_seconds_is_renewed_on_the_way(connection) -> None:
    """It says so, and is asked for again before each page."""
    connection.simulator.sign_in.lifetime = 2
    assert read_all(connection) == all_of(connection)
    assert connection.simulator.tally.counts["token"] > 2


@pytest.mark.usefixtures("as_whom")
def test_a_token_that_ends_before_its_time_is_replaced_at_its_first_401(connection) -> None:
    """It says that it lives for an hour, and Graph refuses it in the middle of the list."""
    connection.simulator.sign_in.ends_after = 0.5
    connection.simulator.inject(Fault(FaultName.SLOW, seconds=0.7, on=(Endpoint.DEVICES,), after=1))
    assert read_all(connection) == all_of(connection)
    assert connection.simulator.tally.counts["token"] >= 2


@pytest.mark.usefixtures("as_whom")
def test_one_refusal_in_the_middle_is_tried_again_once_with_a_new_token(connection) -> None:
    connection.simulator.inject(Fault(FaultName.EXPIRED_TOKEN, on=(Endpoint.DEVICES,), after=1))
    assert read_all(connection) == all_of(connection)
    assert (connection.simulator.tally.counts["devices"], connection.simulator.tally.counts["token"]) == (4, 2)
