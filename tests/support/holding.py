"""An apply in a process of its own, which stops where it is told to until it is let go."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from msgspec.structs import replace
from sqlalchemy import event
from storing import NEXT_READ, ORIGIN, Where, changed, plan, url

from reconciler.errors import ReconcilerError
from reconciler.store.opening import open_store

TAKEN, WRITTEN = "taken", "written"
"""Where it stops: with the lease taken and nothing begun, or with everything written and nothing committed."""

_BEGINNINGS_BEFORE = 2
"""An apply begins a transaction to look at the lease, and one to take it, before the one that writes."""

_BEGINS = ("BEGIN", "SET LOCAL lock_timeout")

THEIRS = changed("AST-000001", name=("LT-1", "theirs"))


def main(address: str, lease_seconds: str, stop: str) -> None:
    """Apply a plan, say where it is, and wait there; say what came of it."""
    with open_store(address, write=True, lease_seconds=float(lease_seconds), wait_seconds=10) as store:
        stamp = store.stamp()
        if stop == TAKEN:
            begun: list[str] = []
            event.listen(store._writer, "before_cursor_execute", lambda _c, _d, said, *_: _wait_at(begun, said))
        wanted = plan(THEIRS, read_at=NEXT_READ, store_id=stamp.store_id if stamp else None)
        try:
            with store.apply(owner="eve on server", origin=replace(ORIGIN, who="eve")) as transaction:
                transaction.verify(wanted)
                transaction.write(wanted, {}, {}, "s1", kind="production")
                transaction.read_back(wanted)
                if stop == WRITTEN:
                    _wait()
        except ReconcilerError as error:
            sys.stdout.write(f"{type(error).__name__}: {error}\n")
        else:
            sys.stdout.write("kept\n")


def _wait_at(begun: list[str], statement: str) -> None:
    begun += [statement] if statement.startswith(_BEGINS) else []
    if begun and begun[-1] is statement and len(begun) == _BEGINNINGS_BEFORE + 1:
        _wait()


def _wait() -> None:
    sys.stdout.write("waiting\n")
    sys.stdout.flush()
    sys.stdin.readline()


class Holder:
    """An apply that waits in another process."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process

    def let_go(self) -> str:
        """Let it go on; return what came of it."""
        told, _ = self.process.communicate("go on\n", timeout=30)
        return told.strip()


@contextmanager
def holding(where: Where, stop: str, lease_seconds: float = 900) -> Iterator[Holder]:
    """Start an apply that stops there; it is killed when nobody needs it any more."""
    command = [sys.executable, str(Path(__file__)), url(where), str(lease_seconds), stop]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "waiting\n"
        yield Holder(process)
    finally:
        process.kill()
        process.communicate()


if __name__ == "__main__":
    main(*sys.argv[1:])
