"""`diff`, `promote` and `init`, through the command line: settings between environments and commits (K7, E4)."""

import json
from pathlib import Path

import pytest
from command_line import CommandLine, git

INTUNE = "connections/intune"


@pytest.fixture
def repository(offline: CommandLine) -> CommandLine:
    """Return the examples as a repository with one commit."""
    git(offline.folder, "init", "--quiet", "--initial-branch", "main")
    commit(offline)
    return offline


def commit(cli: CommandLine) -> None:
    git(cli.folder, "add", "--all")
    git(cli.folder, "commit", "--quiet", "--message", "settings")


def texts(folder: Path) -> dict[str, str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_text() for path in sorted(files)}


def test_two_environments_differ_in_what_instances_are(offline: CommandLine) -> None:
    done = offline.run("diff", "prod", "uat")
    assert (done.code, done.err) == (0, "3 settings differ.\n")
    assert done.out == (
        "instance.yaml\n"
        "  kind: production → uat\n"
        "  name: prod → uat\n"
        "  store.url: sqlite:///var/prod.db → sqlite:///var/uat.db\n"
    )


def test_enablement_comes_first(offline: CommandLine) -> None:
    offline.edit(f"uat/{INTUNE}/connection.yaml", "production-only  #", "[prod, uat]  #")
    offline.edit("uat/catalogue.yaml", "digits: 6", "digits: 7")
    assert offline.run("diff", "prod", "uat").out.startswith(
        f"{INTUNE}/connection.yaml\n  enabledForInstances: production-only → [prod, uat]\ncatalogue.yaml\n"
    )


def test_differences_are_json_for_machines(offline: CommandLine) -> None:
    offline.edit("prod/catalogue.yaml", "digits: 6", "digits: 7")
    shown = json.loads(offline.run("diff", "uat", "prod", "--format", "json").out)
    assert shown[0] == {"path": "catalogue.yaml: assetTags.digits", "before": "6", "after": "7"}


def test_an_environment_differs_from_itself_at_a_commit(repository: CommandLine) -> None:
    repository.edit(f"prod/{INTUNE}/imports.yaml", "createAssets: true ", "createAssets: false ")
    assert repository.run("diff", "prod@main", "prod").out == f"{INTUNE}/imports.yaml\n  createAssets: true → false\n"
    commit(repository)
    assert repository.run("diff", "prod@HEAD", "prod") == (0, "", "No settings differ.\n")
    assert repository.run("diff", "prod", "prod@HEAD~1").err == "1 setting differs.\n"


def test_a_renamed_folder_is_the_same_connection(repository: CommandLine) -> None:
    (repository.environments / "prod" / INTUNE).rename(repository.environments / "prod/connections/corporate")
    assert repository.run("diff", "prod@HEAD", "prod").out == (
        "connections\n  connections/intune → connections/corporate\n"
    )


@pytest.mark.parametrize(
    ("named", "code", "told"),
    [
        ("prod@nowhere", 1, "There is no commit nowhere in the repository of"),
        ("prod@-x", 64, "`-x` names no commit"),
        ("prod@", 64, "`` names no commit"),
        ("prod@HEAD:", 64, "`HEAD:` names no commit. Name a commit, a branch or a tag."),
        ("prod@HEAD^{tree}", 64, "`HEAD^{tree}` names no commit. Name a commit, a branch or a tag."),
        ("prod@^HEAD", 64, "`^HEAD` names no commit. Name a commit, a branch or a tag."),
        ("prod@no\nsuch", 1, "There is no commit no\\nsuch in the repository of"),
        ("prod@\udcff", 1, "There is no commit \\xff in the repository of"),
        ("test@HEAD", 64, "There was no environment `test` in"),
        ("../prod@HEAD", 64, "There was no environment `../prod` in"),
    ],
)
def test_what_is_not_there_is_named(repository: CommandLine, named: str, code: int, told: str) -> None:
    done = repository.run("diff", named, "prod")
    assert (done.code, done.out) == (code, "")
    assert told in done.err


def test_outside_of_a_repository_there_is_no_commit(offline: CommandLine) -> None:
    done = offline.run("diff", "prod@HEAD", "prod")
    assert (done.code, "are in no Git repository" in done.err) == (1, True)


