"""`store check` and `store upgrade`: a store looked after."""

from pathlib import Path

import pytest
import storing
from command_line import CommandLine, write

FINE = """  + revision 0004 of the tables
  + the stamp is this instance's
  + the database's pages and indexes
  + no dangling references
  + presence and timestamps are valid
  + an asset has one live binding at most
  + custom fields are declared ones
  + pinned fields exist
The store is what it should be.
"""


@pytest.fixture
def filled(cli: CommandLine) -> CommandLine:
    cli.store.parent.mkdir()
    storing.first_store(cli.store)
    return cli


def test_a_store_that_is_what_it_should_be(filled: CommandLine) -> None:
    """Each look is told, and the exit code is 0; software can be pinned as any field."""
    write(filled.store, "INSERT INTO pin VALUES (1, 'software', 'x', 'x', 'x'), (1, 'user', 'x', 'x', 'x')")
    done = filled.run("store", "check", "prod")
    assert (done.code, done.out) == (0, FINE)


@pytest.mark.parametrize(
    ("statement", "look", "fault"),
    [
        ("UPDATE stamp SET instance = 'uat'", "the stamp is", "the store is uat's, and this is prod"),
        ("UPDATE asset SET type_id = 99 WHERE id = 1", "no dangling", "row 1 of asset refers to a row of asset_type"),
        ("UPDATE asset SET custom = '{\"x\":1}' WHERE id = 1", "custom fields", "AST-000001 has a value for custom.x"),
        ("INSERT INTO pin VALUES (1, 'nme', 'x', 'x', 'x')", "pinned fields exist", "AST-000001 has nme pinned"),
    ],
)
def test_a_fault_is_told_beneath_its_look(filled: CommandLine, statement: str, look: str, fault: str) -> None:
    """What another program wrote is found, and the exit code is 1."""
    write(filled.store, statement)
    done = filled.run("store", "check", "prod")
    assert done.code == 1
    assert f"  ! {look}" in done.out
    assert f"      {fault}" in done.out
    assert "1 check failed." in done.out


@pytest.mark.quick
def test_two_live_bindings_of_an_asset_are_found(filled: CommandLine) -> None:
    """The database's own index has to be gone for that."""
    write_all(filled.store, "DROP INDEX uq_binding_alive", "UPDATE binding SET asset_id = 1")
    assert "      AST-000001 has 2 live bindings" in filled.run("store", "check", "prod").out


def write_all(path: Path, *statements: str) -> None:
    storing.execute(path, *statements)


ODD = {
    "binding.presence is 'gone' in 2 rows, which is not one of present, missing, excluded, deleted": (
        "UPDATE binding SET presence = 'gone'"
    ),
    "connection_read.read_at is 'yesterday', which is not a point in time": (
        "INSERT INTO connection_read VALUES ('intune', 't', 'yesterday')"
    ),
    "whole_read_day.day is '2026-13-01', which is not a day": (
        "INSERT INTO whole_read_day VALUES ('intune', 't', '2026-13-01')"
    ),
}


@pytest.mark.parametrize("fault", ODD)
def test_a_value_that_no_run_writes_is_found_and_named(filled: CommandLine, fault: str) -> None:
    """What reads the store stops at it, names it and the check; the check tells it beneath its look."""
    write_all(filled.store, "PRAGMA ignore_check_constraints = ON", ODD[fault])
    for command in (["plan", "prod"], ["status", "prod"], ["store", "export", "prod"]):
        done = filled.run(*command)
        assert (done.code, done.out) == (1, "")
        assert done.err == (
            f"The store {filled.store} has a value that no run writes: {fault}. Restore the store from a backup, "
            "or correct the rows; all of them are listed by: reconciler store check prod\n"
        )
    done = filled.run("store", "check", "prod")
    assert done.code == 1
    assert f"! presence and timestamps are valid {fault}" in " ".join(done.out.split())


def test_many_faults_are_told_by_their_first_ones(filled: CommandLine) -> None:
    """A store of thousands with one fault each fits a page."""
    for number in range(9):
        write(filled.store, f"INSERT INTO pin VALUES (1, 'x{number}', 'x', 'x', 'x')")
    out = filled.run("store", "check", "prod").out
    assert (out.count("pinned, which is no field"), "and 4 more" in out) == (5, True)


def test_a_store_that_is_not_there_is_neither_checked_nor_upgraded(cli: CommandLine) -> None:
    """And none is made."""
    for command in ("check", "upgrade"):
        assert cli.run("store", command, "prod").code == 1
    assert not cli.store.exists()


def test_a_store_that_is_up_to_date_stays_as_it_is(filled: CommandLine) -> None:
    """Nothing is asked."""
    before = filled.store.read_bytes()
    done = filled.run("store", "upgrade", "prod")
    assert (done.code, done.err) == (0, "The store of prod is up to date; nothing was changed.\n")
    assert filled.store.read_bytes() == before


def test_a_newer_versions_store_is_not_upgraded(filled: CommandLine) -> None:
    """It says what to do instead."""
    write(filled.store, "UPDATE alembic_version SET version_num = '9999'")
    done = filled.run("store", "upgrade", "prod", "--yes")
    assert done.code == 1
    assert "a newer version made it" in done.err
