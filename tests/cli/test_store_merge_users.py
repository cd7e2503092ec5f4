"""`reconciler store merge-users`: two store users that are one person become one, and stay so (U4)."""

import pytest
from command_line import CommandLine, rows, write

PEOPLE = "SELECT id, name, upn, mail, entra_id, also_entra_ids FROM person"


@pytest.fixture
def twice(cli: CommandLine) -> tuple[CommandLine, dict[str, object], dict[str, object]]:
    """Import a tenant, and split the user of most assets in two; return both: the imported one, and the other."""
    assert cli.apply().code == 0
    [found] = rows(
        cli.store, "SELECT person_id FROM asset WHERE person_id NOT NULL GROUP BY 1 ORDER BY count(*) DESC LIMIT 1"
    )
    [kept] = rows(cli.store, f"{PEOPLE} WHERE id = ?", found["person_id"])
    values = ("Guest", "guest#ext@contoso.com", kept["upn"], "e-guest")
    write(cli.store, "INSERT INTO person (name, upn, mail, entra_id, active) VALUES (?, ?, ?, ?, 1)", *values)
    [other] = rows(cli.store, f"{PEOPLE} WHERE entra_id = 'e-guest'")
    write(cli.store, "UPDATE asset SET person_id = ? WHERE person_id = ?", other["id"], kept["id"])
    return cli, kept, other


def linked(cli: CommandLine, person: object) -> int:
    [found] = rows(cli.store, "SELECT count(*) AS n FROM asset WHERE person_id = ?", person)
    return int(found["n"])


Twice = tuple[CommandLine, dict[str, object], dict[str, object]]


def test_users_that_may_be_one_are_listed(twice: Twice) -> None:
    """By a UPN, a mail address or an employee id that both have."""
    cli, kept, _ = twice
    done = cli.run("store", "merge-users", "prod")
    assert done.code == 0
    assert str(kept["name"]) in done.out
    assert "Guest (guest#ext@contoso.com" in done.out


def test_a_dry_run_changes_nothing_and_yes_merges(twice: Twice) -> None:
    """The assets are the kept one's, the other is gone, and its Entra id is remembered."""
    cli, kept, other = twice
    command = ("store", "merge-users", "prod", str(kept["entra_id"]), "guest#ext@contoso.com")
    count = linked(cli, other["id"])
    dry = cli.run(*command)
    assert (dry.code, f"{count} asset" in dry.out, linked(cli, other["id"])) == (0, True, count)
    done = cli.run(*command, "--yes")
    assert done.code == 0, done.err
    assert (linked(cli, kept["id"]), rows(cli.store, f"{PEOPLE} WHERE entra_id = 'e-guest'")) == (count, [])
    assert rows(cli.store, "SELECT also_entra_ids FROM person WHERE id = ?", kept["id"]) == [
        {"also_entra_ids": "e-guest"}
    ]
    changed = [change for change in cli.plan()["changes"] if change["subject"] == "user"]
    assert [(each["name"], each["before"], each["after"]) for change in changed for each in change["attributes"]] == []


def test_an_import_never_makes_a_merged_user_again(cli: CommandLine) -> None:
    """Both accounts are still Entra's, and the store has one user for them."""
    assert cli.apply().code == 0
    kept, other = rows(cli.store, f"{PEOPLE} WHERE entra_id NOT NULL ORDER BY id LIMIT 2")
    command = ("store", "merge-users", "prod", str(kept["entra_id"]), str(other["entra_id"]), "--yes")
    assert cli.run(*command).code == 0
    made = [each["name"] for each in cli.plan()["changes"] if (each["subject"], each["action"]) == ("user", "create")]
    assert made == []


def test_a_merge_can_be_undone(twice: Twice) -> None:
    """The other is there again, with its assets."""
    cli, kept, other = twice
    count = linked(cli, other["id"])
    assert cli.run("store", "merge-users", "prod", str(kept["entra_id"]), "e-guest", "--yes").code == 0
    run = rows(cli.store, "SELECT run_id FROM run ORDER BY id DESC LIMIT 1")[0]["run_id"]
    done = cli.run("undo", "prod", str(run), "--yes")
    assert done.code == 0, done.err
    [back] = rows(cli.store, f"{PEOPLE} WHERE entra_id = 'e-guest'")
    assert (back["name"], linked(cli, back["id"])) == ("Guest", count)
    assert rows(cli.store, "SELECT also_entra_ids FROM person WHERE id = ?", kept["id"]) == [{"also_entra_ids": None}]


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (("nobody", "e-guest"), "There is no store user 'nobody'."),
        (("e-guest", "e-guest"), "Both are the same store user."),
        (("e-guest",), "Name both store users"),
    ],
)
def test_who_is_not_meant_is_told(twice: Twice, names: tuple[str, ...], told: str) -> None:
    """Nothing is changed."""
    cli, _, _ = twice
    done = cli.run("store", "merge-users", "prod", *names)
    assert (done.code, told in " ".join(done.err.split())) == (64, True)
