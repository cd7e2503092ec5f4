"""Writing a plan: the one script of an apply, an undo and an import, in the order that A2-A4 give."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from reconciler.configuration.documents import document
from reconciler.model.plan import Plan
from reconciler.model.run import Origin, Outcome
from reconciler.model.state import State
from reconciler.model.store import Application
from reconciler.run import stores
from reconciler.run.context import Surroundings
from reconciler.settings.environment import Environment


@dataclass(frozen=True, slots=True)
class Author:
    """Who writes, from where, and what they allow; `because` says why a limit was raised (R4)."""

    who: str
    where: str
    allowances: Mapping[str, int] = field(default_factory=dict)
    because: str | None = None

    @property
    def owner(self) -> str:
        """How the lease names them."""
        return f"{self.who} on {self.where}"


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings that a run records as applied (E4): their document, each connection's enablement, the digest."""

    document: Mapping[str, Any]
    enabled: Mapping[str, bool]
    digest: str


def settings_of(environment: Environment) -> Settings:
    """Return an environment's settings as a run records them."""
    enabled = {name: environment.enabled(each) for name, each in sorted(environment.connections.items())}
    return Settings(document(environment), enabled, environment.digest)


def origin_of(around: Surroundings, author: Author) -> Origin:
    """Return what the journal keeps of who writes, from now on (J1)."""
    return Origin(
        who=author.who,
        where=author.where,
        started_at=around.now(),
        commit=around.environment.commit,
        clean=around.environment.clean,
        allowances=dict(author.allowances),
        because=author.because,
    )


def commit(
    around: Surroundings,
    author: Author,
    plan: Plan,
    state: State,
    *,
    settings: Settings | None = None,
    check: Callable[[Application], None] | None = None,
) -> Outcome:
    """Write a plan in one transaction: lease, verify, write, read back, `check`, COMMIT (A2-A4).

    `state` is what the plan was made from. `settings` are recorded as applied, the environment's own when left out.
    `check` may look at what was written, and refuses it by raising.

    Raises:
        ReconcilerError: nothing was written.
    """
    recorded = settings or settings_of(around.environment)
    kind = around.environment.instance.kind
    with stores.open_for_writing(around) as store:
        with store.apply(owner=author.owner, origin=origin_of(around, author), planned_on=state) as transaction:
            around.phase(f"Writing {len(plan.changes):,} changes and {len(plan.bindings):,} bindings")
            transaction.verify(plan, expected_revision=plan.store_revision)
            transaction.write(plan, recorded.document, recorded.enabled, recorded.digest, kind=kind)
            around.phase("Reading back what was written")
            transaction.read_back(plan)
            if check is not None:
                check(transaction)
        return transaction.outcome
