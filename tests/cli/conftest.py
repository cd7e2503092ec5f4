"""A simulated tenant of sixty devices as of today, and a command line that reads it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from command_line import CommandLine, simulated

from reconciler.simulator.server import Simulator
from reconciler.simulator.tenant.tenant import Tenant


@pytest.fixture(scope="session", autouse=True)
def _own_variables() -> Iterator[None]:
    """Start from no variable that a terminal, a pipeline or a person may have set."""
    with pytest.MonkeyPatch.context() as patch:
        for name in (
            *("FORCE_COLOR", "COLUMNS", "TTY_COMPATIBLE", "GITHUB_ACTOR", "GITHUB_SERVER_URL"),
            *("INTUNE_CLIENT_SECRET", "REQUESTS_CA_BUNDLE", "RECONCILER_ALLOW_HOST", "RECONCILER_OVERLAY"),
        ):
            patch.delenv(name, raising=False)
        yield


@pytest.fixture
def offline(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> CommandLine:
    """Return a command line with the example environments, and no tenant."""
    return CommandLine(tmp_path, capfd)


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with simulated() as running:
        yield running


@pytest.fixture
def tenant(simulator: Simulator) -> Tenant:
    return simulator.tenant


@pytest.fixture
def cli(offline: CommandLine, simulator: Simulator) -> Iterator[CommandLine]:
    """Give a command line whose environments read the simulated tenant; nothing it writes may hold the secret."""
    offline.connect(simulator)
    yield offline
    assert offline.holds_no_secret()
