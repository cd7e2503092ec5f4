"""Which asset each listed device is: rules M1 to M7, and rows 7, 7b, 8 and 10 of the table *Presence*.

- M1 a bound device is its asset; M2 otherwise the matching fields decide, in order; M3 worthless values never match.
- M4 several assets for one value, or an asset of another tenant's live device: a problem, and nothing changes.
- M5 of several devices with one value one is the asset's, and the others are superseded (module `rivals`).
- M6 a bound device that is proven absent hands its binding to the device that now has the asset's value.
"""

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from reconciler.model.snapshot import UNKNOWN, UnknownType
from reconciler.model.state import Binding, Presence
from reconciler.planning.matching.asset_index import AssetIndex, Form, Key, first_key
from reconciler.planning.matching.rivals import Machine, Rival, Winner, different_machines, winner_of
from reconciler.planning.matching.tenant_bindings import TenantBindings
from reconciler.planning.rules.criteria import Answer


@dataclass(frozen=True, slots=True)
class Candidate:
    """A listed device as matching sees it; `excluded` is None when that is not known."""

    device_id: str
    excluded: Answer
    enrolled: str | UnknownType | None
    synced: str | UnknownType | None
    forms: tuple[Form, ...]

    def key(self) -> Key | None:
        """Return the first worthy value; None when there is none or an earlier one is unknown."""
        return first_key(self.forms)


class MatchResult(StrEnum):
    """What matching says of a device."""

    BOUND = "bound"
    MOVES = "moves"
    MATCHED = "matched"
    NEW = "new"
    EXCLUDED = "excluded"
    SUPERSEDED = "superseded"
    PROBLEM = "problem"
    WITHHELD = "withheld"


TAKES: frozenset[MatchResult] = frozenset({MatchResult.MATCHED, MatchResult.MOVES})
"""The device takes an asset that it did not have."""
HAS_ASSET: frozenset[MatchResult] = TAKES | {MatchResult.BOUND}


@dataclass(frozen=True, slots=True)
class Match:
    """The result for a device, its asset, and why; `binding` is the one it has or takes over.

    `contested` is why a bound device that keeps its asset is a problem all the same (M5). `heir` is the device that
    supersedes this one, None while this one is out of scope.
    """

    result: MatchResult
    asset_id: int | None = None
    binding: Binding | None = None
    reason: str = ""
    rule: str = ""
    contested: str | None = None
    heir: str | None = None


Matches = Mapping[str, Match]
"""The matches of listed devices, by their ids."""

_Found = Iterator[tuple[str, Match]]
"""Matches as they are found; a later one of a device stands instead of an earlier one."""


def bound_to(binding: Binding, contested: str | None = None) -> Match:
    """Return the match of a device that is bound to its asset (M1)."""
    return Match(MatchResult.BOUND, binding.asset_id, binding, "it is bound to the asset", "M1", contested=contested)


def moved_from(matches: Matches) -> dict[str, str]:
    """Return the devices whose binding moves away, with the device that takes it over."""
    return {
        match.binding.life.device_id: device_id
        for device_id, match in matches.items()
        if match.result is MatchResult.MOVES and match.binding is not None
    }


def match_together(
    candidates: Iterable[Candidate],
    bindings: TenantBindings,
    index: AssetIndex,
    machine_of: Callable[[str], Machine],
) -> Matches:
    """Return what bindings and scope decide, and what is decided among devices that share a value.

    `machine_of` returns what identifies the machine of a listed device. A bound device that shares its value with no
    other, and whose binding is not deleted, may be left out: it is bound.
    """
    candidates = list(candidates)
    found = dict(_at_sight(candidates, bindings))
    for members in _groups(candidates, bindings):
        found.update(_of_group(members, bindings, index, machine_of))
    return found


def match_claims(
    devices: Iterable[Candidate], listed: Container[str], bindings: TenantBindings, index: AssetIndex
) -> Matches:
    """Return what the matching values alone decide of devices without a binding (M2); `listed` are all listed ids."""
    found: dict[str, Match] = {}
    claims: dict[int, list[tuple[int, Candidate]]] = {}
    for each in devices:
        claim = _look_up(each, index)
        if isinstance(claim, Match):
            found[each.device_id] = claim
        else:
            claims.setdefault(claim[1], []).append((claim[0], each))
    for asset_id, claimants in sorted(claims.items()):
        found.update(_of_claims(asset_id, claimants, listed, bindings, index))
    return found


