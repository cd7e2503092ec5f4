"""A simulated tenant, and a command line that has applied it once."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from command_line import CommandLine, simulated

from reconciler.simulator.server import Simulator


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with simulated(20) as running:
        yield running


@pytest.fixture
def cli(tmp_path: Path, capfd: pytest.CaptureFixture[str], simulator: Simulator) -> CommandLine:
    """Give a command line whose prod has applied the tenant's first day."""
    done = CommandLine(tmp_path, capfd)
    done.connect(simulator)
    assert done.apply().code == 0
    return done
