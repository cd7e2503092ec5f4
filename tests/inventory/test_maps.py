"""`store import --map`: another system's export becomes assets, by its own headings (W10)."""

import pytest
from command_line import CommandLine, Done, rows

_ASSETS = """
    SELECT tag, asset.name AS name, serial_number, model, asset_type.name AS type,
           organisation.name || '/' || site.name AS site, status.name AS status, custom
    FROM asset LEFT JOIN asset_type ON asset_type.id = type_id LEFT JOIN site ON site.id = asset.site_id
    LEFT JOIN organisation ON organisation.id = organisation_id LEFT JOIN status ON status.id = status_id
    ORDER BY asset.id"""
KEPT = {
    "tag": "A-1",
    "name": "LT-1",
    "serial_number": "5CG1",
    "model": "EliteBook",
    "type": "Laptop",
    "site": "Contoso/Leeds",
    "status": "In Use",
    "custom": '{"department":"Sales"}',
}


def bring(cli: CommandLine, text: str, *arguments: str) -> Done:
    """Import a file's text into prod."""
    path = cli.folder / "export.csv"
    path.write_text(text)
    return cli.run("store", "import", "prod", str(path), "--yes", *arguments)


@pytest.mark.parametrize(
    ("preset", "header"),
    [
        (
            "snipe-it",
            "Company,Asset Name,Asset Tag,Serial,Model,Category,Status,Default Location,Department,Purchase Cost",
        ),
        ("halo", "Client,Name,Asset Tag,Serial number,Model,Asset Type,Status,Site,Department,SLA"),
        ("spreadsheet", "Company,NAME,Tag,Serial number,model,Type,status,Office,Department,Colour"),
    ],
)
def test_an_export_becomes_assets_by_a_preset_and_its_other_columns_are_not_looked_at(
    cli: CommandLine, preset: str, header: str
) -> None:
    done = bring(cli, f"{header}\nContoso,LT-1,A-1,5CG1,EliteBook,Laptop,In Use,Leeds,Sales,1299\n", "--map", preset)

    assert done.code == 0, done.out + done.err
    assert rows(cli.store, _ASSETS) == [KEPT]


def test_a_file_names_the_headings_of_any_table(cli: CommandLine) -> None:
    """A place without an organisation belongs to the first one."""
    names = cli.folder / "map.yaml"
    names.write_text("tag: No.\nsite: [Room, Where]\ntype: What\nstatus: State\nname: Called\nserialNumber: S/N\n")
    text = (
        "No.,Called,S/N,model,What,State,Where,custom.department\nA-1,LT-1,5CG1,EliteBook,Laptop,In Use,Leeds,Sales\n"
    )
    done = bring(cli, text, "--map", str(names))

    assert done.code == 0, done.out + done.err
    assert rows(cli.store, _ASSETS) == [KEPT]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (
            None,
            "There is no preset map.yaml, and no file of this name: No such file or directory. Presets are snipe-it",
        ),
        ("- tag\n", "is no map: it has lines of one of our columns and the heading that stands for it"),
        ("serial: S/N\n", "The map names serial, and no column is called so. There are: tag, type, site"),
        ("tag: Elsewhere\n", "export.csv has none of the headings of this map. It begins: No.."),
    ],
)
def test_a_map_that_does_not_fit_is_an_error_and_nothing_is_written(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch, content: str | None, told: str
) -> None:
    monkeypatch.chdir(cli.folder)
    if content is not None:
        (cli.folder / "map.yaml").write_text(content)
    done = bring(cli, "No.\nA-1\n", "--map", "map.yaml")

    assert (done.code != 0, told in " ".join(done.err.split()), cli.store.exists()) == (True, True, False), done.err
