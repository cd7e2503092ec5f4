"""A store as an apply has it: everything that readers have, and the few ways to write."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from traceback import clear_frames

from sqlalchemy import Connection, Engine, select
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from reconciler import interrupts
from reconciler.errors import ReconcilerError, StaleError, StoreError, UsageError
from reconciler.model.run import Attempt, Origin, Outcome, Prunable
from reconciler.model.state import Pin, Stamp, State
from reconciler.store.application import SqlApplication
from reconciler.store.database.dialects import for_applying, for_writing
from reconciler.store.database.errors import as_words, in_words
from reconciler.store.database.location import Location
from reconciler.store.database.migrations import REVISIONS, revision_of
from reconciler.store.ledger.attempts import write_attempt
from reconciler.store.ledger.lease import Lease, break_lease, check_fencing, free, give_up, refuse_held, take_lease
from reconciler.store.ledger.pins import take_pin, write_pin
from reconciler.store.ledger.pruning import prune
from reconciler.store.ledger.stamp import adopt
from reconciler.store.ledger.tables import lease, run
from reconciler.store.reader import SqlReader


class SqlWriter(SqlReader):
    """A store opened for writing."""

    def __init__(self, place: Location, engine: Engine, lease_seconds: float) -> None:
        super().__init__(place, engine)
        self._writer = engine
        self._lease_seconds = lease_seconds

    def adopt(self, instance: str, kind: str) -> Stamp:
        """Make the store this instance's, with a new store id (E3)."""
        self._refuse_held()
        with self._writing() as connection, connection.begin():
            return adopt(connection, instance, kind)

    def unlock(self, lease_id: str) -> None:
        """Break the lease with this id (A2).

        Raises:
            UsageError: it is not held.
        """
        with self._writing() as connection, connection.begin():
            break_lease(connection, lease_id)

    def pin(self, tag: str, field: str, *, because: str, who: str) -> Pin | None:
        """Pin a field of an asset; return the pin that it takes the place of (F3).

        Raises:
            UsageError: the asset does not exist.
        """
        with self._writing() as connection, connection.begin():
            return write_pin(connection, tag, field, because, who)

    def unpin(self, tag: str, field: str) -> Pin:
        """Unpin a field of an asset; return the pin that it had.

        Raises:
            UsageError: the asset does not exist, or its field is not pinned.
        """
        with self._writing() as connection, connection.begin():
            return take_pin(connection, tag, field)

    def record_attempt(self, attempt: Attempt) -> None:
        """Keep an apply that failed, or that could not read everything (J4)."""
        with self._writing() as connection, connection.begin():
            write_attempt(connection, attempt)

    def prune(self, before: str) -> Prunable:
        """Remove the journal's details before a point in time; return what was removed (J1).

        Raises:
            LeaseError: an apply holds the store.
        """
        self._refuse_held()
        with self._writing() as connection, connection.begin():
            return prune(connection, before)

    def settle(self, owner: str) -> tuple[Outcome, ...]:  # noqa: ARG002 - the Protocol names it
        """Return nothing: a SQL store is as it was before a run, or as it is after it (A3)."""
        return ()

    def abandon(self, run_id: str, *, because: str, who: str) -> Outcome:  # noqa: ARG002 - as above
        """Refuse: a SQL store has no interrupted runs.

        Raises:
            UsageError: always.
        """
        raise UsageError(f"There is no interrupted run {run_id}: a SQL store keeps a run whole, or nothing of it.")

    @contextmanager
    def apply(self, *, owner: str, origin: Origin, planned_on: State | None = None) -> Iterator[SqlApplication]:
        """Hold the lease and one transaction; commit on leaving, or keep nothing when anything was raised.

        `planned_on` is the state that the plan was made from.

        Raises:
            LeaseError: another apply holds the store, or took this one's lease.
            StaleError: the store was written to since it was planned on.
            StoreError: the database cannot be written, or was upgraded meanwhile.
        """
        self._refuse_held()
        with self._writing() as connection:
            with connection.begin():
                taken = take_lease(connection, owner, self._lease_seconds, self.place.environment)
            transaction = SqlApplication(connection, origin)
            try:
                with _without_collecting(), self._committing(for_applying(connection), transaction):
                    check_fencing(connection, taken)
                    _check_revision(connection)
                    _check_unmoved(transaction, planned_on)
                    yield transaction
                    give_up(connection, taken)
            except BaseException as error:
                connection.invalidate()
                clear_frames(error.__traceback__)  # a cursor that an interrupt leaves in one keeps a SQLite file locked
                self._free(taken)
                raise

    @contextmanager
    def _committing(self, connection: Connection, transaction: SqlApplication) -> Iterator[None]:
        """Commit on leaving; a COMMIT that was not answered, or interrupted, is looked for in the journal."""
        begun = connection.begin()
        try:
            yield
        except BaseException:
            with suppress(SQLAlchemyError):
                begun.rollback()
            raise
        try:
            begun.commit()
            interrupts.hold_back()
        except BaseException as error:
            connection.invalidate()
            if self._was_kept(transaction, error):
                interrupts.hold_back()
                return
            if isinstance(error, DBAPIError):
                raise _not_kept(as_words(self.place, error)) from error
            raise

    def _was_kept(self, transaction: SqlApplication, error: BaseException) -> bool:
        """Return whether a run is in the journal, once its transaction has ended, which keeps the lease's row locked.

        Raises:
            StoreError: the store cannot be asked.
        """
        try:
            with self._writer.connect() as connection, for_writing(connection).begin():
                connection.execute(select(lease).with_for_update())
                found = connection.execute(select(run.c.id).where(run.c.run_id == transaction.run_id))
                return found.one_or_none() is not None
        except DBAPIError as again:
            told = as_words(self.place, again)
            raise StoreError(
                f"The connection was lost while run {transaction.run_id} was committed, and whether it was kept is not "
                f"known: {told} Look before anything else: "
                f"reconciler show {self.place.environment} {transaction.run_id}"
            ) from error

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with in_words(self.place), self._writer.connect() as connection:
            yield for_writing(connection)

    def _refuse_held(self) -> None:
        """Look without the write lock, which the holder has while it writes, so that the loser knows at once."""
        with self._reading() as connection:
            if connection is not None:
                refuse_held(connection, self.place.environment)

    def _free(self, taken: Lease) -> None:
        """Free the lease after a failure; one that cannot be freed ends by itself."""
        with suppress(SQLAlchemyError), self._writer.connect() as connection, for_writing(connection).begin():
            free(connection, taken)


def _check_revision(connection: Connection) -> None:
    """Refuse to write into tables that were migrated after the store was opened."""
    at = revision_of(connection)
    if at != REVISIONS[-1]:
        raise StoreError(
            f"The store was upgraded meanwhile: it is at revision {at}, and this version needs {REVISIONS[-1]}. "
            f"Nothing was written. Apply again, with the version that upgraded it."
        )


def _check_unmoved(transaction: SqlApplication, planned_on: State | None) -> None:
    """Refuse a store that was written to since it was planned on."""
    if planned_on is not None and transaction.revision() != planned_on.revision:
        raise StaleError("Another run was committed since the store was read. Nothing was written. Plan again.")


def _not_kept(error: ReconcilerError) -> ReconcilerError:
    return StoreError(f"{error} Nothing was kept.") if type(error) is StoreError else error


@contextmanager
def _without_collecting() -> Iterator[None]:
    """Keep the garbage collector from walking a fleet's rows again and again: they hold no cycles.

    A first import of 100,000 assets takes a quarter less time.
    """
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()
