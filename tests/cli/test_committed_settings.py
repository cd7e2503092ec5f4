"""A production instance applies settings that a commit has (E5)."""

import pytest
from command_line import CommandLine, git, rows

from reconciler.simulator.server import Simulator

KIND = ("prod/instance.yaml", "kind: production", "kind: test")
CLOUD = ("prod/connections/intune/connection.yaml", "cloud: global", "")


@pytest.fixture
def committed(cli: CommandLine) -> CommandLine:
    """Commit the environments as they are, and leave the overlay out."""
    cli.overlaid = False
    commit(cli)
    return cli


def commit(cli: CommandLine) -> str:
    """Commit every file of the environments; return the commit."""
    git(cli.folder, "init", "--quiet")
    git(cli.folder, "add", "environments")
    git(cli.folder, "commit", "--quiet", "--message", "settings")
    return git(cli.folder, "rev-parse", "HEAD")


def test_settings_outside_of_a_repository_are_refused(cli: CommandLine, simulator: Simulator) -> None:
    """Nothing is read or written, and the message says what to do."""
    done = cli.run("apply", "prod", "--yes")
    assert (done.code, done.out) == (1, "")
    assert "a production instance, are in no Git repository" in done.err
    assert "add --allow-uncommitted" in done.err
    assert simulator.tally.total == 0
    assert not cli.store.exists()


def test_committed_settings_are_applied(committed: CommandLine) -> None:
    """As committed, an apply goes on; here to a connection that is off, which is nothing to do."""
    committed.edit("prod/connections/intune/connection.yaml", "production-only", "[uat]")
    commit(committed)
    done = committed.run("apply", "prod", "--yes")
    assert (done.code, done.err) == (0, "Nothing was written.\n")


@pytest.mark.parametrize(
    ("file", "before", "after"),
    [("prod/instance.yaml", "window: 24h", "window: 48h"), ("prod/catalogue.yaml", "Stolen]", "Stolen, Lost]")],
)
def test_changed_settings_are_refused(committed: CommandLine, file: str, before: str, after: str) -> None:
    """A file that differs from the commit is not what was reviewed."""
    committed.edit(file, before, after)
    done = committed.run("apply", "prod", "--yes")
    assert done.code == 1
    assert (
        f"a production instance, differ from the commit {git(committed.folder, 'rev-parse', 'HEAD')[:7]} in {file}"
        in (done.err)
    )


def test_an_overlay_is_never_committed(cli: CommandLine) -> None:
    """Laid over committed files, an overlay is a difference."""
    commit(cli)
    done = cli.run("apply", "prod", "--yes")
    assert done.code == 1
    assert "have an overlay laid over them, which no commit has" in done.err


def test_what_was_allowed_uncommitted_is_in_the_journal(cli: CommandLine) -> None:
    """With --allow-uncommitted it is applied, and the run keeps the commit and that it was uncommitted."""
    head = commit(cli)
    assert cli.apply().code == 0
    assert journal(cli) == (head, 0)
    assert f"{head[:7]}, uncommitted" in " ".join(cli.run("history", "prod").out.split())


def test_a_plan_says_whether_its_settings_are_the_commits(committed: CommandLine) -> None:
    """In what people read and in what is saved: the commit alone, or as Git calls what differs from it."""
    committed.edit("prod/connections/intune/connection.yaml", "production-only", "[uat]")
    head = commit(committed)
    assert committed.plan()["settingsCommit"] == head
    assert f"settings {head[:7]} · as of" in committed.run("plan", "prod").out
    committed.edit("prod/catalogue.yaml", "Stolen]", "Stolen, Lost]")
    assert committed.plan()["settingsCommit"] == f"{head}-dirty"
    assert f"settings {head[:7]}, uncommitted · as of" in committed.run("plan", "prod").out
    assert f"settings `{head[:7]}, uncommitted`" in committed.run("plan", "prod", "--format", "markdown").out
    assert f"{head}, uncommitted" in committed.run("plan", "prod", "--format", "html").out


def test_committed_settings_are_clean_in_the_journal(cli: CommandLine, simulator: Simulator) -> None:
    """A run of committed settings keeps the commit; other instances than production's may name their own cloud."""
    file, before, _ = CLOUD
    cli.edit(*KIND)
    cli.edit(file, "production-only", "all")
    cli.edit(file, before, simulator.cloud_block().rstrip())
    cli.overlaid = False
    head = commit(cli)
    assert cli.run("apply", "prod", "--yes").code == 0
    assert journal(cli) == (head, 1)


def test_other_instances_apply_what_they_have(cli: CommandLine) -> None:
    """Only production insists on a commit; the journal says that there was none."""
    cli.edit("uat/connections/intune/connection.yaml", "production-only", "all")
    assert cli.run("apply", "uat", "--yes").code == 0
    assert [
        (row["settings_commit"], row["settings_clean"]) for row in rows(cli.store_of("uat"), "SELECT * FROM run")
    ] == [(None, 0)]


def journal(cli: CommandLine) -> tuple[str, int]:
    """Return the commit of the only run, and whether it was clean."""
    (run,) = rows(cli.store, "SELECT * FROM run")
    return run["settings_commit"], run["settings_clean"]
