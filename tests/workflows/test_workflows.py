"""The workflows do what they say: each `run:` step is executed, in order, with a fake GitHub and a simulated tenant."""

import gzip
import json
import re
import shutil
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from command_line import ROOT, git, simulated
from workflow_runner import Ran, Runner

from reconciler.simulator.server import Simulator

pytestmark = [
    pytest.mark.thorough,
    pytest.mark.skipif(
        not all(map(shutil.which, ("bash", "jq", "zip", "unzip"))),
        reason="the fake gh filters with jq, and recordings are zipped; `.ci/run` installs what is lacking",
    ),
]

PROD = "environments/prod"
INTUNE = f"{PROD}/connections/intune"
ACTION = ".github/actions/reconciler"


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulator]:
    with simulated(devices=12) as running:
        yield running


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory, simulator: Simulator) -> Path:
    """Return a repository whose prod is imported from the simulator, by the schedule too."""
    folder = tmp_path_factory.mktemp("origin")
    shutil.copytree(ROOT / "tests" / PROD, folder / PROD)
    for name in ("requirements.txt", "pyproject.toml"):
        (folder / name).touch()
    (folder / ".ci").mkdir()
    shutil.copytree(ROOT / ACTION, folder / ACTION)
    edit(folder, f"{PROD}/instance.yaml", "kind: production", "kind: test")
    edit(folder, f"{PROD}/instance.yaml", "url: sqlite:///var/prod.db", "url: {env: RECONCILER_STORE_URL}")
    edit(folder, f"{INTUNE}/connection.yaml", "cloud: global", simulator.cloud_block().rstrip())
    edit(folder, f"{INTUNE}/connection.yaml", "enabledForInstances: production-only", "enabledForInstances: all")
    edit(folder, f"{INTUNE}/imports.yaml", "  import: true", "  import: false")
    edit(folder, f"{INTUNE}/imports.yaml", "  matchToLicences: true", "  matchToLicences: false")
    git(folder, "init", "--quiet", "--initial-branch", "main")
    commit(folder)
    return folder


def edit(folder: Path, file: str, before: str, after: str) -> None:
    path = folder / file
    assert before in path.read_text()
    path.write_text(path.read_text().replace(before, after, 1))


def commit(folder: Path) -> None:
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "settings")


def applying(folder: Path, origin: Path, simulator: Simulator, event: str) -> Runner:
    """Return apply.yml's runner, with what production's environment gives it."""
    context = {
        "inputs.environments": "prod" if event == "workflow_dispatch" else "",
        "inputs.allow": "created=50" if event == "workflow_dispatch" else "",
        "inputs.because": "first import; $(exit 9)" if event == "workflow_dispatch" else "",
        "github.event_name": event,
        "secrets.RECONCILER_STORE_URL": f"sqlite:///{folder}/prod.db",
    }
    return Runner(folder, origin, "apply.yml", context, variables=simulator.environment())


@pytest.fixture(scope="module")
def applied(tmp_path_factory: pytest.TempPathFactory, origin: Path, simulator: Simulator) -> tuple[Runner, Ran]:
    """Apply prod by hand, once for all tests."""
    runner = applying(tmp_path_factory.mktemp("applied"), origin, simulator, "workflow_dispatch")
    return runner, runner.job("apply")


def recorded(applied: tuple[Runner, Ran]) -> Path:
    """Return the recording that the apply uploaded."""
    return applied[0].artifacts / "recordings" / "prod.gz"


