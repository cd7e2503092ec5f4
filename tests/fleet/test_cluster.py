"""The same commands on a cluster: a real Dask scheduler and two workers, each a process of its own (N3)."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from command_line import rows
from many_environments import ManyEnvironments, hanging

from reconciler.errors import UsageError
from reconciler.model.fleet import FleetOptions, Work
from reconciler.run.fleet.execution import Workers, check_address, run_all
from reconciler.simulator.server import Simulator

pytestmark = pytest.mark.thorough
NAMES = tuple(f"t{number}" for number in range(6))
PATIENCE = 120


@dataclass
class Cluster:
    """A scheduler's address, and the processes: the scheduler's first, then the workers'."""

    address: str = ""
    processes: "list[subprocess.Popen[bytes]]" = field(default_factory=list)

    def start(self, folder: Path, name: str, *arguments: str, variables: dict[str, str] | None = None) -> Path:
        """Start one of Dask's programs without its dashboard; return the file that it writes to."""
        log = folder / f"{name}-{len(self.processes)}.log"
        command = [sys.executable, "-m", f"distributed.cli.dask_{name}", *arguments, "--no-dashboard"]
        with log.open("wb") as stream:
            environment = os.environ | (variables or {})
            started = subprocess.Popen(command, cwd=folder, env=environment, stdout=stream, stderr=stream)
        self.processes.append(started)
        return log


@contextmanager
def cluster(folder: Path, *workers: dict[str, str]) -> Iterator[Cluster]:
    """Start a scheduler and a worker for each of these variables; end them all afterwards."""
    running = Cluster()
    one = ("--nworkers", "1", "--nthreads", "1", "--no-nanny")
    try:
        log = running.start(folder, "scheduler", "--host", "127.0.0.1", "--port", "0")
        until(lambda: "Scheduler at:" in log.read_text())
        running.address = re.findall(r"Scheduler at:\s+(tcp://\S+)", log.read_text())[0]
        logs = [running.start(folder, "worker", running.address, *one, variables=each) for each in workers]
        until(lambda: all("Registered to" in each.read_text() for each in logs))
        yield running
    finally:
        for process in reversed(running.processes):
            process.kill()
            process.wait()


def until(condition: Callable[[], bool]) -> None:
    waited = time.monotonic() + PATIENCE
    while not condition() and time.monotonic() < waited:
        time.sleep(0.02)
    assert condition()


@pytest.fixture
def many(fleet: ManyEnvironments, simulator: Simulator) -> ManyEnvironments:
    fleet.connect_all(simulator, NAMES)
    return fleet


def test_a_cluster_plans_what_a_loop_plans(many: ManyEnvironments) -> None:
    """From recordings: equal digests, environment by environment, by a loop, two processes and two workers."""
    folder = many.folder / "recordings"
    folder.mkdir()
    assert many.fleet("record", "-o", str(folder))[0].code == 0
    loop = many.fleet("plan", "--recordings", str(folder))[1]
    jobs = many.fleet("plan", "--recordings", str(folder), "--jobs", "2")[1]
    with cluster(many.folder, {}, {}) as running:
        done, found = many.fleet("plan", "--recordings", str(folder), "--cluster", running.address)
    assert done.code == 0, done.err
    digests = [{name: row["digest"] for name, row in each.items()} for each in (loop, jobs, found)]
    assert digests[0] == digests[1] == digests[2]
    assert None not in digests[0].values()


def test_a_worker_killed_in_the_middle_of_applies_loses_nothing(many: ManyEnvironments, simulator: Simulator) -> None:
    with cluster(many.folder, {}, {}) as running:
        command = many.command("fleet", "apply", "--yes", "--cluster", running.address, "--format", "json")
        applying = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        until(lambda: simulator.tally.total > 20)
        running.processes[1].send_signal(signal.SIGKILL)
        out, err = applying.communicate(timeout=PATIENCE)
    assert applying.returncode == 0, err
    assert out.count('"exitCode": 0') == len(NAMES)
    assert {rows(many.store_of(name), "SELECT count(*) AS n FROM asset")[0]["n"] for name in NAMES} == {16}


def test_a_worker_without_a_secret_says_so_for_that_environment_alone(many: ManyEnvironments) -> None:
    """Nothing of the secret travels: the command has it, and the worker has not."""
    many.lay_secret("t3", "SECRET_OF_{environment}")
    with cluster(many.folder, {}) as running:
        done, found = many.fleet(
            "apply", "--yes", "--cluster", running.address, variables={"SECRET_OF_T3": "never printed"}
        )
    assert {name: row["exitCode"] for name, row in found.items()} == {name: int(name == "t3") for name in NAMES}
    assert "SECRET_OF_T3" in found["t3"]["error"]
    assert done.code == 1


def test_a_worker_of_another_version_or_commit_refuses_by_name(many: ManyEnvironments) -> None:
    asked = FleetOptions(work=Work.VALIDATE, environments=str(many.environments), version="99.0")
    with cluster(many.folder, {}) as running:
        [row] = run_all(["t0"], asked, Workers(cluster=running.address), lambda _: None)
    assert (row.exit_code, "and 99.0 asks for the work" in row.error) == (64, True)
    assert row.environment == "t0"


def test_a_tenant_that_hangs_on_a_worker_is_given_up(many: ManyEnvironments, simulator: Simulator) -> None:
    with hanging() as address:
        many.add("hangs", tenant=simulator.tenant.tenant_id)
        file = many.environments / "hangs/connections/intune/connection.yaml"
        file.write_text(f"{file.read_text()}cloud: {{authority: '{address}', graph: '{address}'}}\n")
        with cluster(many.folder, {}, {}) as running:
            done, found = many.fleet("apply", "--yes", "--cluster", running.address, "--time-out", "10s")
    assert {name: row["exitCode"] for name, row in found.items()} == dict.fromkeys(NAMES, 0) | {"hangs": 1}
    assert found["hangs"]["error"] == "not finished in the 10 seconds that an environment may take"
    assert done.code == 1


def test_a_cluster_that_does_not_answer_is_named(many: ManyEnvironments) -> None:
    done = many.process("fleet", "plan", "--cluster", "tcp://127.0.0.1:9")
    assert (done.code, "The cluster at tcp://127.0.0.1:9 cannot be reached" in done.err) == (1, True)


@pytest.mark.parametrize("address", ["tcp://scheduler.example:8786", "scheduler:8786", "http://localhost:1", "tls:///"])
def test_an_address_off_this_machine_is_of_tls(address: str) -> None:
    """Who reaches a scheduler runs code on its workers."""
    with pytest.raises(UsageError, match=re.escape(f"--cluster {address}: ")):
        check_address(address)
    check_address("tls://scheduler.example:8786")
    check_address("tcp://127.0.0.1:8786")