def _at_sight(candidates: Iterable[Candidate], bindings: TenantBindings) -> _Found:
    """Yield what needs no other device: bound ones, excluded ones, and those of which the scope is unknown."""
    for each in candidates:
        binding = bindings.own.get(each.device_id)
        if binding is not None:
            yield each.device_id, _bound(binding, bindings)
        elif each.excluded is None:
            reason = "whether the device is excluded is unknown"
            yield each.device_id, Match(MatchResult.WITHHELD, reason=reason, rule="X1")
        elif each.excluded:
            yield each.device_id, Match(MatchResult.EXCLUDED, rule="X1")


def _bound(binding: Binding, bindings: TenantBindings) -> Match:
    if binding.life.presence is Presence.DELETED and (other := bindings.in_the_way(binding)) is not None:
        reason = f"the asset is bound to device {other.life.device_id} of tenant {other.tenant_id} meanwhile"
        return Match(MatchResult.PROBLEM, binding.asset_id, binding, reason, "M4")
    return bound_to(binding)


def _groups(candidates: Iterable[Candidate], bindings: TenantBindings) -> list[list[Candidate]]:
    """Return the devices that share a matching value, two or more together, in the order of the value (M5)."""
    groups: dict[Key, list[Candidate]] = {}
    for each in candidates:
        if each.excluded is False or each.device_id in bindings.own:
            key = each.key()
            if key is not None:
                groups.setdefault(key, []).append(each)
    return [sorted(groups[key], key=lambda each: each.device_id) for key in sorted(groups) if len(groups[key]) > 1]


def _of_group(
    members: Sequence[Candidate], bindings: TenantBindings, index: AssetIndex, machine_of: Callable[[str], Machine]
) -> _Found:
    """Yield what becomes of devices with one matching value: one wins, or none when they are in doubt (M5)."""
    own = bindings.own
    rivals = [Rival(each.device_id, each.enrolled, each.synced, machine_of(each.device_id)) for each in members]
    bound = [each for each in members if each.device_id in own]
    unbound = [each for each in members if each.device_id not in own]
    if (difference := different_machines(rivals)) is not None:
        yield from _contested(bound, unbound, bindings, difference)
    elif len({own[each.device_id].asset_id for each in bound}) > 1:
        tags = ", ".join(sorted(index.stored.assets[own[each.device_id].asset_id].tag for each in bound))
        reason = f"devices with one matching value are bound to several assets ({tags})"
        yield from _contested(bound, unbound, bindings, f"{reason}; merge the assets or correct one")
    elif any(UNKNOWN in (each.enrolled, each.synced) for each in members):
        reason = "which of the devices with this value enrolled last is unknown"
        yield from _all(unbound, Match(MatchResult.WITHHELD, reason=reason, rule="M5"))
    else:
        in_scope = all(each.excluded is False for each in members)
        yield from _one_wins(members, bound, bindings, winner_of(rivals, all_in_scope=in_scope))


def _contested(
    bound: Iterable[Candidate], unbound: Iterable[Candidate], bindings: TenantBindings, reason: str
) -> _Found:
    """Yield that a person must look: what is bound stays, nothing is created, moved or superseded (M5)."""
    for each in bound:
        match = _bound(bindings.own[each.device_id], bindings)
        yield each.device_id, replace(match, contested=reason)
    yield from _all(unbound, Match(MatchResult.PROBLEM, reason=reason, rule="M5"))


def _one_wins(
    members: Sequence[Candidate], bound: Sequence[Candidate], bindings: TenantBindings, winner: Winner
) -> _Found:
    reason = f"device {winner.device_id} has the same matching value and {winner.why} later"
    if bound and winner.device_id not in bindings.own:
        binding = min((bindings.own[each.device_id] for each in bound), key=_gone)
        why = f"it {winner.why} later than the bound device with its value"
        yield winner.device_id, _moves(binding, bindings, why, "M5")
    for each in members:
        if each.device_id != winner.device_id:
            heir = winner.device_id if each.excluded is False else None
            yield each.device_id, Match(MatchResult.SUPERSEDED, reason=reason, rule="M5", heir=heir)