def asking(
    folder: Path, origin: Path, change: Path | None = None, *, recording: Path | None = None, fork: bool = False
) -> Runner:
    """Return plan.yml's runner for a pull request whose merge is branch `merge`; nothing is secret in its variables."""
    context = {
        "github.event.pull_request.number": "5",
        "github.event.pull_request.head.repo.full_name": "somebody/assets" if fork else "contoso/assets",
    }
    variables = {"RECONCILER_ALLOW_HOST": "localhost"}
    runner = Runner(folder, change or origin, "plan.yml", context, branch="merge", variables=variables)
    if recording:
        newest = {"id": 2, "created_at": "2026-11-23T08:00:00Z"}
        of_a_fork = {"id": 3, "created_at": "2026-11-24T08:00:00Z"}
        runner.put(artifacts=[artifact(**newest), artifact(**of_a_fork, repository=8), artifact(id=1, expired=True)])
        zipped(folder / "gh" / "2.zip", recording)
    return runner


def zipped(package: Path, recording: Path) -> None:
    """Write an artifact with prod's recording."""
    with zipfile.ZipFile(package, "w") as writer:
        writer.write(recording, "prod.gz")


def artifact(
    id: int, created_at: str = "2026-11-22T08:00:00Z", *, repository: int = 7, expired: bool = False
) -> dict[str, object]:
    run = {"id": 40 + id, "head_branch": "main", "head_repository_id": repository}
    return {"id": id, "name": "recordings", "created_at": created_at, "expired": expired, "workflow_run": run}


@pytest.fixture
def merged(tmp_path: Path, origin: Path) -> Path:
    """Return a copy of the repository with an empty branch `change`, to be merged by `merge`."""
    folder = tmp_path / "repository"
    shutil.copytree(origin, folder)
    git(folder, "checkout", "--quiet", "-b", "change")
    return folder


def merge(folder: Path) -> None:
    """Commit what differs, and merge it as GitHub does for a pull request."""
    commit(folder)
    git(folder, "checkout", "--quiet", "-b", "merge", "main")
    git(folder, "merge", "--quiet", "--no-ff", "--message", "merge", "change")


def test_an_apply_leaves_a_recording_and_a_report(applied: tuple[Runner, Ran]) -> None:
    """Everything is done and uploaded, inputs are data and never run, and nobody is told of a success."""
    runner, ran = applied
    assert (ran.result, "Applied run" in ran.log) == ("success", True), ran.log
    assert [each.name for each in (runner.artifacts / "recordings").iterdir()] == ["prod.gz"]
    kept = {each.name for each in (runner.artifacts / "report" / "prod").iterdir()}
    assert kept == {"report.txt", "errors.txt", "report.html"}
    assert "exit code 0" in ran.summary
    assert ran.outputs == {"exit-code": "0", "counts": '{"prod": 0}', "verdict": "prod: exit code 0"}
    assert runner.job("report-failure").result == "success"
    assert runner.state["issues"] == []


def test_the_schedule_applies_what_is_due(applied: tuple[Runner, Ran], origin: Path, simulator: Simulator) -> None:
    """Just after an apply nothing is due: nothing is read or recorded, and that is a success."""
    runner = applying(applied[0].folder, origin, simulator, "schedule")
    simulator.tally.reset()
    runner.runs = 10
    ran = runner.job("apply")
    assert (ran.result, simulator.tally.total) == ("success", 0), ran.log


def test_a_failing_apply_is_one_issue_until_it_is_green(tmp_path: Path, origin: Path, simulator: Simulator) -> None:
    """It is opened, updated by the next failure even while GitHub limits its rate, and closed by the next success."""
    runner = applying(tmp_path, origin, simulator, "schedule")
    runner.variables = {**runner.variables, "INTUNE_CLIENT_SECRET": "not-the-secret"}
    ran = runner.job("apply")
    assert (ran.result, "exit code 1" in ran.summary) == ("failure", True), ran.log
    assert runner.job("report-failure").result == "success"
    runner.put(failures=2)
    assert runner.job("report-failure").result == "success"
    (issue,) = runner.state["issues"]
    assert (issue["title"], issue["state"]) == ("An apply fails", "open")
    assert issue["body"].startswith("<!-- reconciler:apply -->")
    assert "https://github.com/contoso/assets/actions/runs/42" in issue["body"]
    assert "exit code 1" in issue["body"]
    assert "not-the-secret" not in issue["body"]
    runner.context["needs.apply.result"] = "success"
    assert runner.job("report-failure").result == "success"
    assert runner.state["issues"][0]["state"] == "closed"
    assert runner.state["comments"][0]["body"].startswith("Green again: ")


