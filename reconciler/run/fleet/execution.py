"""Where a fleet's work runs: on processes of this machine, or on a Dask cluster, by the same interface (N3).

1. One environment that fails stops no other: its row says why.
2. A worker that dies is replaced, and what it may have been doing is done again, at most three times: applying twice is
   safe (A1, A2).
3. An interrupt ends what runs and begins nothing new; what was done by then is in the rows.
"""

import multiprocessing
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from threading import Event, Timer
from typing import Final
from urllib.parse import urlsplit

from reconciler import interrupts
from reconciler.errors import ExitCode, ReconcilerError, UsageError
from reconciler.model.fleet import FleetOptions, FleetRow
from reconciler.run.fleet.working import carry_out
from reconciler.settings.hosts import is_loopback

_MOST_TRIES: Final = 3
_LINGERING: Final = 3.0
"""Seconds that processes get to end by themselves once all work is done."""

Finished = Callable[[FleetRow], None]
"""Called with each environment that is finished, in the order in which they are."""


@dataclass(frozen=True, slots=True)
class Workers:
    """Where work runs: `jobs` processes of this machine, or a Dask scheduler's address."""

    jobs: int = 1
    cluster: str | None = None


def run_all(names: Sequence[str], options: FleetOptions, workers: Workers, finished: Finished) -> list[FleetRow]:
    """Do the work of each environment, and return the rows in the order of the names.

    Raises:
        UsageError: the cluster's address is not one of TLS.
        ReconcilerError: the cluster cannot be reached.
    """
    if workers.cluster is None and workers.jobs == 1:
        rows = _one_after_another(names, options, finished)
    else:
        rows = _Running(list(names), options, finished).all(workers)
    return [rows.get(name) or _not_begun(name) for name in names]


def _not_begun(name: str) -> FleetRow:
    return FleetRow(environment=name, exit_code=ExitCode.INTERRUPTED, error="not begun: interrupted")


def _one_after_another(names: Sequence[str], options: FleetOptions, finished: Finished) -> dict[str, FleetRow]:
    rows: dict[str, FleetRow] = {}
    for name in names:
        interrupts.let_through()
        rows[name] = carry_out(name, options)
        finished(rows[name])
        if rows[name].exit_code == ExitCode.INTERRUPTED:
            break
    return rows


@dataclass(slots=True)
class _Running:
    """The work of several workers while it is done."""

    names: list[str]
    options: FleetOptions
    finished: Finished
    rows: dict[str, FleetRow] = field(default_factory=dict)
    tries: dict[str, int] = field(default_factory=dict)

    def all(self, workers: Workers) -> dict[str, FleetRow]:
        """Return the row of each environment that was begun."""
        while left := [name for name in self.names if name not in self.rows]:
            with _executor(workers) as executor:
                if not self._round(executor, left):
                    return self.rows
            self._count_tries(left, workers.jobs)
        return self.rows

    def _count_tries(self, names: list[str], jobs: int) -> None:
        """Count a try for those that may have been under way when a worker died: work begins in the order of names."""
        for name in [name for name in names if name not in self.rows][:jobs]:
            self.tries[name] = self.tries.get(name, 0) + 1
            if self.tries[name] >= _MOST_TRIES:
                self._keep(_died(name, "its worker died each time; the machine may lack memory"))

    def _round(self, executor: Executor, names: list[str]) -> bool:
        """Work on what is left until it is done or the workers break; return False after an interrupt."""
        waiting = {executor.submit(_work, name, self.options): name for name in names}
        try:
            while waiting:
                done, _ = wait(waiting, return_when=FIRST_COMPLETED)
                for each in done:
                    self._take(each, waiting.pop(each))
        except KeyboardInterrupt:
            self._end(waiting)
            return False
        return True

    def _take(self, done: "Future[FleetRow]", name: str) -> None:
        """Keep a finished row; of a process that died there is none, and it is done again."""
        try:
            self._keep(done.result())
        except BrokenProcessPool:
            return
        except Exception as error:
            self._keep(_died(name, f"its worker could not do it: {type(error).__name__}: {error}"[:300]))

    def _keep(self, row: FleetRow) -> None:
        self.rows[row.environment] = row
        self.finished(row)

    def _end(self, waiting: "dict[Future[FleetRow], str]") -> None:
        """End what runs, and keep what it says."""
        for each in waiting:
            each.cancel()
        for process in multiprocessing.active_children():
            process.terminate()
        running = [each for each in waiting if not each.cancelled()]
        for each in wait(running, timeout=30).done if running else ():
            if each.cancelled():
                continue
            error = each.exception()
            self._keep(each.result() if error is None else _died(waiting[each], "interrupted", ExitCode.INTERRUPTED))


