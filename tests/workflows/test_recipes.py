"""Each recipe of the page about pipelines is run: its own text, in a clone of the settings, against a simulated tenant.

The machine is a folder: the page's absolute paths begin there, and what a recipe installs or downloads is stood in for.
GitHub's workflows, which the page only describes, are run by test_workflows.py.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from command_line import ROOT, Done, git, rows, simulated
from ruamel.yaml import YAML

from reconciler.simulator.server import Simulator
from reconciler.simulator.tenant.application import Trust

pytestmark = pytest.mark.thorough

PAGE = (ROOT / "docs" / "pipelines.md").read_text(encoding="utf-8")
PROD = "environments/prod"
INTUNE = f"{PROD}/connections/intune"
SECRET = "{type: client-secret, secret: {file: intune-secret}}"
TOKEN_FILE = "{type: federated, from: token-file}"
PIPELINE = Trust("https://pipelines.example", "the job that applies")
ABSOLUTE = re.compile(r"(?<![\w./:])/(srv|opt|var/lib|etc|tmp)(?=[/\s]|$)")
_AUTHENTICATION = re.compile(r"^  credential:\n(?:    .*\n)+", re.MULTILINE)


def block(language: str, first: str) -> str:
    """Return the page's block that begins with a text."""
    (found,) = re.findall(rf"^```{language}\n({first}.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
    return str(found)


def loaded(first: str) -> dict[str, Any]:
    document: dict[str, Any] = YAML(typ="safe", pure=True).load(block("yaml", first))
    return document


@dataclass
class Machine:
    """A folder in which a recipe finds its paths, a repository to clone, and programs that stand in for downloads."""

    folder: Path
    simulator: Simulator
    credential: str
    variables: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.store = self.folder / "prod.db"
        (self.folder / "home").mkdir(parents=True)
        self._settings()
        self._programs()

    @property
    def origin(self) -> Path:
        return self.folder / "origin"

    @property
    def assets(self) -> Path:
        return self.folder / "srv" / "assets"

    def _settings(self) -> None:
        shutil.copytree(ROOT / "tests" / PROD, self.origin / PROD)
        connection = f"{INTUNE}/connection.yaml"
        edit(self.origin / PROD / "instance.yaml", "kind: production", "kind: test")
        edit(self.origin / PROD / "instance.yaml", "url: sqlite:///var/prod.db", "url: {env: RECONCILER_STORE_URL}")
        edit(self.origin / connection, "cloud: global", self.simulator.cloud_block().rstrip())
        edit(self.origin / connection, "enabledForInstances: production-only", "enabledForInstances: all")
        edit(self.origin / INTUNE / "imports.yaml", "  import: true", "  import: false")
        edit(self.origin / INTUNE / "imports.yaml", "  matchToLicences: true", "  matchToLicences: false")
        text, count = _AUTHENTICATION.subn(f"  credential: {self.credential}\n", (self.origin / connection).read_text())
        assert count == 1
        (self.origin / connection).write_text(text)
        (self.origin / ".gitignore").write_text("var/\n")
        (self.origin / "requirements.txt").touch()
        git(self.origin, "init", "--quiet", "--initial-branch", "main")
        self.commit()

    def commit(self) -> str:
        git(self.origin, "add", "--all")
        git(self.origin, "commit", "--quiet", "--message", "settings")
        return git(self.origin, "rev-parse", "HEAD")

    def clone(self) -> None:
        """Put the settings where the recipe has them."""
        shutil.rmtree(self.assets, ignore_errors=True)
        subprocess.run(["git", "clone", "--quiet", f"file://{self.origin}", str(self.assets)], check=True)

    def _programs(self) -> None:
        programs = self.folder / "bin"
        programs.mkdir()
        shims = {
            "reconciler": f'exec "{Path(sys.executable).parent / "reconciler"}" "$@"',
            "curl": f"""
                [ "$*" = "--fail --location --header JOB-TOKEN: job --output recording.zip $WANTED" ]
                cp "{self.folder}/artifacts.zip" recording.zip
            """,
            "python": f"""
                case "$1 $2" in
                "-m venv") mkdir -p "$3/bin"; cp "{programs}/reconciler" "{programs}/pip" "$3/bin" ;;
                "-m pip") shift 2; "{programs}/pip" "$@" ;;
                *) exec "{sys.executable}" "$@" ;;
                esac
            """,
            "pip": f'echo "$*" >> "{self.folder}/installed"',
        }
        for name, script in shims.items():
            (programs / name).write_text(f"#!/bin/bash\nset -e\n{script}\n")
            (programs / name).chmod(0o755)
        shutil.copytree(programs, self.folder / "opt" / "reconciler" / "bin")

    def here(self, text: str) -> str:
        """Return a recipe's text with its paths below this folder."""
        return ABSOLUTE.sub(lambda found: f"{self.folder}/{found[1]}", text)

    def token(self) -> str:
        """Return a token by which the pipeline vouches for its job."""
        issuers = self.simulator.sign_in.issuers
        return str(issuers.assertion(PIPELINE.issuer, PIPELINE.subject, PIPELINE.audience))

    def run(self, command: list[str], **variables: str) -> Done:
        """Run a command in the clone, with the variables that the system around it gives and no others."""
        environment = {
            "PATH": f"{self.folder / 'bin'}:{os.environ['PATH']}",
            "HOME": str(self.folder / "home"),
            "RECONCILER_STORE_URL": f"sqlite:///{self.store}",
            **{name: text for name, text in self.simulator.environment().items() if name != "INTUNE_CLIENT_SECRET"},
            **self.variables,
            **variables,
        }
        done = subprocess.run(command, cwd=self.assets, env=environment, capture_output=True, text=True, check=False)
        return Done(done.returncode, done.stdout, done.stderr)

    def bash(self, script: str, **variables: str) -> Done:
        """Run a script as CI systems do: it ends with the first command that fails."""
        return self.run(["bash", "-eo", "pipefail", "-c", self.here(script)], **variables)

    @property
    def assets_stored(self) -> int:
        return int(rows(self.store, "SELECT count(*) AS n FROM asset")[0]["n"])


def edit(path: Path, before: str, after: str) -> None:
    assert before in path.read_text()
    path.write_text(path.read_text().replace(before, after, 1))


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulator]:
    with simulated(devices=12) as running:
        running.tenant.application = replace(running.tenant.application, trusts=(PIPELINE,))
        yield running


