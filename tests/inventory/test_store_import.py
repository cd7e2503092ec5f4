"""`store import` through the command line into a real store: what is created, what is wrong row by row."""

import csv
import time
from pathlib import Path
from typing import Any

import pytest
from command_line import CommandLine, Done, everything, rows

_ASSETS = """
    SELECT tag, asset.name AS name, serial_number, asset_type.name AS type,
           organisation.name || '/' || site.name AS site, status.name AS status, person.upn AS user, storage_gb, custom
    FROM asset LEFT JOIN asset_type ON asset_type.id = type_id LEFT JOIN site ON site.id = asset.site_id
    LEFT JOIN organisation ON organisation.id = organisation_id LEFT JOIN status ON status.id = status_id
    LEFT JOIN person ON person.id = person_id ORDER BY asset.id"""

FILE = """tag,name,serialNumber,type,site,status,user,storageGb,custom.department
OLD-1,LT-1,5CG0000001,Laptop,Contoso/Leeds,In Use,ann@contoso.com,256,Sales
"""
USERS = "name,upn,site\nAnn,ann@contoso.com,Contoso/Leeds\n"


def give(cli: CommandLine, text: str, name: str = "assets.csv") -> str:
    """Write a file beside the environments; return its path."""
    path = cli.folder / name
    path.write_bytes(text.encode())
    return str(path)


def bring(cli: CommandLine, text: str, *arguments: str) -> Done:
    """Import a file's text into prod."""
    return cli.run("store", "import", "prod", give(cli, text), *arguments)


def assets(cli: CommandLine) -> list[dict[str, Any]]:
    """Return what the store's assets are, what is empty left out."""
    return [{key: value for key, value in row.items() if value is not None} for row in rows(cli.store, _ASSETS)]


def problem(done: Done) -> str:
    """Return what an import says, on one line: a file's only problem is easily found in it."""
    return " ".join(done.out.split())


def test_a_dry_run_shows_what_would_be_created_and_writes_nothing(cli: CommandLine) -> None:
    """Without --yes there is not even a store afterwards."""
    done = bring(cli, FILE.replace("ann@contoso.com", ""))
    assert (done.code, cli.store.exists()) == (0, False)
    assert "  + OLD-1  LT-1 · Laptop · Contoso/Leeds" in done.out
    assert done.out.endswith("1 asset to create · 19 catalogue entries to create\n")
    assert "Add --yes" in done.err


@pytest.mark.quick
def test_rows_become_assets_with_everything_that_they_say(cli: CommandLine) -> None:
    """Type, site, status, user, fields and custom fields: all in one run of the journal."""
    done = bring(cli, FILE, "--users", give(cli, USERS, "users.csv"), "--yes")
    assert done.code == 0, done.err
    assert assets(cli) == [
        {
            "tag": "OLD-1",
            "name": "LT-1",
            "serial_number": "5CG0000001",
            "type": "Laptop",
            "site": "Contoso/Leeds",
            "status": "In Use",
            "user": "ann@contoso.com",
            "storage_gb": 256,
            "custom": '{"department":"Sales"}',
        }
    ]
    assert rows(cli.store, "SELECT counts FROM run") == [
        {"counts": '{"catalogue-create":19,"created":1,"user-create":1}'}
    ]


def test_an_import_that_is_repeated_changes_nothing(cli: CommandLine) -> None:
    """A row that says what the store says is no change, and no problem."""
    bring(cli, FILE, "--users", give(cli, USERS, "users.csv"), "--yes")
    before = everything(cli.store)
    done = bring(cli, FILE, "--users", give(cli, USERS, "users.csv"), "--yes")
    assert (done.code, everything(cli.store)) == (0, before)
    assert done.out.endswith("nothing to create · 2 rows in the store already\n")


def test_an_asset_that_is_there_is_never_overwritten(cli: CommandLine) -> None:
    """The row says so, with what the store has; the other rows are created."""
    bring(cli, "tag,name,model\nOLD-1,LT-1,EliteBook\n", "--yes")
    done = bring(cli, "tag,name,model\nOLD-1,LT-9,\nOLD-2,LT-2,\n", "--yes")
    assert done.code == 5
    assert (
        "assets.csv:2 OLD-1 tag: the store has this asset, and an import overwrites nothing: name is “LT-1” there; "
        "model is “EliteBook” there" in problem(done)
    )
    assert [(each["tag"], each["name"]) for each in assets(cli)] == [("OLD-1", "LT-1"), ("OLD-2", "LT-2")]


