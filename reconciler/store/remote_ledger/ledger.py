"""The ledger of a remote store as its room is given it: opened for reading, or for writing under the lease."""

from collections.abc import Iterator
from contextlib import contextmanager

from msgspec.structs import replace
from sqlalchemy import Connection

from reconciler.model.ledger import Intent, Proof, RemoteIds
from reconciler.model.run import OpenRun, Outcome, StoreStatus
from reconciler.model.state import RemoteIdentity, Stamp
from reconciler.store.ledger.lease import take_lease
from reconciler.store.ledger.stamp import adopt, write_remote
from reconciler.store.reader import SqlReader
from reconciler.store.remote_ledger.held import HeldSqlLedger
from reconciler.store.remote_ledger.intents import read_intents, read_open_runs
from reconciler.store.remote_ledger.last_seen import read_remote_ids
from reconciler.store.remote_ledger.proofs import read_proofs
from reconciler.store.writer import SqlWriter


class SqlLedger(SqlReader):
    """A ledger opened for reading; one that does not exist yet is empty."""

    def status(self) -> StoreStatus:
        """Return the store's numbers, interrupted runs among them.

        Raises:
            StoreError: nothing was applied to it yet.
        """
        return replace(super().status(), open_runs=self.open_runs())

    def remote_ids(self) -> RemoteIds:
        """Return the remote's ids of what was last seen."""
        with self._reading() as connection:
            return RemoteIds() if connection is None else read_remote_ids(connection)

    def open_runs(self) -> tuple[OpenRun, ...]:
        """Return the interrupted runs, oldest first."""
        with self._reading() as connection:
            return () if connection is None else read_open_runs(connection)

    def intents(self, run_id: str) -> tuple[Intent, ...]:
        """Return a run's intents in the order of its plan; after it is finished, those that conflicted or failed."""
        with self._reading() as connection:
            return () if connection is None else read_intents(connection, run_id)

    def proofs(self) -> tuple[Proof, ...]:
        """Return what was proven, by name."""
        with self._reading() as connection:
            return () if connection is None else read_proofs(connection)


class WritableSqlLedger(SqlWriter, SqlLedger):
    """A ledger opened for writing."""

    @contextmanager
    def hold(self, owner: str) -> Iterator[HeldSqlLedger]:
        """Take the lease for as long as the context lasts; a holder that died loses it.

        Raises:
            LeaseError: another apply holds the store.
        """
        self._refuse_held()
        with self._step() as connection:
            taken = take_lease(connection, owner, self._lease_seconds, self.place.environment)
        try:
            yield HeldSqlLedger(self._step, taken, self._lease_seconds)
        finally:
            self._free(taken)

    def adopt(self, instance: str, kind: str, *, remote: RemoteIdentity | None = None) -> Stamp:
        """Make the ledger this instance's, and the one that stands beside this remote (E3, W6)."""
        self._refuse_held()
        with self._step() as connection:
            if remote is not None:
                write_remote(connection, remote)
            return adopt(connection, instance, kind)

    def abandon(self, run_id: str, *, because: str, who: str) -> Outcome:
        """Give up what is left of an interrupted run; what was done is kept (W5).

        Raises:
            UsageError: no interrupted run has this id.
            LeaseError: an apply holds the store.
        """
        with self.hold(who) as held:
            return held.give_up(run_id, because=because, who=who)

    @contextmanager
    def _step(self) -> Iterator[Connection]:
        with self._writing() as connection, connection.begin():
            yield connection
