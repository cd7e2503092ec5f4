"""The plan of every connection that was read: its users, and each of its devices and bindings once.

The order is fixed, each step for every connection before the next: users first, since assets are linked to them; then
what devices are bound to and what their assets become; then what the others match, with the values that the plan gives;
last the bindings whose device was not listed.
"""

from collections import Counter
from collections.abc import Iterable, Sequence

from reconciler.model.plan import Withheld
from reconciler.model.snapshot import Snapshot
from reconciler.model.state import Binding, Presence
from reconciler.planning.matching.bound_devices import plan_bound, plan_bound_devices
from reconciler.planning.matching.matches import Candidate, Match, MatchResult, match_claims, match_together
from reconciler.planning.matching.new_devices import Creations, plan_new
from reconciler.planning.matching.presence import first_life
from reconciler.planning.matching.superseded import note_superseded
from reconciler.planning.matching.unlisted import plan_unlisted
from reconciler.planning.planner import Planner, make_planner
from reconciler.planning.summary import summarise, summarise_users
from reconciler.planning.users.imports import claims, import_users
from reconciler.planning.world import World
from reconciler.settings.environment import Connection
from reconciler.settings.fields import AssetField

_TAKEN = frozenset({MatchResult.MATCHED, MatchResult.MOVES})
_WITH_ASSET = _TAKEN | {MatchResult.BOUND}


def plan_connections(
    world: World, read: Sequence[tuple[Connection, Snapshot]], fields: dict[str, AssetField]
) -> list[Planner]:
    """Add the connections' changes, bindings, problems and summaries to the world; return how each was planned."""
    _plan_users(world, [each for each in read if each[0].users.import_users.enabled])
    planners = []
    for connection, snapshot in read:
        if connection.plans_assets:
            planners.append(make_planner(world, connection, snapshot, fields))
        else:
            summarise_users(world, connection, snapshot)
    for planner in planners:
        _plan_bound(planner)
    _match_unbound(world, planners)
    for planner in planners:
        _plan_left(planner)
        plan_unlisted(planner)
        note_superseded(planner)
        summarise(planner)
    return planners


def _plan_users(world: World, importing: Sequence[tuple[Connection, Snapshot]]) -> None:
    """Bring the store's users to what Entra says (U4); all of it is withheld when the users could not be read."""
    for connection, snapshot in importing:
        if snapshot.users_unknown is not None:
            _withhold_users(world, connection.name, snapshot.users_unknown)
    known = [each for each in importing if each[0].name not in world.not_imported]
    found = {
        connection.name: claims(connection.users.user_identifier.store, snapshot.users, world.directory)
        for connection, snapshot in known
    }
    wanted = Counter(person for mine in found.values() for several in mine.values() for person in several)
    for connection, snapshot in known:
        name = connection.name
        imported = import_users(name, connection.users, snapshot.users, world.directory, found[name], wanted)
        world.directory.put_all(imported.people)
        world.user_owners.update((person.id, name) for person in imported.people)
        world.problems.extend(imported.problems)


def _withhold_users(world: World, connection: str, why: str) -> None:
    reason = f"the users are unknown: {why}"
    world.not_imported[connection] = reason
    world.withheld.append(
        Withheld(connection=connection, label="all users", what="import of users", reason=reason, rule="U4")
    )


def _plan_bound(planner: Planner) -> None:
    """Plan what has an asset, and what takes one over from a device with its value."""
    planner.matching = match_together(_candidates(planner), planner.ties, planner.index)
    plan_bound_devices(planner)
    _plan_decided(planner, sorted(planner.matching.decisions))
    for device_id, reason in sorted(planner.matching.contested.items()):
        label = planner.devices.label(planner.devices.index[device_id])
        planner.problem(device_id, label, reason, "M5")


def _candidates(planner: Planner) -> Iterable[Candidate]:
    """Return the devices that matching has to look at: unbound, sharing their value, or bound to a deleted binding."""
    shared = planner.devices.shared()
    presences = planner.world.bindings_before.column("presence")
    return planner.devices.candidates(
        place
        for place, binding in enumerate(planner.bound)
        if binding is None or place in shared or presences[binding] is Presence.DELETED
    )


def _match_unbound(world: World, planners: Sequence[Planner]) -> None:
    """Match the other devices by their values, and plan those that take an asset.

    Such a device may write its asset another matching value, so what the others match is asked again until none does.
    """
    rest = {planner.name: _unbound(planner) for planner in planners}
    written = -1
    while written != world.rewritten.version:
        written = world.rewritten.version
        for planner in planners:
            rest[planner.name] = _match(planner, rest[planner.name])


def _unbound(planner: Planner) -> list[Candidate]:
    devices, decided = planner.devices, planner.matching.decisions
    places = (place for place, binding in enumerate(planner.bound) if binding is None)
    return list(devices.candidates(place for place in places if devices.ids[place] not in decided))


def _match(planner: Planner, devices: list[Candidate]) -> list[Candidate]:
    """Match devices and plan those that take an asset; return the others."""
    decisions = planner.matching.decisions
    planner.index.refresh()
    match_claims(devices, planner.devices.index, planner.ties, planner.index, planner.matching)
    taken = sorted(each.device_id for each in devices if decisions[each.device_id].verdict in _TAKEN)
    left = [each for each in devices if decisions[each.device_id].verdict not in _TAKEN]
    _plan_decided(planner, taken)
    tenant = planner.snapshot.source, planner.connection.tenant_id
    for device_id in taken:
        asset_id = decisions[device_id].asset_id or 0
        planner.ties.holders[asset_id] = Binding(*tenant, asset_id, first_life(device_id, planner.read))
    planner.left = frozenset(each.device_id for each in left)
    return left


def _plan_left(planner: Planner) -> None:
    """Create assets for the devices that match none, and report those of which nothing could be decided."""
    planner.index.refresh()
    creations, decisions = Creations(planner), planner.matching.decisions
    new = sorted(device_id for device_id in planner.left if decisions[device_id].verdict is MatchResult.NEW)
    for device in planner.devices.each(map(planner.devices.index.__getitem__, new)):
        planner.counts[MatchResult.NEW] += 1
        plan_new(planner, creations, device, decisions[device.device_id])
    _plan_decided(planner, sorted(planner.left.difference(new)))


def _plan_decided(planner: Planner, device_ids: Sequence[str]) -> None:
    devices, decisions = planner.devices, planner.matching.decisions
    with_asset = [device_id for device_id in device_ids if decisions[device_id].verdict in _WITH_ASSET]
    planner.world.assets.make(decisions[device_id].asset_id or 0 for device_id in with_asset)
    for device in devices.each(map(devices.index.__getitem__, with_asset)):
        plan_bound(planner, device, decisions[device.device_id])
    for device_id in device_ids:
        decision = decisions[device_id]
        planner.counts[decision.verdict] += 1
        if decision.verdict not in _WITH_ASSET:
            _report(planner, device_id, decision)


def _report(planner: Planner, device_id: str, decision: Match) -> None:
    label = planner.devices.label(planner.devices.index[device_id])
    match decision.verdict:
        case MatchResult.EXCLUDED:
            planner.leave(device_id, label, "excluded", "the settings leave it out", decision.rule)
        case MatchResult.SUPERSEDED:
            planner.leave(device_id, label, "superseded", decision.reason, decision.rule)
        case MatchResult.PROBLEM:
            planner.problem(device_id, label, decision.reason, decision.rule)
        case _:
            what = "its binding's move" if decision.binding else "its creation or its match"
            planner.withhold(device_id, label, what, decision.reason, decision.rule)
