"""Which commit settings were read at, whether they are as committed (E5), and repositories inside them (K8)."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from command_line import git

from reconciler.configuration.git import repository
from reconciler.configuration.git.repository import CommitState
from reconciler.configuration.loader import load_environment

BASE = Path(__file__).parent / "base"


@pytest.fixture
def top(tmp_path: Path) -> Path:
    """Return a repository with the base environment committed."""
    for path in BASE.rglob("*.yaml"):
        target = tmp_path / "environments" / path.relative_to(BASE)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(path.read_bytes())
    git(tmp_path, "init", "--quiet")
    commit(tmp_path)
    return tmp_path


def commit(top: Path) -> str:
    git(top, "add", "--all", "--force")
    git(top, "commit", "--quiet", "--message", "settings")
    return git(top, "rev-parse", "HEAD")


def state(top: Path) -> tuple[str | None, bool, str]:
    environment = load_environment(top / "environments", "prod").settled()
    return environment.commit, environment.clean, environment.uncommitted


def test_committed_settings_are_clean(top: Path) -> None:
    assert state(top) == (git(top, "rev-parse", "HEAD"), True, "")


def change(top: Path) -> None:
    file = top / "environments/prod/instance.yaml"
    file.write_text(f"{file.read_text()}# changed\n")


def stage(top: Path) -> None:
    change(top)
    git(top, "add", "--all")


def hide_from_git(top: Path) -> None:
    git(top, "update-index", "--assume-unchanged", "environments/prod/instance.yaml")
    change(top)


def link(top: Path) -> None:
    file = top / "environments/prod/instance.yaml"
    file.rename(file.with_name("elsewhere"))
    file.symlink_to("elsewhere")


@pytest.mark.parametrize("edit", [change, stage, hide_from_git])
def test_a_file_that_is_not_as_committed_is_named(top: Path, edit: Callable[[Path], None]) -> None:
    edit(top)
    head = git(top, "rev-parse", "HEAD")
    assert state(top) == (head, False, f"differ from the commit {head[:7]} in prod/instance.yaml")


def test_a_file_that_became_a_link_is_not_as_committed(top: Path) -> None:
    link(top)
    head = git(top, "rev-parse", "HEAD")
    assert state(top) == (head, False, f"differ from the commit {head[:7]} in prod/elsewhere, prod/instance.yaml")


def test_a_committed_link_is_clean_as_long_as_what_it_leads_to_is(top: Path) -> None:
    link(top)
    head = commit(top)
    assert state(top) == (head, True, "")
    (top / "environments/prod/elsewhere").write_text((BASE / "prod/instance.yaml").read_text() + "# changed\n")
    assert state(top) == (head, False, f"differ from the commit {head[:7]} in prod/elsewhere")


def test_a_connection_that_git_ignores_is_not_committed(top: Path) -> None:
    connections = top / "environments/prod/connections"
    shutil.copytree(connections / "intune", connections / "second")
    file = connections / "second/connection.yaml"
    file.write_text(file.read_text().replace("7d1a3b52", "8d1a3b52"))
    (top / ".git/info/exclude").write_text("second/\n")
    assert state(top)[2].endswith(
        " in prod/connections/second/asset-types.yaml, prod/connections/second/connection.yaml, "
        "prod/connections/second/field-mappings.yaml and 2 more"
    )


def test_a_removed_file_is_a_difference(top: Path) -> None:
    file = top / "environments/prod/connections/intune/tests.yaml"
    file.write_text("# yaml-language-server: $schema=../../../../schemas/tests.schema.json\nversion: 1\ncases: []\n")
    head = commit(top)
    file.unlink()
    assert state(top) == (head, False, f"differ from the commit {head[:7]} in prod/connections/intune/tests.yaml")


def test_windows_line_ends_are_no_difference(top: Path) -> None:
    file = top / "environments/prod/instance.yaml"
    file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    assert state(top)[1]


def test_other_files_do_not_matter(top: Path) -> None:
    (top / "notes.txt").write_text("x")
    (top / "environments/prod/README.md").write_text("x")
    assert state(top)[1]


def test_outside_of_a_repository_there_is_no_commit(top: Path) -> None:
    (top / ".git").rename(top / "elsewhere")
    assert state(top) == (None, False, "are in no Git repository")


def test_a_repository_without_a_commit_has_none(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet")
    found = repository.state({tmp_path / "prod": []})
    assert found == CommitState(None, clean=False, why="are in a Git repository that has no commit")


def test_a_repository_that_cannot_be_read_says_why(top: Path) -> None:
    (top / ".git/config").write_text("[core]\n\trepositoryformatversion = 9\n")
    assert state(top)[2].startswith(f"are in a Git repository that cannot be read ({top}/.git: ")


def test_no_git_program_is_needed(top: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    head = git(top, "rev-parse", "HEAD")
    monkeypatch.setenv("PATH", str(top / "nothing"))
    assert state(top) == (head, True, "")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a repository to somebody else")
def test_a_repository_of_somebody_else_is_read_since_nothing_of_it_is_run(top: Path) -> None:
    os.chown(top, 65534, 65534)
    os.chown(top / ".git", 65534, 65534)
    assert state(top)[1]


def test_another_repositorys_variables_are_not_followed(top: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_DIR", str(top / "nothing"))
    assert state(top)[1]


def test_a_work_tree_beside_its_repository_has_its_own_commit(top: Path) -> None:
    git(top, "worktree", "add", "--quiet", "-b", "other", str(top / "other"))
    change(top / "other")
    head = commit(top / "other")
    assert state(top / "other") == (head, True, "")
    assert state(top)[0] == git(top, "rev-parse", "HEAD") != head


def test_packed_objects_and_references_are_read(top: Path) -> None:
    git(top, "tag", "--annotate", "v1", "--message", "first")
    git(top, "gc", "--quiet")
    assert state(top)[1]
    with repository.around(top / "environments") as found:
        assert {found.commit(ref) for ref in ("HEAD", "@", "v1", "v1~0", git(top, "rev-parse", "HEAD")[:8])} == {
            git(top, "rev-parse", "HEAD")
        }


def test_validating_does_not_look_for_a_commit(top: Path) -> None:
    environment = load_environment(top / "environments", "prod", with_commit=False).settled()
    assert (environment.commit, environment.clean) == (None, False)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("prod/HEAD", "environments/prod/HEAD"),
        ("prod/Head", "environments/prod/Head"),
        ("HEAD", "environments/HEAD"),
        ("prod/connections/intune/HEAD", "environments/prod/connections/intune/HEAD"),
        ("prod/.git", "environments/prod/.git"),
        ("prod/connections/.GIT", "environments/prod/connections/.GIT"),
    ],
)
def test_a_repository_inside_the_settings_is_refused_with_its_place(top: Path, name: str, shown: str) -> None:
    file = top / "environments" / name
    if file.name.lower() == "head":
        (file.parent / "objects").mkdir()
    file.write_text("ref: refs/heads/main\n")
    loaded = load_environment(top / "environments", "prod", with_commit=False)
    [problem] = loaded.problems
    assert (problem.file, problem.message, problem.rule) == (shown, "a Git repository inside the settings", "K8")
