"""How soon the program answers: the CPU time of `--help` and of `validate`, against that of a Python that does nothing.

Run it from the checkout: `python benchmarks/startup.py`. The three take turns, and the least CPU time of each counts,
so that what else the machine does matters little. Exits with 1 when a ratio is over its target.
"""

import os
import resource
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
ROUNDS = 15
TARGETS = {"--help": 10, "validate": 36}


def cpu_seconds(*arguments: str) -> float:
    """Return the CPU time, user and system, of a Python process."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    subprocess.run([sys.executable, *arguments], cwd=ROOT, env=environment, capture_output=True, check=True)  # noqa: S603
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> int:
    """Measure, print a line for each command, and say whether every target is met."""
    commands: dict[str, tuple[str, ...]] = {name: ("-m", "reconciler", name) for name in TARGETS}
    for arguments in commands.values():
        cpu_seconds(*arguments)  # writes the byte code
    least = dict.fromkeys(["pass", *commands], float("inf"))
    for _ in range(ROUNDS):
        for name, arguments in {"pass": ("-c", "pass"), **commands}.items():
            least[name] = min(least[name], cpu_seconds(*arguments))
    missed = False
    for name, target in TARGETS.items():
        ratio = least[name] / least["pass"]
        missed = missed or ratio > target
        sys.stdout.write(f"{name:9} {least[name] * 1000:5.0f} ms  {ratio:5.1f} x  target {target} x\n")
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