def test_rows_without_a_tag_get_the_next_ones_of_the_pattern(cli: CommandLine) -> None:
    """The numbers go on from the highest of the store and of the file, in the order of the file."""
    bring(cli, "tag,name\nAST-000007,LT-7\n", "--yes")
    bring(cli, "tag,name\n,LT-10\nAST-000009,LT-9\n,LT-11\n", "--yes")
    assert {each["tag"]: each["name"] for each in assets(cli)} == {
        "AST-000007": "LT-7",
        "AST-000009": "LT-9",
        "AST-000010": "LT-10",
        "AST-000011": "LT-11",
    }
    assert rows(cli.store, "SELECT highest_tag FROM stamp") == [{"highest_tag": 11}]


def test_a_tag_that_two_rows_have_is_nobodys(cli: CommandLine) -> None:
    """Which of them is right, only a person knows: both are left out, each naming the other's line."""
    done = bring(cli, "tag,name\nA,one\nB,two\nA,three\n", "--yes")
    assert done.code == 5
    assert "assets.csv:2 A tag: the file has this tag in other rows too (line 4)" in problem(done)
    assert "assets.csv:4 A tag: the file has this tag in other rows too (line 2)" in problem(done)
    assert [each["tag"] for each in assets(cli)] == ["B"]


@pytest.mark.parametrize(
    ("column", "cell", "words"),
    [
        ("type", "Laptpo", "there is no asset type “Laptpo”. Did you mean `Laptop`?"),
        ("site", "Leeds", "there is no site “Leeds”. Did you mean `Contoso/Leeds`?"),
        ("status", "in use", "there is no status “in use”. Did you mean `In Use`?"),
        ("user", "ann@contoso.com", "there is no store user “ann@contoso.com”."),
        ("storageGb", '"1,5"', "“1,5” does not fit: it is not a number; a number is written 15.8"),
        ("encrypted", "perhaps", "“perhaps” does not fit: it is neither true nor false; it is written true or false"),
        ("warrantyEnd", "31/01/2029", "“31/01/2029” does not fit: it is not a date; a date is written 2029-01-31"),
        ("custom.managed_by", "Ann", "“Ann” does not fit: it is none of the field's choices (Intune, Nobody)"),
        ("imei", "x" * 65, f"“{'x' * 60}…” does not fit: it has 65 characters and the field holds 64"),
        ("tag", "x" * 121, "is no tag: a tag is one line of at most 120 characters that can be seen"),
        ("tag", "AST-99999999999", "its number is higher than 2,000,000,000"),
        ("name", "a,b", "it has 3 cells and the header 2; a quote may be missing"),
        ("name", "a,", "it has 3 cells and the header 2; a quote may be missing"),
    ],
)
def test_a_value_that_does_not_fit_is_its_rows_problem(cli: CommandLine, column: str, cell: str, words: str) -> None:
    """The row is told with its line and why, and the next one is created."""
    other = "model" if column != "model" else "name"
    done = bring(cli, f"{column},{other}\n{cell},one\n,two\n", "--yes")
    assert done.code == 5
    assert words in problem(done)
    assert "assets.csv:2" in done.out
    assert rows(cli.store, "SELECT model FROM asset") == [{"model": "two"}]


def test_a_column_that_is_not_known_stops_the_whole_file(cli: CommandLine) -> None:
    """Every row would lack it, and could not be given it later; the preview says so, as `--yes` does."""
    preview, done = (bring(cli, "tag,serial\nA,5CG1\n", *yes) for yes in ((), ("--yes",)))
    assert (done.code, cli.store.exists(), preview) == (1, False, done)
    assert problem(done) == (
        "Import into prod: 1 row problems: 1 ! assets.csv:1 serial: no field has this name. Did you mean "
        "`serialNumber`? nothing to create while a column is in question"
    )
    assert done.err == (
        "Nothing was written: a column is in question, every row would lack it, and a later import overwrites nothing. "
        "Correct its name; a column of assets is left out with --ignore-column NAME.\n"
    )
    assert bring(cli, "tag,serial\nA,5CG1\n", "--ignore-column", "serial", "--yes").code == 0
    assert [each["tag"] for each in assets(cli)] == ["A"]


