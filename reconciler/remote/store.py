"""A remote store with the ledger beside it, as the Reader and the Writer that the use cases know (W1, W4, W5).

The journal, pins, history and status are the ledger's. Only `state` reads the remote, and only an apply writes to it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Self

from msgspec.structs import replace

from reconciler.errors import StaleError, UsageError
from reconciler.model.ledger import Ledger, RemoteState, WritableLedger
from reconciler.model.run import Attempt, Finding, Origin, Outcome, Prunable, Run, RunDetail, StoreStatus, Undoable
from reconciler.model.state import Pin, Stamp, State
from reconciler.remote.application import Progress, RemoteApplication, carry_out
from reconciler.remote.assembly import assemble
from reconciler.remote.identity import refuse_other
from reconciler.remote.people import people_of
from reconciler.remote.proven import refuse_shrunk
from reconciler.remote.room import Room


class RemoteReader:
    """A remote store opened for reading."""

    def __init__(self, ledger: Ledger, room: Room) -> None:
        self._ledger = ledger
        self._room = room

    def __enter__(self) -> Self:
        self._ledger.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self._ledger.__exit__(*error)

    @property
    def missing(self) -> bool:
        """Whether the ledger does not exist yet."""
        return self._ledger.missing

    @property
    def shown(self) -> str:
        """Where the ledger is, and beside which remote, for messages."""
        return f"{self._ledger.shown}, beside {self._room.product}"

    def state(self, window_seconds: int, now: str) -> State:
        """Return what planning needs, read from the remote and proven whole (W2).

        Raises:
            StampError: the ledger stands beside another remote (W6).
            RemoteError: the remote cannot be read, or not whole.
        """
        refuse_other(self._ledger.stamp(), self._room.identity())
        known, ids = self._ledger.state(window_seconds, now), self._ledger.remote_ids()
        reading = self._room.read(frozenset(ids.assets.values()))
        product, listed = self._room.product, frozenset(each.remote_id for each in reading.people)
        refuse_shrunk(product, "users", frozenset(ids.people.values()), listed)
        refuse_shrunk(product, "asset types", frozenset(ids.types.values()), frozenset(reading.types.values()))
        state = assemble(known, ids, reading)
        return replace(state, offer=replace(reading.offer, remarks=(*reading.offer.remarks, *self._interrupted())))

    def _interrupted(self) -> tuple[str, ...]:
        """Return what a plan has to say of runs that are not finished."""
        return tuple(
            f"Run {each.run_id} was interrupted: the next apply finishes it before anything else, and then plans anew."
            for each in self._ledger.open_runs()
        )

    def last_seen(self, window_seconds: int, now: str) -> State:
        """Return what the ledger last saw; no request is made."""
        return self._ledger.state(window_seconds, now)

    def stamp(self) -> Stamp | None:
        """Return whose store this is; None when nothing was applied to it yet (E3)."""
        return self._ledger.stamp()

    def history(self, limit: int) -> tuple[Run, ...]:
        """Return the latest runs, newest first."""
        return self._ledger.history(limit)

    def attempts(self, limit: int) -> tuple[Attempt, ...]:
        """Return the latest applies that failed or could not read everything, newest first (J4)."""
        return self._ledger.attempts(limit)

    def run(self, run_id: str) -> RunDetail:
        """Return one run, by its id or the beginning of it."""
        return self._ledger.run(run_id)

    def undoable(self, run_id: str) -> Undoable:
        """Return one run with everything that undoing it needs (J2)."""
        return self._ledger.undoable(run_id)

    def changes_of(self, tag: str) -> tuple[RunDetail, ...]:
        """Return the runs that changed an asset, newest first."""
        return self._ledger.changes_of(tag)

    def status(self) -> StoreStatus:
        """Return the ledger's numbers."""
        return self._ledger.status()

    def prunable(self, before: str) -> Prunable:
        """Return what pruning everything before a point in time would remove (J1)."""
        return self._ledger.prunable(before)

    def pins(self) -> tuple[Pin, ...]:
        """Return every pinned field, by tag and field (F3)."""
        return self._ledger.pins()

    def check(self, instance: str) -> tuple[Finding, ...]:
        """Return what was examined in the ledger, and what is wrong."""
        return self._ledger.check(instance)


class RemoteWriter(RemoteReader):
    """A remote store opened for writing."""

    def __init__(self, ledger: WritableLedger, room: Room, progress: Progress) -> None:
        super().__init__(ledger, room)
        self._writable = ledger
        self._progress = progress

    @contextmanager
    def apply(self, *, owner: str, origin: Origin, planned_on: State | None = None) -> Iterator[RemoteApplication]:
        """Hold the ledger's lease for one apply; the run is resumable from its first intent on.

        Raises:
            LeaseError: another apply holds the store.
            StaleError: another run is still open, or the state was not read from this remote.
        """
        if not isinstance(planned_on, RemoteState):
            raise StaleError("The state is not one that was read from the remote. Nothing was written. Plan again.")
        with self._writable.hold(owner) as held:
            opened = self._writable.open_runs()
            if opened:
                raise StaleError(
                    f"Run {opened[0].run_id} was interrupted and is not finished. Nothing was written; apply again, "
                    "which finishes it first."
                )
            yield RemoteApplication(self._writable, held, self._room, origin, planned_on, self._progress)

    def adopt(self, instance: str, kind: str) -> Stamp:
        """Make the ledger this instance's, and the one that stands beside this remote (E3, W6)."""
        return self._writable.adopt(instance, kind, remote=self._room.identity())

    def unlock(self, lease_id: str) -> None:
        """Break the lease with this id (A2)."""
        self._writable.unlock(lease_id)

    def pin(self, tag: str, field: str, *, because: str, who: str) -> Pin | None:
        """Pin a field of an asset; return the pin that it replaces (F3)."""
        return self._writable.pin(tag, field, because=because, who=who)

    def unpin(self, tag: str, field: str) -> Pin:
        """Unpin a field of an asset; return the pin that it had."""
        return self._writable.unpin(tag, field)

    def record_attempt(self, attempt: Attempt) -> None:
        """Keep an apply that failed, or that could not read everything (J4)."""
        self._writable.record_attempt(attempt)

    def prune(self, before: str) -> Prunable:
        """Remove the journal's details before a point in time; return what was removed (J1)."""
        return self._writable.prune(before)

    def settle(self, owner: str) -> tuple[Outcome, ...]:
        """Finish the runs that were interrupted, oldest first (W5).

        Raises:
            StampError: the ledger stands beside another remote (W6).
            RemoteError: the remote cannot be asked; the runs stay open.
        """
        refuse_other(self._writable.stamp(), self._room.identity())
        outcomes = []
        with self._writable.hold(owner) as held:
            for opened in self._writable.open_runs():
                known, ids = self._writable.state(0, opened.started_at), self._writable.remote_ids()
                people = people_of(known, ids.people)
                carry_out(self._writable, held, self._room, people, opened.run_id, self._progress)
                outcomes.append(held.finish(opened.run_id))
        return tuple(outcomes)

    def abandon(self, run_id: str, *, because: str, who: str) -> Outcome:
        """Give up what is left of an interrupted run; what was done is kept (W5).

        Raises:
            UsageError: no interrupted run has this id.
        """
        found = [each.run_id for each in self._writable.open_runs() if each.run_id.startswith(run_id)]
        if len(found) != 1:
            raise UsageError(f"{len(found) or 'No'} interrupted run has an id that begins with {run_id}.")
        with self._writable.hold(who) as held:
            return held.give_up(found[0], because=because, who=who)
