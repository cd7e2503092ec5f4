"""Overlays: settings laid over an environment's, without touching its files."""

from pathlib import Path

from reconciler.configuration.loader import Loaded, load_environment
from reconciler.configuration.parsing.problems import SettingsProblem
from reconciler.settings.connection import Cloud, OwnCloud
from reconciler.settings.secrets import FromFile

BASE = Path(__file__).parent / "base"
CONNECTION = "prod/connections/intune/connection.yaml"


def loaded_with(folder: Path, files: dict[str, str]) -> Loaded:
    overlay = folder / "overlay"
    overlay.mkdir()
    for name, text in files.items():
        path = overlay / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return load_environment(BASE, "prod", overlay=overlay)


def places(problems: tuple[SettingsProblem, ...], folder: Path) -> list[tuple[str, int, str]]:
    return [(problem.file.removeprefix(f"{folder}/"), problem.line, problem.message) for problem in problems]


def test_mappings_are_merged_and_other_values_replaced(tmp_path: Path) -> None:
    files = {
        CONNECTION: "cloud: {authority: https://a.test, graph: https://g.test}\n",
        "prod/instance.yaml": "limits: {created: {percent: 1, count: 2}}\n",
        "prod/connections/intune/imports.yaml": "assetMatchingField: [name]\n",
    }
    environment = loaded_with(tmp_path, files).settled()
    connection = environment.connections["intune"]
    assert connection.connection.cloud == OwnCloud(authority="https://a.test", graph="https://g.test")
    assert connection.connection.tenant_id == "7d1a3b52-0f8e-4c3e-9a53-3a3f0a1f2b11"
    assert (environment.instance.limits.created.percent, environment.instance.limits.updated.percent) == (1, 60)
    assert connection.imports.matching_fields() == ("name",)


def test_a_reference_is_replaced_as_a_whole(tmp_path: Path) -> None:
    files = {CONNECTION: "authentication: {credential: {secret: {file: secret.txt}}}\n"}
    credential = loaded_with(tmp_path, files).settled().connections["intune"].connection.authentication.credential
    assert credential.type == "client-secret"
    assert credential.secret == FromFile(file="secret.txt")


def test_addresses_of_a_production_instance_may_come_from_an_overlay_and_are_marked(tmp_path: Path) -> None:
    loaded = loaded_with(tmp_path, {CONNECTION: "cloud: {authority: https://a.test, graph: https://g.test}\n"})
    assert loaded.settled().connections["intune"].cloud_from_overlay


def test_an_overlay_does_not_vouch_for_an_address_in_the_committed_files(tmp_path: Path) -> None:
    environments = tmp_path / "environments"
    for path in BASE.rglob("*.yaml"):
        target = environments / path.relative_to(BASE)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(path.read_bytes())
    committed = environments / CONNECTION
    committed.write_text(f"{committed.read_text()}cloud: {{authority: https://a.test, graph: https://g.test}}\n")
    overlay = tmp_path / "overlay" / CONNECTION
    overlay.parent.mkdir(parents=True)
    overlay.write_text("cloud: {graph: https://h.test}\n")
    loaded = load_environment(environments, "prod", overlay=tmp_path / "overlay")
    assert [(problem.rule, problem.pointer) for problem in loaded.problems] == [("K8", "/cloud")]


def test_without_an_overlay_nothing_is_marked() -> None:
    environment = load_environment(BASE, "prod").settled()
    connection = environment.connections["intune"]
    assert (environment.overlay, connection.cloud_from_overlay) == (False, False)
    assert connection.connection.cloud is Cloud.GLOBAL


def test_settings_with_an_overlay_are_never_clean_and_have_their_own_digest(tmp_path: Path) -> None:
    loaded = loaded_with(tmp_path, {"prod/instance.yaml": "limits: {window: 1h}\n"})
    environment = loaded.settled()
    assert (environment.overlay, environment.clean, loaded.overlay) == (True, False, tmp_path / "overlay")
    assert environment.digest != load_environment(BASE, "prod").settled().digest


def test_a_problem_in_an_overlay_points_at_its_file(tmp_path: Path) -> None:
    loaded = loaded_with(tmp_path, {CONNECTION: "# mine\ncloud: globl\n", "prod/instance.yaml": "knd: test\n"})
    assert places(loaded.problems, tmp_path) == [
        ("overlay/prod/connections/intune/connection.yaml", 2, "not one of the values that fit here"),
        ("overlay/prod/instance.yaml", 1, "unknown key `knd`"),
    ]


def test_what_an_overlay_has_for_nothing_is_a_problem(tmp_path: Path) -> None:
    loaded = loaded_with(tmp_path, {"prd/instance.yaml": "kind: test\n", "prod/instanse.yaml": "kind: test\n"})
    assert places(loaded.problems, tmp_path) == [
        ("overlay/prd", 1, "an overlay has a folder for each environment only"),
        ("overlay/prod/instanse.yaml", 1, "this is not the name of a settings file"),
    ]


def test_an_overlay_may_bring_a_whole_connection(tmp_path: Path) -> None:
    source = BASE / "prod/connections/intune"
    files = {
        f"prod/connections/second/{path.name}": path.read_text().replace("7d1a3b52", "8d1a3b52")
        for path in source.iterdir()
    }
    assert list(loaded_with(tmp_path, files).settled().connections) == ["intune", "second"]