@pytest.mark.quick
@pytest.mark.parametrize("header", ["tag,name,name", "tag,tag,name"])
def test_a_column_that_is_there_twice_stops_the_whole_file(cli: CommandLine, header: str) -> None:
    """Which of the two is meant cannot be known."""
    done = bring(cli, f"{header}\nA,one,two\n", "--yes")
    assert (done.code, cli.store.exists()) == (1, False)
    assert "the column is there twice" in problem(done)


def test_text_may_have_quotes_commas_newlines_and_formulas_in_it(cli: CommandLine) -> None:
    """A byte order mark is no part of the first column's name, and a line number counts the lines of a text."""
    text = '\ufefftag,name,notes\r\nA,"=1+1","a ""b"", c\nd"\r\nB,\'=2+2,\r\n\r\nC,x,y,z\r\n'
    done = bring(cli, text, "--yes")
    assert done.code == 5
    assert "assets.csv:6 it has 4 cells" in problem(done)
    assert rows(cli.store, "SELECT tag, name, notes FROM asset ORDER BY tag") == [
        {"tag": "A", "name": "=1+1", "notes": 'a "b", c\nd'},
        {"tag": "B", "name": "=2+2", "notes": None},
    ]


def test_what_a_terminal_obeys_is_shown_and_not_obeyed(cli: CommandLine) -> None:
    """Names in a file are as foreign as names of devices (V2)."""
    done = bring(cli, "tag,name,type\nA,\x1b[31mred,\x1b]0;x\x07\nB,\x1b[2J,\n")
    assert "\x1b" not in done.out + done.err
    assert "\\x1b[2J" in done.out


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is empty"),
        (b"tag;name\nA;b\n", "has semicolons in it ('tag;name')"),
        (b"tag\tname\nA\tb\n", "has tabs in it"),
        ("tag,näme\n".encode("latin-1"), "is not UTF-8 text"),
        ("tag,name\n".encode("utf-16"), "is not UTF-8 text"),
        (b'tag,name\nA,"b\nC,d\n', "in the row that begins at line 2, a quoted text that begins there does not end"),
        (b'tag,name\nA,"b"c\n', "in the row that begins at line 2, ',' expected after '\"'"),
    ],
)
def test_a_file_that_is_no_table_is_refused(cli: CommandLine, data: bytes, words: str) -> None:
    """One paragraph says what is wrong, where, and how to save it."""
    path = cli.folder / "bad.csv"
    path.write_bytes(data)
    done = cli.run("store", "import", "prod", str(path), "--yes")
    assert (done.code, done.out, cli.store.exists()) == (1, "", False)
    assert words in done.err


def test_a_file_that_is_not_there_is_refused(cli: CommandLine) -> None:
    """So is a command that names none."""
    assert "cannot be read: No such file" in cli.run("store", "import", "prod", str(cli.folder / "no.csv")).err
    assert cli.run("store", "import", "prod").code == 64


def test_a_header_without_rows_creates_nothing(cli: CommandLine) -> None:
    """Nothing is wrong, and no store is made for nothing."""
    done = bring(cli, "tag,name\n,\n", "--yes")
    assert (done.code, cli.store.exists()) == (0, False)


def test_another_instances_store_takes_no_import(cli: CommandLine) -> None:
    """A copied store is not this instance's, whatever is enabled here (E3)."""
    bring(cli, "tag,name\nA,one\n", "--yes")
    cli.store_of("uat").parent.mkdir(exist_ok=True)
    cli.store_of("uat").write_bytes(cli.store.read_bytes())
    for yes in ((), ("--yes",)):
        done = cli.run("store", "import", "uat", give(cli, "tag,name\nB,two\n"), *yes)
        assert (done.code, done.out) == (1, "")
        assert "reconciler store adopt uat" in done.err


