"""Settings that do not validate: what looks at the store alone goes on and says so, what needs the settings is refused.

Exit codes are rule V4's.
"""

import pytest
from command_line import CommandLine, Done, everything, rows

IMPORTS = "prod/connections/intune/imports.yaml"
LOOKED_AT_ALONE = (
    "Warning: The settings have 1 problem, in files that this command does not need. To see them: "
    "reconciler validate prod"
)


@pytest.fixture
def applied(cli: CommandLine) -> CommandLine:
    """Give a command line that has applied once."""
    assert cli.apply().code == 0
    return cli


def broken(cli: CommandLine) -> None:
    """Misspell a key of the connection's settings."""
    cli.edit(IMPORTS, "createAssets:", "createAsset:")


def words(done: Done) -> str:
    """Return what was said, its lines joined."""
    return " ".join(done.err.split())


def run_id(cli: CommandLine) -> str:
    return str(rows(cli.store, "SELECT run_id FROM run")[0]["run_id"])


@pytest.mark.parametrize(
    "command",
    [("history",), ("show", "RUN"), ("store", "check"), ("store", "pins"), ("store", "export"), ("store", "upgrade")],
    ids=" ".join,
)
def test_what_looks_at_the_store_alone_answers_as_before(applied: CommandLine, command: tuple[str, ...]) -> None:
    """What is printed and the exit code are as with sound settings; a warning on stderr names `validate`."""
    first, *rest = (run_id(applied) if part == "RUN" else part for part in command)
    arguments = ["store", rest[0], "prod"] if first == "store" else [first, "prod", *rest]
    before = applied.run(*arguments)
    broken(applied)
    after = applied.run(*arguments)
    assert (after.code, after.out) == (0, before.out)
    assert words(after) == " ".join(f"{LOOKED_AT_ALONE} {before.err}".split())


def test_a_field_is_unpinned(applied: CommandLine) -> None:
    """Nothing of it is asked of the settings; to pin one, the field has to be known, so the catalogue."""
    tag = rows(applied.store, "SELECT tag FROM asset ORDER BY tag")[0]["tag"]
    assert applied.run("store", "pin", "prod", tag, "name", "--because", "a test").code == 0
    broken(applied)
    assert applied.run("store", "unpin", "prod", tag, "name").code == 0
    assert rows(applied.store, "SELECT * FROM pin") == []
    assert applied.run("store", "pin", "prod", tag, "name", "--because", "a test").code == 1


def test_a_lease_is_looked_for(applied: CommandLine) -> None:
    """`store unlock` says that there is none."""
    broken(applied)
    done = applied.run("store", "unlock", "prod", "none")
    assert done.code == 64
    assert words(done) == f"{LOOKED_AT_ALONE} There is no lease none on the store; nobody holds one."


def test_a_status_shows_the_store_and_says_what_it_does_not_tell(applied: CommandLine) -> None:
    """The store's numbers are as before; it exits with 5, since what the settings say is unknown."""
    before = applied.run("status", "prod").out.splitlines()
    broken(applied)
    after = applied.run("status", "prod")
    assert after.code == 5
    assert {line.split()[0] for line in after.out.splitlines()} >= {"Store", "assets", "bindings"}
    assert [line.split() for line in after.out.splitlines() if "  assets" in line] == [
        each.split() for each in before if "  assets" in each
    ]
    assert words(after) == (
        "Warning: The settings have 1 problem, so pending settings, paused connections, tenants without a "
        "connection and credentials about to end are not shown. To see what is wrong: reconciler validate prod"
    )


def test_an_alarm_about_the_age_of_reads_goes_off(applied: CommandLine) -> None:
    """Which connections have to be read is unknown: the store is shown, the problems are told, and it exits with 1."""
    broken(applied)
    done = applied.run("status", "prod", "--max-age", "26h")
    assert done.code == 1
    assert done.out.startswith("Store of prod\n")
    assert "imports.yaml:" in done.err


def test_an_undo_is_refused(applied: CommandLine) -> None:
    """It weighs limits and matching values by the connections' settings: problems are told, nothing is written."""
    before = everything(applied.store)
    broken(applied)
    done = applied.run("undo", "prod", run_id(applied), "--yes")
    assert (done.code, done.out) == (1, "")
    assert "createAssets" in done.err
    assert everything(applied.store) == before


@pytest.mark.parametrize("file", ["instance.yaml", "the overlay's"])
def test_an_instance_with_a_problem_is_refused(applied: CommandLine, file: str) -> None:
    """Where the store is, and whose, is then not known; an overlay whose files are misspelt may have said it."""
    if file == "instance.yaml":
        applied.edit("prod/instance.yaml", "kind: production", "kind: producing")
    else:
        applied.lay("prod/instanc.yaml", "store: {url: sqlite:///var/other.db}\n")
    done = applied.run("history", "prod")
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith("The settings have 1 problem.\n")