@pytest.mark.parametrize("result", ["failure", "cancelled"])
def test_a_failure_before_anything_was_applied_is_told_too(
    tmp_path: Path, origin: Path, simulator: Simulator, result: str
) -> None:
    """Without a report, or when it took too long, the issue says that nothing is known to be read or written."""
    runner = applying(tmp_path, origin, simulator, "schedule")
    runner.context["needs.apply.result"] = result
    assert runner.job("report-failure").result == "success"
    assert "It ended before it printed anything." in runner.state["issues"][0]["body"]


def test_a_pull_request_is_planned_with_its_impact(
    tmp_path: Path, merged: Path, applied: tuple[Runner, Ran], simulator: Simulator
) -> None:
    """One comment, updated later, from the default branch's newest recording, made by the default branch's tool."""
    edit(
        merged,
        f"{INTUNE}/field-mappings.yaml",
        "{from: model, to: model}",
        "{from: model, to: model, transform: [upper]}",
    )
    (merged / "reconciler").mkdir()
    (merged / "reconciler" / "__init__.py").write_text("raise SystemExit('the pull request ran')\n")
    merge(merged)
    simulator.tally.reset()
    runner = asking(tmp_path / "run", merged, recording=recorded(applied))
    planned = runner.job("plan")
    assert planned.result == "success", planned.log
    assert {each.name for each in (runner.artifacts / "plans" / "prod").iterdir()} >= {
        *("comment.md", "plan.json", "impact.json", "report.html"),
    }
    assert json.loads((runner.artifacts / "plans" / "prod" / "impact.json").read_bytes())["compared"] is True
    assert planned.summary.splitlines()[2] == "**Merging changes 10 assets.** No limit stops the next apply."
    for _ in range(2):
        assert runner.job("comment").result == "success"
    (comment,) = runner.state["comments"]
    assert comment["body"].startswith("<!-- reconciler:plan:prod -->")
    installed = (runner.folder / "installed").read_text()
    assert set(re.findall(r"-r (\S+)", installed)) == {
        f"{runner.folder}/machine-1/work/tool/{ACTION}/../../../requirements.txt"
    }
    assert planned.outputs["counts"] in ('{"prod": 0}', '{"prod": 5}'), planned.log  # 5 where a part was not read
    assert simulator.tally.total == 0


def test_a_fork_is_validated_and_tested_only(tmp_path: Path, merged: Path) -> None:
    """No plan is made, no comment is written, and GitHub is not asked for a recording."""
    edit(merged, f"{PROD}/instance.yaml", "window: 24h", "window: 48h")
    merge(merged)
    runner = asking(tmp_path / "run", merged, fork=True)
    planned = runner.job("plan")
    assert (planned.result, planned.outputs) == ("success", {"exit-code": "0"}), planned.log
    assert runner.job("comment").result == "skipped"
    assert (runner.artifacts / "plans").exists() is False
    assert runner.state["calls"] == []


def test_broken_settings_are_annotated_and_told(tmp_path: Path, merged: Path, applied: tuple[Runner, Ran]) -> None:
    """The line is annotated, and the comment holds the problem instead of a plan."""
    edit(merged, f"{INTUNE}/imports.yaml", "createAssets: true", "createAssets: perhaps")
    merge(merged)
    runner = asking(tmp_path / "run", merged, recording=recorded(applied))
    planned = runner.job("plan")
    assert planned.result == "failure"
    assert f"::error file={INTUNE}/imports.yaml,line=" in planned.log
    assert runner.job("comment").result == "success"
    body = runner.state["comments"][0]["body"]
    assert body.startswith(
        "<!-- reconciler:plan:prod -->\n\n### No plan for `prod`\n\n    The settings have 1 problem."
    )
    assert "createAssets" in body


