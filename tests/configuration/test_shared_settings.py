"""Settings that many environments share, laid under those of each (K9)."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from command_line import git
from ruamel.yaml import YAML

from reconciler.configuration.documents import document
from reconciler.configuration.layers.merging import laid_under
from reconciler.configuration.loader import Loaded, environments_in, load_environment
from reconciler.configuration.origins import settings_text
from reconciler.configuration.parsing.document import Document
from reconciler.configuration.parsing.problems import Format, rendered
from reconciler.configuration.parsing.yaml_text import parse, source_of
from reconciler.configuration.promotion import carry_out, prepare

BASE = Path(__file__).parent / "base"
INTUNE = "connections/intune"
FILES = ("asset-types", "connection", "field-mappings", "imports", "users")


@pytest.fixture
def environments(tmp_path: Path) -> Path:
    """Return an environment `prod` of a few lines, all else of the base being shared."""
    folder = tmp_path / "environments"
    shutil.copytree(BASE / "prod", folder / "_shared")
    shutil.move(folder / "_shared" / INTUNE, folder / "_shared/connections/_shared")
    (folder / "_shared/instance.yaml").unlink()
    write(folder / "prod/instance.yaml", "name: prod\nkind: production\nstore: {url: 'sqlite:///var/prod.db'}\n")
    write(folder / f"prod/{INTUNE}/connection.yaml", "tenantId: 7d1a3b52-0f8e-4c3e-9a53-3a3f0a1f2b11\n")
    return folder


def write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    above = "../" * (len(file.parts) - file.parts.index("environments") - 1)
    schema = f"# yaml-language-server: $schema={above}schemas/{file.stem}.partial.schema.json\n"
    file.write_text(f"{schema}version: 1\n{text}")


def load(environments: Path, name: str = "prod") -> Loaded:
    return load_environment(environments, name, with_commit=False)


def text(loaded: Loaded) -> str:
    return rendered(loaded.problems, Format.TEXT)


def test_a_few_lines_over_shared_settings_are_a_whole_environment(environments: Path) -> None:
    """It means what the same settings mean in files of its own, and has the same digest."""
    loaded = load(environments)
    assert text(loaded) == ""
    alone = load_environment(BASE, "prod", with_commit=False).settled()
    assert loaded.settled().digest == alone.digest
    assert environments_in(environments) == ["prod"]


def test_a_value_above_takes_the_place_of_the_one_below_key_by_key(environments: Path) -> None:
    write(
        environments / "_shared/connections/_shared/imports.yaml",
        """\
defaultSite: Contoso/Head Office
assetMatchingField: serialNumber
statuses: {new: In Use, deletedInIntune: Retired, neverReplace: [Retired]}
""",
    )
    write(
        environments / f"prod/{INTUNE}/imports.yaml", "statuses: {new: null, neverReplace: []}\ncreateAssets: false\n"
    )
    imports = load(environments).settled().connections["intune"].imports
    assert (imports.create_assets, imports.default_site) == (False, "Contoso/Head Office")
    assert (imports.statuses.new, imports.statuses.deleted_in_intune, imports.statuses.never_replace) == (
        None,
        "Retired",
        [],
    )


def test_the_nearest_of_four_folders_decides(environments: Path) -> None:
    """A connection's own folder, then the one beside it, then the same two of the shared folder."""
    places = [
        f"prod/{INTUNE}",
        "prod/connections/_shared",
        f"_shared/{INTUNE}",
        "_shared/connections/_shared",
    ]
    for number, place in reversed(list(enumerate(places, 1))):
        write(
            environments / place / "imports.yaml",
            f"defaultSite: Contoso/Leeds\nassetMatchingField: serialNumber\nmissingReads: {number}\n",
        )
        assert load(environments).settled().connections["intune"].imports.missing_reads == number


def parsed(name: str, content: str) -> Document:
    found, problems = parse(name, content, source_of(name, content))
    assert found is not None, problems
    return found


def merged(above: str, below: str) -> Any:
    return laid_under(parsed("above", above), parsed("below", below)).data