@pytest.fixture
def machine(request: pytest.FixtureRequest, tmp_path: Path, simulator: Simulator) -> Machine:
    """Return a machine whose connection signs in as the test's parameter says."""
    made = Machine(tmp_path / "machine", simulator, request.param)
    made.clone()
    return made


def options(text: str) -> str:
    """Return a command of the page's table with values for its words."""
    given = {"ENV": "prod", "REF": "HEAD", "FILE": "../recording.gz", "KIND=N": "created=5", "TEXT": "'first import'"}
    return re.sub("|".join(given), lambda word: given[word[0]], text)


@pytest.mark.parametrize("machine", [TOKEN_FILE], indirect=True)
def test_each_command_of_the_first_table_works(machine: Machine) -> None:
    """An apply by the schedule, then by hand with what is allowed, the pull request's three, and the alarm's."""
    table = re.findall(r"^\| (pull request|every hour|by hand|outside) \| (.*?) \|", PAGE, re.MULTILINE)
    found = {when: re.findall(r"`(.*?)`", cell) for when, cell in table}
    (machine.folder / "token").write_text(machine.token())
    by_hand, allowed = found["by hand"]
    commands = [*found["every hour"], by_hand, f"{by_hand} {allowed}", *found["pull request"], *found["outside"]]
    assert len(commands) == 7
    for command in commands:
        words = ["reconciler", *shlex.split(options(command))]
        words.remove("ENV") if "ENV" in words else None
        words += ["prod"] if words[1] == "test" and "prod" not in words else []
        done = machine.run(words, AZURE_FEDERATED_TOKEN_FILE=str(machine.folder / "token"))
        assert done.code == 0, (command, done)
    assert machine.assets_stored == 12


