"""The state as planning works on it: indexed once, with what this plan has decided so far."""

from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any

from reconciler.columnar import Keyed, Packed, pack
from reconciler.model.layouts import BINDINGS, asset_layout
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
from reconciler.model.snapshot import Scalar
from reconciler.model.state import Asset, Binding, LastRead, State
from reconciler.planning.catalogue.organisations import Organisations
from reconciler.planning.catalogue.software import KnownSoftware
from reconciler.planning.matching.asset_index import Rewritten
from reconciler.planning.scope import EVERYTHING, Scope
from reconciler.planning.users.directory import Directory
from reconciler.settings.environment import Environment


@dataclass(frozen=True, slots=True)
class NewAsset:
    """An asset to be created, before it has its tag: the change and its binding lack only that.

    `values` are its matching fields as they will be written.
    """

    change: Change
    binding: BindingChange
    values: dict[str, Scalar]


@dataclass(slots=True)
class World:
    """What every connection's planning reads, and what it adds to.

    `user_owners` says which connection last changed a user; `claimed` are the assets that this plan binds to a device
    anew or again, with the connection and the device; `rewritten` are the matching fields that it writes so far.
    """

    environment: Environment
    state: State
    scope: Scope
    assets: Keyed[int, Asset]
    bindings_before: Packed[Binding]
    positions: dict[str, int]
    directory: Directory
    reads: dict[str, LastRead]
    matching_fields: frozenset[str] = frozenset()
    user_owners: dict[int, str] = field(default_factory=dict)
    not_imported: dict[str, str] = field(default_factory=dict)
    """Why a connection's import of users is withheld."""
    claimed: dict[int, tuple[str, str]] = field(default_factory=dict)
    rewritten: Rewritten = field(default_factory=Rewritten)
    organisations: Organisations | None = None
    """What becomes of the tenants' own organisations."""
    software: KnownSoftware | None = None
    """What is known of software; None until a connection imports some."""
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


def make_world(environment: Environment, state: State, scope: Scope = EVERYTHING) -> World:
    """Index a state."""
    assets = pack(state.assets, asset_layout(state.fields))
    return World(
        environment=environment,
        state=state,
        scope=scope,
        assets=Keyed(assets, _places(assets, "id"), attrgetter("id")),
        bindings_before=pack(state.bindings, BINDINGS),
        positions={name: index for index, name in enumerate(state.fields)},
        directory=Directory(state.people),
        reads={read.tenant_id: read for read in state.reads},
        matching_fields=frozenset(
            name for each in environment.connections.values() for name in each.imports.matching_fields()
        ),
    )


def _places(records: Packed[Any], name: str) -> dict[Any, int]:
    return {value: place for place, value in enumerate(records.column(name))}