def test_without_a_recording_the_comment_says_how_to_get_one(tmp_path: Path, merged: Path) -> None:
    """A repository that never applied is no failure; a download that fails is told in the same way."""
    edit(merged, f"{PROD}/instance.yaml", "window: 24h", "window: 48h")
    merge(merged)
    runner = asking(tmp_path / "run", merged)
    planned = runner.job("plan")
    assert (planned.result, "::warning::There is no recording of prod yet" in planned.log) == ("success", True), (
        planned.log
    )
    assert runner.job("comment").result == "success"
    assert "Run the apply workflow once" in runner.state["comments"][0]["body"]
    runner.put(failures=1)
    assert "::warning::The recordings could not be listed." in runner.job("plan").log


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (lambda whole: b"no recording\n", "is not a recording"),
        (
            lambda whole: gzip.compress(gzip.decompress(whole).replace(b'"formatVersion":1', b'"formatVersion":9', 1)),
            "9",
        ),
    ],
    ids=["no recording", "another format"],
)
def test_a_recording_that_cannot_be_read_is_told(
    tmp_path: Path, merged: Path, applied: tuple[Runner, Ran], damage: Callable[[bytes], bytes], told: str
) -> None:
    """What is wrong with it is said in the comment, and the job fails."""
    edit(merged, f"{PROD}/instance.yaml", "window: 24h", "window: 48h")
    merge(merged)
    other = tmp_path / "recording.gz"
    other.write_bytes(damage(recorded(applied).read_bytes()))
    runner = asking(tmp_path / "run", merged, recording=other)
    ran = [runner.job(name) for name in ("plan", "comment")]
    assert [each.result for each in ran] == ["failure", "success"], ran
    body = runner.state["comments"][0]["body"]
    assert "### No plan for `prod`" in body
    assert told in body


def test_a_download_that_fails_is_told(tmp_path: Path, merged: Path, applied: tuple[Runner, Ran]) -> None:
    """A recording that does not come, or comes broken, is a warning, and the comment says how to get one."""
    edit(merged, f"{PROD}/instance.yaml", "window: 24h", "window: 48h")
    merge(merged)
    runner = asking(tmp_path / "run", merged, recording=recorded(applied))
    package = runner.folder / "gh" / "2.zip"
    for damaged in (package.read_bytes()[:-100], None):
        package.write_bytes(damaged) if damaged else package.unlink()
        planned = runner.job("plan")
        assert (planned.result, "::warning::The recordings of run 42 could not be downloaded." in planned.log) == (
            *("success", True),
        ), planned.log
        assert "There is no recording of prod" in planned.summary


def test_a_connection_that_is_added_is_unknown(tmp_path: Path, merged: Path, applied: tuple[Runner, Ran]) -> None:
    """The recording has nothing of it: the rest is planned, and the comment and the log say what is unknown."""
    shutil.copytree(merged / INTUNE, merged / PROD / "connections" / "branch")
    tenant = next(
        line for line in (merged / INTUNE / "connection.yaml").read_text().splitlines() if line.startswith("tenantId:")
    )
    edit(merged, f"{PROD}/connections/branch/connection.yaml", tenant, "tenantId: 11111111-0f8e-4c3e-9a53-3a3f0a1f2b11")
    merge(merged)
    runner = asking(tmp_path / "run", merged, recording=recorded(applied))
    planned = runner.job("plan")
    assert (planned.result, "::warning::Part of the plan of prod is unknown." in planned.log) == ("success", True)
    assert "- connection (branch): the recording has nothing of this connection\n" in planned.summary