@pytest.mark.parametrize("machine", [TOKEN_FILE], indirect=True)
def test_gitlab_applies_the_branch_and_shows_what_a_merge_request_changes(machine: Machine) -> None:
    """The job `apply` keeps its recording as artifact; the job `plan` downloads it and shows the impact of a rename."""
    jobs = loaded("# .gitlab")
    apply, plan = jobs["apply"], jobs["plan"]
    prepare = jobs["default"]["before_script"]

    done = machine.bash("\n".join([*prepare, *apply["script"]]), MICROSOFT_TOKEN=machine.token())
    assert (done.code, machine.assets_stored) == (0, 12), done
    assert (machine.folder / "installed").read_text() == (
        "install --quiet --cache-dir .cache/pip --require-hashes -r requirements.txt\n"
    )
    (artifact,) = apply["artifacts"]["paths"]
    zipped = [sys.executable, "-m", "zipfile", "-c", str(machine.folder / "artifacts.zip"), artifact]
    assert machine.run(zipped).code == 0

    base = git(machine.origin, "rev-parse", "HEAD")
    (machine.origin / INTUNE / "tests.yaml").unlink()
    edit(machine.origin / INTUNE / "field-mappings.yaml", "to: name", "to: name, transform: [prefix: PC-]")
    machine.commit()
    machine.clone()
    api = "https://gitlab.example/api/v4"
    done = machine.bash(
        "\n".join([*prepare, *plan["script"]]),
        CI_JOB_TOKEN="job",
        CI_API_V4_URL=api,
        CI_PROJECT_ID="7",
        CI_DEFAULT_BRANCH="main",
        CI_MERGE_REQUEST_DIFF_BASE_SHA=base,
        WANTED=f"{api}/projects/7/jobs/artifacts/main/download?job=apply",
    )
    assert done.code in (0, *plan["allow_failure"]["exit_codes"]), done
    assert "Merging changes 12 assets." in done.out
    assert [machine.assets.joinpath(each).read_text()[:15] for each in plan["artifacts"]["paths"]] == [
        "<!DOCTYPE html>"
    ]


@pytest.mark.parametrize("machine", [TOKEN_FILE], indirect=True)
def test_azure_checks_the_settings_and_applies_them(machine: Machine) -> None:
    """Each script runs in order; the recording that is published is there, and the next run publishes none."""
    check, apply = loaded("# azure")["stages"]
    steps = check["jobs"][0]["steps"] + apply["jobs"][0]["strategy"]["runOnce"]["deploy"]["steps"]
    scripts = [each.get("script") or each.get("inputs", {}).get("inlineScript") for each in steps]
    agent = machine.folder / "agent"
    agent.mkdir()
    (published,) = (each["publish"] for each in steps if "publish" in each)
    recording = Path(published.replace("$(Agent.TempDirectory)", str(agent)))
    printed = []
    for script in [*filter(None, scripts), scripts[-2]]:
        done = machine.bash(script, AGENT_TEMPDIRECTORY=str(agent), idToken=machine.token())
        assert done.code == 0, (script, done)
        printed.append("recorded]true" in done.out and recording.exists())
        recording.unlink(missing_ok=True)
    assert printed == [False, False, False, True, False]
    assert machine.assets_stored == 12


@pytest.mark.parametrize("machine", [SECRET], indirect=True)
def test_cron_applies_without_a_word_and_the_alarm_is_silent(machine: Machine) -> None:
    """The shell runs each line; a failure prints what the apply said."""
    lines = [each for each in block("", "# /etc/cron").splitlines() if each[0].isdigit()]
    apply, status = (machine.here(each.split(None, 6)[6]) for each in lines)
    machine.variables["RECONCILER_SECRETS_DIR"] = str(machine.folder)
    (machine.folder / "intune-secret").write_text(machine.simulator.tenant.application.secret)

    assert machine.run(["sh", "-c", status]).code == 1
    assert machine.run(["sh", "-c", apply]) == Done(0, "", "")
    assert machine.run(["sh", "-c", status]) == Done(0, "", "")
    assert machine.assets_stored == 12
    (machine.folder / "intune-secret").write_text("another")
    edit(machine.origin / INTUNE / "imports.yaml", "  matchToLicences: false", "  matchToLicences: true")
    machine.commit()
    failed = machine.run(["sh", "-c", apply])
    assert "AADSTS7000215" in failed.out + failed.err


