"""A store as readers have it: its state, stamp, journal and status; nothing in it writes."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Self

from sqlalchemy import Connection, Engine

from reconciler.errors import StoreError
from reconciler.model.run import Attempt, Finding, Prunable, Run, RunDetail, StoreStatus, Undoable
from reconciler.model.state import Pin, Stamp, State
from reconciler.store.database.errors import in_words
from reconciler.store.database.location import Location
from reconciler.store.findings import check_store
from reconciler.store.integrity import odd_reads, odd_values, refuse_odd
from reconciler.store.ledger.attempts import read_attempts
from reconciler.store.ledger.journal import read_asset_runs, read_run, read_runs
from reconciler.store.ledger.pins import read_pins
from reconciler.store.ledger.pruning import prunable
from reconciler.store.ledger.stamp import read_stamp
from reconciler.store.ledger.undos import read_undoable
from reconciler.store.state import EMPTY_STATE, read_state
from reconciler.store.status import read_status


class SqlReader:
    """A store opened for reading; without an engine it is one that does not exist yet, and reads as empty.

    Every method reads in one transaction, and raises StoreError when the database cannot be read.
    """

    def __init__(self, place: Location, engine: Engine | None) -> None:
        self.place = place
        self._engine = engine

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        if self._engine is not None:
            self._engine.dispose()

    @property
    def missing(self) -> bool:
        """Whether the store does not exist yet."""
        return self._engine is None

    @property
    def shown(self) -> str:
        """Where the store is, for messages: never with a user or a password."""
        return str(self.place)

    @contextmanager
    def _reading(self) -> Iterator[Connection | None]:
        if self._engine is None:
            yield None
            return
        with in_words(self.place), self._engine.connect() as connection, connection.begin():
            yield connection

    def state(self, window_seconds: int, now: str) -> State:
        """Return what planning needs; the window of the limits (R2) ends at `now`, in UTC text.

        Raises:
            StoreError: a row has a value that no run writes.
        """
        with self._reading() as connection:
            if connection is None:
                return EMPTY_STATE
            refuse_odd(self.place, odd_reads(connection))
            try:
                return read_state(connection, window_seconds, now)
            except (KeyError, ValueError):
                refuse_odd(self.place, odd_values(connection))
                raise

    def stamp(self) -> Stamp | None:
        """Return whose store this is; None when nothing was applied to it yet (E3)."""
        with self._reading() as connection:
            return None if connection is None else read_stamp(connection)

    def history(self, limit: int) -> tuple[Run, ...]:
        """Return the latest runs, newest first."""
        with self._reading() as connection:
            return () if connection is None else read_runs(connection, limit)

    def attempts(self, limit: int) -> tuple[Attempt, ...]:
        """Return the latest applies that failed or could not read everything, newest first (J4)."""
        with self._reading() as connection:
            return () if connection is None else read_attempts(connection, limit)

    def run(self, run_id: str) -> RunDetail:
        """Return one run, by its id or the beginning of it.

        Raises:
            UsageError: no run, or more than one, has this id.
        """
        with self._reading() as connection:
            return read_run(self._there(connection), run_id)

    def undoable(self, run_id: str) -> Undoable:
        """Return one run with everything that undoing it needs (J2).

        Raises:
            UsageError: as `run`.
        """
        with self._reading() as connection:
            return read_undoable(self._there(connection), run_id)

    def changes_of(self, tag: str) -> tuple[RunDetail, ...]:
        """Return the runs that changed an asset, newest first, each with its changes of this asset alone."""
        with self._reading() as connection:
            return () if connection is None else read_asset_runs(connection, tag)

    def status(self) -> StoreStatus:
        """Return the store's numbers.

        Raises:
            StoreError: nothing was applied to it yet.
        """
        with self._reading() as reading:
            connection = self._there(reading)
            found = read_status(connection)
            if found is None:
                raise self._nothing_yet()
            return found

    def prunable(self, before: str) -> Prunable:
        """Return what pruning everything before a point in time would remove (J1)."""
        with self._reading() as connection:
            return prunable(self._there(connection), before)

    def pins(self) -> tuple[Pin, ...]:
        """Return every pinned field, by tag and field (F3)."""
        with self._reading() as connection:
            return () if connection is None else read_pins(connection)

    def check(self, instance: str) -> tuple[Finding, ...]:
        """Return what was looked at in a store that should be this instance's, and what is wrong.

        Raises:
            StoreError: there is no store yet.
        """
        with self._reading() as connection:
            return check_store(self._there(connection), instance)

    def _there(self, connection: Connection | None) -> Connection:
        if connection is None:
            raise self._nothing_yet()
        return connection

    def _nothing_yet(self) -> StoreError:
        there = "it is ready, and empty" if self._engine is not None else "the first `reconciler apply` makes it"
        return StoreError(f"Nothing was applied to the store {self.place} yet: {there}.")
