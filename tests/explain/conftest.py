"""A simulated tenant of thirty devices, and a command line that reads it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from command_line import CommandLine

from reconciler.simulator.server import Simulator
from reconciler.simulator.tenant.tenant import Tenant


@pytest.fixture
def simulator(monkeypatch: pytest.MonkeyPatch) -> Iterator[Simulator]:
    now = datetime.now(UTC).replace(microsecond=0)
    with Simulator(Tenant.generate(devices=30, users=15, now=now), page_size=25) as running:
        for name, text in running.environment().items():
            monkeypatch.setenv(name, text)
        yield running


@pytest.fixture
def cli(tmp_path: Path, capfd: pytest.CaptureFixture[str], simulator: Simulator) -> CommandLine:
    line = CommandLine(tmp_path, capfd)
    line.connect(simulator)
    return line
