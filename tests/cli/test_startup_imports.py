"""What `--help` and `validate` import: they must feel instant, so what is slow to import stays where it is used."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SLOW = {"alembic", "cryptography", "deepdiff", "jinja2", "jsonschema", "msal", "msgspec", "psycopg", "re2", "requests"}
SLOW |= {"sqlalchemy", "trustme", "urllib3"}


def imported(*arguments: str) -> set[str]:
    """Return the top names of all that a command imports, and of the program's own rooms."""
    program = (
        "import sys; from reconciler.cli.main import run; code = run(sys.argv[1:]);"
        "print(*sorted({'.'.join(name.split('.')[:2]) if name.startswith('reconciler') else name.partition('.')[0]"
        " for name in sys.modules}), file=sys.stderr); sys.exit(code)"
    )
    command = [sys.executable, "-c", program, *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return set(done.stderr.splitlines()[-1].split())


@pytest.mark.parametrize("arguments", [["--help"], ["plan", "--help"], ["store", "--help"]])
def test_help_imports_neither_settings_nor_the_terminals_library(arguments: list[str]) -> None:
    """A command's own help has pydantic all the same: typer reads its arguments with it."""
    found = imported(*arguments)
    assert found & (SLOW | {"rich", "ruamel"}) == set()
    assert ("pydantic" in found) is (arguments != ["--help"])
    assert (
        found & {"reconciler.configuration", "reconciler.settings", "reconciler.planning", "reconciler.store"} == set()
    )


def test_validating_imports_nothing_that_reads_plans_or_stores() -> None:
    found = imported("validate")
    assert found & SLOW == set()
    assert "pydantic" in found
    assert found & {"reconciler.intune", "reconciler.model", "reconciler.run", "reconciler.store"} == set()
