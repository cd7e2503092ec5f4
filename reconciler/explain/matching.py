"""How a device met the store's assets: its binding, whether it is in scope, and each matching field (M1-M7, X1)."""

from collections.abc import Iterator

from reconciler.explain.criteria import criterion_lines
from reconciler.explain.story import Fact, Mark, because, said
from reconciler.model.snapshot import UNKNOWN
from reconciler.model.state import Asset, Presence
from reconciler.planning.matching.asset_index import first_key
from reconciler.planning.matching.matches import Match, MatchResult
from reconciler.planning.planner import Planner
from reconciler.settings.environment import Connection

_BOUND = Match(MatchResult.BOUND, reason="it is bound to the asset", rule="M1")
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


def decision_of(planner: Planner, device_id: str) -> Match:
    """Return what planning decided on a listed device; one that it need not look at is bound."""
    return planner.matching.decisions.get(device_id, _BOUND)


def asset_of(planner: Planner, device_id: str) -> int | None:
    """Return the id of the asset that a listed device has or gets, None for none."""
    decision = decision_of(planner, device_id)
    if decision.verdict in (MatchResult.MOVES, MatchResult.MATCHED):
        return decision.asset_id
    binding = planner.ties.own.get(device_id)
    return binding.asset_id if binding else None


def matching_facts(planner: Planner, device_id: str) -> Iterator[Fact]:
    """Yield how a listed device met the assets, the decision last."""
    place = planner.devices.index[device_id]
    yield Fact("device", f"{device_id} ({planner.devices.label(place)})", f"connection {planner.name}")
    yield from _scope(planner, place)
    binding = planner.ties.own.get(device_id)
    if binding is not None:
        tag = planner.world.assets[binding.asset_id].tag
        yield Fact("binding", f"bound to {tag} since {binding.life.bound_at}", "it decides first (M1)", Mark.DECIDED)
    for number, name in enumerate(planner.index.fields):
        yield _field(planner, place, number, name)
    yield from _rivals(planner, device_id)
    decision = decision_of(planner, device_id)
    mark = Mark.DECIDED if decision.verdict in _WON else Mark.PROBLEM
    if decision.verdict in (MatchResult.EXCLUDED, MatchResult.SUPERSEDED):
        mark = Mark.LOST
    yield Fact("decided", _WORDS[decision.verdict], because(decision.reason, decision.rule), mark)


def _scope(planner: Planner, place: int) -> Iterator[Fact]:
    imports, compiled = planner.connection.imports, planner.compiled
    if imports.exclude is None and not imports.exclude_defender_managed:
        return
    row, values = planner.devices.row(place), planner.devices.values(place)
    lines: list[str] = []
    if imports.exclude_defender_managed:
        at = compiled.places.get("managementAgent")
        agent = UNKNOWN if at is None else row[at]
        lines.append(f"managementAgent is {said(agent)}; msSense is left out")
    if imports.exclude is not None:
        lines += criterion_lines(imports.exclude, compiled.fields.places, row, values)
    words = {True: "left out", False: "in scope", None: "unknown"}[planner.devices.excluded[place]]
    yield Fact("scope", f"{words} (X1)", "", Mark.PLAIN if words == "in scope" else Mark.LOST, tuple(lines))


def _field(planner: Planner, place: int, number: int, name: str) -> Fact:
    value = planner.devices.values(place)[planner.compiled.keys[number]]
    forms = planner.devices.forms_of(place)
    form = forms[number]
    if form is UNKNOWN:
        return Fact(name, "unknown", "it was not read, so nothing is matched by it (M2)", Mark.PROBLEM)
    if form is None:
        why = "it is empty" if value is None or value == "" else "it is a placeholder or worthless"
        return Fact(name, said(value), f"{why}, and never matches (M3)", Mark.LOST)
    tags = sorted(planner.index.assets[each].tag for each in planner.index.find(number, forms))
    found = f"{', '.join(tags[:_SHOWN])}{'…' if len(tags) > _SHOWN else ''}" if tags else "no asset"
    mark = Mark.PROBLEM if len(tags) > 1 else Mark.DECIDED if tags else Mark.PLAIN
    return Fact(name, said(value), f"compared as {said(form)}: {found} (M2)", mark)


def _rivals(planner: Planner, device_id: str) -> Iterator[Fact]:
    """Yield the other listed devices that have the same value for the first worthy matching field (M5)."""
    devices = planner.devices
    key = first_key(devices.forms_of(devices.index[device_id]))
    if key is None:
        return
    number, form = key
    others = sorted(each for each, its in zip(devices.ids, devices.forms[number], strict=True) if its == form)
    for other in [each for each in others if each != device_id][:_SHOWN]:
        yield Fact("same value", *_told(planner, other))


def _told(planner: Planner, device_id: str) -> tuple[str, str]:
    decision = decision_of(planner, device_id)
    label = planner.devices.label(planner.devices.index[device_id])
    return f"device {device_id} ({label})", because(f"{_WORDS[decision.verdict]}: {decision.reason}", decision.rule)


def candidates_facts(planner: Planner, asset: Asset) -> Iterator[Fact]:
    """Yield the listed devices that have a matching value of an asset that none of them is."""
    for number, name in enumerate(planner.index.fields):
        form = planner.index.form(asset, number)
        if form is None:
            yield Fact(
                name, "nothing that matches", f"the asset's value is empty or a placeholder (M3), {planner.name}"
            )
            continue
        devices = planner.devices
        found = sorted(each for each, its in zip(devices.ids, devices.forms[number], strict=True) if its == form)
        if not found:
            yield Fact(name, said(form), f"no listed device of {planner.name} has it (M2)")
        for device_id in found[:_SHOWN]:
            yield Fact(name, *_told(planner, device_id), Mark.PROBLEM)


def unlisted_facts(planner: Planner, device_id: str) -> Iterator[Fact]:
    """Yield what is known of a bound device that was not listed (G3)."""
    snapshot = planner.snapshot
    yield Fact("device", f"{device_id}, not listed in the read of {snapshot.read_at}", f"connection {planner.name}")
    heir = planner.matching.moved_from.get(device_id)
    if heir is not None:
        yield Fact("moved", f"its binding moves to device {heir}", "(M5, M6)", Mark.DECIDED)
    elif (known := planner.ties.own.get(device_id)) is not None and known.life.presence is Presence.DELETED:
        yield Fact("absence", "proven before", "its binding has ended, and it is not asked for again (G3)")
    elif device_id in planner.ties.absent:
        yield Fact("absence", "proven", "Intune answered that there is no such device (G3)", Mark.DECIDED)
    else:
        why = snapshot.devices_unknown or snapshot.absence_unknown.get(device_id)
        why = why or ("more devices were not listed than the limit allows" if snapshot.absence_skipped else "not asked")
        yield Fact("absence", "unknown", f"{why} (G3)", Mark.PROBLEM)


def unread_fact(connection: Connection, why: str) -> Fact:
    """Return that nothing was read for a connection."""
    return Fact("connection", f"{connection.name} was not read", why, Mark.PROBLEM)