def _gone(binding: Binding) -> bool:
    return binding.life.presence is Presence.DELETED


def _moves(binding: Binding, bindings: TenantBindings, reason: str, rule: str) -> Match:
    other = bindings.in_the_way(binding)
    if other is not None:
        reason = f"the asset is bound to device {other.life.device_id} of tenant {other.tenant_id}"
        return Match(MatchResult.PROBLEM, reason=reason, rule="M4")
    return Match(MatchResult.MOVES, binding.asset_id, binding, reason, rule)


def _all(devices: Iterable[Candidate], match: Match) -> _Found:
    return ((each.device_id, match) for each in devices)


def _look_up(device: Candidate, index: AssetIndex) -> Match | tuple[int, int]:
    """Return the place of the matching field that finds one asset, and the asset's id; else what that means."""
    for place, form in enumerate(device.forms):
        if form is UNKNOWN:
            return Match(MatchResult.WITHHELD, reason=f"its {index.fields[place]} is unknown", rule="M2")
        if form is None:
            continue
        match index.find(place, device.forms):
            case []:
                continue
            case [asset_id]:
                return place, asset_id
            case several:
                tags = ", ".join(sorted(index.stored.assets[each].tag for each in several))
                reason = f"{len(several)} assets have its {index.fields[place]} ({tags}); correct all but one"
                return Match(MatchResult.PROBLEM, reason=reason, rule="M4")
    worthy = any(form is not None for form in device.forms)
    reason = "no asset has its matching value" if worthy else "it has no value that could match an asset"
    return Match(MatchResult.NEW, reason=reason, rule="M7")


def _of_claims(
    asset_id: int,
    claimants: Sequence[tuple[int, Candidate]],
    listed: Container[str],
    bindings: TenantBindings,
    index: AssetIndex,
) -> _Found:
    """Yield what becomes of devices that match one asset by different fields: the earliest field wins (M2)."""
    best = min(place for place, _ in claimants)
    winners = [each for place, each in claimants if place == best]
    tag = index.stored.assets[asset_id].tag
    if len(winners) > 1:
        reason = f"several devices match asset {tag} by {index.fields[best]} alone; give them distinct values"
        yield from _all((each for _, each in claimants), Match(MatchResult.PROBLEM, reason=reason, rule="M2"))
        return
    [winner] = winners
    losers = (each for _, each in claimants if each is not winner)
    reason = f"asset {tag} matches it by a later field and is device {winner.device_id}'s by {index.fields[best]}"
    yield from _all(losers, Match(MatchResult.PROBLEM, reason=reason, rule="M2"))
    yield winner.device_id, _claimed(asset_id, index.fields[best], tag, listed, bindings)


def _claimed(asset_id: int, name: str, tag: str, listed: Container[str], bindings: TenantBindings) -> Match:
    """Return the match of an unbound device that alone claims an asset, by the matching field of this name."""
    holder = bindings.holder(asset_id)
    if asset_id in bindings.others:
        other = bindings.others[asset_id]
        reason = f"asset {tag} has its {name} and is bound to device {other.life.device_id} of tenant {other.tenant_id}"
        return Match(MatchResult.PROBLEM, reason=reason, rule="M4")
    if holder is None:
        return Match(MatchResult.MATCHED, asset_id, None, f"its {name} is that of asset {tag}", "M2")
    if holder.life.device_id in listed:
        reason = f"asset {tag} has its {name} but is bound to listed device {holder.life.device_id}, which has another"
        return Match(MatchResult.PROBLEM, reason=reason, rule="M4")
    if holder.life.presence is Presence.DELETED or holder.life.device_id in bindings.absent:
        return _moves(holder, bindings, f"re-enrolled: it has the asset's {name}, the old device is gone", "M6")
    reason = f"asset {tag} has its {name}, and whether its device {holder.life.device_id} is gone is unknown"
    return Match(MatchResult.WITHHELD, asset_id, holder, reason, "row 7b")
