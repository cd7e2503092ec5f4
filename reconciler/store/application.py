"""One apply's transaction: a plan verified, written, read back, and committed with its journal or not at all (A3)."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection

from reconciler.errors import ReadBackError, StoreError
from reconciler.model.plan import Action, Change, Plan
from reconciler.model.run import Origin, Outcome
from reconciler.model.state import AppliedSettings, State
from reconciler.store.comparison import compare
from reconciler.store.database.times import utc_now
from reconciler.store.ledger.bindings import remove_bindings, write_bindings
from reconciler.store.ledger.journal import new_run_id, write_run
from reconciler.store.ledger.reads import write_reads
from reconciler.store.ledger.settings_record import write_applied
from reconciler.store.ledger.stamp import ensure_stamp, move_on, read_revision
from reconciler.store.ledger.undos import let_go, mark_undone, tenants_of
from reconciler.store.ledger.usage import count_bound, usage_of
from reconciler.store.removal import still_there
from reconciler.store.rows.assets import remove_assets, write_assets
from reconciler.store.rows.catalogue import write_entries
from reconciler.store.rows.changes import Changes, those
from reconciler.store.rows.differences import after, listed
from reconciler.store.rows.software import write_software
from reconciler.store.rows.users import Written, people_to_remove, release_entra_ids, remove_people, write_people
from reconciler.store.rows.vocabulary import Vocabulary
from reconciler.store.state import read_state
from reconciler.store.verification import verify


class SqlApplication:
    """The methods in the order in which an apply calls them; whoever opened it commits or rolls back."""

    def __init__(self, connection: Connection, origin: Origin, run_id: str | None = None) -> None:
        """Begin; `run_id` is the id of a run that has one already."""
        self._connection = connection
        self._run_id = run_id or new_run_id(origin)
        self._origin = origin
        self._users: Written = {}
        self._vocabulary: Vocabulary | None = None
        self._sorted: tuple[Plan, Changes] | None = None
        self._outcome: Outcome | None = None

    @property
    def outcome(self) -> Outcome:
        """What was written.

        Raises:
            StoreError: nothing was.
        """
        if self._outcome is None:
            raise StoreError("Nothing was written in this transaction, so it has no outcome.")
        return self._outcome

    @property
    def run_id(self) -> str:
        """The id of the run that was written, empty when none was."""
        return self._outcome.run_id if self._outcome else ""

    def revision(self) -> str:
        """Return the store's revision, empty for a store that nobody has written to: every apply changes it."""
        return read_revision(self._connection)

    def user_ids(self) -> Written:
        """Return the ids of the users that were written, by the action and the name of their change."""
        return self._users

    def state(self, window_seconds: int, now: str) -> State:
        """Return the state as this transaction sees it."""
        return read_state(self._connection, window_seconds, now)

    def verify(self, plan: Plan, *, expected_revision: str | None = None) -> None:
        """Do nothing when the plan fits the rows.

        The rows decide; `expected_revision`, the one that a saved plan was made at, only says why they differ.

        Raises:
            StaleError: it does not; every row that differs is reported.
        """
        self._vocabulary = Vocabulary.read(self._connection)
        verify(self._connection, plan, self._changes(plan), self._vocabulary, expected_revision)

    def write(
        self,
        plan: Plan,
        environment_document: Mapping[str, Any],
        enabled: Mapping[str, bool],
        digest: str,
        *,
        kind: str,
    ) -> Outcome:
        """Write everything that the plan says, its journal, and the settings when they are other than the last ones.

        `environment_document`, `enabled` and `digest` are the settings (E4); `kind` is the instance's, for the stamp of
        a store that has none.

        Raises:
            StampError: the store is another instance's.
            StaleError: a row that the plan refers to is gone.
            StoreError: the database refused a row.
        """
        connection, now = self._connection, utc_now()
        ensure_stamp(connection, plan.instance, kind)
        bound_before = count_bound(connection)
        self._write_rows(plan, now)
        write_reads(connection, plan.reads)
        if not plan.picked:
            settings = AppliedSettings(digest, now, self._origin.commit, dict(enabled), dict(environment_document))
            write_applied(connection, settings)
        revision = move_on(connection, plan.highest_tag)
        usage = usage_of(plan, self._origin.allowances, bound_before, count_bound(connection))
        counts = plan.counts()
        run_id = self._run_id
        write_run(
            connection,
            plan,
            self._origin,
            run_id=run_id,
            counts=counts,
            usage=usage,
            revision=revision,
            document=environment_document,
        )
        if plan.undoes is None:
            let_go(connection, tenants_of(plan).values())
        else:
            tenants = {each.name: each.tenant_id for each in plan.connections}
            mark_undone(connection, run_id, plan.undoes, tenants, now)
        self._outcome = Outcome(
            run_id=run_id,
            revision=revision,
            changes=len(plan.changes),
            bindings=len(plan.bindings),
            counts=counts,
        )
        return self._outcome

    def read_back(self, plan: Plan) -> None:
        """Do nothing when every row written reads as the plan's `after`.

        Raises:
            ReadBackError: one does not (A4).
        """
        connection, changes = self._connection, self._changes(plan)
        vocabulary = self._vocabulary_now(_created(changes.users, self._users))
        differences = list(compare(connection, changes, plan.bindings, vocabulary, after, self._users))
        differences += still_there(connection, changes, plan.bindings, vocabulary)
        if differences:
            raise ReadBackError(
                f"What was written is not what was planned, so nothing was kept: {listed(differences)}. This is a "
                "defect of this program, unless a trigger in the database changes what is written; please report it."
            )

    def _changes(self, plan: Plan) -> Changes:
        if self._sorted is None or self._sorted[0] is not plan:
            self._sorted = plan, Changes.sort(plan.changes)
        return self._sorted[1]

    def _write_rows(self, plan: Plan, now: str) -> None:
        """Write a plan's rows in the order in which they refer to each other."""
        connection, changes = self._connection, self._changes(plan)
        write_entries(connection, changes.catalogue)
        vocabulary = self._vocabulary_now()
        gone: frozenset[int] = frozenset()
        if changes.users:
            self._vocabulary = None  # a fleet's users are many: they are let go when they are read anew
            gone = people_to_remove(vocabulary, changes.users)
            release_entra_ids(connection, gone)
            self._users = write_people(connection, changes.users, vocabulary)
            created = _created(changes.users, self._users)
            vocabulary = Vocabulary.read(connection, created, gone)
        write_assets(connection, changes.shaped, vocabulary, now)
        write_software(connection, changes.shaped)
        remove_bindings(connection, plan.bindings)
        write_bindings(connection, plan.bindings)
        remove_assets(connection, changes.assets)
        remove_people(connection, gone)

    def _vocabulary_now(self, created: Mapping[str, int] | None = None) -> Vocabulary:
        """Return the vocabulary as it is now; users, which are many, are read again only where they were written."""
        if self._vocabulary is None:
            return Vocabulary.read(self._connection, created or {})
        return self._vocabulary.with_names_read_again(self._connection)


def _created(changes: Iterable[Change], users: Written) -> dict[str, int]:
    """Return the ids of a plan's new users; what they are called is what the plan says."""
    return {change.name: users[Action.CREATE, change.name] for change in those(changes, Action.CREATE)}
