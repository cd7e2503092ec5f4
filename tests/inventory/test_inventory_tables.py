"""What `store export` writes, `store import` reads: cells that are no formulas, and nothing lost on the way."""

import string
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from case_files import environment_of, stored_catalogue
from command_line import CommandLine, rows
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from reconciler.csv_files import csv_lines, escaped, read_csv, unescaped
from reconciler.inventory.build import Table, plan_inventory
from reconciler.inventory.tables import asset_rows
from reconciler.model.state import Asset, Person, State
from reconciler.settings.catalogue import FieldType
from reconciler.settings.fields import AssetField, asset_fields

ENVIRONMENT = environment_of({})
FIELDS = asset_fields(ENVIRONMENT.catalogue)
CATALOGUE = stored_catalogue(ENVIRONMENT.catalogue)
NEW = State(fields=tuple(FIELDS), catalogue=CATALOGUE)
PEOPLE = (
    Person(id=1, name="Ann", upn="ann@contoso.com"),
    Person(id=2, name="Bob", mail="=bob@contoso.com"),
    Person(id=3, name="+Carol"),
)

any_text = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=20)
nasty = st.sampled_from(["=1+1", "'=1", "''@x", "-5", "+44 1", "\t", "\r\n", '"', ",", "'", "a\nb", "\ufeffx", "=\r"])


def values(field: AssetField) -> st.SearchStrategy[Any]:
    """Return what a field of the store may hold."""
    numbers = st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False, width=32)
    known: dict[FieldType, st.SearchStrategy[Any]] = {
        FieldType.NUMBER: numbers.map(lambda n: int(n) if float(n).is_integer() else n),
        FieldType.INTEGER: st.integers(-(2**53), 2**53),
        FieldType.BOOLEAN: st.booleans(),
        FieldType.DATE: st.dates().map(str),
        FieldType.DATETIME: st.datetimes().map(lambda each: each.strftime("%Y-%m-%dT%H:%M:%SZ").rjust(20, "0")),
        FieldType.CHOICE: st.sampled_from(field.choices or ("",)),
    }
    return st.none() | known.get(field.type, any_text | nasty)


@st.composite
def states(draw: st.DrawFn) -> State:
    """Return a store of a few assets with anything in their fields."""
    tags = draw(
        st.lists(st.text(string.ascii_letters + string.punctuation, min_size=1, max_size=9), max_size=4, unique=True)
    )
    assets = tuple(
        Asset(
            number,
            tag,
            draw(st.sampled_from([None, *CATALOGUE.types])),
            draw(st.sampled_from([None, *CATALOGUE.sites])),
            draw(st.sampled_from([None, *CATALOGUE.statuses])),
            draw(st.sampled_from([None, 1, 2, 3])),
            tuple(draw(values(field)) for field in FIELDS.values()),
        )
        for number, tag in enumerate(tags, 1)
    )
    return replace(NEW, assets=assets, people=PEOPLE)


@settings(max_examples=60, deadline=None)
@given(states())
def test_what_is_exported_is_what_is_imported(state: State) -> None:
    """Into an empty store of the same catalogue and users every asset comes with every value it had."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "assets.csv"
        path.write_bytes(b"".join(csv_lines(asset_rows(state))))
        imported = plan_inventory(
            ENVIRONMENT, replace(state, assets=()), Table("assets.csv", *read_csv(path)), made_at="2026-11-23T08:00:00Z"
        )
        again = plan_inventory(ENVIRONMENT, state, Table("assets.csv", *read_csv(path)), made_at="2026-11-23T08:00:00Z")
    references = {1: "ann@contoso.com", 2: "=bob@contoso.com", 3: "+Carol", None: None}
    wanted = {
        asset.tag: {
            name: value
            for name, value in zip(
                ("type", "site", "status", "user", *FIELDS),
                (asset.type, asset.site, asset.status, references[asset.user], *asset.values),
                strict=True,
            )
            if value is not None
        }
        for asset in state.assets
    }
    assert imported.problems == ()
    assert {
        change.name: {each.name: each.after for each in change.attributes} for change in imported.plan.changes
    } == wanted
    assert (again.plan.changes, again.same) == ((), len(state.assets))


@given(any_text | nasty)
def test_an_escaped_cell_is_no_formula_and_is_read_as_it_was(text: str) -> None:
    """The apostrophe is taken away where it was put, and nowhere else (V2)."""
    assert escaped(text)[0] not in "=+-@\t\r"
    assert unescaped(escaped(text)) == text


@pytest.mark.quick
def test_the_export_has_every_asset_and_field_with_names_joined_in(cli: CommandLine) -> None:
    """A name that is a formula gets an apostrophe; the file comes by -o or on stdout, the same bytes."""
    path = cli.folder / "in.csv"
    path.write_text("tag,name,type,site,custom.department\nB,=1+1,Laptop,Contoso/Leeds,Sales\nA,x,,,\n")
    cli.run("store", "import", "prod", str(path), "--yes")
    out = cli.folder / "out.csv"
    assert cli.run("store", "export", "prod", "-o", str(out)).err == f"Wrote 2 assets to {out}.\n"
    header, first, second = cli.run("store", "export", "prod").out.splitlines()
    assert header.startswith("tag,type,site,status,user,name,serialNumber,")
    assert (first.rstrip(","), second.rstrip(",")) == ("A,,,,,x", "B,Laptop,Contoso/Leeds,,,'=1+1" + "," * 20 + "Sales")
    assert out.read_bytes().decode().splitlines() == [header, first, second]
    assert rows(cli.store, "SELECT count(*) AS n FROM run") == [{"n": 1}]
