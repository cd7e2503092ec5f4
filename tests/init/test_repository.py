"""What `init` writes works from the built wheel, in a clean environment outside any checkout."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from command_line import ROOT, git, simulated
from workflow_runner import Runner

from reconciler.simulator.server import Simulator

pytestmark = [
    pytest.mark.thorough,
    pytest.mark.skipif(
        not all(map(shutil.which, ("bash", "jq", "zip", "unzip"))),
        reason="the fake gh filters with jq, and recordings are zipped; `.ci/run` installs what is lacking",
    ),
]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel."""
    folder = tmp_path_factory.mktemp("dist")
    hatchling = Path(sys.executable).parent / "hatchling"
    subprocess.run([hatchling, "build", "-t", "wheel", "-d", folder], cwd=ROOT, check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def program(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the wheel into an environment that has what it needs and no checkout."""
    folder = tmp_path_factory.mktemp("installed")
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    (libraries,) = (folder / "lib").glob("python3.*/site-packages")
    needed = {Path(each).resolve() for each in sys.path if each.endswith("site-packages")}
    (libraries / "needed.pth").write_text("".join(f"{each}\n" for each in needed))
    pip = [folder / "bin" / "pip", "install", "--quiet", "--no-deps", "--no-index", wheel]
    subprocess.run(pip, check=True, capture_output=True)
    return folder / "bin" / "reconciler"


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulator]:
    with simulated(devices=12) as running:
        yield running


def run(program: Path, folder: Path, *arguments: str) -> str:
    """Run the program in a folder, with nothing of this checkout in its environment."""
    environment = {"PATH": f"{program.parent}:{os.environ['PATH']}", "HOME": str(folder)}
    done = subprocess.run(
        [program, *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def edit(file: Path, before: str, after: str) -> None:
    text = file.read_text()
    assert before in text
    file.write_text(text.replace(before, after, 1))


def test_the_requirements_pin_this_very_wheel(program: Path, wheel: Path, tmp_path: Path) -> None:
    """With them pip takes the wheel that `init` was run from, and refuses another one of the same name."""
    run(program, tmp_path, "init", "assets")
    file = tmp_path / "assets" / "requirements.txt"
    (own,) = re.findall(r"^it-asset-reconciler==.*\n.*\n", file.read_text(), re.MULTILINE)
    (tmp_path / "own.txt").write_text(own)
    packages = tmp_path / "packages"
    packages.mkdir()
    shutil.copy(wheel, packages)
    command = [program.parent / "pip", "download", "--no-deps", "--no-index", "--find-links", packages]
    command += ["--require-hashes", "-r", tmp_path / "own.txt", "--dest"]

    assert subprocess.run([*command, tmp_path / "first"], capture_output=True, check=False).returncode == 0
    with (packages / wheel.name).open("ab") as stream:
        stream.write(b"\n")
    refused = subprocess.run([*command, tmp_path / "second"], capture_output=True, check=False)
    assert b"THESE PACKAGES DO NOT MATCH THE HASHES" in refused.stderr


def test_a_new_repository_validates_plans_and_applies_by_its_own_workflows(
    program: Path, tmp_path: Path, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From an empty folder: init, git init, commit, the first apply, a pull request with its comment."""
    monkeypatch.setattr(sys, "executable", str(program.parent / "python"))  # the runner installs a link to its program
    folder = tmp_path / "assets"
    run(program, tmp_path, "init", "assets", "--organisation", "Fabrikam", "--site", "Hamburg", "--store", "postgresql")
    run(program, folder, "validate", "--strict")
    shutil.rmtree(folder / "environments" / "uat")
    intune = folder / "environments" / "prod" / "connections" / "intune"
    edit(folder / "environments" / "prod" / "instance.yaml", "kind: production", "kind: test")
    edit(intune / "connection.yaml", "cloud: global", simulator.cloud_block().rstrip())
    edit(intune / "connection.yaml", "enabledForInstances: production-only", "enabledForInstances: all")
    edit(intune / "imports.yaml", "  import: true", "  import: false")
    git(folder, "init", "--quiet", "--initial-branch", "main")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "start")

    workflows = folder / ".github" / "workflows"
    by_hand = {
        "inputs.environments": "prod",
        "inputs.allow": "created=50",
        "inputs.because": "first import",
        "github.event_name": "workflow_dispatch",
        "secrets.RECONCILER_STORE_URL": f"sqlite:///{tmp_path}/prod.db",
    }
    applying = Runner(
        tmp_path / "apply", folder, "apply.yml", by_hand, variables=simulator.environment(), workflows=workflows
    )
    applied = applying.job("apply")
    assert (applied.result, "Applied run" in applied.log) == ("success", True), applied.log

    git(folder, "checkout", "--quiet", "-b", "merge")
    edit(intune / "field-mappings.yaml", "{from: model, to: model}", "{from: model, to: model, transform: [upper]}")
    git(folder, "commit", "--quiet", "--all", "--message", "upper")
    event = {"github.event.pull_request.number": "5", "github.event.pull_request.head.repo.full_name": "contoso/assets"}
    planning = Runner(
        tmp_path / "plan",
        folder,
        "plan.yml",
        event,
        branch="merge",
        variables={"RECONCILER_ALLOW_HOST": "localhost"},
        workflows=workflows,
    )
    run_of_the_apply = {"id": 42, "head_branch": "main", "head_repository_id": 7}
    kept = {"id": 2, "name": "recordings", "created_at": "2026-11-23T08:00:00Z", "expired": False}
    planning.put(artifacts=[kept | {"workflow_run": run_of_the_apply}])
    package = tmp_path / "plan" / "gh" / "2.zip"
    shutil.make_archive(str(package.with_suffix("")), "zip", applying.artifacts / "recordings")

    ran = [planning.job(name) for name in ("plan", "comment")]
    assert [each.result for each in ran] == ["success", "success"], ran[0].log
    assert planning.state["comments"][0]["body"].startswith("<!-- reconciler:plan:prod -->")