def test_settings_at_a_commit_need_no_git_program(repository: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert repository.run("diff", "prod@main", "prod") == (0, "", "No settings differ.\n")


def test_a_shallow_clone_says_how_to_fetch_the_rest(repository: CommandLine, tmp_path: Path) -> None:
    repository.edit("prod/catalogue.yaml", "digits: 6", "digits: 7")
    commit(repository)
    first = git(repository.folder, "rev-parse", "HEAD~1")
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "--quiet", "--depth", "1", f"file://{repository.folder}", str(clone))
    repository.folder = clone
    done = repository.run("diff", f"prod@{first}", "prod")
    assert done.code == 1
    assert f"The commit {first} is not in this clone, which is shallow" in done.err
    assert "git fetch --unshallow" in done.err


def test_settings_that_were_wrong_at_a_commit_are_told_with_their_places(repository: CommandLine) -> None:
    repository.edit("prod/catalogue.yaml", "digits: 6", "digitz: 6")
    commit(repository)
    repository.edit("prod/catalogue.yaml", "digitz: 6", "digits: 6")
    done = repository.run("diff", "prod@HEAD", "prod")
    assert (done.code, "environments/prod/catalogue.yaml:" in done.err, "digitz" in done.err) == (1, True, True)


def test_promoting_copies_files_as_they_stand_after_showing_the_difference(offline: CommandLine) -> None:
    offline.edit(f"uat/{INTUNE}/imports.yaml", "createAssets: true ", "createAssets: false   # 'quiet' ")
    offline.edit("uat/catalogue.yaml", "Remote]", "Remote, York]  # new")
    done = offline.run("promote", "uat", "prod", "--yes")
    assert done.code == 0
    assert done.out == (
        "catalogue.yaml\n"
        "  organisations[Contoso].sites: [Head Office, Leeds, Remote] → [Head Office, Leeds, Remote, York]\n"
        f"{INTUNE}/imports.yaml\n"
        "  createAssets: true → false\n"
    )
    assert done.err == "Wrote 2 files of prod. Review and commit them; the next apply of prod uses them.\n"
    uat, prod = texts(offline.environments / "uat"), texts(offline.environments / "prod")
    assert {name for name in uat if uat[name] != prod[name]} == {"instance.yaml"}


def test_without_a_terminal_promoting_shows_and_changes_nothing(offline: CommandLine) -> None:
    before = texts(offline.environments)
    offline.edit("uat/catalogue.yaml", "digits: 6", "digits: 7")
    done = offline.run("promote", "uat", "prod")
    assert (done.code, done.out) == (1, "catalogue.yaml\n  assetTags.digits: 6 → 7\n")
    assert "Add --yes" in done.err
    offline.edit("uat/catalogue.yaml", "digits: 7", "digits: 6")
    assert texts(offline.environments) == before


def test_what_a_connection_is_stays_the_targets_with_comments_and_quotes(offline: CommandLine) -> None:
    uat, prod = (f"{name}/{INTUNE}/connection.yaml" for name in ("uat", "prod"))
    offline.edit(uat, "7d1a3b52-0f8e-4c3e-9a53-3a3f0a1f2b11", "8d1a3b52-0f8e-4c3e-9a53-3a3f0a1f2b11")
    offline.edit(uat, "INTUNE_CLIENT_SECRET", "UAT_SECRET")
    offline.edit(uat, "enabledForInstances: production-only", "enabledForInstances: 'all'")
    before = (offline.environments / prod).read_text()
    done = offline.run("promote", "uat", "prod", "--yes")
    assert done.out == f"{INTUNE}/connection.yaml\n  enabledForInstances: production-only → all\n"
    after = (offline.environments / prod).read_text()
    assert after == before.replace("enabledForInstances: production-only", "enabledForInstances: 'all'")


def test_a_connection_that_was_renamed_is_renamed_there_too(offline: CommandLine) -> None:
    (offline.environments / "uat" / INTUNE).rename(offline.environments / "uat/connections/corporate")
    (offline.environments / "prod" / INTUNE / "notes.txt").write_text("kept")
    done = offline.run("promote", "uat", "prod", "--yes")
    assert (done.code, done.out) == (0, "connections\n  connections/intune → connections/corporate\n")
    found = texts(offline.environments / "prod/connections")
    assert {name.partition("/")[0] for name in found} == {"corporate"}
    assert found["corporate/notes.txt"] == "kept"


