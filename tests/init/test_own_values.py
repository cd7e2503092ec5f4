"""The examples in environments/ are not fixtures: whoever changes their values leaves the tests green."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from command_line import ROOT

pytestmark = pytest.mark.thorough

AFFECTED = ["tests/init", "tests/configuration", "tests/cli/test_demo.py", "tests/cli/test_settings_between.py"]
CHANGES = [
    (r"^tenantId: \S+", "tenantId: fabrikam.example"),
    (r"^clientId: \S+", "clientId: 11111111-54c0-4b7e-8a39-6f2b6ad9c2aa"),
    (r"Contoso", "Fabrikam"),
    (r"\bLeeds\b", "Hamburg"),
    (r"^  planAge: 24h", "  planAge: 12h"),
    (r"^  deletedInIntune: \{.*", "  deletedInIntune: {percent: 10, count: 50}"),
    (r"^  url: sqlite:///var/(\w+)\.db", r"  url: sqlite:///var/assets-\1.db"),
    (r"prefix: AST-", "prefix: FAB-"),
    (r"seats: 40", "seats: 55"),
    (r"expires: \S+", "expires: 2028-01-31"),
    (r"every: 1d", "every: 6h"),
    (r"afterDays: 60", "afterDays: 90"),
]


def test_ten_values_of_the_examples_can_be_changed(tmp_path: Path) -> None:
    """In a copy of the checkout with other values in environments/, what could read them passes."""
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    for name in filter(None, subprocess.run(listed, cwd=ROOT, capture_output=True, check=True).stdout.split(b"\0")):
        source, target = ROOT / os.fsdecode(name), tmp_path / os.fsdecode(name)
        if source.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(source.read_bytes())
    for pattern, value in CHANGES:
        found = 0
        for file in (tmp_path / "environments").rglob("*.yaml"):
            text, times = re.subn(pattern, value, file.read_text(), flags=re.MULTILINE)
            file.write_text(text)
            found += times
        assert found, pattern

    command = [sys.executable, "-m", "pytest", "-q", "-m", "not thorough and not browser", *AFFECTED]
    environment = {**os.environ, "PYTHONPATH": str(tmp_path), "PYTEST_ADDOPTS": "-n 0"}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout[-8000:]
