"""The environments that come with the product are settings that people start from: they must be right."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from reconciler.configuration.loader import environments_in, load_environment
from reconciler.configuration.schemas import folder, schema_name

ROOT = Path(__file__).parents[2]
ENVIRONMENTS = ROOT / "environments"
FILES = sorted(ENVIRONMENTS.rglob("*.yaml"))
NAMES = ["prod", "uat"]


def test_there_are_two_environments() -> None:
    assert environments_in(ENVIRONMENTS) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_an_environment_has_no_problem_at_all(name: str) -> None:
    loaded = load_environment(ENVIRONMENTS, name)
    assert loaded.problems == ()
    assert loaded.settled().instance.name == name


def test_uat_has_the_connection_files_of_prod() -> None:
    def contents(name: str) -> dict[str, bytes]:
        connection = ENVIRONMENTS / name / "connections/intune"
        return {path.name: path.read_bytes() for path in connection.iterdir()}

    assert contents("uat") == contents("prod")


@pytest.mark.parametrize(("name", "enabled"), [("prod", True), ("uat", False)])
def test_the_connection_runs_in_production_only(name: str, enabled: bool) -> None:
    environment = load_environment(ENVIRONMENTS, name).settled()
    assert environment.enabled(environment.connections["intune"]) is enabled


@pytest.mark.parametrize("file", FILES, ids=lambda path: str(path.relative_to(ENVIRONMENTS)))
def test_a_file_begins_with_its_schema_and_its_version(file: Path) -> None:
    lines = file.read_text(encoding="utf-8").splitlines()
    named = re.fullmatch(r"# yaml-language-server: \$schema=(\S+)", lines[0])
    assert named is not None
    assert (file.parent / named[1]).resolve() == folder() / schema_name(file.name)
    assert next(line for line in lines if not line.startswith("#")) == "version: 1"


@pytest.mark.parametrize("kind", sorted({path.name for path in FILES}))
def test_another_validator_accepts_the_files_too(kind: str) -> None:
    files = [str(path) for path in FILES if path.name == kind]
    schema = str(folder() / schema_name(kind))
    command = [sys.executable, "-m", "check_jsonschema", "--schemafile", schema, *files]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
