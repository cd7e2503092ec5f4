"""A furnished Halo behind a running server, and a client with a token of it."""

from collections.abc import Iterator

import pytest
from halo_client import HaloClient

from reconciler.simulator.halo import Halo, HaloServer
from reconciler.simulator.stores.clock import Clock


@pytest.fixture
def data() -> Halo:
    return Halo.furnished(clock=Clock())


@pytest.fixture
def server(data: Halo) -> Iterator[HaloServer]:
    with HaloServer(data, per_window=10_000) as running:
        yield running


@pytest.fixture
def client(server: HaloServer) -> Iterator[HaloClient]:
    made = HaloClient(server)
    yield made
    made.session.close()
