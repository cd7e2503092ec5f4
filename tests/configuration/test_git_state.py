"""Which commit settings were read at, and whether they are as committed (E5)."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from reconciler.configuration import git
from reconciler.configuration.loader import load_environment

BASE = Path(__file__).parent / "base"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Return a repository with the base environment committed."""
    for path in BASE.rglob("*.yaml"):
        target = tmp_path / "environments" / path.relative_to(BASE)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(path.read_bytes())
    run(tmp_path, "init", "--quiet")
    run(tmp_path, "add", "--all")
    run(tmp_path, "commit", "--quiet", "--message", "first")
    return tmp_path


def run(folder: Path, *arguments: str) -> str:
    who = ["-c", "user.name=Someone", "-c", "user.email=someone@example.com", "-c", "commit.gpgsign=false"]
    return subprocess.run(
        ["git", "-C", str(folder), *who, *arguments], check=True, capture_output=True, text=True
    ).stdout.strip()


def state(repository: Path) -> tuple[str | None, bool]:
    environment = load_environment(repository / "environments", "prod").settled()
    return environment.commit, environment.clean


def test_committed_settings_are_clean(repository: Path) -> None:
    assert state(repository) == (run(repository, "rev-parse", "HEAD"), True)


def change(repository: Path) -> None:
    file = repository / "environments/prod/instance.yaml"
    file.write_text(f"{file.read_text()}# changed\n")


def stage(repository: Path) -> None:
    change(repository)
    run(repository, "add", "--all")


def add_a_connection_that_git_ignores(repository: Path) -> None:
    connections = repository / "environments/prod/connections"
    (connections / "second").mkdir()
    for path in (connections / "intune").iterdir():
        text = path.read_text().replace("7d1a3b52", "8d1a3b52")
        (connections / "second" / path.name).write_text(text)
    (repository / ".git/info/exclude").write_text("second/\n")


@pytest.mark.parametrize("edit", [change, stage, add_a_connection_that_git_ignores])
def test_settings_that_are_not_as_committed_are_not_clean(repository: Path, edit: Callable[[Path], None]) -> None:
    edit(repository)
    assert state(repository) == (run(repository, "rev-parse", "HEAD"), False)


def test_other_files_do_not_matter(repository: Path) -> None:
    (repository / "notes.txt").write_text("x")
    (repository / "environments/prod/README.md").write_text("x")
    assert state(repository)[1]


def test_outside_of_a_repository_there_is_no_commit(repository: Path) -> None:
    (repository / ".git").rename(repository / "elsewhere")
    assert state(repository) == (None, False)


def test_a_repository_without_a_commit_has_none(tmp_path: Path) -> None:
    run(tmp_path, "init", "--quiet")
    assert git.state(tmp_path, []).commit is None


def test_without_git_there_is_no_commit(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(repository / "nothing"))
    assert git.state(repository, []) == git.GitState(None, clean=False, why="Git cannot be run")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a repository to somebody else")
def test_a_repository_of_somebody_else_has_no_commit_and_says_why(repository: Path) -> None:
    os.chown(repository, 65534, 65534)
    os.chown(repository / ".git", 65534, 65534)
    found = git.state(repository / "environments/prod", ["instance.yaml"])
    assert (found.commit, found.clean) == (None, False)
    assert "dubious ownership" in found.why


def test_another_repositorys_variables_are_not_followed(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_DIR", str(repository / "nothing"))
    assert git.state(repository / "environments/prod", ["instance.yaml"]).clean


def test_validating_does_not_ask_git(repository: Path) -> None:
    environment = load_environment(repository / "environments", "prod", with_commit=False).settled()
    assert (environment.commit, environment.clean) == (None, False)
