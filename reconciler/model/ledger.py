"""What a store behind an API keeps in our SQL beside it: intents, what was last seen, the remote's ids, proofs (W1-W9).

The ledger of a remote store is a SQL store whose asset columns are what was last seen. `remote` is given one of these
Protocols and never imports the SQL room.
"""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any, Protocol

from msgspec import Struct

from reconciler.model.plan import Change, Plan
from reconciler.model.run import IntentState, OpenRun, Origin, Outcome
from reconciler.model.state import RemoteIdentity, Stamp, State
from reconciler.model.store import Reader, Writer


class Intent(Struct, frozen=True, rename="camel", kw_only=True):
    """One change of a plan on its way to the remote (W4): before and after are the change's attributes.

    `remote_id` is the remote's id of what is changed, None for what is still to be created. `message` is why an intent
    conflicted or failed, in the remote's words where it has some. `facts` are about its requests: a status, a request
    id.
    """

    number: int
    run_id: str
    state: IntentState
    change: Change
    remote_id: str | None = None
    message: str | None = None
    facts: dict[str, str | int] = {}


class RemoteIds(Struct, frozen=True, rename="camel"):
    """The remote's id of everything that a State holds; assets and users by their ids in it, all else by name."""

    assets: dict[int, str] = {}
    people: dict[int, str] = {}
    sites: dict[str, str] = {}
    types: dict[str, str] = {}
    statuses: dict[str, str] = {}


class RemoteState(State, frozen=True, rename="camel", kw_only=True):
    """A State as it was read from a remote store, with the remote's ids.

    What the ledger does not know yet has an id that nothing in it has. `gone` are the ids of assets that were there
    and are proven to be there no more (W2); whatever else is not listed stays as it was last seen.
    """

    remote: RemoteIds = RemoteIds()
    gone: frozenset[int] = frozenset()


class Proof(Struct, frozen=True, rename="camel", kw_only=True):
    """What `store prove` found out about a remote: a behaviour by name, the answer, and of which version (W9)."""

    name: str
    answer: str
    version: str
    proven_at: str


class HeldLedger(Protocol):
    """A ledger under its lease; every method commits on its own, and renews the lease.

    Raises:
        LeaseError: from every method: the lease was broken, or ended and was taken; nothing was written.
    """

    def remember(self, state: RemoteState) -> None:
        """Make what was last seen equal to this reading.

        Raises:
            StaleError: a run was committed since the reading began.
        """

    def begin(
        self,
        plan: Plan,
        origin: Origin,
        environment_document: Mapping[str, Any],
        enabled: Mapping[str, bool],
        digest: str,
        *,
        kind: str,
        remote: RemoteIdentity,
    ) -> str:
        """Keep the plan, and each of its changes as a planned intent, before anything is sent; return the run's id.

        Raises:
            StampError: the ledger is another instance's, or stands beside another remote (W6).
            StaleError: a `before` is not what was last seen.
        """

    def mark(
        self,
        run_id: str,
        number: int,
        state: IntentState,
        *,
        remote_id: str | None = None,
        message: str | None = None,
        facts: Mapping[str, str | int] | None = None,
    ) -> None:
        """Write down where an intent is; what is None stays as it is."""

    def renew(self) -> None:
        """Renew the lease, during a wait that is longer than a few minutes."""

    def finish(self, run_id: str) -> Outcome:
        """Commit what is done: last-seen columns, bindings, journal and the limits' usage, in one transaction.

        Raises:
            StoreError: an intent is still open.
        """

    def give_up(self, run_id: str, *, because: str, who: str) -> Outcome:
        """Fail what is still open, with the reason, and finish (W5).

        Raises:
            UsageError: no interrupted run has this id.
        """

    def record_proofs(self, proofs: tuple[Proof, ...]) -> None:
        """Keep what was proven, in place of older answers to the same questions."""


class Ledger(Reader, Protocol):
    """The ledger of a remote store, opened for reading; `state` is what was last seen."""

    def remote_ids(self) -> RemoteIds:
        """Return the remote's ids of what was last seen."""

    def open_runs(self) -> tuple[OpenRun, ...]:
        """Return the interrupted runs, oldest first."""

    def intents(self, run_id: str) -> tuple[Intent, ...]:
        """Return a run's intents in the order of its plan; after it is finished, those that conflicted or failed."""

    def proofs(self) -> tuple[Proof, ...]:
        """Return what was proven, by name."""


class WritableLedger(Ledger, Writer, Protocol):
    """The ledger of a remote store, opened for writing."""

    def hold(self, owner: str) -> AbstractContextManager[HeldLedger]:
        """Take the lease for as long as the context lasts; a holder that died loses it.

        Raises:
            LeaseError: another apply holds the store.
        """

    def adopt(self, instance: str, kind: str, *, remote: RemoteIdentity | None = None) -> Stamp:
        """Make the ledger this instance's, and the one that stands beside this remote (E3, W6)."""
