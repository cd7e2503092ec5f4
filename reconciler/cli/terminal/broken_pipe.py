"""stdout and stderr: a reader that goes away (`| head -1`) is no error, and changes nothing of what a command does."""

import contextlib
import os
from typing import IO


def let_go(stream: IO[str]) -> None:
    """Send what a stream still holds, and what is written to it from now on, nowhere."""
    try:
        number = stream.fileno()
    except (OSError, ValueError):
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, number)
    os.close(nowhere)
    with contextlib.suppress(OSError):
        stream.flush()
