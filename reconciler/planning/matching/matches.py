"""Which asset each listed device is: rules M1 to M7, and rows 7, 7b, 8 and 10 of the table *Presence*.

- M1 a bound device is its asset; M2 otherwise the matching fields decide, in order; M3 worthless values never match.
- M4 several assets for one value, or an asset of another tenant's live device: a problem, and nothing changes.
- M5 of several devices with one value the latest enrolled is the asset's; the others are superseded. Devices that are
  already bound to different assets stay, as a problem.
- M6 a bound device that is proven absent hands its binding to the device that now has the asset's value.
"""

from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from reconciler.columnar import Keyed
from reconciler.model.snapshot import UNKNOWN, UnknownType
from reconciler.model.state import Binding, Presence
from reconciler.planning.matching.asset_index import AssetIndex, Form, Key, first_key
from reconciler.planning.rules.criteria import Answer


@dataclass(frozen=True, slots=True)
class Candidate:
    """A listed device as matching sees it; `excluded` is None when that is not known."""

    device_id: str
    label: str
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


@dataclass(frozen=True, slots=True)
class Match:
    """The verdict on a device, its asset, and why; `binding` is the one it has or takes over."""

    verdict: MatchResult
    asset_id: int | None = None
    binding: Binding | None = None
    reason: str = ""
    rule: str = ""


@dataclass(frozen=True)
class Ties:
    """The store's bindings as one connection sees them.

    `own` are this tenant's by device id; `others` say for an asset which live binding of another tenant has it; in
    `absent` are the device ids of this tenant that are proven absent.
    """

    own: Keyed[str, Binding]
    others: Keyed[int, Binding]
    absent: frozenset[str]
    find_holders: Callable[[], Keyed[int, Binding]]

    @cached_property
    def holders(self) -> Keyed[int, Binding]:
        """The bindings of `own` by asset (a live one before a deleted one), found when they are first asked for."""
        return self.find_holders()


@dataclass(slots=True)
class Matches:
    """Every device's decision.

    `contested` are bound devices that keep their asset although that is a problem (M5), with the reason;
    `moved_from` are the device ids whose binding moved away, with the new device's id; `superseded` are the devices
    that another one with their value enrolled later than, with its id.
    """

    decisions: dict[str, Match] = field(default_factory=dict)
    contested: dict[str, str] = field(default_factory=dict)
    moved_from: dict[str, str] = field(default_factory=dict)
    superseded: dict[str, str] = field(default_factory=dict)


def match_together(candidates: Iterable[Candidate], ties: Ties, index: AssetIndex) -> Matches:
    """Decide what bindings and scope decide, and among devices that share a value; their order does not matter.

    A bound device that shares its value with no other, and whose binding is not deleted, may be left out: it is bound.
    """
    candidates = list(candidates)
    matching = Matches()
    _decide_at_sight(candidates, ties, matching)
    for members in _groups(candidates, ties):
        _decide_group(members, ties, index, matching)
    return matching


def match_claims(
    devices: Iterable[Candidate], listed: Container[str], ties: Ties, index: AssetIndex, matching: Matches
) -> None:
    """Decide devices that have no binding by their matching values alone (M2); `listed` are all listed ids."""
    claims = _claims(devices, index, matching)
    for asset_id, claimants in sorted(claims.items()):
        _decide_claims(asset_id, claimants, listed, ties, index, matching)


def _decide_at_sight(candidates: Iterable[Candidate], ties: Ties, matching: Matches) -> None:
    """Decide what needs no other device: bound ones, excluded ones, and those of which the scope is unknown."""
    for each in candidates:
        binding = ties.own.get(each.device_id)
        if binding is not None:
            matching.decisions[each.device_id] = _bound(binding, ties)
        elif each.excluded is None:
            matching.decisions[each.device_id] = Match(
                MatchResult.WITHHELD, reason="whether the device is excluded is unknown", rule="X1"
            )
        elif each.excluded:
            matching.decisions[each.device_id] = Match(MatchResult.EXCLUDED, rule="X1")


