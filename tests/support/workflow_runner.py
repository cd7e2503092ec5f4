"""GitHub's runner, as far as the workflows need it: their `run:` steps are executed in bash, in order, for real.

An action of the repository's own is run step by step; GitHub's own actions are stood in for by a few lines each, `gh`
by `fake_gh.py`, `python -m venv` by a folder that leads to this program.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from command_line import ROOT
from ruamel.yaml import YAML

WORKFLOWS = ROOT / ".github" / "workflows"
_EXPRESSION = re.compile(r"\$\{\{ (.*?) \}\}")
_WORD = re.compile(r"'[^']*'|!?[a-z_]+(?:\.[A-Za-z_-]+)+|!cancelled\(\)|&&|\|\||!=")
GITHUB = {
    "github.token": "a-token",
    "github.repository": "contoso/assets",
    "github.repository_id": "7",
    "github.event.repository.default_branch": "main",
    "github.server_url": "https://github.com",
    "github.run_id": "42",
}
_OF_AN_ACTION = ("inputs.", "github.action_path")
_EVENT = ("github.event.pull_request.number", "github.event.pull_request.head.repo.full_name")
_OPERATORS = {"!cancelled()": "True", "&&": "and", "||": "or", "!=": "!="}


@dataclass
class Ran:
    """What a job came to: `success`, `failure` or `skipped`, what it printed, its summary and its last outputs."""

    result: str
    log: str = ""
    summary: str = ""
    outputs: dict[str, str] = field(default_factory=dict)


@dataclass
class Runner:
    """Runs jobs of one workflow for one event; `checkouts` are the branches of `origin` by `with.ref`, "" the default.

    `context` holds every name that the workflow's expressions may read; another one is an error.
    """

    folder: Path
    origin: Path
    workflow: str
    context: dict[str, str]
    branch: str = "main"
    variables: dict[str, str] = field(default_factory=dict)
    runs: int = 0
    workflows: Path = WORKFLOWS

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.definition = YAML(typ="safe", pure=True).load(self.workflows / self.workflow)
        self.context = dict.fromkeys(_EVENT, "") | GITHUB | self.context
        self._shims()

    @property
    def artifacts(self) -> Path:
        """The folder of what was uploaded, by name."""
        return self.folder / "artifacts"

    @property
    def state(self) -> dict[str, Any]:
        """What GitHub holds."""
        loaded: dict[str, Any] = json.loads((self.folder / "gh" / "state.json").read_text())
        return loaded

    def put(self, **changes: object) -> None:
        """Change what GitHub holds."""
        (self.folder / "gh" / "state.json").write_text(json.dumps(self.state | changes))

    def job(self, name: str) -> Ran:
        """Run a job on a machine of its own, unless its condition says no; later jobs know its result."""
        job = self.definition["jobs"][name]
        ran = self._job(job) if self._is_true(job.get("if", "'yes'")) else Ran("skipped")
        self.context[f"needs.{name}.result"] = ran.result
        return ran

    def _job(self, job: dict[str, Any]) -> Ran:
        self.runs += 1
        machine = self.folder / f"machine-{self.runs}"
        workspace, temp = machine / "work", machine / "temp"
        for each in (workspace, temp):
            each.mkdir(parents=True)
        for name in ("path", "summary", "output"):
            (machine / name).touch()
        self.context["runner.temp"] = str(temp)
        ran = Ran("success")
        self._steps(job["steps"], machine, ran, {**self.definition.get("env", {}), **job.get("env", {})})
        ran.summary = (machine / "summary").read_text()
        ran.outputs = dict(line.split("=", 1) for line in (machine / "output").read_text().splitlines())
        return ran

    def _steps(self, steps: list[dict[str, Any]], machine: Path, ran: Ran, variables: dict[str, str]) -> None:
        for step in steps:
            if ran.result == "failure" and "if" not in step:
                continue
            if "if" in step and not self._is_true(step["if"]):
                continue
            if step.get("uses", "").startswith("./"):
                self._action(step, machine, ran, variables)
                continue
            done = self._run(step, machine, variables) if "run" in step else self._use(step, machine / "work")
            ran.log += done[1]
            if done[0] and not step.get("continue-on-error"):
                ran.result = "failure"

    def _action(self, step: dict[str, Any], machine: Path, ran: Ran, variables: dict[str, str]) -> None:
        """Run a composite action out of the workspace, as a step: a failure before it does not skip steps inside."""
        folder = machine / "work" / step["uses"].partition(" ")[0]
        definition = YAML(typ="safe", pure=True).load(folder / "action.yml")
        given = {name: self._filled(str(text)) for name, text in step.get("with", {}).items()}
        outer = {name: text for name, text in self.context.items() if name.startswith(_OF_AN_ACTION)}
        for name in outer:
            del self.context[name]
        for name, each in definition["inputs"].items():
            assert name in given or not each.get("required"), name
            self.context[f"inputs.{name}"] = given.pop(name, "") or each.get("default", "")
        assert not given, f"inputs that the action does not have: {given}"
        self.context["github.action_path"] = str(folder)
        inner = Ran("success")
        self._steps(definition["runs"]["steps"], machine, inner, variables)
        ran.log += inner.log
        if inner.result == "failure":
            ran.result = "failure"
        for name in [each for each in self.context if each.startswith(_OF_AN_ACTION)]:
            del self.context[name]
        self.context |= outer

    def _run(self, step: dict[str, Any], machine: Path, variables: dict[str, str]) -> tuple[int, str]:
        assert "${{" not in step["run"], "data inside of a script"
        given = {**variables, **step.get("env", {})}
        added = ":".join((machine / "path").read_text().split())
        environment = {
            "PATH": ":".join(filter(None, [added, str(self.folder / "bin"), os.environ["PATH"]])),
            "HOME": str(machine),
            "RUNNER_TEMP": str(machine / "temp"),
            "GITHUB_PATH": str(machine / "path"),
            "GITHUB_STEP_SUMMARY": str(machine / "summary"),
            "GITHUB_OUTPUT": str(machine / "output"),
            "FAKE_GH": str(self.folder / "gh"),
            **self.variables,
            **{name: self._filled(str(text)) for name, text in given.items()},
        }
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
            cwd=machine / "work" / self._filled(step.get("working-directory", ".")),
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            check=False,
            text=True,
        )
        return done.returncode, done.stdout

    def _use(self, step: dict[str, Any], workspace: Path) -> tuple[int, str]:
        given = {name: self._filled(str(text)) for name, text in step.get("with", {}).items()}
        match step["uses"].partition("@")[0]:
            case "actions/checkout":
                assert given["persist-credentials"] == "False"
                target = workspace / given.get("path", ".")
                branch = given.get("ref", self.branch)
                command = ["git", "clone", "--quiet", "--branch", branch, "--depth", given.get("fetch-depth", "1")]
                subprocess.run([*command, f"file://{self.origin}", str(target)], check=True, capture_output=True)
            case "actions/upload-artifact":
                self._upload(given)
            case "actions/download-artifact":
                source = self.artifacts / given["name"]
                if not source.exists():
                    return 1, f"Unable to download artifact(s): Artifact not found for name: {given['name']}\n"
                shutil.copytree(source, given["path"], dirs_exist_ok=True)
        return 0, ""

    def _upload(self, given: dict[str, str]) -> None:
        for pattern in given["path"].split():
            path = Path(pattern)
            for found in path.parent.glob(path.name):
                if found.is_dir() and not any(each.is_file() for each in found.rglob("*")):
                    continue  # GitHub makes no artifact of folders without a file
                target = self.artifacts / given["name"]
                target.mkdir(parents=True, exist_ok=True)
                if found.is_dir():
                    shutil.copytree(found, target, dirs_exist_ok=True)
                else:
                    shutil.copy(found, target)

    def _filled(self, text: str) -> str:
        def filled(found: re.Match[str]) -> str:
            value = self._value(found[1])
            return str(value).lower() if isinstance(value, bool) else str(value or "")

        return _EXPRESSION.sub(filled, text)

    def _is_true(self, condition: str) -> bool:
        return bool(self._value(condition.removeprefix("${{ ").removesuffix(" }}")))

    def _value(self, expression: str) -> object:
        """Return an expression's value: names, texts, `==`, `&&`, `||` and `!cancelled()` are all that there is."""

        def known(found: re.Match[str]) -> str:
            word = found[0]
            return word if word.startswith("'") else _OPERATORS.get(word) or repr(self.context[word])

        return eval(_WORD.sub(known, expression), {"__builtins__": {}})

    def _shims(self) -> None:
        """Put what the steps call before what this machine has."""
        programs, github = self.folder / "bin", self.folder / "gh"
        if programs.exists():
            return
        programs.mkdir()
        github.mkdir()
        empty: dict[str, Any] = {"artifacts": [], "comments": [], "issues": [], "calls": [], "failures": 0}
        (github / "state.json").write_text(json.dumps(empty))
        reconciler = Path(sys.executable).parent / "reconciler"
        shims = {
            "gh": f'exec "{sys.executable}" -I "{ROOT / "tests" / "support" / "fake_gh.py"}" "$@"',
            "sleep": f'echo "$@" >> "{self.folder / "slept"}"',
            "python": f"""
                [ "$1 $2" = "-m venv" ] && mkdir -p "$3/bin"
                printf '#!/bin/bash\\necho "$PWD: $*" >> {self.folder / "installed"}\\n' > "$3/bin/pip"
                chmod +x "$3/bin/pip"
                ln -s "{reconciler}" "$3/bin/reconciler"
            """,
        }
        for name, script in shims.items():
            (programs / name).write_text(f"#!/bin/bash\nset -e\n{script}\n")
            (programs / name).chmod(0o755)