@pytest.mark.parametrize(
    ("above", "below", "result"),
    [
        ("a: {b: 1}", "a: {c: 2}", {"a": {"b": 1, "c": 2}}),
        ("a: null", "a: {c: 2}", {}),
        ("a: null", "b: 1", {"a": None, "b": 1}),
        ("a: [1]", "a: [2, 3]", {"a": [1]}),
        ("a: {env: X}", "a: {file: y}", {"a": {"env": "X"}}),
        ("exclude: {property: x, equals: 1}", "exclude: {any: []}", {"exclude": {"property": "x", "equals": 1}}),
        ("a: {type: x, c: 1}", "a: {type: y, d: 1}", {"a": {"type": "x", "c": 1}}),
        ("a: {c: 1}", "a: {type: y, d: 1}", {"a": {"c": 1, "type": "y", "d": 1}}),
        (
            "mappings: [{to: b, from: x}, {to: c, from: null}]",
            "mappings: [{to: a, from: y}, {to: b, value: z}, {to: c, from: w}]",
            {"mappings": [{"to": "b", "from": "x"}, {"to": "a", "from": "y"}]},
        ),
        (
            "rules: [{name: Own, type: x}]",
            "rules: [{name: Shared, type: y}, {name: Own, type: z}]",
            {"rules": [{"name": "Own", "type": "x"}, {"name": "Shared", "type": "y"}]},
        ),
    ],
)
def test_what_is_laid_under_is_merged_by_what_it_is(above: str, below: str, result: Any) -> None:
    assert merged(above, below) == result


def test_a_problem_points_at_the_file_in_which_the_value_stands(environments: Path) -> None:
    """Its place in that file too, though entries of lists stand elsewhere once they are merged."""
    write(
        environments / "_shared/connections/_shared/field-mappings.yaml",
        """\
mappings:
  - {from: deviceName, to: name}
  - {from: serialNumber, to: serialNumber}
  - {from: modell, to: model}
""",
    )
    write(
        environments / f"prod/{INTUNE}/field-mappings.yaml",
        "mappings:\n  - {from: user.departmnt, to: custom.department}\n  - {value: Intune, to: custom.managed_by}\n",
    )
    assert [(each.file, each.line, each.pointer) for each in load(environments).problems] == [
        ("environments/_shared/connections/_shared/field-mappings.yaml", 6, "/mappings/2/from"),
        (f"environments/prod/{INTUNE}/field-mappings.yaml", 4, "/mappings/0/from"),
    ]


def name_another(environments: Path) -> None:
    (environments / "_shared").rename(environments / "_contoso")
    write(
        environments / "prod/instance.yaml",
        "name: prod\nkind: production\nshared: _contoso\nstore: {url: 'sqlite:///var/prod.db'}\n",
    )


def test_an_environment_names_another_shared_folder(environments: Path) -> None:
    before = load(environments).settled().digest
    name_another(environments)
    assert load(environments).settled().digest == before


def chain(environments: Path) -> None:
    name_another(environments)
    write(environments / "_contoso/instance.yaml", "shared: _all\n")
    write(environments / "_all/instance.yaml", "limits: {created: {percent: 1, count: 1}}\n")


def test_a_shared_folder_may_stand_on_another(environments: Path) -> None:
    chain(environments)
    assert load(environments).settled().instance.limits.created.count == 1


def cycle(environments: Path) -> None:
    chain(environments)
    write(environments / "_all/instance.yaml", "shared: _contoso\n")


def misspelt(environments: Path) -> None:
    name_another(environments)
    (environments / "_contoso").rename(environments / "_contosso")


def no_shared(environments: Path) -> None:
    name_another(environments)
    write(
        environments / "prod/instance.yaml",
        "name: prod\nkind: production\nshared: uat\nstore: {url: 'sqlite:///var/prod.db'}\n",
    )


@pytest.mark.parametrize(
    ("break_it", "file", "message", "hint"),
    [
        (cycle, "_all/instance.yaml", "`_contoso` is laid under itself: prod → _contoso → _all → _contoso", ""),
        (misspelt, "prod/instance.yaml", "there is no shared folder `_contoso`", "Did you mean `_contosso`?"),
        (no_shared, "prod/instance.yaml", "there is no shared folder `uat`", "A shared folder's name begins with `_`."),
    ],
)
def test_a_shared_folder_that_cannot_be_is_named(
    environments: Path, break_it: Callable[[Path], None], file: str, message: str, hint: str
) -> None:
    break_it(environments)
    found = [(each.file, each.message, each.hint) for each in load(environments).problems if each.rule == "K9"]
    assert found == [(f"environments/{file}", message, hint)]


def test_shared_settings_of_a_connection_that_no_environment_has_are_warned_of(environments: Path) -> None:
    write(environments / "_shared/connections/intunee/users.yaml", "assignFrom: none\n")
    assert (
        "environments/_shared/connections/intunee:1:1: warning: no environment has a connection of this name (K9)"
        in text(load(environments))
    )


