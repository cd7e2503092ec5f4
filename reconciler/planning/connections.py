"""What is decided of every connection that was read: its users, and each of its devices and bindings once.

The order is fixed, each step for every connection before the next: users first, since assets are linked to them; then
what devices are bound to and what their assets become; then what the others match, with the values that the plan gives;
last the bindings whose device was not listed.
"""

import dataclasses
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from reconciler.model.plan import ConnectionSummary, Problem, ReadAdvance, Withheld
from reconciler.model.snapshot import Scalar, Snapshot
from reconciler.model.state import Binding, Presence
from reconciler.planning.attributes.software import DetectedSoftware
from reconciler.planning.attributes.user import Assigning
from reconciler.planning.catalogue.software import Detected, KnownSoftware, known_software, licences
from reconciler.planning.decisions import Decision, Decisions, Met, collect, merge
from reconciler.planning.inputs.connection import ConnectionInputs, connection_inputs
from reconciler.planning.inputs.stored import Stored
from reconciler.planning.matching.asset_index import AssetIndex, Rewritten
from reconciler.planning.matching.bound_devices import decide_bound, decide_matched
from reconciler.planning.matching.matches import (
    HAS_ASSET,
    TAKES,
    Candidate,
    Match,
    Matches,
    MatchResult,
    match_claims,
    match_together,
)
from reconciler.planning.matching.new_devices import decide_new
from reconciler.planning.matching.presence import first_life
from reconciler.planning.matching.superseded import with_superseded
from reconciler.planning.matching.unlisted import decide_unlisted
from reconciler.planning.scope import Scope
from reconciler.planning.summary import advances, summarise, summarise_users, undecided_together
from reconciler.planning.users.directory import Directory, directory_of
from reconciler.planning.users.imports import claims, deactivated, gone_users, import_users
from reconciler.settings.environment import Connection, Environment
from reconciler.settings.fields import asset_fields

Reads = Sequence[tuple[Connection, Snapshot]]
"""The connections that were read, by name, each with what was read."""


@dataclass(frozen=True, slots=True)
class Users:
    """The store's users as the plan leaves them.

    `owners` says which connection last changed a user, `not_imported` why a connection's import is withheld.
    """

    directory: Directory
    owners: Mapping[int, str]
    not_imported: Mapping[str, str]
    problems: tuple[Problem, ...]
    withheld: tuple[Withheld, ...]
    gone: frozenset[int] = frozenset()
    """The users whose account Entra has no more."""


@dataclass(frozen=True, slots=True)
class Decided:
    """One connection decided; `index` has the assets' matching values as the plan leaves them."""

    inputs: ConnectionInputs
    matches: Matches
    index: AssetIndex
    decisions: Decisions


@dataclass(frozen=True, slots=True)
class ConnectionsDecided:
    """Every connection that was read, and what all of them have in common."""

    users: Users
    software: KnownSoftware | None
    connections: tuple[Decided, ...]
    summaries: tuple[ConnectionSummary, ...]
    reads: tuple[ReadAdvance, ...]

    def decisions(self) -> Decisions:
        """Return the decisions of all connections."""
        return merge(each.decisions for each in self.connections)


def decide_connections(environment: Environment, stored: Stored, scope: Scope, read: Reads) -> ConnectionsDecided:
    """Return what becomes of the devices and bindings of every connection that was read."""
    users = _decide_users(environment, stored, [each for each in read if each[0].users.import_users.enabled])
    software = _software(environment, stored, read)
    inputs = list(_inputs(environment, stored, scope, read, users, software))
    names = frozenset(name for each in environment.connections.values() for name in each.imports.matching_fields())
    decided = _decide_left(_match_unbound(_decide_bound(inputs), names), names)
    others = [summarise_users(stored, *each) for each in read if not each[0].plans_assets]
    return ConnectionsDecided(
        users=users,
        software=software,
        connections=decided,
        summaries=(*(summarise(each.inputs, each.decisions) for each in decided), *(each for each, _ in others)),
        reads=(*(each for _, some in others for each in some), *(each for one in inputs for each in advances(one))),
    )


