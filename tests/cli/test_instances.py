"""Instances that are off do nothing, and a restored copy of another's store is not touched (E1-E3)."""

import shutil

import pytest
from command_line import CommandLine, everything, rows, write

from reconciler.simulator.server import Simulator

OFF = "enabledForInstances is production-only, and this is uat (uat)"
ON = ("uat/connections/intune/connection.yaml", "production-only", "all")


@pytest.fixture
def copied(cli: CommandLine) -> CommandLine:
    """Import prod, and put a copy of its store where uat's is."""
    assert cli.apply().code == 0
    shutil.copy(cli.store, cli.store_of("uat"))
    return cli


@pytest.mark.parametrize("command", ["plan uat --detailed-exitcode", "apply uat --yes"])
def test_an_instance_that_is_off_asks_nobody_and_makes_nothing(
    cli: CommandLine, simulator: Simulator, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    """Without its secret even: no request, no store, exit 0, and it says why."""
    monkeypatch.delenv("INTUNE_CLIENT_SECRET")
    done = cli.run(*command.split())
    assert done.code == 0
    assert OFF in " ".join(done.out.split())
    assert "No changes: no connection is enabled here." in done.out
    assert simulator.tally.total == 0
    assert not cli.store_of("uat").parent.exists()


def test_a_preview_of_an_instance_that_is_off_is_made_on_request(cli: CommandLine, simulator: Simulator) -> None:
    """With --as-if-enabled the tenant is read and planned, and still nothing is written; apply has no such option."""
    done = cli.run("plan", "uat", "--as-if-enabled")
    assert done.code == 0
    assert "54 new assets" in done.out
    assert simulator.tally.total > 0
    assert not cli.store_of("uat").exists()
    assert cli.run("apply", "uat", "--as-if-enabled").code == 64


def test_a_restored_copy_is_left_as_it_is_while_nothing_is_enabled(copied: CommandLine, simulator: Simulator) -> None:
    """Plan and apply warn and exit with 0; not a byte of the file changes, and no request is made."""
    before, asked = copied.store_of("uat").read_bytes(), simulator.tally.total
    for command in (
        ("plan", "uat"),
        ("apply", "uat", "--yes"),
        ("status", "uat"),
        ("record", "uat", "-o", str(copied.folder / "uat.rec")),
    ):
        done = copied.run(*command)
        assert done.code == 0
        assert done.err.startswith("Warning: The store is that of prod (production), and this is uat (uat)")
        assert "not yet applied here" not in done.out
    assert copied.store_of("uat").read_bytes() == before
    assert simulator.tally.total == asked


def test_a_restored_copy_is_refused_where_something_is_enabled(copied: CommandLine, simulator: Simulator) -> None:
    """Plan and apply name both instances and the command that makes the copy uat's; nothing is asked or written."""
    copied.edit(*ON)
    before, asked = copied.store_of("uat").read_bytes(), simulator.tally.total
    for command in (("plan", "uat"), ("apply", "uat", "--yes")):
        done = copied.run(*command)
        assert (done.code, done.out) == (1, "")
        assert "The store is that of prod (production), and this is uat (uat)" in done.err
        assert "reconciler store adopt uat" in done.err
    assert copied.store_of("uat").read_bytes() == before
    assert simulator.tally.total == asked


@pytest.mark.parametrize("revision", ["0001", "9999"])
def test_a_restored_copy_of_another_versions_store_is_left_as_it_is_too(copied: CommandLine, revision: str) -> None:
    """Whose it is comes first: no older store has to be upgraded, and no newer one is refused, while all is off."""
    write(copied.store_of("uat"), "UPDATE alembic_version SET version_num = ?", revision)
    before = copied.store_of("uat").read_bytes()
    for command in (("plan", "uat"), ("apply", "uat", "--yes")):
        done = copied.run(*command)
        assert done.code == 0
        assert done.err.startswith("Warning: The store is that of prod (production), and this is uat (uat)")
        assert "No changes: no connection is enabled here." in done.out
    copied.edit(*ON)
    for command in (("plan", "uat"), ("apply", "uat", "--yes")):
        done = copied.run(*command)
        assert (done.code, done.out) == (1, "")
        assert "reconciler store adopt uat" in done.err
    assert copied.store_of("uat").read_bytes() == before


def test_an_adopted_copy_is_the_instances_own(copied: CommandLine) -> None:
    """After `store adopt` it has a new id, keeps the old one, and is applied to."""
    copied.edit(*ON)
    (old,) = rows(copied.store, "SELECT * FROM stamp")
    done = copied.run("store", "adopt", "uat", "--yes")
    assert (done.code, done.out) == (0, "")
    (new,) = rows(copied.store_of("uat"), "SELECT * FROM stamp")
    assert (new["instance"], new["kind"], new["adopted_from"]) == ("uat", "uat", old["store_id"])
    assert new["store_id"] != old["store_id"]
    assert new["store_id"] in done.err
    assert copied.apply(name="uat").code == 0
    assert "No changes." in copied.run("plan", "uat").out


def test_adopting_asks_and_says_whose_the_store_was(copied: CommandLine) -> None:
    """Where there is nobody to ask, --yes is needed, and without it nothing is written."""
    before = copied.store_of("uat").read_bytes()
    done = copied.run("store", "adopt", "uat")
    assert done.code == 1
    assert "Add --yes." in done.err
    assert copied.store_of("uat").read_bytes() == before


def test_a_store_that_is_the_instances_already_is_not_adopted(cli: CommandLine) -> None:
    """Adopting twice changes nothing the second time."""
    cli.apply()
    before = everything(cli.store)
    done = cli.run("store", "adopt", "prod", "--yes")
    assert done.code == 0
    assert "is prod's already" in done.err
    assert everything(cli.store) == before


@pytest.mark.parametrize("command", ["store adopt prod --yes", "store unlock prod abc", "status prod", "show prod abc"])
def test_what_needs_a_store_makes_none(offline: CommandLine, command: str) -> None:
    """Where nothing was applied yet, the commands say so and make no file."""
    done = offline.run(*command.split())
    assert (done.code, done.out) == (1, "")
    assert "he first `reconciler apply` makes it." in " ".join(done.err.split())
    assert not offline.store.parent.exists()


def test_turning_a_connection_off_is_pending_until_that_instances_next_apply(cli: CommandLine) -> None:
    """Plan and status show it as pending, apply records it without asking Intune, and then it is no more (E4)."""
    cli.apply()
    cli.edit("prod/connections/intune/connection.yaml", "production-only", "[uat]")
    assert "enabledForInstances" in cli.run("plan", "prod").out
    assert "enabledForInstances" in cli.run("status", "prod").out
    assert cli.apply().code == 0
    assert [row["enabled"] for row in rows(cli.store, "SELECT enabled FROM settings_revision ORDER BY id")] == [
        '{"intune":true}',
        '{"intune":false}',
    ]
    assert "enabledForInstances" not in cli.run("status", "prod").out
