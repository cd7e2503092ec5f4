"""A command line with the example environments and no tenant."""

from pathlib import Path

import pytest
from command_line import CommandLine


@pytest.fixture
def cli(tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    for name in ("FORCE_COLOR", "COLUMNS", "TTY_COMPATIBLE", "GITHUB_ACTOR", "RECONCILER_OVERLAY"):
        monkeypatch.delenv(name, raising=False)
    return CommandLine(tmp_path, capfd)