def _decide_users(environment: Environment, stored: Stored, importing: Reads) -> Users:
    """Bring the store's users to what Entra says (U4); all of it is withheld when the users could not be read."""
    directory = directory_of(stored.state.people)
    unknown = {
        connection.name: f"the users are unknown: {snapshot.users_unknown}"
        for connection, snapshot in importing
        if snapshot.users_unknown is not None
    }
    known = [each for each in importing if each[0].name not in unknown]
    gone: frozenset[int] = frozenset()
    if _every_directory(environment, stored, known):
        gone = gone_users(directory, (snapshot.users for _, snapshot in known))
    directory, owners, problems = _imported(directory, known, gone)
    taken_over = {key for key in gone if key in owners}
    left = deactivated(directory, gone - taken_over)
    directory = dataclasses.replace(directory.with_users(left), gone=gone - taken_over)
    owners |= {user.id: known[0][0].name for user in left}
    withheld = tuple(
        Withheld(connection=name, label="all users", what="import of users", reason=reason, rule="U4")
        for name, reason in unknown.items()
    )
    return Users(directory, owners, unknown, tuple(problems), withheld, gone - taken_over)


def _imported(
    directory: Directory, known: Reads, gone: frozenset[int]
) -> tuple[Directory, dict[int, str], list[Problem]]:
    """Return the directory with every connection's users, the connection that each comes from, and the problems."""
    found = {
        connection.name: claims(connection.users.user_identifier.store, snapshot.users, directory, gone)
        for connection, snapshot in known
    }
    wanted = Counter(user for mine in found.values() for several in mine.values() for user in several)
    owners: dict[int, str] = {}
    problems: list[Problem] = []
    for connection, snapshot in known:
        name = connection.name
        imported = import_users(name, connection.users, snapshot.users, directory, found[name], wanted)
        directory = directory.with_users(imported.users)
        owners |= {user.id: name for user in imported.users}
        problems += imported.problems
    return directory, owners, problems


def _every_directory(environment: Environment, stored: Stored, known: Reads) -> bool:
    """Return whether the directory of every tenant that the store may have users of was read whole.

    A user's tenant is not stored: with one that was not read, nobody can be said to have left. A directory without
    anybody in it is one that could not be seen.
    """
    tenants = {connection.tenant_id for connection, _ in known}
    every = {each.tenant_id for each in environment.connections.values()}
    every |= set(stored.bindings.column("tenant_id"))
    return bool(known) and every <= tenants and all(len(snapshot.users) > 0 for _, snapshot in known)


def _software(environment: Environment, stored: Stored, read: Reads) -> KnownSoftware | None:
    """Return the software of the store and of every read; None when none is imported, or known."""
    ties = licences(environment.catalogue, stored.state.catalogue)
    detected = [
        Detected(snapshot.software, ties if connection.imports.software.match_to_licences else {})
        for connection, snapshot in read
        if connection.plans_assets and connection.imports.software.import_ and snapshot.software_unknown is None
    ]
    return known_software(stored.state, detected) if detected else None


def _inputs(
    environment: Environment, stored: Stored, scope: Scope, read: Reads, users: Users, software: KnownSoftware | None
) -> Iterator[ConnectionInputs]:
    """Yield the inputs of the connections whose devices are planned."""
    fields = asset_fields(environment.catalogue)
    for connection, snapshot in read:
        if not connection.plans_assets:
            continue
        imports = connection.imports.software.import_ and snapshot.software_unknown is None
        yield connection_inputs(
            stored,
            connection,
            snapshot,
            fields,
            Assigning(connection.users, users.directory, users.not_imported.get(connection.name)),
            DetectedSoftware(software, snapshot, stored.state.installed) if imports and software else None,
            counts=not scope.picked,
        )


def _decide_bound(inputs: Iterable[ConnectionInputs]) -> list[Decided]:
    """Decide what has an asset, and what takes one over from a device with its value."""
    found: list[Decided] = []
    for each in inputs:
        matches = match_together(_sharing(each), each.bindings, each.index, each.listing.machine)
        taken = {one.asset_id: one for other in found for one in other.decisions.taken}
        decisions = collect(chain(decide_bound(each, matches), decide_matched(each, matches, taken)))
        found.append(Decided(each, matches, each.index, decisions))
    return found


def _sharing(inputs: ConnectionInputs) -> Iterator[Candidate]:
    """Return the devices that matching has to look at: unbound, sharing their value, or bound to a deleted binding."""
    shared = inputs.listing.shared()
    presences = inputs.stored.bindings.column("presence")
    return inputs.listing.candidates(
        place
        for place, binding in enumerate(inputs.bound)
        if binding is None or place in shared or presences[binding] is Presence.DELETED
    )


