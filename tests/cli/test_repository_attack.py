"""A pull request cannot make the settings' folder a repository whose configuration runs programs (K8)."""

import os
import subprocess
from pathlib import Path

import pytest
from command_line import CommandLine, git


def make_bare_repository(folder: Path, marker: Path) -> None:
    """Make a folder a bare repository whose configuration names programs for whatever Git does there.

    Every file is one that a commit can hold: this is what a pull request could bring.
    """
    program = f"touch {marker}"
    for name in ("objects", "refs"):
        (folder / name).mkdir()
        (folder / name / "keep").touch()
    (folder / "HEAD").write_text("ref: refs/heads/main\n")
    (folder / "config").write_text(
        "[core]\n\trepositoryformatversion = 0\n\tbare = false\n\tworktree = .\n"
        f'\tfsmonitor = "{program}; false"\n\thooksPath = hooks\n\tsshCommand = "{program}"\n\tpager = "{program}"\n'
        f'[filter "x"]\n\tclean = "{program}; cat"\n\tsmudge = "{program}; cat"\n\trequired = true\n'
        f'[remote "origin"]\n\turl = .\n\tpromisor = true\n\tuploadpack = "{program}"\n'
        f'[alias]\n\tstatus = "!{program}"\n[diff]\n\texternal = "{program}"\n'
        "[extensions]\n\tpartialClone = origin\n"
    )
    (folder / ".gitattributes").write_text("* filter=x\n")
    file = sorted(folder.rglob("*.yaml"))[0]
    git(folder, "add", "--force", str(file))
    git(folder, "commit", "--quiet", "--message", "settings")
    # A file of another time and the same size makes Git ask the filter whether it changed.
    os.utime(file, (0, 0))


@pytest.fixture
def attacked(cli: CommandLine) -> CommandLine:
    """Return committed settings, of a kind of instance that applies what it has."""
    cli.edit("prod/instance.yaml", "kind: production", "kind: test")
    cli.edit("prod/connections/intune/connection.yaml", "production-only", "all")
    git(cli.folder, "init", "--quiet", "--initial-branch", "main")
    git(cli.folder, "add", "environments")
    git(cli.folder, "commit", "--quiet", "--message", "settings")
    return cli


@pytest.mark.parametrize(("where", "code"), [("uat", 0), ("prod", 1), (".", 1), ("prod/connections/intune", 1)])
def test_files_of_a_repository_inside_the_settings_run_nothing(
    attacked: CommandLine, tmp_path: Path, where: str, code: int
) -> None:
    """No command starts what such files name, whether they are refused or lie where this environment does not look."""
    marker = tmp_path / "marker"
    folder = attacked.environments / where
    make_bare_repository(folder, marker)
    subprocess.run(["git", "-C", str(folder), "status"], check=False, capture_output=True)
    assert marker.exists(), "the attack itself does not work, so that this test shows nothing"
    marker.unlink()
    commands = [("validate",), ("plan",), ("plan", "--base", "main"), ("apply", "--yes"), ("status",)]
    assert {attacked.run(name, "prod", *options).code for name, *options in commands} == {code}
    assert attacked.run("diff", "prod@main", "prod").code == code
    assert not marker.exists()
