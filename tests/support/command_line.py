"""The command line on a machine of its own: environments, an overlay, a store, and what a command printed."""

import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest

from reconciler.cli.main import run
from reconciler.simulator.server import Simulator
from reconciler.simulator.tenant.tenant import Tenant

ROOT = Path(__file__).parents[2]


class Done(NamedTuple):
    """What a command came to: its exit code, stdout and stderr."""

    code: int
    out: str
    err: str


def with_reasons(document: str | bytes) -> dict[str, Any]:
    """Return a plan's JSON with each attribute's and binding's reason in it, as its table has it."""
    plan: dict[str, Any] = msgspec.json.decode(document)
    for change in plan["changes"]:
        change["attributes"] = [
            {"before": before, "after": after, **_named(plan["reasons"][number])}
            for number, before, after in change["attributes"]
        ]
    for binding in plan["bindings"]:
        binding.update(plan["reasons"][binding["reason"]])
    return plan


def _named(reason: dict[str, Any]) -> dict[str, Any]:
    return {"name": reason["attribute"], "reason": reason["reason"], "rule": reason["rule"]}


@dataclass
class CommandLine:
    """Runs commands on copies of the example environments, laid over with a simulator's addresses.

    `secret` must be in nothing that a command prints; each command checks it.
    """

    folder: Path
    capture: pytest.CaptureFixture[str] | None = None
    secret: str = "never printed"
    overlaid: bool = True
    printed: list[Done] = field(default_factory=list)

    def __post_init__(self) -> None:
        if not self.environments.exists():
            shutil.copytree(ROOT / "tests" / "environments", self.environments)

    @property
    def environments(self) -> Path:
        return self.folder / "environments"

    @property
    def overlay(self) -> Path:
        return self.folder / "overlay"

    @property
    def store(self) -> Path:
        """The store of prod."""
        return self.store_of("prod")

    def store_of(self, name: str) -> Path:
        return self.folder / "var" / f"{name}.db"

    def connect(self, simulator: Simulator) -> None:
        """Lay the simulator's addresses over every environment."""
        for name in ("prod", "uat"):
            self.lay(f"{name}/connections/intune/connection.yaml", simulator.cloud_block())
        self.secret = simulator.tenant.application.secret

    def lay(self, file: str, text: str) -> None:
        """Write a file of the overlay."""
        path = self.overlay / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def edit(self, file: str, before: str, after: str) -> None:
        """Replace text that a file of the environments holds."""
        path = self.environments / file
        assert before in path.read_text()
        path.write_text(path.read_text().replace(before, after))

    def arguments(self, *arguments: str) -> list[str]:
        """Return a command's arguments with the folders before them."""
        overlay = ["--overlay", str(self.overlay)] if self.overlaid and self.overlay.is_dir() else []
        return ["--environments", str(self.environments), *overlay, *arguments]

    def run(self, *arguments: str) -> Done:
        """Run a command in this process."""
        if self.capture is None:
            return Done(int(run(self.arguments(*arguments))), "", "")
        self.capture.readouterr()
        code = run(self.arguments(*arguments))
        return self._checked(Done(int(code), *self.capture.readouterr()))

    def copied(self, folder: Path, capture: pytest.CaptureFixture[str]) -> "CommandLine":
        """Return a command line on a copy of everything, to be used while the simulator runs."""
        shutil.copytree(self.folder, folder, dirs_exist_ok=True)
        return CommandLine(folder, capture, self.secret)

    def plan(self, name: str = "prod", *arguments: str) -> dict[str, Any]:
        """Return a plan as JSON, with its reasons where they are given."""
        done = self.run("plan", name, "--format", "json", *arguments)
        assert done.out, done.err
        return with_reasons(done.out)

    def apply(self, *arguments: str, name: str = "prod") -> Done:
        """Apply without asking, and whatever the commit."""
        return self.run("apply", name, *arguments, "--yes", "--allow-uncommitted")

    def process(self, *arguments: str, variables: dict[str, str] | None = None, after: str = "") -> Done:
        """Run a command in a process of its own, in a shell when something comes `after` it (` | head -1`)."""
        command = self.command(*arguments)
        environment = os.environ | (variables or {})
        if after:
            quoted = " ".join(f"'{part}'" for part in command)
            command = ["bash", "-c", f"set -o pipefail; {quoted}{after}"]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
        return self._checked(Done(done.returncode, done.stdout, done.stderr))

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "reconciler", *self.arguments(*arguments)]

    def _checked(self, done: Done) -> Done:
        told = done.out + done.err
        assert self.secret not in told
        assert not re.search(r"eyJ[\w-]+\.eyJ", told), "a token was printed"
        assert "Traceback" not in told
        self.printed.append(done)
        return done

    def holds_no_secret(self) -> bool:
        """Say whether no file that was written holds the secret or a token."""
        files = [path for path in self.folder.rglob("*") if path.is_file()]
        return not any(self.secret.encode() in path.read_bytes() for path in files)


@contextmanager
def simulated(devices: int = 60) -> Iterator[Simulator]:
    """Run a small tenant as of today, with the environment variables that reading it needs."""
    tenant = Tenant.generate(devices=devices, users=devices // 2, now=datetime.now(UTC).replace(microsecond=0))
    with Simulator(tenant, page_size=25) as simulator, pytest.MonkeyPatch.context() as patch:
        for name, text in simulator.environment().items():
            patch.setenv(name, text)
        yield simulator


def rows(store: Path, query: str, *values: Any) -> list[dict[str, Any]]:
    """Return what a SQLite store answers to a query."""
    connection = sqlite3.connect(f"file:{store}?mode=ro", uri=True)
    connection.row_factory = sqlite3.Row
    try:
        return [dict(row) for row in connection.execute(query, values)]
    finally:
        connection.close()


def write(store: Path, statement: str, *values: Any) -> None:
    """Change a SQLite store behind the program's back."""
    connection = sqlite3.connect(store)
    try:
        with connection:
            assert connection.execute(statement, values).rowcount
    finally:
        connection.close()


def everything(store: Path) -> dict[str, list[dict[str, Any]]]:
    """Return all rows of a store's tables, but for what refusing a plan may touch: the lease, and attempts (J4)."""
    tables = [row["name"] for row in rows(store, "SELECT name FROM sqlite_master WHERE type = 'table'")]
    return {table: rows(store, f"SELECT * FROM {table}") for table in tables if table not in ("lease", "attempt")}


def git(folder: Path, *arguments: str) -> str:
    """Run Git in a folder as somebody."""
    who = ["-c", "user.name=Someone", "-c", "user.email=someone@example.com", "-c", "commit.gpgsign=false"]
    command = ["git", "-C", str(folder), *who, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def lines(text: str) -> Iterator[dict[str, Any]]:
    """Return what a text with a JSON object on each line holds."""
    return (msgspec.json.decode(line) for line in text.splitlines())