def _match_unbound(decided: Sequence[Decided], names: frozenset[str]) -> list[Decided]:
    """Match the other devices by their values, and decide those that take an asset.

    The device may write its asset another matching value, so what the others match is asked again until none does.
    """
    found = list(decided)
    left = [_unbound(each) for each in found]
    writes = True
    while writes:
        writes = False
        for number, before in enumerate(found):
            after = _matched(before, left[number], found, names)
            left[number] = [each for each in left[number] if after.matches[each.device_id].result not in TAKES]
            written = len(after.decisions.changes) > len(before.decisions.changes)
            writes = writes or (written and _rewritten([after], names) != _rewritten([before], names))
            found[number] = after
    return found


def _unbound(each: Decided) -> list[Candidate]:
    listing = each.inputs.listing
    ids = listing.devices.ids
    places = (place for place, binding in enumerate(each.inputs.bound) if binding is None)
    return list(listing.candidates(place for place in places if ids[place] not in each.matches))


def _matched(each: Decided, left: Sequence[Candidate], others: Sequence[Decided], names: frozenset[str]) -> Decided:
    """Return a connection with the devices that are left matched, those decided that take an asset."""
    inputs = each.inputs
    index = each.index.with_rewritten(_rewritten(others, names))
    bindings = inputs.bindings
    found = match_claims(left, inputs.listing.index, bindings, index)
    takes = {device_id: match for device_id, match in found.items() if match.result in TAKES}
    taken = {one.asset_id: one for other in others for one in other.decisions.taken}
    decisions = merge([each.decisions, collect(decide_matched(inputs, takes, taken))])
    tenant = inputs.snapshot.source, inputs.connection.tenant_id
    holders = {
        match.asset_id: Binding(*tenant, match.asset_id, first_life(device_id, inputs.read))
        for device_id, match in takes.items()
        if match.asset_id is not None
    }
    after = dataclasses.replace(inputs, bindings=bindings.with_taken(holders))
    return Decided(after, {**each.matches, **found}, index, decisions)


def _rewritten(decided: Iterable[Decided], names: frozenset[str]) -> Rewritten:
    """Return the matching fields that these decisions write so far, by the asset's id."""
    found: dict[int, dict[str, Scalar]] = {}
    for each in decided:
        for asset_id, values in each.decisions.rewritten(names).items():
            found.setdefault(asset_id, {}).update(values)
    return found


def _decide_left(decided: Sequence[Decided], names: frozenset[str]) -> tuple[Decided, ...]:
    """Create assets for the devices that match none, and decide of bindings whose device was not listed."""
    rewritten = _rewritten(decided, names)
    done: list[Decided] = []
    for each in decided:
        inputs, index = each.inputs, each.index.with_rewritten(rewritten)
        created = [new for other in done for new in other.decisions.created]
        more = chain(
            decide_new(inputs, index, each.matches, created),
            _reports(inputs, each.matches),
            decide_unlisted(inputs, index, each.matches),
        )
        decisions = with_superseded(inputs, each.matches, merge([each.decisions, collect(more)]))
        withheld = (*decisions.withheld, *undecided_together(inputs, decisions))
        decisions = dataclasses.replace(decisions, withheld=withheld)
        done.append(dataclasses.replace(each, index=index, decisions=decisions))
    return tuple(done)


def _reports(inputs: ConnectionInputs, matches: Matches) -> Iterator[Decision]:
    """Yield what is reported of devices without an asset, and of those that a person should look at all the same."""
    for device_id, match in sorted(matches.items()):
        label = inputs.listing.label_of(device_id)
        if match.contested is not None:
            yield inputs.problem(device_id, label, match.contested, "M5")
        if match.result not in HAS_ASSET and match.result is not MatchResult.NEW:
            yield Met(match.result)
            yield _report(inputs, device_id, label, match)


def _report(inputs: ConnectionInputs, device_id: str, label: str, match: Match) -> Decision:
    match match.result:
        case MatchResult.EXCLUDED:
            return inputs.left(device_id, label, "excluded", "the settings leave it out", match.rule)
        case MatchResult.SUPERSEDED:
            return inputs.left(device_id, label, "superseded", match.reason, match.rule)
        case MatchResult.PROBLEM:
            return inputs.problem(device_id, label, match.reason, match.rule)
        case _:
            what = "its binding's move" if match.binding else "its creation or its match"
            return inputs.withheld(device_id, label, what, match.reason, match.rule)
