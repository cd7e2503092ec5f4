"""How a device met the store's assets: its binding, whether it is in scope, and each matching field (M1-M7, X1)."""

from collections.abc import Iterator

from reconciler.explain.criteria import criterion_lines
from reconciler.explain.story import Fact, Mark, because, said
from reconciler.model.snapshot import UNKNOWN
from reconciler.model.state import Asset, Presence
from reconciler.planning.connections import Decided
from reconciler.planning.matching.asset_index import first_key
from reconciler.planning.matching.matches import TAKES, Match, MatchResult, bound_to, moved_from
from reconciler.settings.environment import Connection

_WORDS = {
    MatchResult.BOUND: "it is the asset's",
    MatchResult.MOVES: "it takes the asset's binding over",
    MatchResult.MATCHED: "it matches the asset",
    MatchResult.NEW: "it is new",
    MatchResult.EXCLUDED: "it is left out",
    MatchResult.SUPERSEDED: "another device is the asset's",
    MatchResult.PROBLEM: "a person must look at it",
    MatchResult.WITHHELD: "it cannot be decided",
}
_WON = frozenset({MatchResult.BOUND, MatchResult.MOVES, MatchResult.MATCHED, MatchResult.NEW})
_SHOWN = 5


def match_of(decided: Decided, device_id: str) -> Match:
    """Return what planning decided on a listed device; one that it need not look at is bound."""
    known = decided.matches.get(device_id)
    return bound_to(decided.inputs.bindings.own[device_id]) if known is None else known


def asset_of(decided: Decided, device_id: str) -> int | None:
    """Return the id of the asset that a listed device has or gets, None for none."""
    if device_id in decided.inputs.listing.index and (match := match_of(decided, device_id)).result in TAKES:
        return match.asset_id
    binding = decided.inputs.bindings.own.get(device_id)
    return binding.asset_id if binding else None


def matching_facts(decided: Decided, device_id: str) -> Iterator[Fact]:
    """Yield how a listed device met the assets, the decision last."""
    place = decided.inputs.listing.index[device_id]
    yield Fact("device", f"{device_id} ({decided.inputs.listing.label(place)})", f"connection {decided.inputs.name}")
    yield from _scope(decided, place)
    binding = decided.inputs.bindings.own.get(device_id)
    if binding is not None:
        tag = decided.inputs.stored.assets[binding.asset_id].tag
        yield Fact("binding", f"bound to {tag} since {binding.life.bound_at}", "it decides first (M1)", Mark.DECIDED)
    for number, name in enumerate(decided.index.fields):
        yield _field(decided, place, number, name)
    yield from _rivals(decided, device_id)
    match = match_of(decided, device_id)
    mark = Mark.DECIDED if match.result in _WON else Mark.PROBLEM
    if match.result in (MatchResult.EXCLUDED, MatchResult.SUPERSEDED):
        mark = Mark.LOST
    yield Fact("decided", _WORDS[match.result], because(match.reason, match.rule), mark)


def _scope(decided: Decided, place: int) -> Iterator[Fact]:
    """Yield the fact on whether a device is in scope, with what was compared; nothing where all are."""
    imports, compiled = decided.inputs.connection.imports, decided.inputs.compiled
    if imports.exclude is None and not imports.exclude_defender_managed:
        return
    device = decided.inputs.listing.take([place])
    row, values = device.row(0), device.values(0)
    lines: list[str] = []
    if imports.exclude_defender_managed:
        at = compiled.places.get("managementAgent")
        agent = UNKNOWN if at is None else row[at]
        lines.append(f"managementAgent is {said(agent)}; msSense is left out")
    if imports.exclude is not None:
        lines += criterion_lines(imports.exclude, compiled.fields.places, row, values)
    words = {True: "left out", False: "in scope", None: "unknown"}[device.excluded[0]]
    yield Fact("scope", f"{words} (X1)", "", Mark.PLAIN if words == "in scope" else Mark.LOST, tuple(lines))


