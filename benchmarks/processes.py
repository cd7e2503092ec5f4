"""Running processes and measuring them: time, CPU time and peak memory, as the kernel counts them."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Timer
from time import perf_counter
from typing import Any, Final

ROOT: Final = Path(__file__).parents[1]
_KILLED: Final = -9


@dataclass(frozen=True)
class Measurement:
    """What one process took: seconds of wall clock and of CPU, its peak in MB, and what it told of itself.

    `whole` are the seconds of the whole process, where a step timed only a region of it. The CPU and the memory of a
    database server are the server's, and not in it.
    """

    seconds: float
    cpu: float
    peak: float
    whole: float
    facts: Mapping[str, Any] = field(default_factory=dict)


def step(module: str, function: str, *, python: str = sys.executable, **arguments: object) -> list[str]:
    """Return the command that runs a step."""
    return [python, "-m", "benchmarks.step", module, function, json.dumps(arguments)]


def measure(
    command: Sequence[str],
    *,
    variables: Mapping[str, str] | None = None,
    timeout: float = 3600,
) -> Measurement | None:
    """Run a command and return what it took, None when it was stopped after `timeout` seconds.

    What a step timed itself goes before the whole process's time. This process has to stay small: Linux counts its
    memory as the child's until that has become another program. The code that it runs is compiled by the first run.

    Raises RuntimeError, with what the command wrote, when it fails.
    """
    usual = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    environment = usual | {"PYTHONHASHSEED": "0"} | dict(variables or {})
    with tempfile.TemporaryFile() as told, tempfile.TemporaryFile() as wrong:
        begun = perf_counter()
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=told, stderr=wrong)  # noqa: S603 - ours
        timer = Timer(timeout, process.kill)
        timer.start()
        _, status, used = os.wait4(process.pid, 0)
        seconds = perf_counter() - begun
        timer.cancel()
        process.returncode = os.waitstatus_to_exitcode(status)
        told.seek(0)
        wrong.seek(0)
        if process.returncode == _KILLED and seconds >= timeout:
            return None
        if process.returncode:
            end = wrong.read().decode()[-2000:]
            raise RuntimeError(f"{' '.join(command)} exited with {process.returncode}:\n{end}")
        facts = json.loads(told.read().splitlines()[-1]) if "benchmarks.step" in command else {}
    cpu = used.ru_utime + used.ru_stime
    return Measurement(facts.get("seconds", seconds), facts.get("cpu", cpu), used.ru_maxrss / 1024, seconds, facts)


def run(command: Sequence[str], *, variables: Mapping[str, str] | None = None) -> Mapping[str, Any]:
    """Run a step that prepares something, and return what it told. Raises RuntimeError as `measure`."""
    done = measure(command, variables=variables)
    return done.facts if done else {}
