"""Halo's own Intune connection becomes settings, with a comment at everything that it does not say (W10)."""

from pathlib import Path

import pytest
from command_line import CommandLine, Done

from reconciler.configuration.loader import load_environment
from reconciler.halo.adoption import HaloNames, adopted_files
from reconciler.simulator.halo import Halo, HaloServer
from reconciler.simulator.halo.intune_connection import add_intune_connection


def names_of(data: Halo) -> HaloNames:
    tables = data.tables
    return HaloNames(
        {row["id"]: (row["name"], row["assetgroup_id"]) for row in tables["types"].values()},
        {row["id"]: row["name"] for row in tables["groups"].values()},
        {row["id"]: (tables["clients"][row["client_id"]]["name"], row["name"]) for row in tables["sites"].values()},
        {row["id"]: row["name"] for row in data.find("statuses", kind=2)},
    )


def adopted(**members) -> dict[str, str]:
    data = Halo.furnished()
    id_ = add_intune_connection(data, **members)
    return adopted_files(
        data.tables["connections"][id_],
        names_of(data),
        instance="prod",
        url="https://contoso.halopsa.com",
        client_id="5b1c6f0e-2f3e-4f4f-8f63-6c0d6f6f6f01",
    )


def body(text: str) -> str:
    """Return a file without what stands above `version: 1`."""
    return text.partition("version: 1\n")[2]


def test_the_mappings_that_name_a_property_are_taken_and_the_others_are_told() -> None:
    assert body(adopted()["connections/intune/field-mappings.yaml"]) == (
        "mappings:\n"
        "  - {from: deviceName, to: name}\n"
        "  - {from: serialNumber, to: serialNumber, transform: [trim, upper]}\n"
        "  - {from: model, to: model, write: on-create}\n"
        "  # Could not be read: noSuchProperty -> Department (no property of Graph's is called so).\n"
    )


def test_the_store_is_halo_with_the_fields_by_the_names_that_people_see() -> None:
    text = body(adopted()["instance.yaml"])

    assert text.endswith("  fields:\n    name: Device name\n    serialNumber: Serial number\n    model: Model\n")
    assert "secret: {env: HALO_SECRET}" in text


def test_types_and_the_way_to_find_them_are_taken_and_rules_are_left_to_a_person() -> None:
    text = body(adopted()["connections/intune/asset-types.yaml"])

    assert "determine: same\ndefault: Laptop\nupdateTypes: false\n" in text
    assert "# Could not be read: the rule for Phone, model (comparison 0) iPhone." in text


def test_imports_take_what_is_said_and_what_is_not_changes_least() -> None:
    text = body(adopted()["connections/intune/imports.yaml"])
    said = [line for line in text.splitlines() if not line.strip().startswith("#")]

    assert said == [
        "siteAllocation: keep",
        "defaultSite: Contoso/Head Office",
        "assetMatchingField: serialNumber",
        "onFirstMatch: bind-only",
        "createAssets: false",
        "excludeDefenderManaged: true",
        "statuses:",
        "  new: In Use",
        "  deletedInIntune: Retired",
        "  recovered: null",
    ]


@pytest.mark.parametrize(
    ("file", "setting"),
    [
        ("connection", "method"),
        ("connection", "enabledForInstances"),
        ("asset-types", "determine"),
        ("users", "assignFrom"),
        ("users", "userIdentifier"),
        ("users", "unlinkWhenNoMatch"),
        ("imports", "siteAllocation"),
        ("imports", "createAssets"),
        ("imports", "recovered"),
    ],
)
def test_a_setting_that_could_not_be_read_has_a_comment_above_it(file: str, setting: str) -> None:
    lines = adopted()[f"connections/intune/{file}.yaml"].splitlines()
    at = next(number for number, line in enumerate(lines) if line.strip().startswith(f"{setting}:"))

    assert "ould not be read" in lines[at - 1] + lines[at - 2]


def test_an_empty_connection_is_all_comments_and_no_error() -> None:
    texts = adopted_files({}, HaloNames(), instance="prod", url="https://x.example", client_id="c")

    assert "tenantId: " in texts["connections/intune/connection.yaml"]
    assert body(texts["connections/intune/field-mappings.yaml"]) == "mappings: []\n"


def test_what_is_written_is_valid_settings(tmp_path: Path) -> None:
    folder = tmp_path / "environments" / "prod"
    for name, text in adopted().items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    loaded = load_environment(tmp_path / "environments", "prod", with_commit=False)
    assert loaded.settled().instance.store.halo is not None


@pytest.fixture
def command(server: HaloServer, tmp_path: Path, capsys, monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    client = {"HALO_CLIENT_ID": server.data.options.client_id}
    for name, value in {**server.environment(), **client}.items():
        monkeypatch.setenv(name, value)
    return CommandLine(tmp_path, capsys, server.data.options.secret)


def init(command: CommandLine, server: HaloServer, *more: str) -> Done:
    return command.run("init", str(command.folder / "repository"), "--from-halo", server.url, *more)


def test_init_writes_an_environment_from_the_halo_at_an_address(command, server: HaloServer, data: Halo) -> None:
    data.add_asset("AST-1")
    add_intune_connection(data)
    done = init(command, server)

    assert (done.code, server.audit.writes()) == (0, ())
    loaded = load_environment(command.folder / "repository" / "environments", "prod", with_commit=False)
    imports = loaded.settled().connections["intune"].imports
    assert (imports.default_site, imports.statuses.deleted_in_intune) == ("Contoso/Head Office", "Retired")


def test_init_wants_one_of_several_connections_named(command, server: HaloServer, data: Halo) -> None:
    add_intune_connection(data)
    add_intune_connection(data, name="Subsidiary")

    assert "Halo's Intune connections are Intune, Subsidiary: name one" in init(command, server).err
    assert init(command, server, "--halo-connection", "Subsidiary").code == 0


def test_init_from_a_halo_without_a_connection_writes_nothing(command, server: HaloServer) -> None:
    done = init(command, server)

    assert (done.code, "Halo has no Intune connection" in done.err) == (1, True)
    assert not (command.folder / "repository").exists()


def test_init_from_a_halo_says_which_variable_is_not_set(command, server: HaloServer, monkeypatch) -> None:
    monkeypatch.delenv("HALO_SECRET")
    done = init(command, server)

    assert (done.code, "The environment variable HALO_SECRET is not set. Set it to the secret" in done.err) == (1, True)
