"""The page about pipelines shows what the systems and this program accept."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from command_line import ROOT
from ruamel.yaml import YAML

PAGE = (ROOT / "docs" / "pipelines.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
COMMAND = re.compile(
    r"(?:^|[ /`])reconciler (?:--log-format json )?((?:apply|plan|record|status|test|validate)\b[^`>|)\n]*)"
)


@pytest.mark.parametrize(
    ("schema", "first"), [("gitlab-ci", "# .gitlab-ci.yml"), ("azure-pipelines", "# azure-pipelines.yml")]
)
def test_each_pipeline_fits_its_schema(schema: str, first: str, tmp_path: Path) -> None:
    """GitLab's and Azure's own schemas, as check-jsonschema carries them, accept what the page shows."""
    (block,) = (each for each in BLOCKS if each.startswith(first))
    file = tmp_path / "pipeline.yaml"
    file.write_text(block)
    check = Path(sys.executable).parent / "check-jsonschema"
    options = ["--builtin-schema", f"vendor.{schema}", "--data-transform", schema, "--regex-variant", "nonunicode"]
    command = [str(check), *options, str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_the_cron_job_is_one() -> None:
    """The Kubernetes block is YAML, and runs one apply at a time."""
    (block,) = (each for each in BLOCKS if each.startswith("apiVersion"))
    job = YAML(typ="safe", pure=True).load(block)
    assert (job["kind"], job["spec"]["concurrencyPolicy"]) == ("CronJob", "Forbid")


def test_every_option_on_the_page_is_one() -> None:
    """Each command on the page has only options that its help lists."""
    from typer.main import get_command  # noqa: PLC0415 - typer is heavy

    from reconciler.cli.main import app  # noqa: PLC0415 - as above

    commands = get_command(app).commands  # type: ignore[attr-defined]
    found = [shlex.split(each.replace("'", "")) for each in COMMAND.findall(PAGE)]
    assert len(found) >= 10
    for name, *arguments in found:
        known = {option for each in commands[name].params for option in each.opts}
        assert {each for each in arguments if each.startswith("-")} <= known, (name, arguments)
