"""What an apply is given, what it did, and what the journal keeps of it (J1)."""

from enum import StrEnum

from msgspec import Struct

from reconciler.model.plan import BindingChange, Change


class Origin(Struct, frozen=True, rename="camel", kw_only=True):
    """Who applies, from where, with which settings.

    `started_at` is UTC text. `settings` is the document of E4, `allowances` maps a kind to the number that was
    allowed and why (R4).
    """

    who: str
    where: str
    started_at: str
    commit: str | None
    clean: bool
    allowances: dict[str, int] = {}
    because: str | None = None


class IntentState(StrEnum):
    """Where one write to a remote store is."""

    PLANNED = "planned"
    SENT = "sent"
    DONE = "done"
    CONFLICT = "conflict"
    FAILED = "failed"


UNSETTLED = frozenset({IntentState.PLANNED, IntentState.SENT})
"""The states of an intent that has to be settled before its run is finished."""


class NotDone(Struct, frozen=True, rename="camel"):
    """A change that a store behind an API did not take: what it is about, and why, in the store's words (W4)."""

    name: str
    label: str
    why: str


class Outcome(Struct, frozen=True, rename="camel", kw_only=True):
    """What an apply did: the run's id, the store's new revision, how many changes and bindings it wrote.

    `conflicts` are the changes whose asset somebody changed meanwhile, `failures` those that the store refused: only a
    store behind an API has any, and `changes` counts neither.
    """

    run_id: str
    revision: str
    changes: int
    bindings: int
    counts: dict[str, int]
    conflicts: tuple[NotDone, ...] = ()
    failures: tuple[NotDone, ...] = ()


class Run(Struct, frozen=True, rename="camel", kw_only=True):
    """One row of the history; `undoes` and `undone_by` are the ids of other runs (J2)."""

    run_id: str
    instance: str
    started_at: str
    finished_at: str
    who: str
    where: str
    commit: str | None
    clean: bool
    plan_digest: str
    counts: dict[str, int]
    allowances: dict[str, int] = {}
    because: str | None = None
    undoes: str | None = None
    undone_by: str | None = None
    unread: dict[str, str] = {}
    """Why each connection that it should have read was not, by name (J4)."""
    pruned_at: str | None = None
    """When its changes were removed from the journal; None while they are there (J1)."""


class Attempt(Struct, frozen=True, rename="camel", kw_only=True):
    """An apply that failed, or that could not read everything (J4).

    `unread` says of each connection that was not read why, by its folder's name. `run_id` is the run that was written
    all the same, None when nothing was.
    """

    started_at: str
    failed_at: str
    who: str
    where: str
    commit: str | None
    exit_code: int
    error: str
    unread: dict[str, str] = {}
    run_id: str | None = None


class Prunable(Struct, frozen=True, rename="camel", kw_only=True):
    """What pruning a journal removes: the changes of so many runs, attempts, older settings, settled intents."""

    runs: int
    changes: int
    attempts: int
    settings: int
    intents: int

    def nothing(self) -> bool:
        """Return whether there is nothing to remove."""
        return not (self.runs or self.attempts or self.settings or self.intents)


class RunDetail(Struct, frozen=True, rename="camel"):
    """One run with every change it made, and what became of bindings."""

    run: Run
    changes: tuple[Change, ...]
    bindings: tuple[BindingChange, ...] = ()


class Undoable(Struct, frozen=True, rename="camel"):
    """A run as undoing it needs it: `touched` says of the assets and users that it created who wrote them since (J2).

    Runs that were undone since, and the runs that undid them, do not count.
    """

    detail: RunDetail
    touched: dict[str, str] = {}


class LicenceUse(Struct, frozen=True, rename="camel"):
    """A licence's seats (None for any number), and how many assets have software that is tied to it (L2)."""

    name: str
    seats: int | None
    used: int

    def over(self) -> int:
        """Return how many seats too few there are."""
        return 0 if self.seats is None else max(0, self.used - self.seats)


class ConnectionStatus(Struct, frozen=True, rename="camel", kw_only=True):
    """A connection of the settings as `status` shows it (J4); times are UTC text, None where there is none.

    `last_success` is its last applied read, `last_failure` when an apply could not read it, and `last_error` why.
    `next_due` is when a scheduled apply reads it again. `credential_ends` is a date.
    """

    name: str
    tenant_id: str
    enabled: bool
    last_success: str | None = None
    last_failure: str | None = None
    last_error: str | None = None
    next_due: str | None = None
    credential_ends: str | None = None


class OpenRun(Struct, frozen=True, rename="camel", kw_only=True):
    """A run that was interrupted, and how many of its intents are in which state (W5)."""

    run_id: str
    started_at: str
    who: str
    where: str
    intents: dict[IntentState, int]


class StoreStatus(Struct, frozen=True, rename="camel", kw_only=True):
    """What `status` shows of a store: numbers, the last reads, and connections that only the store knows (K7)."""

    store_id: str
    instance: str
    revision: str
    assets: int
    bindings: dict[str, int]
    last_run: Run | None
    last_reads: dict[str, str]
    lease: str | None = None
    licences: tuple[LicenceUse, ...] = ()
    last_failures: dict[str, Attempt] = {}
    """The latest attempt that could not read a connection, by the connection's name (J4)."""
    open_runs: tuple[OpenRun, ...] = ()
    """Interrupted runs that the next apply finishes (W5)."""


class Finding(Struct, frozen=True, rename="camel"):
    """One thing that `store check` looked at, and what is wrong with it; nothing when it is fine."""

    what: str
    faults: tuple[str, ...]
