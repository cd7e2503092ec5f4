"""What is decided of a connection's devices and bindings: each decision a value, and all of them merged."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from itertools import chain

from reconciler.model.plan import Action, BindingChange, Kind, LeftAlone, Problem, Withheld
from reconciler.model.snapshot import Scalar
from reconciler.planning.attributes.comparison import AttributeChange, Undecided
from reconciler.planning.matching.matches import MatchResult


@dataclass(frozen=True, slots=True)
class AssetChange:
    """A change of an asset before it is named: users are references, and a new asset has no tag yet.

    `match` are a new asset's normalised matching values, `values` its matching fields as they will be written.
    """

    action: Action
    tag: str
    label: str
    attributes: tuple[AttributeChange, ...]
    kinds: tuple[Kind, ...]
    connection: str
    device_id: str
    asset_id: int | None = None
    match: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NewAsset:
    """An asset to be created and its binding, which lack only the tag."""

    change: AssetChange
    binding: BindingChange


@dataclass(frozen=True, slots=True)
class Taken:
    """An asset that the plan binds to a device anew or again."""

    asset_id: int
    connection: str
    device_id: str


@dataclass(frozen=True, slots=True)
class Met:
    """How listed devices met the assets, and how many."""

    result: MatchResult
    count: int = 1


@dataclass(frozen=True, slots=True)
class Unproven:
    """A bound device for whose absence nobody asked (G3)."""

    device_id: str


Decision = AssetChange | NewAsset | BindingChange | Withheld | Problem | LeftAlone | Met | Taken | Undecided | Unproven
"""One thing decided."""


@dataclass(frozen=True, slots=True)
class Decisions:
    """Decisions by what they are, in the order in which they were made."""

    changes: tuple[AssetChange, ...] = ()
    created: tuple[NewAsset, ...] = ()
    bindings: tuple[BindingChange, ...] = ()
    withheld: tuple[Withheld, ...] = ()
    problems: tuple[Problem, ...] = ()
    left_alone: tuple[LeftAlone, ...] = ()
    met: tuple[Met, ...] = ()
    taken: tuple[Taken, ...] = ()
    undecided: tuple[Undecided, ...] = ()
    unproven: tuple[Unproven, ...] = ()

    def results(self) -> Counter[MatchResult]:
        """Return how many listed devices met the assets in each way."""
        found: Counter[MatchResult] = Counter()
        for each in self.met:
            found[each.result] += each.count
        return found

    def rewritten(self, names: frozenset[str]) -> dict[int, dict[str, Scalar]]:
        """Return which of these fields the changes write, by the asset's id."""
        found: dict[int, dict[str, Scalar]] = {}
        for change in self.changes:
            new = {each.name: each.after for each in change.attributes if each.name in names}
            if new and change.asset_id is not None:
                found.setdefault(change.asset_id, {}).update(new)
        return found


_FIELDS: Mapping[type, str] = {
    AssetChange: "changes",
    NewAsset: "created",
    BindingChange: "bindings",
    Withheld: "withheld",
    Problem: "problems",
    LeftAlone: "left_alone",
    Met: "met",
    Taken: "taken",
    Undecided: "undecided",
    Unproven: "unproven",
}


def collect(found: Iterable[Decision]) -> Decisions:
    """Return decisions sorted by what they are."""
    by_kind: dict[type, list[Decision]] = {kind: [] for kind in _FIELDS}
    for each in found:
        by_kind[each.__class__].append(each)
    return Decisions(**{_FIELDS[kind]: tuple(some) for kind, some in by_kind.items()})  # type: ignore[arg-type]  # by kind


def merge(parts: Iterable[Decisions]) -> Decisions:
    """Return all of these decisions, part by part."""
    parts = list(parts)
    names = [each.name for each in fields(Decisions)]
    return Decisions(**{name: tuple(chain.from_iterable(getattr(part, name) for part in parts)) for name in names})