def test_files_beside_the_environments_plan_nothing(tmp_path: Path, merged: Path) -> None:
    """A pull request that touches no environment is green, without a comment."""
    (merged / "environments" / "README.md").write_text("Ours.\n")
    merge(merged)
    runner = asking(tmp_path / "run", merged)
    ran = [runner.job(name) for name in ("plan", "comment")]
    assert [each.result for each in ran] == ["success", "success"], ran
    assert runner.state["comments"] == []


def test_very_many_problems_fit_a_comment(tmp_path: Path, merged: Path, applied: tuple[Runner, Ran]) -> None:
    """What is wrong with settings is cut where a comment would be too long."""
    file = merged / INTUNE / "field-mappings.yaml"
    lines = (f"  - {{from: deviceNàme{number}, to: name{number}}}\n" for number in range(1_000))
    file.write_text(file.read_text() + "".join(lines))
    merge(merged)
    runner = asking(tmp_path / "run", merged, recording=recorded(applied))
    ran = [runner.job(name) for name in ("plan", "comment")]
    assert [each.result for each in ran] == ["failure", "success"], ran
    assert 10_000 < len(runner.state["comments"][0]["body"]) < 65_536


def test_many_environments_have_one_comment(tmp_path: Path, merged: Path, applied: tuple[Runner, Ran]) -> None:
    """From three on, what a change does to all of them is one comment; one without a recording hides no other (N4)."""
    git(merged, "checkout", "--quiet", "main")
    for name in ("acme", "birch"):
        shutil.copytree(merged / PROD, merged / "environments" / name)
        edit(merged, f"environments/{name}/instance.yaml", "name: prod", f"name: {name}")
    commit(merged)
    git(merged, "checkout", "--quiet", "-B", "change")
    for name in ("acme", "birch", "prod"):
        mappings = f"environments/{name}/connections/intune/field-mappings.yaml"
        edit(merged, mappings, "{from: model, to: model}", "{from: model, to: model, transform: [upper]}")
    merge(merged)
    runner = asking(tmp_path / "run", merged, recording=recorded(applied))
    ran = [runner.job(name) for name in ("plan", "comment", "comment")]
    (comment,) = runner.state["comments"]

    assert [each.result for each in ran] == ["success"] * 3, ran[0].log
    verdict = (
        "**⚠ Merging changes 10 assets in 1 environment of 1.** No limit stops the next apply because of it."
        " 2 environments could not be planned."
    )
    assert comment["body"].startswith(f"<!-- reconciler:fleet -->\n\n{verdict}\n")
    assert ran[0].outputs["verdict"] == verdict
    assert (runner.artifacts / "plans" / "prod" / "report.html").exists()


def test_an_environment_that_is_deleted_is_told(tmp_path: Path, merged: Path) -> None:
    """Deleting one is allowed: its comment says what becomes of its store."""
    git(merged, "checkout", "--quiet", "main")
    shutil.copytree(ROOT / "tests" / "environments" / "uat", merged / "environments" / "uat")
    commit(merged)
    git(merged, "checkout", "--quiet", "-B", "change")
    shutil.rmtree(merged / PROD)
    merge(merged)
    runner = asking(tmp_path / "run", merged)
    ran = [runner.job(name) for name in ("plan", "comment")]
    assert [each.result for each in ran] == ["success", "success"], ran
    assert "This change deletes the environment `prod`" in runner.state["comments"][0]["body"]


def test_an_environment_that_is_renamed_is_told(tmp_path: Path, merged: Path) -> None:
    """It is one that goes and one that comes: a comment for each says what becomes of it."""
    git(merged, "mv", PROD, "environments/production")
    edit(merged, "environments/production/instance.yaml", "name: prod", "name: production")
    merge(merged)
    runner = asking(tmp_path / "run", merged)
    ran = [runner.job(name) for name in ("plan", "comment")]
    assert [each.result for each in ran] == ["success", "success"], ran
    old, new = (each["body"] for each in runner.state["comments"])
    assert "This change deletes the environment `prod`" in old
    assert "If it was renamed, know that an" in old
    assert "There is no recording of production" in new


