"""Servers that run beside what is measured, each in a process that says when it is there, and ends with us."""

import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from benchmarks.processes import ROOT


@contextmanager
def beside(command: Sequence[str]) -> Iterator[str]:
    """Run a server until the block ends, and give the first line that it prints."""
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - commands of ours
        try:
            yield process.stdout.readline().strip() if process.stdout else ""
        finally:
            if process.stdin:
                process.stdin.close()
            process.wait()
