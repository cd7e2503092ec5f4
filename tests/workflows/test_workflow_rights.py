"""What the workflows may do, when they run, and whose code they run, read from the files themselves."""

import re
from typing import Any

import pytest
from command_line import ROOT
from ruamel.yaml import YAML

FOLDER = ROOT / ".github" / "workflows"
FILES = sorted(FOLDER.glob("*.yml"))


def loaded(name: str) -> dict[str, Any]:
    """Return a workflow."""
    workflow: dict[str, Any] = YAML(typ="safe", pure=True).load(FOLDER / f"{name}.yml")
    return workflow


def test_the_rights_of_each_job() -> None:
    """No workflow has rights of its own; the job that plans may read, the one that comments only comments."""
    rights = {
        (file.stem, name): job["permissions"] for file in FILES for name, job in loaded(file.stem)["jobs"].items()
    }

    assert [loaded(file.stem)["permissions"] for file in FILES] == [{}, {}, {}]
    assert rights == {
        ("apply", "apply"): {"contents": "read", "id-token": "write"},
        ("apply", "tell"): {"issues": "write"},
        ("ci", "test"): {"contents": "read"},
        ("plan", "validate"): {"contents": "read"},
        ("plan", "plan"): {"contents": "read", "actions": "read"},
        ("plan", "comment"): {"pull-requests": "write"},
    }


def test_when_they_run() -> None:
    """Plans are for pull requests that touch settings; applies come at an odd minute, by a push to main, by hand."""
    plan, apply = loaded("plan"), loaded("apply")

    assert plan["on"] == {"pull_request": {"paths": ["environments/**"]}}
    assert int(apply["on"]["schedule"][0]["cron"].split()[0]) % 5
    assert apply["on"]["push"] == {"branches": ["main"], "paths": ["environments/**"]}
    assert "environment" in apply["on"]["workflow_dispatch"]["inputs"]
    assert apply["concurrency"] == {"group": "apply", "cancel-in-progress": False}
    assert apply["jobs"]["apply"]["environment"] == "production"


@pytest.mark.parametrize("name", ["plan", "ci"])
def test_a_pull_request_meets_no_secret(name: str) -> None:
    """What runs for a pull request names no secret and no environment that holds one."""
    workflow = loaded(name)

    assert "secrets" not in (FOLDER / f"{name}.yml").read_text().replace("no secret", "")
    assert [job for job in workflow["jobs"].values() if "environment" in job] == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_action_is_pinned(file: Any) -> None:
    """Every action is named by its commit, with the version beside it."""
    used = re.findall(r"uses: (.*)", file.read_text())

    assert used
    assert [each for each in used if not re.fullmatch(r"actions/[a-z-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", each)] == []


def test_the_tool_is_the_default_branchs() -> None:
    """The jobs of a pull request install from a checkout of the default branch, and plan in one of the change."""
    for name in ("validate", "plan"):
        steps = loaded("plan")["jobs"][name]["steps"]
        places = {each["with"]["path"]: each["with"].get("ref") for each in steps if "checkout" in each.get("uses", "")}
        (install,) = (each["run"] for each in steps if each["name"] == "Install the tool")

        assert places == {"tool": "${{ github.event.repository.default_branch }}", "change": None}
        assert re.findall(r"install .* (\S+)$", install, re.MULTILINE) == ["tool/requirements.txt", "./tool"]


def test_recordings_are_kept_for_days() -> None:
    """A recording holds personal data: it is kept for a few days only."""
    (upload,) = (each for each in loaded("apply")["jobs"]["apply"]["steps"] if each["name"] == "Keep the recording")

    assert upload["with"]["retention-days"] <= 7
