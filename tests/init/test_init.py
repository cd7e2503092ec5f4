"""`init` writes a repository that validates, with what was answered in the place of the example's names."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from reconciler.cli.main import run
from reconciler.configuration.template import Answers, Pipeline, Store, example_names, start
from reconciler.errors import ReconcilerError

ROOT = Path(__file__).parents[2]
SETTINGS = ["environments/prod/instance.yaml", "environments/uat/connections/intune/users.yaml"]
ALWAYS = [".gitignore", ".pre-commit-config.yaml", ".vscode/settings.json", "README.md", "requirements.txt"]
OF_A_PIPELINE = {
    Pipeline.GITHUB: [
        ".github/actions/reconciler/action.yml",
        ".github/actions/reconciler/plan.sh",
        ".github/dependabot.yml",
        ".github/workflows/apply.yml",
        ".github/workflows/plan.yml",
    ],
    Pipeline.GITLAB: [".gitlab-ci.yml", "renovate.json"],
    Pipeline.AZURE: ["azure-pipelines.yml", "renovate.json"],
    Pipeline.NONE: [],
}


def names(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("pipeline", Pipeline)
def test_each_pipeline_has_its_files(tmp_path: Path, pipeline: Pipeline) -> None:
    """Settings, schemas and the editor's files are always there; a pipeline's own only where it was asked for."""
    start(tmp_path, Answers(pipeline=pipeline))
    found = names(tmp_path)

    others = {name for each, files in OF_A_PIPELINE.items() if each is not pipeline for name in files}
    assert found >= {*SETTINGS, *ALWAYS, *OF_A_PIPELINE[pipeline], "schemas/users.schema.json"}
    assert found & (others - set(OF_A_PIPELINE[pipeline])) == set()


def test_answers_stand_where_the_examples_names_stood(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Names that YAML would read as something else are quoted, and the settings are valid and pass their cases."""
    answers = Answers(
        tenant_id="fabrikam.example",
        client_id="0b8d0c6e-54c0-4b7e-8a39-6f2b6ad9c2ab",
        organisation="Fabrikam & Söhne",
        sites=("No", "42"),
        store=Store.POSTGRESQL,
    )
    start(tmp_path, answers)
    text = "".join(path.read_text() for path in (tmp_path / "environments").rglob("*.yaml"))
    monkeypatch.chdir(tmp_path)

    assert f"{example_names().organisation}/" not in text
    assert text.count("tenantId: fabrikam.example") == 2
    assert '    sites: ["No", "42"]\n' in text
    assert "url: {env: RECONCILER_STORE_URL}" in text
    assert "url: {env: RECONCILER_UAT_STORE_URL}" in text
    assert run(["validate", "--strict"]) == 0
    assert run(["test", "prod"]) == 0


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        (Answers(organisation="a/b"), '"a/b" cannot name an organisation or a site'),
        (Answers(sites=(" Leeds",)), '" Leeds" cannot name an organisation or a site'),
        (Answers(sites=("Le\ned",)), '"Le\\ned" cannot name an organisation or a site'),
        (Answers(sites=("Leeds", "Leeds")), "Name at least one site, and each of them once."),
        (Answers(sites=()), "Name at least one site, and each of them once."),
    ],
)
def test_answers_that_cannot_be_names_write_nothing(tmp_path: Path, answers: Answers, message: str) -> None:
    """What is wrong is said, and the folder stays empty."""
    with pytest.raises(ReconcilerError) as raised:
        start(tmp_path, answers)

    assert str(raised.value).startswith(message)
    assert names(tmp_path) == set()


def test_a_folder_with_other_files_is_left_alone(tmp_path: Path) -> None:
    """One file with other content stops everything; a file of the same content does not."""
    start(tmp_path)
    (tmp_path / "README.md").write_text("Ours.\n")
    (tmp_path / ".gitignore").unlink()

    with pytest.raises(ReconcilerError) as raised:
        start(tmp_path)

    assert str(raised.value) == (
        f"Already there with other content: {tmp_path}/README.md. Nothing was written; name another folder."
    )
    assert (tmp_path / ".gitignore").exists() is False


def test_an_interrupted_init_is_finished_by_the_next(tmp_path: Path) -> None:
    """What a killed init left behind is completed, and the result is the same as of one that ran through."""
    whole, half = tmp_path / "whole", tmp_path / "half"
    start(whole)
    start(half)
    for path in sorted(half.rglob("*"))[::2]:
        if path.is_file():
            path.unlink()
    start(half)

    assert names(half) == names(whole)


def test_a_folder_that_cannot_be_written_stays_as_it_was(tmp_path: Path) -> None:
    """A file in the place of a folder is an error with its path, and what was written before is taken away."""
    (tmp_path / "schemas").write_text("a file\n")

    with pytest.raises(ReconcilerError, match=r"schemas.* cannot be written"):
        start(tmp_path)

    assert names(tmp_path) == {"schemas"}


def test_the_editors_settings_name_every_schema(tmp_path: Path) -> None:
    """Each settings file's schema is mapped, and each mapped schema is there."""
    start(tmp_path)
    mapped = json.loads((tmp_path / ".vscode" / "settings.json").read_text())["yaml.schemas"]

    assert set(mapped) | {"schemas/plan.schema.json"} >= {
        f"schemas/{path.name}" for path in (tmp_path / "schemas").glob("*.schema.json") if "partial" not in path.name
    }
    assert [name for name in mapped if not (tmp_path / name).exists()] == []


def test_the_documentation_shows_the_pipelines_that_are_written() -> None:
    """GitLab's and Azure's files stand in docs/pipelines.md as `init` writes them."""
    page = (ROOT / "docs" / "pipelines.md").read_text("utf-8")
    files = ROOT / "reconciler" / "configuration" / "template" / "files"

    for file in ("gitlab/dot-gitlab-ci.yml", "azure/azure-pipelines.yml"):
        assert f"```yaml\n{(files / file).read_text('utf-8')}```" in page


def test_on_a_terminal_it_asks(tmp_path: Path) -> None:
    """Answers typed at the questions are taken; an empty one keeps the example's value."""
    leader, follower = pty.openpty()
    process = subprocess.Popen(
        [Path(sys.executable).parent / "reconciler", "init", tmp_path / "assets"],
        stdin=follower,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    os.write(leader, b"fabrikam.example\n\nFabrikam\nHamburg, Leeds\n\nnone\n")
    out, err = process.communicate(timeout=120)
    os.close(leader)
    os.close(follower)
    catalogue = (tmp_path / "assets" / "environments" / "prod" / "catalogue.yaml").read_text()

    assert process.returncode == 0, err
    assert "Tenant id" in err
    assert "Tenant id" not in out
    assert "  - name: Fabrikam\n    sites: [Hamburg, Leeds]\n" in catalogue
    assert (tmp_path / "assets" / ".github").exists() is False
