"""An interrupt ends a command at once, and leaves the store as it was (V4: 130)."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
from command_line import CommandLine, rows

from reconciler.simulator.exchange import Endpoint
from reconciler.simulator.faults import Fault, FaultName
from reconciler.simulator.server import Simulator
from reconciler.simulator.tenant.tenant import Tenant

ANSWERED = 120.0
"""After how many seconds the slow answer comes: a command that waited for it has not ended by half of them."""


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_while_reading_ends_the_command(
    cli: CommandLine, simulator: Simulator, sent: signal.Signals
) -> None:
    """It does not wait for the answer that is under way, says one line, exits with 130 and makes no store."""
    simulator.inject(Fault(FaultName.SLOW, on=(Endpoint.DEVICES,), seconds=ANSWERED))
    command = cli.command("apply", "prod", "--yes", "--allow-uncommitted")
    started = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ)
    while not simulator.tally.counts.get("devices"):
        assert started.poll() is None
        time.sleep(0.01)
    started.send_signal(sent)
    out, err = started.communicate(timeout=ANSWERED / 2)
    assert (started.returncode, out) == (130, "")
    assert err.splitlines()[-1] == "Interrupted. What was not finished was not kept."
    assert "Traceback" not in err
    assert not cli.store.exists()


STANDING = (
    "SELECT tag, name, status_id, site_id, person_id, version FROM asset ORDER BY tag",
    "SELECT asset_id, device_id, presence FROM binding ORDER BY device_id",
    "SELECT count(*) AS runs FROM run",
)
TRIES = 4
"""How often each signal is sent, at times spread over a whole apply."""


def standing(store: Path) -> list[list[dict[str, object]]]:
    """Return what an apply changes, without ids of runs and times."""
    return [rows(store, query) for query in STANDING]


@pytest.fixture
def day(cli: CommandLine, tenant: Tenant) -> Path:
    """Import a tenant, let a day pass and save its plan; return the plan's file."""
    assert cli.apply().code == 0
    tenant.next_day(new=4, gone=3, renamed=5, re_enrolled=2, reassigned=3, unassigned=2)
    file = cli.folder / "day.plan"
    assert cli.run("plan", "prod", "-o", str(file)).code == 0
    return file


@pytest.mark.thorough
@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_an_apply_that_is_stopped_at_any_time_is_done_or_not_begun(
    cli: CommandLine, day: Path, sent: signal.Signals
) -> None:
    """The whole program as people run it: its exit code says which, and the same plan applies afterwards, or did."""
    command = cli.command("apply", "prod", str(day), "--allow-uncommitted")
    imported, before = cli.store.read_bytes(), standing(cli.store)
    began = time.monotonic()
    assert subprocess.run(command, env=os.environ, capture_output=True, check=False).returncode == 0
    took, after = time.monotonic() - began, standing(cli.store)
    assert after != before
    codes = []
    for number in range(TRIES):
        cli.store.write_bytes(imported)
        started = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=os.environ)
        time.sleep(took * (0.4 + 0.6 * number / TRIES))
        started.send_signal(sent)
        _, err = started.communicate(timeout=60)
        codes.append(started.returncode)
        assert codes[-1] in ({0, -signal.SIGKILL} if sent is signal.SIGKILL else {0, 130, -sent}), err
        assert b"Traceback" not in err
        put_back(cli.store, killed=sent is signal.SIGKILL)
        assert standing(cli.store) in (before, after)
        kept = standing(cli.store) == after
        assert sent is signal.SIGKILL or kept == (codes[-1] == 0)
        assert cli.run("apply", "prod", str(day), "--allow-uncommitted").code == (4 if kept else 0)
        assert standing(cli.store) == after


SENT_AFTER_COMMIT = """
import os, signal, sys
from reconciler.cli.main import main

left, written = int(sys.argv.pop(1)), False

def watch(frame, event, arg):
    global left, written
    if event == "call" and frame.f_code.co_name == "write_run":
        written = True
    if written == "committed" and event in ("call", "c_call") or written is True and committed(event, arg):
        written = "committed"
        left -= 1
        if left < 0:
            sys.setprofile(None)
            os.kill(os.getpid(), signal.SIGTERM)

def committed(event, arg):
    return event == "c_return" and getattr(arg, "__name__", "") == "commit"

sys.setprofile(watch)
main()
"""
"""Runs the command line, and sends itself SIGTERM at the nth call after the run's COMMIT."""


@pytest.mark.parametrize("calls", [0, 9, *(pytest.param(each, marks=pytest.mark.thorough) for each in (1, 3, 30, 90))])
def test_a_run_is_reported_as_done_whatever_arrives_after_its_commit(cli: CommandLine, day: Path, calls: int) -> None:
    """The exit code is 0, and what was written is printed (V4)."""
    arguments = cli.arguments("apply", "prod", str(day), "--allow-uncommitted")
    command = [sys.executable, "-c", SENT_AFTER_COMMIT, str(calls), *arguments]
    done = subprocess.run(command, env=os.environ, capture_output=True, text=True, check=False)
    assert (done.returncode, "Interrupted" in done.stderr) == (0, False), done.stderr
    assert done.stdout.startswith("Applied")
    assert rows(cli.store, "SELECT count(*) AS runs FROM run") == [{"runs": 2}]


def put_back(store: Path, *, killed: bool) -> None:
    """Let SQLite put back what was half written, and the lease of a dead holder end, as it would by itself."""
    with closing(sqlite3.connect(store, isolation_level=None)) as connection:
        connection.execute("SELECT count(*) FROM asset").fetchall()
        if killed:
            connection.execute("UPDATE lease SET expires = '2000-01-01T00:00:00Z'")
