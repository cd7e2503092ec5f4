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
from reconciler.planning.asset_index import first_key
from reconciler.planning.bound_devices import plan_bound, plan_bound_devices
from reconciler.planning.matching import Candidate, Decision, Verdict, match_claims, match_together
from reconciler.planning.new_devices import Creations, plan_new
from reconciler.planning.people import import_users
from reconciler.planning.planner import Planner, make_planner
from reconciler.planning.presence import first_life
from reconciler.planning.summary import summarise
from reconciler.planning.unlisted import plan_unlisted
from reconciler.planning.world import World
from reconciler.settings.environment import Connection
from reconciler.settings.fields import AssetField

_TAKEN = frozenset({Verdict.MATCHED, Verdict.MOVES})


def plan_connections(world: World, read: Sequence[tuple[Connection, Snapshot]], fields: dict[str, AssetField]) -> None:
    """Add the connections' changes, bindings, problems and summaries to the world."""
    for connection, snapshot in read:
        _plan_users(world, connection, snapshot)
    planners = [make_planner(world, connection, snapshot, fields) for connection, snapshot in read]
    for planner in planners:
        _plan_bound(planner)
    for planner in planners:
        _plan_unbound(planner)
        plan_unlisted(planner)
        summarise(planner)


def _plan_users(world: World, connection: Connection, snapshot: Snapshot) -> None:
    """Bring the store's users to what Entra says (U4); all of it is withheld when the users could not be read."""
    users = connection.users
    if not users.import_users.enabled:
        return
    if snapshot.users_unknown is not None:
        reason = f"the users are unknown: {snapshot.users_unknown}"
        world.not_imported[connection.name] = reason
        world.withheld.append(
            Withheld(connection=connection.name, label="all users", what="import of users", reason=reason, rule="U4")
        )
        return
    imported = import_users(
        connection.name, users.import_users, users.user_identifier.store, snapshot.users, world.directory
    )
    world.directory.put_all(imported.people)
    world.user_owners.update((person.id, connection.name) for person in imported.people)
    world.problems.extend(imported.problems)


def _plan_bound(planner: Planner) -> None:
    """Plan what has an asset, and what takes one over from a device with its value."""
    planner.matching = match_together(_candidates(planner), planner.ties, planner.index)
    plan_bound_devices(planner)
    for device_id, decision in sorted(planner.matching.decisions.items()):
        _plan_decided(planner, device_id, decision)
    for device_id, reason in sorted(planner.matching.contested.items()):
        label = planner.devices.label(planner.devices.index[device_id])
        planner.problem(device_id, label, reason, "M5")


def _candidates(planner: Planner) -> Iterable[Candidate]:
    """Return the devices that matching has to look at: unbound, sharing their value, or bound to a deleted binding."""
    devices, own = planner.devices, planner.ties.own
    keys = list(map(first_key, devices.forms))
    counts = Counter(keys)
    for place, device_id in enumerate(devices.ids):
        binding = own.get(device_id)
        shared = keys[place] is not None and counts[keys[place]] > 1
        if binding is None or shared or binding.life.presence is Presence.DELETED:
            yield devices.candidate(place)


def _plan_unbound(planner: Planner) -> None:
    """Match the other devices by their values, and create assets for those that match none.

    A device that takes an asset may write it another matching value, so what the others match is asked again.
    """
    matching, devices, own = planner.matching, planner.devices, planner.ties.own
    known = frozenset(matching.decisions)
    rest = [
        devices.candidate(place)
        for place, device_id in enumerate(devices.ids)
        if device_id not in own and device_id not in known
    ]
    while rest:
        match_claims(rest, devices.index, planner.ties, planner.index, matching)
        taking = [each for each in rest if matching.decisions[each.device_id].verdict in _TAKEN]
        if not _take(planner, taking):
            break
        rest = [each for each in rest if matching.decisions[each.device_id].verdict not in _TAKEN]
    creations = Creations(planner)
    for device_id, decision in sorted(matching.decisions.items()):
        if device_id in known or decision.verdict in _TAKEN:
            continue
        if decision.verdict is Verdict.NEW:
            planner.counts[Verdict.NEW] += 1
            place = devices.index[device_id]
            plan_new(planner, creations, devices.at(place), devices.forms[place], decision)
        else:
            _plan_decided(planner, device_id, decision)


def _take(planner: Planner, taking: Iterable[Candidate]) -> bool:
    """Plan devices that take an asset; say whether one of them gives its asset another matching value."""
    before = {asset_id: dict(values) for asset_id, values in planner.world.rewritten.items()}
    for each in taking:
        decision = planner.matching.decisions[each.device_id]
        _plan_decided(planner, each.device_id, decision)
        life = decision.binding.life if decision.binding else first_life(each.device_id, planner.read)
        asset_id = decision.asset_id or 0
        planner.ties.holders[asset_id] = Binding(planner.snapshot.source, planner.connection.tenant_id, asset_id, life)
    if before == planner.world.rewritten:
        return False
    planner.index.forget()
    return True


def _plan_decided(planner: Planner, device_id: str, decision: Decision) -> None:
    planner.counts[decision.verdict] += 1
    place = planner.devices.index[device_id]
    match decision.verdict:
        case Verdict.BOUND | Verdict.MOVES | Verdict.MATCHED:
            plan_bound(planner, planner.devices.at(place), decision)
            return
        case _:
            pass
    label = planner.devices.label(place)
    match decision.verdict:
        case Verdict.EXCLUDED:
            planner.leave(device_id, label, "excluded", "the settings leave it out", decision.rule)
        case Verdict.SUPERSEDED:
            planner.leave(device_id, label, "superseded", decision.reason, decision.rule)
        case Verdict.PROBLEM:
            planner.problem(device_id, label, decision.reason, decision.rule)
        case _:
            what = "its binding's move" if decision.binding else "its creation or its match"
            planner.withhold(device_id, label, what, decision.reason, decision.rule)
