"""Pins through the command line, and what they do to plans: a pinned field is never written (F3)."""

from pathlib import Path

import pytest
import storing
from command_line import CommandLine, everything, rows

from reconciler.errors import StaleError

ROW = "tag,name,serialNumber\nA,LT-1,5CG1\nB,LT-2,5CG2\nC,LT-2,5CG3\n"


@pytest.fixture
def filled(cli: CommandLine) -> CommandLine:
    path = cli.folder / "assets.csv"
    path.write_text(ROW)
    assert cli.run("store", "import", "prod", str(path), "--yes").code == 0
    return cli


@pytest.mark.quick
def test_a_pin_says_who_pinned_what_and_why(filled: CommandLine) -> None:
    """It is no run of the journal: the list of pins tells it."""
    done = filled.run("store", "pin", "prod", "A", "name", "--because", "The boss wants it")
    assert (done.code, done.err) == (0, "name of A is pinned.\n")
    shown = filled.run("store", "pins", "prod").out
    assert shown.startswith("1 pinned field\n  A (LT-1): name\n      The boss wants it (by ")
    assert rows(filled.store, "SELECT count(*) AS n FROM run") == [{"n": 1}]


def test_pinning_again_gives_the_new_reason(filled: CommandLine) -> None:
    """A field has one pin."""
    filled.run("store", "pin", "prod", "A", "custom.label", "--because", "one")
    done = filled.run("store", "pin", "prod", "A", "custom.label", "--because", "two")
    assert done.err == "custom.label of A was pinned already; its reason is the new one now.\n"
    assert rows(filled.store, "SELECT field, reason FROM pin") == [{"field": "custom.label", "reason": "two"}]


def test_an_asset_is_named_by_serial_number_or_name_too(filled: CommandLine) -> None:
    """As long as it is the only one called so."""
    assert filled.run("store", "pin", "prod", "5cg2", "status", "--because", "x").err == "status of B is pinned.\n"
    assert filled.run("store", "pin", "prod", "LT-1", "user", "--because", "x").err == "user of A is pinned.\n"
    done = filled.run("store", "pin", "prod", "LT-2", "name", "--because", "x")
    assert (done.code, done.err) == (
        64,
        "2 assets are called 'LT-2' (B, C). Name one by its tag. Nothing was changed.\n",
    )


def test_unpinning_lets_the_field_be_written_again(filled: CommandLine) -> None:
    """It says since when and why it was pinned."""
    filled.run("store", "pin", "prod", "A", "name", "--because", "The boss wants it")
    done = filled.run("store", "unpin", "prod", "A", "name")
    assert done.code == 0
    assert done.err.endswith(": The boss wants it\n")
    assert filled.run("store", "pins", "prod").out == "No field is pinned.\n"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("pin", "prod", "A", "nme", "--because", "x"), "There is no field 'nme'. Did you mean `name`?"),
        (("pin", "prod", "5CG11", "name", "--because", "x"), "Did you mean 5CG1?"),
        (("pin", "prod", "A", "name", "--because", " "), "--because needs a reason"),
        (("pin", "prod", "A", "name"), "Missing option '--because'"),
        (("unpin", "prod", "A", "name"), "The field name of A is not pinned; nothing of it is."),
    ],
)
def test_what_cannot_be_pinned_is_said_and_changes_nothing(
    filled: CommandLine, arguments: tuple[str, ...], words: str
) -> None:
    """An asset or a field that there is not gets a did-you-mean."""
    before = everything(filled.store)
    done = filled.run("store", *arguments)
    assert done.code == 64
    assert words in done.err
    assert everything(filled.store) == before


def test_a_plan_that_was_made_before_a_pin_does_not_write_its_field(tmp_path: Path) -> None:
    """The row is as the plan says, and yet the plan does not fit any more; the other asset's change is not written."""
    path = storing.first_store(tmp_path / "store.db")
    change = storing.changed("AST-000001", name=("LT-1", "LT-9"))
    other = storing.changed("AST-000002", name=("LT-2", "LT-8"))
    storing.execute(
        path,
        "INSERT INTO pin SELECT id, 'name', 'The boss wants it', 'ann', '2026' FROM asset WHERE tag = 'AST-000001'",
    )
    with pytest.raises(StaleError, match='the pin of name is "The boss wants it", not empty'):
        storing.apply(path, storing.plan(change, other))
    storing.apply(path, storing.plan(other))
    assert rows(path, "SELECT name FROM asset ORDER BY tag") == [{"name": "LT-1"}, {"name": "LT-8"}]


def test_a_plan_that_was_made_before_software_was_pinned_does_not_write_it(tmp_path: Path) -> None:
    """The software of an asset is one field to a pin, whatever it is of."""
    path = storing.first_store(tmp_path / "store.db")
    change = storing.changed("AST-000001", **{"software: Visio": (None, "2021")})
    storing.execute(
        path, "INSERT INTO pin SELECT id, 'software', 'x', 'ann', '2026' FROM asset WHERE tag = 'AST-000001'"
    )
    with pytest.raises(StaleError, match='the pin of software is "x"'):
        storing.apply(path, storing.plan(change))