def _field(decided: Decided, place: int, number: int, name: str) -> Fact:
    """Return the fact on one matching field of a device: how it is compared, and what has that value."""
    device = decided.inputs.listing.take([place])
    value = device.mapped(decided.inputs.compiled.keys[number])[0]
    forms = device.forms_of(0)
    form = forms[number]
    if form is UNKNOWN:
        return Fact(name, "unknown", "it was not read, so nothing is matched by it (M2)", Mark.PROBLEM)
    if form is None:
        why = "it is empty" if value is None or value == "" else "it is a placeholder or worthless"
        return Fact(name, said(value), f"{why}, and never matches (M3)", Mark.LOST)
    tags = sorted(decided.inputs.stored.assets[each].tag for each in decided.index.find(number, forms))
    found = f"{', '.join(tags[:_SHOWN])}{'…' if len(tags) > _SHOWN else ''}" if tags else "no asset"
    mark = Mark.PROBLEM if len(tags) > 1 else Mark.DECIDED if tags else Mark.PLAIN
    return Fact(name, said(value), f"compared as {said(form)}: {found} (M2)", mark)


def _rivals(decided: Decided, device_id: str) -> Iterator[Fact]:
    """Yield the other listed devices that have the same value for the first worthy matching field (M5)."""
    listing = decided.inputs.listing
    key = first_key(listing.devices.forms_of(listing.index[device_id]))
    if key is None:
        return
    number, form = key
    others = sorted(
        each for each, its in zip(listing.devices.ids, listing.devices.forms[number], strict=True) if its == form
    )
    for other in [each for each in others if each != device_id][:_SHOWN]:
        yield Fact("same value", *_told(decided, other))


def _told(decided: Decided, device_id: str) -> tuple[str, str]:
    match = match_of(decided, device_id)
    label = decided.inputs.listing.label(decided.inputs.listing.index[device_id])
    return f"device {device_id} ({label})", because(f"{_WORDS[match.result]}: {match.reason}", match.rule)


def candidates_facts(decided: Decided, asset: Asset) -> Iterator[Fact]:
    """Yield the listed devices that have a matching value of an asset that none of them is."""
    for number, name in enumerate(decided.index.fields):
        form = decided.index.form(asset, number)
        if form is None:
            yield Fact(
                name, "nothing that matches", f"the asset's value is empty or a placeholder (M3), {decided.inputs.name}"
            )
            continue
        listing = decided.inputs.listing
        found = sorted(
            each for each, its in zip(listing.devices.ids, listing.devices.forms[number], strict=True) if its == form
        )
        if not found:
            yield Fact(name, said(form), f"no listed device of {decided.inputs.name} has it (M2)")
        for device_id in found[:_SHOWN]:
            yield Fact(name, *_told(decided, device_id), Mark.PROBLEM)


def unlisted_facts(decided: Decided, device_id: str) -> Iterator[Fact]:
    """Yield what is known of a bound device that was not listed (G3)."""
    snapshot = decided.inputs.snapshot
    yield Fact(
        "device", f"{device_id}, not listed in the read of {snapshot.read_at}", f"connection {decided.inputs.name}"
    )
    heir = moved_from(decided.matches).get(device_id)
    if heir is not None:
        yield Fact("moved", f"its binding moves to device {heir}", "(M5, M6)", Mark.DECIDED)
    elif (known := decided.inputs.bindings.own.get(device_id)) is not None and known.life.presence is Presence.DELETED:
        yield Fact("absence", "proven before", "its binding has ended, and it is not asked for again (G3)")
    elif device_id in decided.inputs.bindings.absent:
        yield Fact("absence", "proven", "Intune answered that the device does not exist (G3)", Mark.DECIDED)
    else:
        why = snapshot.devices_unknown or snapshot.absence_unknown.get(device_id)
        why = why or ("more devices were not listed than the limit allows" if snapshot.absence_skipped else "not asked")
        yield Fact("absence", "unknown", f"{why} (G3)", Mark.PROBLEM)


def unread_fact(connection: Connection, why: str) -> Fact:
    """Return that nothing was read for a connection."""
    return Fact("connection", f"{connection.name} was not read", why, Mark.PROBLEM)
