"""An interrupt ends a command at once, and leaves the store as it was (V4: 130)."""

import os
import signal
import subprocess
import time

import pytest
from command_line import CommandLine

from reconciler.simulator.exchange import Endpoint
from reconciler.simulator.faults import Fault, FaultName
from reconciler.simulator.server import Simulator


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_while_reading_ends_the_command(
    cli: CommandLine, simulator: Simulator, sent: signal.Signals
) -> None:
    """It does not wait for the answer that is under way, says one line, exits with 130 and makes no store."""
    simulator.inject(Fault(FaultName.SLOW, on=(Endpoint.DEVICES,), seconds=4))
    command = cli.command("apply", "prod", "--yes", "--allow-uncommitted")
    started = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ)
    while not simulator.tally.counts.get("devices"):
        assert started.poll() is None
        time.sleep(0.01)
    asked = time.monotonic()
    started.send_signal(sent)
    out, err = started.communicate(timeout=10)
    assert time.monotonic() - asked < 2
    assert (started.returncode, out) == (130, "")
    assert err.splitlines()[-1] == "Interrupted. What was not finished was not kept."
    assert "Traceback" not in err
    assert not cli.store.exists()
