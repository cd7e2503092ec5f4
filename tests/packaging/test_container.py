"""The container: linted, and its steps are run as far as they can be without a container runtime."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILE = ROOT / "Containerfile"
TEXT = FILE.read_text("utf-8")


def steps(name: str) -> list[str]:
    """Return what stands behind an instruction, each with its lines joined."""
    joined = TEXT.replace("\\\n", " ")
    return re.findall(rf"^{name} (.*)$", joined, re.MULTILINE)


def test_hadolint_finds_nothing() -> None:
    """The linter of Containerfiles is content."""
    hadolint = Path(sys.executable).parent / "hadolint"
    done = subprocess.run([hadolint, FILE], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout) == (0, "")


def test_it_runs_as_nobody_with_one_program() -> None:
    """The image has a user by number, no shell form, and starts the command itself."""
    assert steps("USER") == ["65532"]
    assert steps("ENTRYPOINT") == ['["/opt/reconciler/bin/reconciler"]']
    assert [each for each in steps("CMD") + steps("ENTRYPOINT") if not each.startswith("[")] == []


@pytest.mark.thorough
def test_its_python_steps_make_a_program_that_works(tmp_path: Path) -> None:
    """The steps that install are run in folders of their own; apt and the second stage need a container runtime."""
    source, target = tmp_path / "source", tmp_path / "opt"
    shown = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    ).stdout
    allowed = tuple(line[1:] for line in (ROOT / ".containerignore").read_text().splitlines() if line[0] == "!")
    for name in filter(None, shown.decode().split("\0")):
        if name.startswith(allowed) and (ROOT / name).is_file():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            (source / name).write_bytes((ROOT / name).read_bytes())
    for step in steps("RUN")[1:]:
        command = step.replace("/opt/reconciler", str(target)).replace("python3 -m", f"{sys.executable} -m")
        for _attempt in range(3):  # a download that breaks off is the network's fault, not the file's
            # A simulator's CA, which another test of this process may have set, knows no package index.
            known = {name: text for name, text in os.environ.items() if name != "REQUESTS_CA_BUNDLE"}
            done = subprocess.run(
                ["bash", "-euc", command], cwd=source, env=known, capture_output=True, text=True, check=False
            )
            if done.returncode == 0:
                break
        assert done.returncode == 0, done.stdout + done.stderr

    environment = {"PATH": str(target / "bin"), "HOME": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"}
    program = target / "bin" / "reconciler"
    for arguments in (["--help"], ["init", str(tmp_path / "assets")], ["demo"]):
        done = subprocess.run(
            [program, *arguments], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
    assert os.access(target / "bin" / "pip", os.X_OK) is False