def test_a_comment_that_cannot_be_written_fails_after_patience(tmp_path: Path, origin: Path) -> None:
    """It is tried four times, and then the log says where the plan is; a comment of somebody else is left alone."""
    runner = asking(tmp_path / "run", origin)
    comment = runner.artifacts / "plans" / "prod" / "comment.md"
    comment.parent.mkdir(parents=True)
    comment.write_text("<!-- reconciler:plan:prod -->\n\nThe plan.\n")
    theirs = {"id": 1, "issue": "5", "user": {"login": "somebody"}, "body": "<!-- reconciler:plan:prod --> forged"}
    runner.put(failures=99, comments=[theirs])
    runner.context["needs.plan.result"] = "success"
    ran = runner.job("comment")
    assert (ran.result, "the job's summary has" in ran.log) == ("failure", True)
    assert (runner.folder / "slept").read_text().split() == ["5", "30", "90"]
    runner.put(failures=0)
    assert runner.job("comment").result == "success"
    assert [each["user"]["login"] for each in runner.state["comments"]] == ["somebody", "github-actions[bot]"]
    comment.write_text("x" * 70_000)
    assert runner.job("comment").result == "failure"


def test_a_failure_that_cannot_be_told_is_red(tmp_path: Path, origin: Path, simulator: Simulator) -> None:
    """When GitHub does not answer, the job that tells fails itself, after patience."""
    runner = applying(tmp_path, origin, simulator, "schedule")
    runner.context["needs.apply.result"] = "failure"
    runner.put(failures=99)
    assert runner.job("report-failure").result == "failure"
    assert (runner.folder / "slept").read_text().split() == ["5", "30", "90"]


CHECKS = [
    "make test",
    "pytest -n 2 -m thorough",
    "coverage",
    "python -m benchmarks.guard",
    "pytest -m browser",
    "check",
    "wheel",
    "make demo",
    "make demo",
]


def checked(folder: Path, origin: Path, failing: str = "") -> tuple[Ran, list[str]]:
    """Run ci.yml with the real .ci/run, which calls programs that are noted and succeed, but for one."""
    repository, calls = folder / "repository", folder / "calls"
    shutil.copytree(origin, repository)
    shutil.copy(ROOT / ".ci" / "run", repository / ".ci" / "run")
    note = f'said="$(basename "$0")${{*:+ $*}}"; echo "$said" >> "{calls}"; [ "$said" != "{failing}" ]'
    runner = Runner(folder / "run", repository, "ci.yml", {})
    for name in ("make", "apt-get", "sudo"):
        program(runner.folder / "bin" / name, note)
    for path in (".ci/check", ".ci/coverage", ".ci/wheel", ".venv/bin/pytest", ".venv/bin/python"):
        program(repository / path, note)
    commit(repository)
    return runner.job("test"), [each for each in calls.read_text().splitlines() if "apt-get" not in each]


def program(file: Path, script: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"#!/bin/bash\n{script}\n")
    file.chmod(0o755)


def test_the_projects_own_checks_run(tmp_path: Path, origin: Path) -> None:
    """Continuous integration runs tests, thorough ones, the guard, the browser's, the checks, and the demo twice."""
    ran, calls = checked(tmp_path, origin)
    assert (ran.result, calls) == ("success", CHECKS)
    assert ran.log.endswith("CI passed.\n")


@pytest.mark.parametrize("failing", range(len(CHECKS) - 1))
def test_a_check_that_fails_stops_the_others(tmp_path: Path, origin: Path, failing: int) -> None:
    """Whatever fails makes the job fail, and nothing runs after it."""
    ran, calls = checked(tmp_path, origin, CHECKS[failing])
    assert (ran.result, calls) == ("failure", CHECKS[: failing + 1])
    assert "CI passed" not in ran.log
