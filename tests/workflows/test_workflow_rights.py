"""What the workflows may do, when they run, and whose code they run, read from the files themselves."""

import re
from typing import Any

import pytest
from command_line import ROOT
from ruamel.yaml import YAML

FOLDER = ROOT / ".github" / "workflows"
FILES = sorted(FOLDER.glob("*.yml"))
OWN = ROOT / ".github" / "actions" / "reconciler" / "action.yml"
PINNED = re.compile(r"[a-z-]+/[a-z-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+")


def loaded(name: str) -> dict[str, Any]:
    """Return a workflow."""
    workflow: dict[str, Any] = YAML(typ="safe", pure=True).load(FOLDER / f"{name}.yml")
    return workflow


def test_the_rights_of_each_job() -> None:
    """No workflow has rights of its own; the job that plans may read, the one that comments only comments."""
    rights = {
        (file.stem, name): job["permissions"] for file in FILES for name, job in loaded(file.stem)["jobs"].items()
    }

    assert [loaded(file.stem)["permissions"] for file in FILES] == [{}] * len(FILES)
    assert {key: value for key, value in rights.items() if key[0] != "release"} == {
        ("apply", "apply"): {"contents": "read", "id-token": "write"},
        ("apply", "report-failure"): {"contents": "read", "issues": "write"},
        ("ci", "test"): {"contents": "read"},
        ("plan", "plan"): {"contents": "read", "actions": "read"},
        ("plan", "comment"): {"contents": "read", "pull-requests": "write"},
    }


def test_when_they_run() -> None:
    """Every pull request is planned, so that a required check ends; applies come hourly, by a push, by hand."""
    plan, apply = loaded("plan"), loaded("apply")

    assert plan["on"] == "pull_request"
    assert int(apply["on"]["schedule"][0]["cron"].split()[0]) % 5
    assert apply["on"]["push"] == {"branches": ["main"], "paths": ["environments/**"]}
    assert "environments" in apply["on"]["workflow_dispatch"]["inputs"]
    assert apply["concurrency"] == {"group": "apply", "cancel-in-progress": False}
    assert apply["jobs"]["apply"]["environment"] == "production"


@pytest.mark.parametrize("name", ["plan", "ci"])
def test_a_pull_request_meets_no_secret(name: str) -> None:
    """What runs for a pull request names no secret and no environment that holds one."""
    workflow = loaded(name)

    assert "secrets" not in (FOLDER / f"{name}.yml").read_text().replace("no secret", "")
    assert [job for job in workflow["jobs"].values() if "environment" in job] == []


@pytest.mark.parametrize("file", [*FILES, OWN, ROOT / "action.yml"], ids=lambda file: file.stem)
def test_every_action_is_pinned(file: Any) -> None:
    """Every action of somebody else is named by its commit, with the version beside it."""
    used = re.findall(r"uses: (.*)", file.read_text())

    assert used
    assert [each for each in used if not PINNED.fullmatch(each) and not each.startswith("./")] == []


def test_the_tool_is_the_default_branchs() -> None:
    """The jobs of a pull request run the default branch's action, on a checkout of the change."""
    for name in ("plan", "comment"):
        steps = loaded("plan")["jobs"][name]["steps"]
        places = {each["with"]["path"]: each["with"].get("ref") for each in steps if "checkout" in each.get("uses", "")}
        own = [each for each in steps if each["uses"].startswith("./")]

        assert places["tool"] == "${{ github.event.repository.default_branch }}"
        assert {each["uses"] for each in own} == {"./tool/.github/actions/reconciler"}
        assert {each["with"].get("settings") for each in own} == ({"change"} if name == "plan" else {None})


def test_the_action_for_other_repositories_is_the_same() -> None:
    """`uses: OWNER/NAME@COMMIT` runs what the workflows here run; only the place of its scripts differs."""
    here = "${{ github.action_path }}"

    assert (ROOT / "action.yml").read_text() == OWN.read_text().replace(here, f"{here}/.github/actions/reconciler")


def test_recordings_are_kept_for_days() -> None:
    """A recording holds personal data: it is kept for a few days only."""
    steps = YAML(typ="safe", pure=True).load(OWN)["runs"]["steps"]
    (upload,) = (each for each in steps if each["name"] == "Keep the recordings")

    assert upload["with"]["retention-days"] <= 7


@pytest.mark.parametrize("name", ["validate", "plan", "apply"])
def test_settings_are_read_without_the_token(name: str) -> None:
    """The token of the job is gone from the environment before the program reads any settings."""
    script = (OWN.parent / f"{name}.sh").read_text()

    assert script.index("unset GH_TOKEN") < script.index("reconciler ", script.index("set -euo"))
