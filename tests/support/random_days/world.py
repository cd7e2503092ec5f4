"""Everything that a day finds: the time, both tenants, the settings, the store, and the runs so far."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from storing import DAY, Where, execute

from random_days.choices import BEGINNING, NAMES, Choices, environment
from random_days.tenant import Faults, Tenant
from reconciler.model.plan import Plan
from reconciler.model.state import State
from reconciler.settings.environment import Environment
from reconciler.store.writer import SqlWriter

_BEGINNING = datetime.fromisoformat("2026-11-01T08:00:00Z")


@dataclass
class Ran:
    """A run in the journal: its plan, the state before and after it, and by number the runs that it is tied to."""

    run_id: str
    plan: Plan
    before: State
    after: State
    undoes: int | None = None
    undone_by: int | None = None


@dataclass
class World:
    """What events change.

    `by_hand` are the tags of assets whose rows people wrote so that it shows, each with how many runs there were by
    then.
    """

    place: Where
    store: SqlWriter
    tenants: dict[str, Tenant] = field(default_factory=lambda: {name: Tenant(name) for name in NAMES})
    choices: dict[str, Choices] = field(default_factory=lambda: dict(BEGINNING))
    hours: int = 0
    machines: int = 0
    ran: list[Ran] = field(default_factory=list)
    by_hand: list[tuple[str, int]] = field(default_factory=list)

    @property
    def now(self) -> str:
        """The time, as text."""
        return self.at(0)

    def at(self, hours: int) -> str:
        """Return the time so many hours from now."""
        return (_BEGINNING + timedelta(hours=self.hours + hours)).strftime("%Y-%m-%dT%H:%M:%SZ")

    def environment(self) -> Environment:
        """Return the settings of today."""
        return environment(tuple(self.choices[name] for name in NAMES))

    def state(self) -> State:
        """Return what the store holds."""
        return self.store.state(DAY, self.now)

    def serial(self) -> str:
        """Return a serial that no machine has."""
        self.machines += 1
        return f"SN{self.machines:04}"

    def tenant_of(self, key: str) -> Tenant:
        """Return the tenant whose device or user this is."""
        return next(each for each in self.tenants.values() if each.connection[0] == key[0])

    def devices(self) -> list[dict[str, Any]]:
        """Return the devices of both tenants."""
        return [each for tenant in self.tenants.values() for each in tenant.devices.values()]

    def write(self, tag: str, statement: str, *, counted: bool = True) -> None:
        """Run a statement of somebody else in the store, about this asset; `counted` if the row's version tells."""
        execute(self.place, statement)
        if counted:
            self.by_hand.append((tag, len(self.ran)))

    def tomorrow(self) -> None:
        """Let a day pass: what went wrong with a read is over, and devices check in."""
        self.hours += 24
        for tenant in self.tenants.values():
            tenant.faults = Faults()
            tenant.check_in(self.at(-2))
