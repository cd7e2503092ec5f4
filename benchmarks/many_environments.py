"""Many environments planned from recordings: by a loop, by two processes, by a cluster of two workers (N3).

Run it from the checkout: `python -m benchmarks.many_environments [ENVIRONMENTS]`. What an environment costs beyond its
planning is the loop's time less that of planning alone. A cluster is measured where the extra `cluster` is installed.
"""

import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from msgspec.structs import replace

import reconciler
from reconciler.configuration.loader import load_environment
from reconciler.model.fleet import FleetOptions, Work
from reconciler.recordings import read_recording, write_recording
from reconciler.run.fleet.execution import Workers, run_all
from reconciler.run.plans.planning import make_plan
from reconciler.simulator.server import Simulator
from reconciler.simulator.tenant.tenant import Tenant

ROOT = Path(__file__).parents[1]
DEVICES = 200


def prepare(folder: Path, count: int) -> FleetOptions:
    """Make environments over shared settings, and a recording of the same tenant for each."""
    environments, recordings = folder / "environments", folder / "recordings"
    shared = environments / "_shared"
    shutil.copytree(ROOT / "environments/prod/connections/intune", shared / "connections/_shared")
    shutil.copy(ROOT / "environments/prod/catalogue.yaml", shared)
    (shared / "connections/_shared/tests.yaml").unlink()
    recordings.mkdir()
    tenant = Tenant.generate(devices=DEVICES, users=DEVICES // 2, now=datetime.now(UTC).replace(microsecond=0))
    with Simulator(tenant) as simulator:
        file = shared / "connections/_shared/connection.yaml"
        text = file.read_text().replace("cloud: global", simulator.cloud_block().rstrip())
        file.write_text(re.sub(r"^enabledForInstances: \S+", "enabledForInstances: all", text, flags=re.MULTILINE))
        names = [f"t{number:05}" for number in range(count)]
        for name in names:
            inside = environments / name / "connections/intune"
            inside.mkdir(parents=True)
            (inside / "connection.yaml").write_text(f"version: 1\ntenantId: {tenant.tenant_id}\n")
            (environments / name / "instance.yaml").write_text(
                f"version: 1\nname: {name}\nkind: test\nstore: {{url: 'sqlite:///var/{name}.db'}}\n"
            )
        options = FleetOptions(
            work=Work.RECORD,
            environments=str(environments),
            version=reconciler.__version__,
            recordings=str(recordings),
        )
        os.environ.update(simulator.environment())
        run_all(names[:1], options, Workers(), lambda _: None)
    whole = read_recording(recordings / f"{names[0]}.rec.gz")
    (recordings / f"{names[0]}.rec.gz").unlink()
    for name in names:
        write_recording(replace(whole, instance=name), recordings / f"{name}.rec")
    return replace(options, work=Work.PLAN)


def seconds(work: Callable[[], object], clock: Callable[[], float] = time.perf_counter) -> float:
    """Return how long work takes, by a clock."""
    began = clock()
    work()
    return clock() - began


def planning_alone(options: FleetOptions, name: str, rounds: int = 20) -> float:
    """Return the CPU seconds of one environment's planning, its settings loaded and its recording read before."""
    environment = load_environment(Path(options.environments), name, with_commit=False).settled()
    recording = read_recording(Path(options.recordings or "") / f"{name}.rec")
    return min(seconds(lambda: make_plan(environment, recording, {}), time.process_time) for _ in range(rounds))


@contextmanager
def cluster(folder: Path) -> Iterator[str]:
    """Give the address of a scheduler with two workers, each a process of its own."""
    log = folder / "scheduler.log"
    program = [sys.executable, "-m"]
    quiet = "--no-dashboard"
    with log.open("wb") as stream:
        started = [
            subprocess.Popen(  # noqa: S603 - Dask's own programs
                [*program, "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0", quiet],
                stderr=stream,
                stdout=stream,
            )
        ]
    try:
        while not (found := re.search(r"Scheduler at:\s+(tcp://\S+)", log.read_text())):
            time.sleep(0.05)
        worker = [*program, "distributed.cli.dask_worker", found[1], "--nthreads", "1", "--no-nanny", quiet]
        for number in range(2):
            own = folder / f"worker-{number}.log"
            with own.open("wb") as stream:
                started.append(subprocess.Popen(worker, cwd=folder, stderr=stream, stdout=stream))  # noqa: S603 - as above
            while "Registered to" not in own.read_text():
                time.sleep(0.05)
        yield found[1]
    finally:
        for process in reversed(started):
            process.kill()
            process.wait()


def main(count: int) -> None:
    """Measure and print a line for each way."""
    with tempfile.TemporaryDirectory() as folder:
        options = prepare(Path(folder), count)
        names = [f"t{number:05}" for number in range(count)]

        def way(workers: Workers, clock: Callable[[], float] = time.perf_counter) -> float:
            return seconds(lambda: run_all(names, options, workers, lambda _: None), clock)

        run_all(names[:2], options, Workers(), lambda _: None)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        alone = planning_alone(options, names[0])
        spent = way(Workers(), time.process_time)
        loop = way(Workers())
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        jobs = way(Workers(jobs=2))
        with cluster(Path(folder)) as address:
            way(Workers(cluster=address))  # the workers import the program
            spread = way(Workers(cluster=address))
    beyond = spent / count - alone
    put(f"{count} environments of {DEVICES} devices, planned from recordings")
    put(
        f"a loop          {loop:7.2f} s  {loop / count * 1000:6.1f} ms each, {beyond * 1000:.1f} ms CPU beyond planning"
    )
    put(f"two processes   {jobs:7.2f} s  {loop / jobs:6.2f} x")
    put(f"two workers     {spread:7.2f} s  {loop / spread:6.2f} x")
    put(f"memory of the parent grew by {grown / 1024:.0f} MB; 10,000 by extrapolation: {loop / count * 10_000:.0f} s")


def put(line: str) -> None:
    """Print a line."""
    sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
