"""A simulated tenant that many environments read."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from command_line import simulated
from many_environments import ManyEnvironments

from reconciler.simulator.server import Simulator


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with simulated(20) as running:
        yield running


@pytest.fixture
def fleet(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> ManyEnvironments:
    """Return a command line whose environments share all settings; there is none yet."""
    return ManyEnvironments(tmp_path, capfd)