def test_a_serial_number_that_two_assets_would_have_is_pointed_out(cli: CommandLine) -> None:
    """They are created as the file says; a device with the number would match neither."""
    bring(cli, "tag,serialNumber\nA,5CG1\n", "--yes")
    done = bring(cli, "tag,serialNumber\nB,5cg 1\nC,5CG2\nD,5CG2\nE,n/a\nF,n/a\n", "--yes")
    assert done.code == 0
    assert "assets.csv:2 B serialNumber: asset A has this value too" in problem(done)
    assert "assets.csv:4 D serialNumber: the row of line 3 has this value too" in problem(done)
    assert "to look at: 2" in done.out


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("upn\nann@contoso.com\nANN@contoso.com\n", "an earlier row (ann@contoso.com) has the same identifier"),
        ("upn,site\nann@contoso.com,Leeds\n", "Did you mean `Contoso/Leeds`?"),
        ("upn,active\nann@contoso.com,maybe\n", "it is neither true nor false"),
        ("upn,active\n,true\n", "a user needs a name, a upn or a mail address"),
    ],
)
def test_what_is_wrong_with_users_is_told_by_row(cli: CommandLine, text: str, words: str) -> None:
    """Users are held to the same rules as assets."""
    done = cli.run("store", "import", "prod", "--users", give(cli, text, "users.csv"))
    assert done.code == 5
    assert words in problem(done)


def test_a_column_of_users_that_is_not_known_stops_the_whole_file(cli: CommandLine) -> None:
    """As one of assets does."""
    done = cli.run("store", "import", "prod", "--users", give(cli, "upn,nme\nann@contoso.com,x\n", "users.csv"))
    assert done.code == 1
    assert "no field has this name. Did you mean `name`?" in problem(done)


def test_a_user_that_the_store_has_is_never_overwritten(cli: CommandLine) -> None:
    """The row is a problem unless it says what the store says."""
    cli.run("store", "import", "prod", "--users", give(cli, USERS, "users.csv"), "--yes")
    done = cli.run(
        "store", "import", "prod", "--users", give(cli, USERS.replace("Ann,", "Anna,"), "users.csv"), "--yes"
    )
    assert done.code == 5
    assert "the store user Ann has the same identifier, and an import overwrites nothing" in problem(done)
    assert rows(cli.store, "SELECT name FROM person") == [{"name": "Ann"}]


@pytest.mark.thorough
def test_a_hundred_thousand_rows_are_looked_at_in_seconds(cli: CommandLine) -> None:
    """It takes no more CPU time than reading the file as CSV two hundred times; growth is linear."""
    path = cli.folder / "big.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["tag", "name", "serialNumber", "type", "site", "status", "model", "storageGb", "encrypted"])
        for n in range(100_000):
            writer.writerow([f"B-{n}", f"LT-{n}", f"S{n:08}", "Laptop", "Contoso/Leeds", "In Use", "EB", 256, "true"])
    began = time.process_time()
    for _ in range(10):
        with path.open(newline="") as file:
            assert sum(1 for _ in csv.reader(file)) == 100_001
    reading, began = time.process_time() - began, time.process_time()
    done = cli.run("store", "import", "prod", str(Path(path)))
    assert done.out.rstrip().endswith("100,000 assets to create · 19 catalogue entries to create")
    assert time.process_time() - began < 20 * reading


@pytest.mark.parametrize("column", ["tag", "serialNumber", "custom.department"])
@pytest.mark.parametrize(
    ("cell", "told"),
    [
        ("1.23457E+11", "“1.23457E+11” is a number that a spreadsheet rounded: digits are lost."),
        ("1,2E+08", "“1,2E+08” is a number that a spreadsheet rounded"),
        ("#N/A", "“#N/A” is a spreadsheet's error."),
    ],
)
def test_what_a_spreadsheet_made_of_a_text_is_a_problem(cli: CommandLine, column: str, cell: str, told: str) -> None:
    """A rounded serial number would match nothing, or the wrong machine."""
    values = {"tag": "OLD-1", "serialNumber": "5CG1", "custom.department": "Sales", column: f'"{cell}"'}
    done = bring(cli, ",".join(values) + "\n" + ",".join(values.values()) + "\n", "--yes")
    assert told in problem(done)
    assert not cli.store.exists() or assets(cli) == []


def test_a_text_that_a_spreadsheet_wrote_as_a_formula_is_that_text(cli: CommandLine) -> None:
    """Leading zeros are kept in spreadsheets so; a number field may be written with an exponent."""
    done = bring(cli, 'tag,serialNumber,storageGb,name\nOLD-1,"=""00123""",2.56E+02,"=""12"""" disk"""\n', "--yes")
    assert done.code == 0, done.err
    assert assets(cli) == [
        {"tag": "OLD-1", "name": '12" disk', "serial_number": "00123", "storage_gb": 256, "custom": "{}"}
    ]
