"""An interrupt that a library turns into an error of its own is an interrupt still (V4: 130)."""

import os
import subprocess
import sys

LOADING = """
import os, signal, sys
from reconciler.cli import main

def command(*arguments, **settings):
    try:
        os.kill(os.getpid(), signal.SIGTERM)
    except KeyboardInterrupt as interrupt:
        raise ValueError("Error building a model: KeyboardInterrupt") from interrupt

main.get_command = lambda app: type("Command", (), {"main": command})
main.main()
"""


def test_an_interrupt_that_becomes_another_error_is_no_defect() -> None:
    """Pydantic makes a SchemaError of it while its models are built."""
    done = subprocess.run(
        [sys.executable, "-c", LOADING], capture_output=True, text=True, env=os.environ, check=False, timeout=30
    )
    assert (done.returncode, done.stdout) == (130, "")
    assert done.stderr.splitlines() == ["Interrupted. What was not finished was not kept."]
