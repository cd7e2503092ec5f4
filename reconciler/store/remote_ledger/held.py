"""A ledger under its lease: each step of an apply to a remote store commits by itself, and renews the lease."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from msgspec.structs import replace
from sqlalchemy import Connection, select

from reconciler import interrupts
from reconciler.errors import StaleError
from reconciler.model.ledger import Proof, RemoteState
from reconciler.model.plan import Plan
from reconciler.model.run import IntentState, Origin, Outcome
from reconciler.model.state import AppliedSettings, RemoteIdentity
from reconciler.store.application import SqlApplication
from reconciler.store.database.times import utc_now
from reconciler.store.ledger.journal import new_run_id
from reconciler.store.ledger.lease import Lease, check_fencing, renew
from reconciler.store.ledger.stamp import ensure_remote, ensure_stamp, read_revision
from reconciler.store.remote_ledger.created_ids import write_remote_ids
from reconciler.store.remote_ledger.intents import (
    Begun,
    fail_unsettled,
    forget_begun,
    mark_intent,
    read_begun,
    read_intents,
    refuse_unsettled,
    write_begun,
)
from reconciler.store.remote_ledger.last_seen import read_remote_ids, remember
from reconciler.store.remote_ledger.proofs import write_proofs
from reconciler.store.remote_ledger.reduction import done_of, not_done
from reconciler.store.rows.tables import asset

Writing = Callable[[], AbstractContextManager[Connection]]
"""Opens a connection with a transaction that commits on leaving."""


class HeldSqlLedger:
    """The steps in their order; see `model.ledger.HeldLedger` for what each promises."""

    def __init__(self, writing: Writing, taken: Lease, lease_seconds: float) -> None:
        self._writing = writing
        self._taken = taken
        self._lease_seconds = lease_seconds

    @contextmanager
    def _step(self) -> Iterator[Connection]:
        with self._writing() as connection:
            check_fencing(connection, self._taken)
            renew(connection, self._taken, self._lease_seconds)
            yield connection

    def renew(self) -> None:
        """Renew the lease."""
        with self._step():
            pass

    def remember(self, state: RemoteState) -> None:
        """Make what was last seen equal to this reading."""
        with self._step() as connection:
            if read_revision(connection) != state.revision:
                raise StaleError("Another run was committed since the store was read. Nothing was written. Plan again.")
            remember(connection, state)

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
        """Keep the plan and its intents; return the run's id."""
        run_id = new_run_id(origin)
        settings = AppliedSettings(digest, utc_now(), origin.commit, dict(enabled), dict(environment_document))
        with self._step() as connection:
            SqlApplication(connection, origin).verify(plan, expected_revision=plan.store_revision)
            ensure_stamp(connection, plan.instance, kind)
            ensure_remote(connection, remote)
            tags = connection.execute(select(asset.c.id, asset.c.tag))
            remote_ids = read_remote_ids(connection).assets
            by_tag = {tag: remote_ids[key] for key, tag in tags if key in remote_ids}
            write_begun(connection, run_id, Begun(plan, origin, settings, kind), by_tag)
        return run_id

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
        """Note where an intent is."""
        with self._step() as connection:
            mark_intent(connection, run_id, number, state, {"remote_id": remote_id, "message": message}, facts)

    def finish(self, run_id: str) -> Outcome:
        """Commit what is done."""
        with self._step() as connection:
            outcome = _finish(connection, run_id)
        interrupts.hold_back()
        return outcome

    def give_up(self, run_id: str, *, because: str, who: str) -> Outcome:
        """Fail what is not settled, and commit what is done."""
        with self._step() as connection:
            read_begun(connection, run_id)
            fail_unsettled(connection, run_id, f"given up by {who}: {because}")
            return _finish(connection, run_id)

    def record_proofs(self, proofs: tuple[Proof, ...]) -> None:
        """Keep what was proven."""
        with self._step() as connection:
            write_proofs(connection, proofs)


def _finish(connection: Connection, run_id: str) -> Outcome:
    """Write what is done of a run as a SQL store would be written, and forget its intents that are done."""
    begun = read_begun(connection, run_id)
    intents = read_intents(connection, run_id)
    refuse_unsettled(intents)
    done = done_of(begun.plan, intents)
    application = SqlApplication(connection, begun.origin, run_id)
    settings = begun.settings
    outcome = application.write(done, settings.document, settings.enabled, settings.digest, kind=begun.kind)
    application.read_back(done)
    write_remote_ids(connection, intents, application.user_ids())
    forget_begun(connection, run_id)
    conflicts, failures = (not_done(intents, state) for state in (IntentState.CONFLICT, IntentState.FAILED))
    return replace(outcome, conflicts=conflicts, failures=failures)