def _bound(binding: Binding, ties: Ties) -> Match:
    if binding.life.presence is Presence.DELETED and (other := _in_the_way(binding, ties)) is not None:
        reason = f"the asset is bound to device {other.life.device_id} of tenant {other.tenant_id} meanwhile"
        return Match(MatchResult.PROBLEM, binding.asset_id, binding, reason, "M4")
    return Match(MatchResult.BOUND, binding.asset_id, binding, "it is bound to the asset", "M1")


def _in_the_way(binding: Binding, ties: Ties) -> Binding | None:
    """Return the asset's live binding when it is another one."""
    holder = ties.holders[binding.asset_id]
    if holder != binding and holder.life.presence is not Presence.DELETED:
        return holder
    return ties.others.get(binding.asset_id)


def _groups(candidates: Iterable[Candidate], ties: Ties) -> list[list[Candidate]]:
    """Return the devices that share a matching value, two or more together, in the order of the value (M5)."""
    groups: dict[Key, list[Candidate]] = {}
    for each in candidates:
        if each.excluded is False or each.device_id in ties.own:
            key = each.key()
            if key is not None:
                groups.setdefault(key, []).append(each)
    return [sorted(groups[key], key=lambda each: each.device_id) for key in sorted(groups) if len(groups[key]) > 1]


def _decide_group(members: list[Candidate], ties: Ties, index: AssetIndex, matching: Matches) -> None:
    bound = [each for each in members if each.device_id in ties.own]
    unbound = [each for each in members if each.device_id not in ties.own]
    assets = {ties.own[each.device_id].asset_id for each in bound}
    if len(assets) > 1:
        _several_bound(bound, unbound, ties, index, matching)
    elif any(UNKNOWN in (each.enrolled, each.synced) for each in members):
        reason = "which of the devices with this value enrolled last is unknown"
        _put_all(matching, unbound, Match(MatchResult.WITHHELD, reason=reason, rule="M5"))
    else:
        _latest_wins(members, bound, ties, matching)


def _several_bound(
    bound: list[Candidate], unbound: list[Candidate], ties: Ties, index: AssetIndex, matching: Matches
) -> None:
    tags = ", ".join(sorted(index.assets[ties.own[each.device_id].asset_id].tag for each in bound))
    reason = f"devices with one matching value are bound to several assets ({tags}); merge the assets or correct one"
    matching.contested.update((each.device_id, reason) for each in bound)
    _put_all(matching, unbound, Match(MatchResult.PROBLEM, reason=reason, rule="M5"))


def _latest_wins(members: list[Candidate], bound: list[Candidate], ties: Ties, matching: Matches) -> None:
    winner = max(members, key=lambda each: (str(each.enrolled or ""), str(each.synced or ""), each.device_id))
    reason = f"device {winner.device_id} has the same matching value and enrolled later"
    losers = [each for each in members if each is not winner]
    if bound and winner.device_id not in ties.own:
        binding = min((ties.own[each.device_id] for each in bound), key=_gone)
        _move(matching, winner, binding, ties, "it enrolled later than the bound device with its value", "M5")
    _put_all(matching, losers, Match(MatchResult.SUPERSEDED, reason=reason, rule="M5"))
    inside = (each for each in losers if each.excluded is False)
    matching.superseded.update((each.device_id, winner.device_id) for each in inside)


def _gone(binding: Binding) -> bool:
    return binding.life.presence is Presence.DELETED


def _move(matching: Matches, device: Candidate, binding: Binding, ties: Ties, reason: str, rule: str) -> None:
    other = _in_the_way(binding, ties)
    if other is not None:
        reason = f"the asset is bound to device {other.life.device_id} of tenant {other.tenant_id}"
        matching.decisions[device.device_id] = Match(MatchResult.PROBLEM, reason=reason, rule="M4")
        return
    matching.decisions[device.device_id] = Match(MatchResult.MOVES, binding.asset_id, binding, reason, rule)
    matching.moved_from[binding.life.device_id] = device.device_id


