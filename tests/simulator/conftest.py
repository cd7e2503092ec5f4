"""A small tenant behind a running simulator, and a client that is signed in to it."""

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from reconciler.simulator.server import Simulator
from reconciler.simulator.tenant.tenant import Tenant

DEVICES = "/v1.0/deviceManagement/managedDevices"


class Client:
    """Asks Graph with a token that the simulator accepts, or with another one."""

    def __init__(self, simulator: Simulator) -> None:
        self.simulator = simulator
        self.session = requests.Session()
        self.token = simulator.sign_in.issue()

    def get(self, path: str, **headers: str) -> requests.Response:
        url = path if path.startswith("https:") else self.simulator.graph + path
        authorization = {"Authorization": f"Bearer {self.token}"}
        return self.session.get(url, headers={**authorization, **headers}, allow_redirects=False, timeout=10)

    def post(self, path: str, body: object) -> requests.Response:
        headers = {"Authorization": f"Bearer {self.token}"}
        return self.session.post(self.simulator.graph + path, json=body, headers=headers, timeout=10)

    def batch(self, *urls: str) -> dict[str, Any]:
        """Ask for all urls in one batch; return the parts' answers by url."""
        requests = [{"id": str(number), "method": "GET", "url": url} for number, url in enumerate(urls)]
        answers = self.post("/v1.0/$batch", {"requests": requests}).json()["responses"]
        return {urls[int(answer["id"])]: answer for answer in answers}

    def pages(self, path: str, most: int = 50) -> list[dict[str, Any]]:
        """Follow a list's links, at most so many pages, and return the pages."""
        pages = [self.get(path).json()]
        while "@odata.nextLink" in pages[-1] and len(pages) < most:
            pages.append(self.get(pages[-1]["@odata.nextLink"]).json())
        return pages

    def values(self, path: str) -> list[dict[str, Any]]:
        """Read a whole list."""
        return [value for page in self.pages(path) for value in page["value"]]


@pytest.fixture
def simulator(monkeypatch: pytest.MonkeyPatch) -> Iterator[Simulator]:
    with Simulator(Tenant.generate(devices=60, users=40), page_size=25) as running:
        for name, text in running.environment().items():
            monkeypatch.setenv(name, text)
        yield running


@pytest.fixture
def tenant(simulator: Simulator) -> Tenant:
    return simulator.tenant


@pytest.fixture
def client(simulator: Simulator) -> Iterator[Client]:
    client = Client(simulator)
    yield client
    client.session.close()