def _died(name: str, why: str, code: ExitCode = ExitCode.ERROR) -> FleetRow:
    return FleetRow(environment=name, exit_code=code, error=why)


@contextmanager
def _executor(workers: Workers) -> Iterator[Executor]:
    """Give what the work is submitted to."""
    if workers.cluster is not None:
        with _cluster(workers.cluster) as executor:
            yield executor
        return
    pool = ProcessPoolExecutor(workers.jobs, initializer=_begin_worker)
    try:
        yield pool
    finally:
        # A process whose work was given up may wait for a reply for long; by now nothing that matters runs any more.
        killing = Timer(_LINGERING, _kill_children)
        killing.daemon = True
        killing.start()
        pool.shutdown(cancel_futures=True)
        killing.cancel()


def _kill_children() -> None:
    for process in multiprocessing.active_children():
        process.kill()


_BUSY: Final = Event()


def _work(name: str, options: FleetOptions) -> FleetRow:
    """Do an environment's work in a worker, which heeds interrupts only meanwhile."""
    interrupts.let_through()
    _BUSY.set()
    try:
        return carry_out(name, options)
    finally:
        _BUSY.clear()


def _begin_worker() -> None:
    """Let the parent alone end this process's work: Ctrl-C reaches every process of a terminal."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _interrupt)


def _interrupt(_number: int, _frame: object) -> None:
    if _BUSY.is_set() and not interrupts.are_held_back():
        raise KeyboardInterrupt


@contextmanager
def _cluster(address: str) -> Iterator[Executor]:
    """Give a Dask cluster's executor.

    Raises:
        UsageError: the address is of no TLS and of no loopback.
        ReconcilerError: nobody answers there.
    """
    check_address(address)
    distributed = import_module("distributed")  # an extra, without types; the error names it where it is missing
    security = distributed.Security() if address.startswith("tls://") else None
    try:
        client = distributed.Client(
            address, security=security, timeout=10, set_as_default=False, name="reconciler fleet"
        )
    except (OSError, ValueError, TypeError) as error:
        raise ReconcilerError(
            f"The cluster at {address} cannot be reached: {error}. See that its scheduler runs, and that Dask's "
            "configuration here names the CA, certificate and key of its TLS."
        ) from error
    with client:
        if not client.scheduler_info()["workers"]:
            raise ReconcilerError(f"The cluster at {address} has no worker. Start some, and try again.")
        yield client.get_executor(pure=False, retries=_MOST_TRIES - 1)


def check_address(address: str) -> None:
    """Refuse a scheduler that is not spoken to over TLS, unless it is on this machine: what is sent is run there.

    Raises:
        UsageError: the address is no other.
    """
    parts = urlsplit(address)
    if parts.scheme not in {"tls", "tcp"} or not parts.hostname:
        raise UsageError(f"--cluster {address}: it has to be the address of a Dask scheduler: tls://HOST:8786.")
    if parts.scheme == "tcp" and not is_loopback(parts.hostname):
        raise UsageError(f"--cluster {address}: a cluster off this machine needs TLS: tls://{parts.hostname}:8786.")
