"""A store as an apply has it: everything that readers have, and the few ways to write."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from reconciler.model.run import Origin
from reconciler.model.state import Pin, Stamp
from reconciler.store.applying import Transaction
from reconciler.store.dialect import for_writing
from reconciler.store.leasing import Lease, break_lease, check_fencing, give_up, refuse_held, take_lease
from reconciler.store.pin_rows import take_pin, write_pin
from reconciler.store.place import Place, in_words
from reconciler.store.reading import Store
from reconciler.store.stamping import adopt


class WritableStore(Store):
    """A store opened for writing."""

    def __init__(self, place: Place, engine: Engine) -> None:
        super().__init__(place, engine)
        self._writer = engine

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
            UsageError: there is no such asset.
        """
        with self._writing() as connection, connection.begin():
            return write_pin(connection, tag, field, because, who)

    def unpin(self, tag: str, field: str) -> Pin:
        """Unpin a field of an asset; return the pin that it had.

        Raises:
            UsageError: there is no such asset, or its field is not pinned.
        """
        with self._writing() as connection, connection.begin():
            return take_pin(connection, tag, field)

    @contextmanager
    def apply(self, *, owner: str, origin: Origin) -> Iterator[Transaction]:
        """Hold the lease and one transaction; commit on leaving, or keep nothing when anything was raised.

        Raises:
            LeaseError: another apply holds the store, or took this one's lease.
            StoreError: the database cannot be written.
        """
        self._refuse_held()
        with self._writing() as connection:
            with connection.begin():
                taken = take_lease(connection, owner)
            try:
                with connection.begin():
                    check_fencing(connection, taken)
                    yield Transaction(connection, origin)
                    give_up(connection, taken)
            except BaseException:
                _free(connection, taken)
                raise

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with in_words(self.place), self._writer.connect() as connection:
            yield for_writing(connection)

    def _refuse_held(self) -> None:
        """Look without the write lock, which the holder has while it writes, so that the loser is told at once."""
        with self._reading() as connection:
            if connection is not None:
                refuse_held(connection)


def _free(connection: Connection, taken: Lease) -> None:
    """Free the lease after a failure; one that cannot be freed ends by itself."""
    with suppress(SQLAlchemyError), connection.begin():
        give_up(connection, taken)
