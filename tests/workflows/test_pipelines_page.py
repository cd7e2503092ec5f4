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
    r"(?:^|[ /`])reconciler (?:--log-format json )?((?:apply|plan|record|status|test|validate)\b[^`>|);\n]*)"
)
CRON = re.findall(r"```\n(# /etc/cron.*?)```", PAGE, re.DOTALL)[0]
UNITS = re.findall(r"```ini\n(.*?)```", PAGE, re.DOTALL)[0]


def scripts() -> list[str]:
    """Return what GitLab and Azure run in bash, variables of Azure's own written as bash has them."""
    load = YAML(typ="safe", pure=True).load
    gitlab, azure = (
        load(next(each for each in BLOCKS if each.startswith(first))) for first in ("# .gitlab", "# azure")
    )
    lines = gitlab["default"]["before_script"], gitlab["plan"]["script"], gitlab["apply"]["script"]
    steps = azure["stages"][0]["jobs"][0]["steps"]
    steps += azure["stages"][1]["jobs"][0]["strategy"]["runOnce"]["deploy"]["steps"]
    steps = [each.get("script") or each.get("inputs", {}).get("inlineScript") for each in steps]
    return [*map("\n".join, lines), *(re.sub(r"\$\((\w+)\)", r"$\1", each) for each in steps if each)]


def takes(name: str, *arguments: str) -> None:
    """Check that a command has the options of these arguments."""
    from typer.main import get_command  # noqa: PLC0415 - typer is heavy

    from reconciler.cli.main import app  # noqa: PLC0415 - as above

    command = get_command(app).commands[name]  # type: ignore[attr-defined]
    known = {option for each in command.params for option in each.opts}
    assert {each for each in arguments if each.startswith("-")} <= known, (name, arguments)


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
    """The Kubernetes block is YAML, and runs one apply at a time, with arguments that the command takes."""
    (block,) = (each for each in BLOCKS if each.startswith("apiVersion"))
    job = YAML(typ="safe", pure=True).load(block)
    (container,) = job["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"]
    assert (job["kind"], job["spec"]["concurrencyPolicy"]) == ("CronJob", "Forbid")
    takes(*container["args"])


@pytest.mark.parametrize("script", scripts(), ids=lambda script: script.split("\n")[0][:40])
def test_each_script_is_one(script: str) -> None:
    """Bash accepts each script of GitLab's, Azure's and cron's."""
    done = subprocess.run(["bash", "-n"], input=script, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_cron_says_nothing_unless_something_fails(tmp_path: Path) -> None:
    """The line is run by sh: what an apply prints is kept in a file, and shown when it fails."""
    (line,) = (each for each in CRON.splitlines() if "apply" in each)
    *when, user, command = line.split(None, 6)
    folder = tmp_path / "srv"
    (folder / "var").mkdir(parents=True)
    command = (
        command.replace("/srv/assets", str(folder)).replace("git pull", "true").replace("/opt/reconciler/bin/", "./")
    )
    (folder / "reconciler").write_text('#!/bin/sh\necho "$*"; echo talk >&2; exit $(cat code)\n')
    (folder / "reconciler").chmod(0o755)
    assert (when, user) == (["17", "*", "*", "*", "*"], "reconciler")
    for code, printed in ((0, ""), (3, "apply prod --scheduled --yes\ntalk\n")):
        (folder / "code").write_text(str(code))
        done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=False)
        assert (done.stdout, done.stderr) == (printed, "")
        assert (folder / "var" / "last-apply.txt").read_text() == "apply prod --scheduled --yes\ntalk\n"


def test_the_units_are_whole() -> None:
    """The service runs once, as somebody, and the timer makes up for what was missed."""
    service, timer = (dict(re.findall(r"^(\w+)=(.*)$", unit, re.MULTILINE)) for unit in UNITS.split("reconciler.timer"))
    assert (service["Type"], service["User"], timer["Persistent"]) == ("oneshot", "reconciler", "true")
    takes(*shlex.split(service["ExecStart"])[3:])


def test_every_option_on_the_page_is_one() -> None:
    """Each command on the page has only options that its help lists."""
    found = [shlex.split(each.replace("'", "")) for each in COMMAND.findall(PAGE)]
    assert len(found) >= 10
    for arguments in found:
        takes(*arguments)
