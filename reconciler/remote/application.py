"""One apply to a remote store: the plan becomes intents, and each is settled, resumably (W4, W5)."""

from collections.abc import Callable, Mapping
from typing import Any

from reconciler.errors import StoreError
from reconciler.model.ledger import HeldLedger, Intent, Ledger, RemoteState, WritableLedger
from reconciler.model.plan import Plan, Subject
from reconciler.model.run import IntentState, Origin, Outcome
from reconciler.model.state import State
from reconciler.remote.people import people_of
from reconciler.remote.room import Room
from reconciler.remote.settling import People, Settler

Progress = Callable[[str, int], None]
"""Given what is being done, and how many of it are done."""


class RemoteApplication:
    """One apply under the ledger's lease: the plan becomes intents, and each is settled (W4)."""

    def __init__(
        self,
        ledger: WritableLedger,
        held: HeldLedger,
        room: Room,
        origin: Origin,
        planned_on: RemoteState,
        progress: Progress,
    ) -> None:
        self._ledger = ledger
        self._held = held
        self._room = room
        self._origin = origin
        self._planned_on = planned_on
        self._progress = progress
        self._outcome: Outcome | None = None
        self.run_id = ""

    @property
    def outcome(self) -> Outcome:
        """What was written; StoreError when nothing was."""
        if self._outcome is None:
            raise StoreError("Nothing was written in this apply, so it has no outcome.")
        return self._outcome

    def revision(self) -> str:
        """Return the ledger's revision."""
        return self._ledger.state(0, self._origin.started_at).revision

    def state(self, window_seconds: int, now: str) -> State:
        """Return the state as last seen: no request is made."""
        return self._ledger.state(window_seconds, now)

    def verify(self, plan: Plan, *, expected_revision: str | None = None) -> None:
        """Do nothing: `write` compares the plan with what was last seen, and each asset with the remote (W4)."""

    def write(
        self,
        plan: Plan,
        environment_document: Mapping[str, Any],
        enabled: Mapping[str, bool],
        digest: str,
        *,
        kind: str,
    ) -> Outcome:
        """Keep every change as an intent, then settle one after the other.

        Raises:
            StampError: the ledger is another instance's, or stands beside another remote (W6).
            StaleError: a `before` is not what was read.
            RemoteError: the remote stopped answering; what is left is settled by the next apply.
        """
        held = self._held
        held.remember(self._planned_on)
        self.run_id = held.begin(
            plan, self._origin, environment_document, enabled, digest, kind=kind, remote=self._room.identity()
        )
        people = people_of(self._planned_on, self._planned_on.remote.people)
        carry_out(self._ledger, held, self._room, people, self.run_id, self._progress)
        self._outcome = held.finish(self.run_id)
        return self._outcome

    def read_back(self, plan: Plan) -> None:
        """Do nothing: each record was read back as it was written (W4)."""


def carry_out(ledger: Ledger, held: HeldLedger, room: Room, people: People, run_id: str, progress: Progress) -> None:
    """Settle every open intent of a run, in its order, each step in the ledger before the next.

    Raises:
        RemoteError: the remote cannot be asked any more; the rest stays open.
    """

    def mark_sent(intent: Intent) -> None:
        held.mark(run_id, intent.number, IntentState.SENT)

    intents = ledger.intents(run_id)
    for intent in intents:
        if intent.state is IntentState.DONE and intent.remote_id and intent.change.subject is Subject.USER:
            people.ids[intent.change.name] = intent.remote_id
    settler = Settler(room, people, mark_sent)
    for number, intent in enumerate(intents, 1):
        if intent.state in (IntentState.PLANNED, IntentState.SENT):
            settled = settler.settle(intent)
            held.mark(run_id, intent.number, settled.state, remote_id=settled.remote_id, message=settled.message)
        progress(f"of {len(intents):,} changes settled", number)
