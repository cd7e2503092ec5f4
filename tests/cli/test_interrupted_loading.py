"""An interrupt that a library turns into an error of its own is an interrupt still (V4: 130)."""

import os
import subprocess
import sys

import pytest

LOADING = """
import os, signal, sys
from reconciler.cli import main
from reconciler.errors import SettingsError

def command(*arguments, **settings):
    try:
        os.kill(os.getpid(), signal.SIGTERM)
    except KeyboardInterrupt as interrupt:
        raise {error} from interrupt

main.get_command = lambda app: type("Command", (), {"main": command})
main.main()
"""


@pytest.mark.parametrize("error", ["ValueError('while a model is built')", "SettingsError('what does not match')"])
def test_an_interrupt_that_becomes_another_error_is_no_defect(error: str) -> None:
    """Pydantic makes a SchemaError of it while its models are built, and a pattern that it strikes matches nothing."""
    program = LOADING.replace("{error}", error)
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, env=os.environ, check=False, timeout=30
    )
    assert (done.returncode, done.stdout) == (130, "")
    assert done.stderr.splitlines() == ["Interrupted. What was not finished was not kept."]