def test_a_connection_that_only_the_target_has_stays(offline: CommandLine) -> None:
    own = offline.environments / "prod/connections/second"
    own.mkdir()
    for name, text in texts(offline.environments / "prod" / INTUNE).items():
        (own / name).write_text(text.replace("7d1a3b52", "9d1a3b52"))
    before = texts(own)
    offline.edit("uat/catalogue.yaml", "digits: 6", "digits: 7")
    done = offline.run("promote", "uat", "prod", "--yes")
    assert "connections/second is only in prod, and stays as it is." in done.err
    assert texts(own) == before


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        ("prod/instance.yaml", "kind: production ", "kind: productionn ", "The settings have 1 problem."),
        ("uat/catalogue.yaml", "[Laptop, Virtual Machine, Mac]", "[Laptop, Mac]", "The settings have 3 problems."),
        (f"uat/{INTUNE}/tests.yaml", "{type: Phone,", "{type: Mac,", "1 case fails, so nothing was done."),
    ],
)
def test_what_would_not_do_is_not_promoted(offline: CommandLine, file: str, old: str, new: str, told: str) -> None:
    offline.edit(file, old, new)
    before = texts(offline.environments)
    done = offline.run("promote", "uat", "prod", "--yes")
    assert (done.code, done.out) == (1, "")
    assert told in done.err
    assert texts(offline.environments) == before


def test_cases_of_a_connection_that_is_off_in_the_target_count(offline: CommandLine) -> None:
    """Uat imports nothing; what its cases expect of the settings is promised all the same (K5)."""
    offline.edit(f"prod/{INTUNE}/asset-types.yaml", "type: Phone", "type: Laptop")
    before = texts(offline.environments)
    done = offline.run("promote", "prod", "uat", "--yes")
    assert (done.code, done.out) == (1, "")
    assert (
        "1 case fails, so nothing was done. “An iPhone is a phone” (intune): type is Laptop instead of Phone"
        in " ".join(done.err.split())
    )
    assert texts(offline.environments) == before


def test_a_result_that_does_not_validate_is_refused_with_its_places(offline: CommandLine) -> None:
    """Prod's own connection uses a type that uat's catalogue does not have."""
    own = offline.environments / "prod/connections/second"
    own.mkdir()
    for name, text in texts(offline.environments / "prod" / INTUNE).items():
        (own / name).write_text(text.replace("7d1a3b52", "9d1a3b52").replace("default: Laptop", "default: Desk"))
    offline.edit("prod/catalogue.yaml", "[Laptop, ", "[Laptop, Desk, ")
    done = offline.run("promote", "uat", "prod", "--yes")
    assert done.code == 1
    assert "With the settings of uat, prod would not validate. Nothing was changed.\nenvironments/prod/" in done.err


def test_promoting_to_itself_or_twice_does_nothing(offline: CommandLine) -> None:
    assert offline.run("promote", "prod", "prod").code == 64
    assert offline.run("promote", "uat", "prod") == (0, "", "prod has the settings of uat already.\n")


def test_a_starting_point_validates_passes_its_cases_and_completes_in_editors(
    offline: CommandLine, tmp_path: Path
) -> None:
    start = tmp_path / "new/settings"
    assert offline.run("init", str(start)).code == 0
    assert (start / "schemas/imports.schema.json").exists()
    assert "\nvar/\n" in (start / ".gitignore").read_text()
    offline.folder = start
    offline.overlaid = False
    assert offline.run("validate", "--strict") == (0, "", "prod, uat: valid.\n")
    assert offline.run("test", "prod").code == 0


def test_nothing_is_overwritten(offline: CommandLine, tmp_path: Path) -> None:
    start = tmp_path / "settings"
    start.mkdir()
    (start / ".gitignore").write_text("mine")
    done = offline.run("init", str(start))
    assert (done.code, texts(start)) == (1, {".gitignore": "mine"})
    assert done.err.startswith(f"Already there with other content: {start}/.gitignore.")