def test_another_folder_beside_connections_is_not_one_of_shared_settings(environments: Path) -> None:
    write(environments / "prod/connections/_shred/users.yaml", "assignFrom: none\n")
    assert "environments/prod/connections/_shred:1:1: error: not the name of a connection (K2)" in text(
        load(environments)
    )


def test_a_value_that_no_file_has_is_missing(environments: Path) -> None:
    (environments / "_shared/connections/_shared/imports.yaml").unlink()
    (environments / "prod/instance.yaml").write_text("version: 1\nname: prod\n")
    told = text(load(environments))
    assert f"environments/prod/{INTUNE}/imports.yaml:1:1: error: the file is missing" in told
    assert "`kind` is missing" in told


def test_shared_files_count_as_committed_and_as_changed(environments: Path) -> None:
    """E5 holds for what is laid under."""
    top = environments.parent
    git(top, "init", "--quiet")
    git(top, "add", "--all")
    git(top, "commit", "--quiet", "--message", "settings")
    assert load_environment(environments, "prod").settled().clean
    file = environments / "_shared/catalogue.yaml"
    file.write_text(f"{file.read_text()}# changed\n")
    found = load_environment(environments, "prod").settled()
    assert (found.clean, found.uncommitted.endswith("in _shared/catalogue.yaml")) == (False, True)


def test_secrets_hold_the_names_of_environment_and_connection(environments: Path) -> None:
    """In a variable's name in capitals, in a path as they are."""
    write(
        environments / "_shared/connections/_shared/connection.yaml",
        """\
source: intune
clientId: 0b8d0c6e-54c0-4b7e-8a39-6f2b6ad9c2aa
authentication:
  method: client-credentials
  credential: {type: client-secret, secret: {env: "INTUNE_{environment}_{connection}"}}
""",
    )
    shutil.move(environments / f"prod/{INTUNE}", environments / "prod/connections/north-west.2")
    shutil.move(environments / "prod", environments / "acme-uk")
    write(
        environments / "acme-uk/instance.yaml",
        "name: acme-uk\nkind: test\nstore: {url: {file: 'stores/{environment}'}}\n",
    )
    found = load(environments, "acme-uk")
    assert text(found) == ""
    credential = found.settled().connections["north-west.2"].connection.authentication.credential
    assert credential.secret.env == "INTUNE_ACME_UK_NORTH_WEST_2"  # type: ignore[union-attr]
    assert found.settled().instance.store.url.file == "stores/acme-uk"  # type: ignore[union-attr]


def test_no_other_name_stands_in_a_secret(environments: Path) -> None:
    write(
        environments / "prod/instance.yaml",
        "name: prod\nkind: production\nstore: {url: {env: 'STORE_{connection}_{tenant}'}}\n",
    )
    assert [each.message for each in load(environments).problems if each.rule == "K9"] == [
        "`{connection}` means nothing here",
        "`{tenant}` means nothing here",
    ]


def test_what_settings_come_to_is_shown_with_the_file_of_each_value(environments: Path) -> None:
    """As YAML that means the same, a document for each file."""
    loaded = load(environments)
    shown = settings_text(loaded.documents, with_origin=True)
    assert (
        f"tenantId: 7d1a3b52-0f8e-4c3e-9a53-3a3f0a1f2b11  # environments/prod/{INTUNE}/connection.yaml:3"
        in shown.replace('"', "")
    )
    assert "assignFrom: intune  # environments/_shared/connections/_shared/users.yaml:3" in shown
    values = list(YAML(typ="safe").load_all(shown))
    assert values == [loaded.documents[name].data for name in sorted(loaded.documents)]
    assert "#" not in settings_text(loaded.documents, with_origin=False).replace("# c", "").replace("# i", "")


def test_promoting_leaves_to_shared_settings_what_the_source_leaves_to_them(environments: Path) -> None:
    shutil.copytree(environments / "prod", environments / "uat")
    write(environments / "uat/instance.yaml", "name: uat\nkind: uat\nstore: {url: 'sqlite:///var/uat.db'}\n")
    write(environments / f"uat/{INTUNE}/users.yaml", "assignFrom: none\n")
    write(environments / f"prod/{INTUNE}/imports.yaml", "missingReads: 3\n")
    promotion = prepare(environments, "prod", "uat")
    assert {name: content is None for name, content in promotion.files.items()} == {
        f"{INTUNE}/imports.yaml": False,
        f"{INTUNE}/users.yaml": True,
    }
    carry_out(environments, "uat", promotion)
    result = document(load(environments, "uat").settled())
    own = document(load(environments).settled())
    assert json.dumps(result | {"instance.yaml": 0}) == json.dumps(own | {"instance.yaml": 0})
