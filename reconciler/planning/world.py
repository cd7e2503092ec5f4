"""The state as planning works on it: indexed once, with what this plan has decided so far."""

from dataclasses import dataclass, field

from reconciler.model.plan import (
    BindingChange,
    Change,
    ConnectionSummary,
    LeftAlone,
    Problem,
    ReadAdvance,
    Subject,
    Withheld,
)
from reconciler.model.state import Asset, Binding, LastRead, Person, Presence, State
from reconciler.planning.people import Directory
from reconciler.settings.environment import Environment


@dataclass(frozen=True, slots=True)
class NewAsset:
    """An asset to be created, before it has its tag: the change and its binding lack only that."""

    change: Change
    binding: BindingChange


@dataclass(slots=True)
class World:
    """What every connection's planning reads, and what it adds to.

    `user_owners` says which connection last changed a user; `claimed` are the assets that this plan binds anew, and
    `claimed_forms` the matching values of those it creates, with the connection that does.
    """

    environment: Environment
    state: State
    assets: dict[int, Asset]
    positions: dict[str, int]
    directory: Directory
    reads: dict[str, LastRead]
    user_owners: dict[int, str] = field(default_factory=dict)
    claimed: dict[int, str] = field(default_factory=dict)
    claimed_forms: dict[tuple[str, str], str] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)
    created: list[NewAsset] = field(default_factory=list)
    bindings: list[BindingChange] = field(default_factory=list)
    withheld: list[Withheld] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    left_alone: list[LeftAlone] = field(default_factory=list)
    advances: list[ReadAdvance] = field(default_factory=list)
    summaries: list[ConnectionSummary] = field(default_factory=list)

    def changes_of(self, subject: Subject) -> list[Change]:
        """Return the changes of one kind of subject, in the order in which they were added."""
        return [change for change in self.changes if change.subject is subject]

    def person(self, person_id: int | None) -> Person | None:
        """Return a user as the plan will leave it."""
        return None if person_id is None else self.directory.people.get(person_id)


def make_world(environment: Environment, state: State) -> World:
    """Index a state."""
    return World(
        environment=environment,
        state=state,
        assets={asset.id: asset for asset in state.assets},
        positions={name: index for index, name in enumerate(state.fields)},
        directory=Directory(state.people),
        reads={read.tenant_id: read for read in state.reads},
    )


@dataclass(frozen=True, slots=True)
class TenantBindings:
    """The store's bindings as one tenant sees them."""

    own: dict[str, Binding]
    holders: dict[int, Binding]
    others: dict[int, Binding]


def tenant_bindings(state: State, tenant_id: str) -> TenantBindings:
    """Return the tenant's bindings by device and by asset (a live one first), and other tenants' live ones by asset."""
    own: dict[str, Binding] = {}
    holders: dict[int, Binding] = {}
    others: dict[int, Binding] = {}
    for binding in state.bindings:
        live = binding.life.presence is not Presence.DELETED
        if binding.tenant_id == tenant_id:
            own[binding.life.device_id] = binding
            if live or binding.asset_id not in holders:
                holders[binding.asset_id] = binding
        elif live:
            others[binding.asset_id] = binding
    return TenantBindings(own, holders, others)
