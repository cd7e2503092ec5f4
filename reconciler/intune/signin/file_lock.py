"""A lock that one process at a time holds, on a file beside the one that it is about; it ends with its process."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

from reconciler.errors import SignInError

PATIENCE: Final = 30.0
_STEP: Final = 0.05


@contextmanager
def locked(path: Path, ending: str, doing: str, *, patient: bool) -> Iterator[None]:
    """Hold the lock of a file and purpose; `ending` names the lock's file, which stays, `doing` what its holder does.

    Raises SignInError when somebody else holds it, at once or, when patient, after half a minute.
    """
    lock = path.with_name(f"{path.name}.{ending}")
    try:
        lock.parent.mkdir(parents=True, exist_ok=True)
        stream = os.fdopen(os.open(lock, os.O_RDWR | os.O_CREAT, 0o600), "r+b", buffering=0)
    except OSError as error:
        raise SignInError(f"{lock} could not be made beside the sign-in cache: {error.strerror}.") from error
    with stream:
        end = time.monotonic() + (PATIENCE if patient else 0)
        while not _taken(stream):
            if time.monotonic() >= end:
                waited = f", for more than {PATIENCE:.0f} s" if patient else ""
                raise SignInError(f"Another run {doing} {path}{waited}. Try again when it has ended.")
            time.sleep(_STEP)
        yield


def _taken(stream: IO[bytes]) -> bool:
    """Try to lock; closing the file, or the end of the process, gives the lock up."""
    try:
        if os.name == "nt":
            import msvcrt  # noqa: PLC0415 - only there

            msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
        else:
            import fcntl  # noqa: PLC0415 - only there

            fcntl.flock(stream.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
