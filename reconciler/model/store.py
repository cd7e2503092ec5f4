"""What a store offers, as three Protocols: all that the use cases know of SQL, Snipe-IT and Halo alike.

Every method raises StoreError when the store cannot be reached, read or written.
"""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any, Protocol, Self

from reconciler.model.plan import Plan
from reconciler.model.run import Attempt, Finding, Origin, Outcome, Prunable, Run, RunDetail, StoreStatus, Undoable
from reconciler.model.state import Pin, Stamp, State


class Application(Protocol):
    """One apply under its lease, its methods in the order in which they are called.

    A SQL store commits everything on leaving the context that gave it, or keeps nothing (A3). A store behind an API has
    settled every intent once `write` returns (W4); what conflicted or failed is in the outcome.
    """

    @property
    def run_id(self) -> str:
        """The id of the run that was written, empty while none is."""

    @property
    def outcome(self) -> Outcome:
        """What was written; StoreError when nothing was."""

    def revision(self) -> str:
        """Return the store's revision, empty for a store that nobody has written to: every apply changes it."""

    def state(self, window_seconds: int, now: str) -> State:
        """Return the state as this apply sees it, behind an API as last seen: no request is made."""

    def verify(self, plan: Plan, *, expected_revision: str | None = None) -> None:
        """Do nothing when the plan fits what is stored.

        `expected_revision`, the one that a saved plan was made at, only says why it does not.

        Raises:
            StaleError: it does not; every row that differs is listed.
        """

    def write(
        self,
        plan: Plan,
        environment_document: Mapping[str, Any],
        enabled: Mapping[str, bool],
        digest: str,
        *,
        kind: str,
    ) -> Outcome:
        """Write what the plan says, its journal, and the settings where they differ from the last applied ones.

        `environment_document`, `enabled` and `digest` are the settings (E4); `kind` is the instance's, for the stamp of
        a store that has none.

        Raises:
            StampError: the store is another instance's.
            StaleError: something that the plan refers to is gone.
        """

    def read_back(self, plan: Plan) -> None:
        """Do nothing when everything written reads as the plan's `after` (A4).

        Raises:
            ReadBackError: something does not.
        """


class Reader(Protocol):
    """A store opened for reading, a context manager; one that does not exist yet reads as empty.

    Each method reads in one transaction. Nothing here can write (P3).
    """

    def __enter__(self) -> Self: ...

    def __exit__(self, *error: object) -> None: ...

    @property
    def missing(self) -> bool:
        """Whether the store does not exist yet."""

    @property
    def shown(self) -> str:
        """Where the store is, for messages: never with a user or a password."""

    def state(self, window_seconds: int, now: str) -> State:
        """Return what planning needs; the window of the limits (R2) ends at `now`, in UTC text.

        Raises:
            StoreError: a value that no run writes, or a read of a remote store that is not proven whole (W2).
        """

    def stamp(self) -> Stamp | None:
        """Return whose store this is; None when nothing was applied to it yet (E3)."""

    def history(self, limit: int) -> tuple[Run, ...]:
        """Return the latest runs, newest first."""

    def attempts(self, limit: int) -> tuple[Attempt, ...]:
        """Return the latest applies that failed or could not read everything, newest first (J4)."""

    def run(self, run_id: str) -> RunDetail:
        """Return one run, by its id or the beginning of it.

        Raises:
            UsageError: no run, or more than one, has this id.
        """

    def undoable(self, run_id: str) -> Undoable:
        """Return one run with everything that undoing it needs (J2).

        Raises:
            UsageError: as `run`.
        """

    def changes_of(self, tag: str) -> tuple[RunDetail, ...]:
        """Return the runs that changed an asset, newest first, each with its changes of this asset alone."""

    def status(self) -> StoreStatus:
        """Return the store's numbers.

        Raises:
            StoreError: nothing was applied to it yet.
        """

    def prunable(self, before: str) -> Prunable:
        """Return what pruning everything before a point in time (UTC text) would remove (J1)."""

    def pins(self) -> tuple[Pin, ...]:
        """Return every pinned field, by tag and field (F3)."""

    def check(self, instance: str) -> tuple[Finding, ...]:
        """Return what was examined in a store that should be this instance's, and what is wrong.

        Raises:
            StoreError: there is no store yet.
        """


class Writer(Reader, Protocol):
    """A store opened for writing: everything that readers have, and the few ways to write."""

    def apply(
        self, *, owner: str, origin: Origin, planned_on: State | None = None
    ) -> AbstractContextManager[Application]:
        """Hold the lease for one apply; `planned_on` is the state that its plan was made from.

        Raises:
            LeaseError: another apply holds the store, or took this one's lease.
            StaleError: the store was written to since it was planned on.
        """

    def adopt(self, instance: str, kind: str) -> Stamp:
        """Make the store this instance's, with a new store id (E3).

        Raises:
            LeaseError: an apply holds the store.
        """

    def unlock(self, lease_id: str) -> None:
        """Break the lease with this id (A2).

        Raises:
            UsageError: it is not held.
        """

    def pin(self, tag: str, field: str, *, because: str, who: str) -> Pin | None:
        """Pin a field of an asset; return the pin that it replaces (F3).

        Raises:
            UsageError: there is no asset with this tag.
        """

    def unpin(self, tag: str, field: str) -> Pin:
        """Unpin a field of an asset; return the pin that it had.

        Raises:
            UsageError: there is no asset with this tag, or its field is not pinned.
        """

    def record_attempt(self, attempt: Attempt) -> None:
        """Keep an apply that failed, or that could not read everything, whoever holds the lease (J4)."""

    def prune(self, before: str) -> Prunable:
        """Remove the journal's details before a point in time; return what was removed (J1).

        Raises:
            LeaseError: an apply holds the store.
        """

    def settle(self, owner: str) -> tuple[Outcome, ...]:
        """Finish the runs that were interrupted, oldest first (W5); SQL stores have none.

        Raises:
            LeaseError: an apply holds the store.
        """

    def abandon(self, run_id: str, *, because: str, who: str) -> Outcome:
        """Give up what is left of an interrupted run; what was done is kept (W5).

        Raises:
            UsageError: no interrupted run has this id.
            LeaseError: an apply holds the store.
        """
