"""What it was measured on and with: the machine, without its name, and versions."""

import os
import platform
import sqlite3
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Final

import reconciler

_PEERS: Final = ("diffsync", "octodns", "deepdiff", "sqlalchemy")
_OWN: Final = ("msgspec", "sqlalchemy", "psycopg")


def machine() -> str:
    """Return the processor, how many cores of it there are, and the memory."""
    cores = len(os.sched_getaffinity(0))
    return f"{_processor()}, {cores} cores, {_memory():.0f} GB of memory, {platform.system()}"


def versions(peers: str | None, terraform: str | None, server: str) -> str:
    """Return the versions of this tool and of what it was measured with; `peers` is their Python."""
    told = [f"reconciler {reconciler.__version__}", f"Python {platform.python_version()}"]
    told += [f"{name} {version(name)}" for name in _OWN]
    told.append(f"SQLite {sqlite3.sqlite_version}")
    if server:
        told.append(f"PostgreSQL {_postgresql(server)}")
    if peers:
        script = f"from importlib.metadata import version as v; print(*(n + ' ' + v(n) for n in {_PEERS}), sep=', ')"
        told.append(f"the peers' {_said(peers, '-c', script)}")
    if terraform:
        told.append(_said(terraform, "version").partition("\n")[0])
    return ", ".join(told)


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _memory() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9


def _postgresql(server: str) -> str:
    script = f"import psycopg; print(psycopg.connect({server!r}).info.server_version // 10000)"
    return _said(sys.executable, "-c", script)


def _said(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()  # noqa: S603 - ours
