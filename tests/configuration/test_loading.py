"""Loading an environment: what is read, what is allowed, what is refused before there is YAML."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from reconciler.configuration.loader import environments_in, load_environment
from reconciler.errors import SettingsError, UsageError

BASE = Path(__file__).parent / "base"
IMPORTS = "prod/connections/intune/imports.yaml"


@pytest.fixture
def environments(tmp_path: Path) -> Path:
    """Return a copy of the base that a test may change."""
    for path in BASE.rglob("*.yaml"):
        target = tmp_path / "environments" / path.relative_to(BASE)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(path.read_bytes())
    return tmp_path / "environments"


def messages(environments: Path) -> list[tuple[str, str]]:
    loaded = load_environment(environments, "prod", with_commit=False)
    return [(problem.file, problem.message) for problem in loaded.problems]


def test_an_environment_is_loaded_with_everything_in_it(environments: Path) -> None:
    environment = load_environment(environments, "prod").settled()
    assert (environment.instance.name, list(environment.connections)) == ("prod", ["intune"])
    assert environment.connections["intune"].imports.default_site == "Contoso/Head Office"


def test_an_unknown_environment_is_wrong_usage_with_the_name_that_was_meant(environments: Path) -> None:
    with pytest.raises(UsageError, match=r"There is no environment `prd` in .* Did you mean `prod`\?$"):
        load_environment(environments, "prd")


@pytest.mark.parametrize("name", ["..", "prod/../prod", "/tmp", ""])
def test_a_path_is_no_environments_name(environments: Path, name: str) -> None:
    with pytest.raises(UsageError, match=r"There are: prod\.$"):
        load_environment(environments, name)


def test_a_folder_without_environments_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"--environments DIR names the one"):
        environments_in(tmp_path / "none")


def test_settings_with_problems_are_an_error_that_lists_them(environments: Path) -> None:
    (environments / IMPORTS).write_text("version: 1\nassetMatchingField: serialNumber\n")
    with pytest.raises(SettingsError) as caught:
        load_environment(environments, "prod").settled()
    assert str(caught.value).startswith(
        f"The settings have 1 problem.\nenvironments/{IMPORTS}:1:1: error: `defaultSite` is missing (S1)\n"
    )


def test_anchors_aliases_and_merge_keys_are_allowed(environments: Path) -> None:
    limits = "limits:\n  created: &few {percent: 1, count: 2}\n  updated: *few\n  retyped: {<<: *few, count: 9}\n"
    instance = environments / "prod/instance.yaml"
    instance.write_text(instance.read_text() + limits)
    found = load_environment(environments, "prod").settled().instance.limits
    assert [(limit.percent, limit.count) for limit in (found.created, found.updated, found.retyped)] == [
        (1, 2),
        (1, 2),
        (1, 9),
    ]


def test_a_problem_in_a_merged_value_points_at_where_it_is_written(environments: Path) -> None:
    limits = "limits:\n  created: &few {percent: 1, count: many}\n  updated: {<<: [*few], percent: 3}\n"
    instance = environments / "prod/instance.yaml"
    instance.write_text(instance.read_text() + limits)
    problems = load_environment(environments, "prod").problems
    assert [(problem.pointer, problem.line, problem.column) for problem in problems] == [
        ("/limits/created/count", 7, 37),
        ("/limits/updated/count", 7, 37),
    ]


def test_dates_stay_what_was_written_and_yaml_1_1_words_stay_text(environments: Path) -> None:
    connection = environments / "prod/connections/intune/connection.yaml"
    connection.write_text(connection.read_text().replace("}}", "}, expires: 2027-06-30}"))
    imports = environments / IMPORTS
    imports.write_text(f"{imports.read_text()}ignoredValues: [no, 1:30, '007', 2027-06-30]\n")
    environment = load_environment(environments, "prod").settled().connections["intune"]
    assert str(environment.connection.authentication.credential.expires) == "2027-06-30"  # type: ignore[union-attr]
    assert environment.imports.ignored_values == ["no", "1:30", "007", "2027-06-30"]


def leave(path: Path, outside: Path) -> None:
    path.symlink_to(outside)


def lead_nowhere(path: Path, _: Path) -> None:
    path.symlink_to("nowhere")


def be_a_folder(path: Path, _: Path) -> None:
    path.mkdir()


def be_a_pipe(path: Path, _: Path) -> None:
    os.mkfifo(path)


def be_huge(path: Path, _: Path) -> None:
    path.write_bytes(b"#" * (4 * 1024 * 1024 + 1))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (leave, "a symlink that leaves the environment's folder"),
        (lead_nowhere, "a symlink that leads nowhere"),
        (be_a_folder, "a folder where a file is expected"),
        (be_a_pipe, "not a regular file"),
        (be_huge, "the file is larger than 4 MiB"),
    ],
)
def test_what_is_no_file_of_the_environment_is_not_read(
    environments: Path, tmp_path: Path, make: Callable[[Path, Path], None], message: str
) -> None:
    outside = tmp_path / "outside.yaml"
    (environments / IMPORTS).rename(outside)
    make(environments / IMPORTS, outside)
    assert messages(environments) == [(f"environments/{IMPORTS}", message)]


def test_a_symlink_inside_of_the_environment_is_followed(environments: Path) -> None:
    file = environments / IMPORTS
    file.rename(environments / "prod/shared.txt")
    file.symlink_to("../../shared.txt")
    assert messages(environments) == []


def test_a_connection_that_is_a_symlink_is_refused(environments: Path) -> None:
    connections = environments / "prod/connections"
    (connections / "other").symlink_to(connections / "intune")
    assert messages(environments) == [("environments/prod/connections/other", "a connection's folder is a symlink")]


def test_files_that_are_not_yaml_are_none_of_our_business(environments: Path) -> None:
    (environments / "prod/README.md").write_text("# Production\n")
    (environments / "prod/connections/intune/key.pem").write_bytes(b"\xff")
    assert messages(environments) == []


def test_thousands_of_rules_are_fine(environments: Path) -> None:
    rule = "  - {{name: Rule {0}, when: {{any: [{{field: model, contains: x{0}}}]}}, type: Laptop}}\n"
    head = "version: 1\ndetermine: rules\ndefault: Laptop\nrules:\n"
    rules = environments / "prod/connections/intune/asset-types.yaml"
    rules.write_text(head + "".join(rule.format(number) for number in range(2_000)))
    environment = load_environment(environments, "prod").settled()
    assert len(environment.connections["intune"].asset_types.rules) == 2_000


def test_loading_imports_nothing_that_only_other_commands_need() -> None:
    program = (
        "import sys; from pathlib import Path; from reconciler.configuration.loader import load_environment;"
        f"load_environment(Path({str(BASE)!r}), 'prod', with_commit=False).settled();"
        "print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    heavy = {
        "alembic",
        "cryptography",
        "deepdiff",
        "jinja2",
        "msal",
        "msgspec",
        "re2",
        "requests",
        "rich",
        "sqlalchemy",
    }
    assert set(done.stdout.split()) & heavy == set()
