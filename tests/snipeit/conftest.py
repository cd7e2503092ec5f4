"""A furnished Snipe-IT behind a running server, and a client with its token."""

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from reconciler.simulator.snipeit import SnipeIt, SnipeItServer
from reconciler.simulator.stores.clock import Clock


class Client:
    """Asks a Snipe-IT as a script would."""

    def __init__(self, server: SnipeItServer) -> None:
        self.server = server
        self.session = requests.Session()
        self.session.headers.update(
            {"Authorization": f"Bearer {server.data.options.token}", "Accept": "application/json"}
        )

    def ask(self, method: str, path: str, body: object = None, **query: Any) -> requests.Response:
        url = f"{self.server.url}/api/v1/{path}"
        return self.session.request(
            method, url, json=body, params=query, allow_redirects=False, timeout=30, verify=str(self.server.ca_file)
        )

    def get(self, path: str, **query: Any) -> Any:
        return self.ask("GET", path, **query).json()

    def send(self, method: str, path: str, **body: Any) -> Any:
        return self.ask(method, path, body).json()


@pytest.fixture
def data() -> SnipeIt:
    return SnipeIt.furnished(clock=Clock())


@pytest.fixture
def server(data: SnipeIt) -> Iterator[SnipeItServer]:
    with SnipeItServer(data, per_minute=10_000) as running:
        yield running


@pytest.fixture
def client(server: SnipeItServer) -> Iterator[Client]:
    made = Client(server)
    yield made
    made.session.close()


@pytest.fixture
def model(data: SnipeIt) -> int:
    """Return a laptop's model, with the fieldset."""
    category = data.named("categories", "Laptop")
    return data.add("models", name="EliteBook", category_id=category, fieldset_id=data.named("fieldsets", "Intune"))