def _put_all(matching: Matches, devices: Iterable[Candidate], decision: Match) -> None:
    for each in devices:
        matching.decisions[each.device_id] = decision


def _claims(
    devices: Iterable[Candidate], index: AssetIndex, matching: Matches
) -> dict[int, list[tuple[int, Candidate]]]:
    """Return which unbound devices want which asset, with the place of the field that found it; decide the rest."""
    claims: dict[int, list[tuple[int, Candidate]]] = {}
    for each in devices:
        found = _look_up(each, index)
        if isinstance(found, Match):
            matching.decisions[each.device_id] = found
        else:
            place, asset_id = found
            claims.setdefault(asset_id, []).append((place, each))
    return claims


def _look_up(device: Candidate, index: AssetIndex) -> Match | tuple[int, int]:
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
                tags = ", ".join(sorted(index.assets[each].tag for each in several))
                reason = f"{len(several)} assets have its {index.fields[place]} ({tags}); correct all but one"
                return Match(MatchResult.PROBLEM, reason=reason, rule="M4")
    worthy = any(form is not None for form in device.forms)
    reason = "no asset has its matching value" if worthy else "it has no value that could match an asset"
    return Match(MatchResult.NEW, reason=reason, rule="M7")


def _decide_claims(
    asset_id: int,
    claimants: list[tuple[int, Candidate]],
    listed: Container[str],
    ties: Ties,
    index: AssetIndex,
    matching: Matches,
) -> None:
    best = min(place for place, _ in claimants)
    winners = [each for place, each in claimants if place == best]
    tag = index.assets[asset_id].tag
    if len(winners) > 1:
        reason = f"several devices match asset {tag} by {index.fields[best]} alone; give them distinct values"
        _put_all(matching, (each for _, each in claimants), Match(MatchResult.PROBLEM, reason=reason, rule="M2"))
        return
    [winner] = winners
    losers = (each for _, each in claimants if each is not winner)
    reason = f"asset {tag} matches it by a later field and is device {winner.device_id}'s by {index.fields[best]}"
    _put_all(matching, losers, Match(MatchResult.PROBLEM, reason=reason, rule="M2"))
    _settle(winner, asset_id, best, listed, ties, index, matching)


def _settle(
    device: Candidate,
    asset_id: int,
    place: int,
    listed: Container[str],
    ties: Ties,
    index: AssetIndex,
    matching: Matches,
) -> None:
    """Decide an unbound device that alone claims an asset."""
    tag, name = index.assets[asset_id].tag, index.fields[place]
    holder = ties.holders.get(asset_id)
    if asset_id in ties.others:
        other = ties.others[asset_id]
        reason = f"asset {tag} has its {name} and is bound to device {other.life.device_id} of tenant {other.tenant_id}"
        matching.decisions[device.device_id] = Match(MatchResult.PROBLEM, reason=reason, rule="M4")
    elif holder is None:
        matching.decisions[device.device_id] = Match(
            MatchResult.MATCHED, asset_id, None, f"its {name} is that of asset {tag}", "M2"
        )
    elif holder.life.device_id in listed:
        reason = f"asset {tag} has its {name} but is bound to listed device {holder.life.device_id}, which has another"
        matching.decisions[device.device_id] = Match(MatchResult.PROBLEM, reason=reason, rule="M4")
    elif holder.life.presence is Presence.DELETED or holder.life.device_id in ties.absent:
        _move(matching, device, holder, ties, f"re-enrolled: it has the asset's {name}, the old device is gone", "M6")
    else:
        reason = f"asset {tag} has its {name}, and whether its device {holder.life.device_id} is gone is unknown"
        matching.decisions[device.device_id] = Match(MatchResult.WITHHELD, asset_id, holder, reason, "row 7b")