@dataclass(frozen=True)
class Unit:
    """A systemd unit's settings, in order, with `%d` and `%n` as systemd fills them."""

    settings: list[tuple[str, str]]

    def all(self, name: str) -> list[str]:
        return [text for each, text in self.settings if each == name]

    def one(self, name: str) -> str:
        (found,) = self.all(name)
        return found


def unit(name: str, credentials: Path) -> Unit:
    """Return a unit of the page."""
    parts = re.split(r"^# /etc/systemd/system/(\S+)\n", block("ini", "# /etc/systemd"), flags=re.MULTILINE)
    text = dict(zip(parts[1::2], parts[2::2], strict=True))[name].replace("%d", str(credentials)).replace("%n", name)
    return Unit(re.findall(r"^(\w+)=(.*)$", text, re.MULTILINE))


@pytest.mark.parametrize("machine", [SECRET], indirect=True)
def test_systemd_gives_the_secret_as_a_credential(machine: Machine) -> None:
    """The service's commands run with its own variables; they write only where ProtectSystem=strict lets them."""
    credentials = machine.folder / "run" / "credentials" / "reconciler.service"
    service = unit("reconciler.service", credentials)
    name, source = machine.here(service.one("LoadCredential").replace(":", " ")).split()
    assert source.startswith(str(machine.folder))
    credentials.mkdir(parents=True)
    Path(source).parent.mkdir(parents=True)
    Path(source).write_text(machine.simulator.tenant.application.secret + "\n")
    shutil.copy(source, credentials / name)
    state = machine.folder / "var" / "lib" / service.one("StateDirectory")
    state.mkdir(parents=True)
    variables = dict(each.split("=", 1) for each in service.all("Environment"))
    machine.store = machine.assets / "var" / "prod.db"
    assert machine.here(service.one("WorkingDirectory")) == str(machine.assets)
    before = files(machine.folder)

    for command in [*service.all("ExecStartPre"), service.one("ExecStart")]:
        done = machine.run(shlex.split(machine.here(command)), **variables)
        assert done.code == 0, done
    assert machine.assets_stored == 12
    writable = [*machine.here(service.one("ReadWritePaths")).split(), str(state)]
    new = [each for each in files(machine.folder) - before if not any(map(each.startswith, writable))]
    assert new == []
    assert str(state / "prod.gz") in files(machine.folder)


def files(folder: Path) -> set[str]:
    return {str(each) for each in folder.rglob("*") if each.is_file()}


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not on every machine")
def test_systemd_accepts_the_units(tmp_path: Path) -> None:
    """`systemd-analyze verify` has nothing to say of them; the programs that they start are stood in for."""
    parts = re.split(r"^# /etc/systemd/system/(\S+)\n", block("ini", "# /etc/systemd"), flags=re.MULTILINE)
    units = dict(zip(parts[1::2], parts[2::2], strict=True))
    units["tell-operators@.service"] = "[Service]\nType=oneshot\nExecStart=/bin/true\n"
    for name, text in units.items():
        (tmp_path / name).write_text(text.replace("/opt/reconciler/bin/reconciler", "/bin/true"))
    names = [name for name in units if "@" not in name]
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *names], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert [line for line in done.stderr.splitlines() if "reconciler" in line] == []
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("machine", [TOKEN_FILE], indirect=True)
def test_kubernetes_clones_the_settings_and_applies_them(machine: Machine) -> None:
    """The first container clones one commit, and the second applies it with what the cluster mounts."""
    pod = loaded("apiVersion")["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    (settings,), (apply,) = pod["initContainers"], pod["containers"]
    shutil.rmtree(machine.assets)
    machine.assets.mkdir()
    clone = [machine.here(each) for each in settings["args"]]
    address = "https://git.contoso.example/assets.git"
    clone[clone.index(address)] = f"file://{machine.origin}"
    assert machine.run(["git", *clone]).code == 0
    assert machine.here(apply["workingDir"]) == str(machine.assets)
    assert [each["name"] for each in apply["env"]] == ["RECONCILER_STORE_URL"]

    (machine.folder / "token").write_text(machine.token())
    webhook = {"AZURE_FEDERATED_TOKEN_FILE": str(machine.folder / "token")}
    done = machine.run(["reconciler", *apply["args"]], **webhook)

    assert (done.code, machine.assets_stored) == (0, 12), done
