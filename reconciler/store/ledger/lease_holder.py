"""Which process of which machine holds the lease: one that died on this machine is seen at once (A2).

A machine is identified by its boot and its process namespace, since two containers may share all but the latter. Where
these are not known, as outside of Linux, nothing is concluded, and a dead holder's lease ends by the clock.
"""

import os
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, delete, insert, select

from reconciler.store.database.dialects import table_names
from reconciler.store.ledger.tables import lease_holder

_BOOT: Final = Path("/proc/sys/kernel/random/boot_id")
_NAMESPACE: Final = Path("/proc/self/ns/pid")
_STARTED: Final = 19
"""Where a process's start stands in what follows its name in /proc/PID/stat; proc(5), field 22."""


def write_holder(connection: Connection, lease_id: str) -> None:
    """Note that this process holds the lease."""
    forget_holder(connection)
    machine, process = _machine(), os.getpid()
    started = _start_of(process)
    if machine is not None and started is not None:
        row = {"lease_id": lease_id, "machine": machine, "process": process, "process_started": started}
        connection.execute(insert(lease_holder).values(id=1, **row))


def forget_holder(connection: Connection) -> None:
    """Note that nobody holds the lease."""
    connection.execute(delete(lease_holder))


def holder_died(connection: Connection, lease_id: str) -> bool:
    """Return whether the holder of this lease was a process of this machine, and is no more."""
    if lease_holder.name not in table_names(connection):
        return False  # a store of an older revision
    row = connection.execute(select(lease_holder)).one_or_none()
    if row is None or row.lease_id != lease_id or row.machine != _machine():
        return False
    started: str = row.process_started
    return _start_of(row.process) != started


def _machine() -> str | None:
    try:
        return f"{_BOOT.read_text().strip()} {_NAMESPACE.readlink()}"
    except OSError:
        return None


def _start_of(process: int) -> str | None:
    """Return when a process began, None when there is none; a zombie is none."""
    try:
        state, *rest = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return None if state in "ZX" else rest[_STARTED - 1]
