"""What commands import: `--help` and `validate` must feel instant, and what a plan does not use costs it nothing."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SLOW = {"alembic", "cryptography", "deepdiff", "jinja2", "jsonschema", "msal", "msgspec", "psycopg", "re2", "requests"}
SLOW |= {"sqlalchemy", "trustme", "urllib3"}
OF_A_STORE = {"msgspec", "re2", "sqlalchemy"}
ELSEWHERE = {
    "reconciler.plan_files",
    "reconciler.recordings",
    "reconciler.report.html",
    "reconciler.report.markdown.plan",
}
ELSEWHERE |= {"reconciler.run.plans.impact", "reconciler.simulator"}
ELSEWHERE |= {"reconciler.store.application", "reconciler.store.writer", "sqlalchemy.dialects.postgresql"}


def imported(*arguments: str) -> set[str]:
    """Return the names of all modules that a command imports."""
    program = (
        "import sys; from reconciler.cli.main import run; code = run(sys.argv[1:]);"
        "print(*sys.modules, file=sys.stderr); sys.exit(code)"
    )
    command = [sys.executable, "-c", program, *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return set(done.stderr.splitlines()[-1].split())


@pytest.mark.parametrize("arguments", [["--help"], ["store", "--help"]])
def test_help_imports_neither_settings_nor_the_terminals_library(arguments: list[str]) -> None:
    """A group's help comes out of the table of commands, so that no command's module is loaded."""
    found = imported(*arguments)
    assert found & (SLOW | {"rich", "ruamel"}) == set()
    assert (
        found & {"reconciler.configuration", "reconciler.settings", "reconciler.planning", "reconciler.store"} == set()
    )


def test_validating_imports_nothing_that_reads_plans_or_stores() -> None:
    found = imported("validate")
    assert found & SLOW == set()
    assert "pydantic" in found
    assert found & {"reconciler.intune", "reconciler.model", "reconciler.run", "reconciler.store"} == set()


def test_planning_on_sqlite_imports_nothing_that_writes_or_is_for_something_else(tmp_path: Path) -> None:
    """No connection is enabled here, so the store is all that is read."""
    shutil.copytree(ROOT / "tests" / "environments", tmp_path / "environments")
    there = ("--environments", str(tmp_path / "environments"))
    imported(*there, "store", "init", "uat")
    found = imported(*there, "plan", "uat")
    assert "sqlalchemy.dialects.sqlite" in found
    assert found & (SLOW | ELSEWHERE) == OF_A_STORE
