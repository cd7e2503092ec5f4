"""What a plan says of one connection: how its devices met the assets, what is unknown, and which read counts."""

from reconciler.model.plan import ConnectionSummary, MatchReport, ReadAdvance
from reconciler.model.snapshot import Snapshot
from reconciler.planning.limits import is_first_import
from reconciler.planning.matching.matches import MatchResult
from reconciler.planning.planner import Planner
from reconciler.planning.world import World
from reconciler.settings.environment import Connection


def summarise(planner: Planner) -> None:
    """Add the connection's summary, its read, and the withheld changes that many assets share."""
    for (name, why, rule), count in sorted(planner.unknown.items()):
        planner.withhold(None, f"{count} asset{'s' if count > 1 else ''}", name, why, rule)
    snapshot = planner.snapshot
    planner.world.summaries.append(
        ConnectionSummary(
            name=planner.name,
            tenant_id=planner.connection.tenant_id,
            enabled=True,
            read_at=snapshot.read_at,
            first_import=is_first_import(planner.world.state, snapshot.source, planner.connection.tenant_id),
            unproven=planner.unproven,
            report=_report(planner),
            unknown=snapshot.unknown_parts(),
            warnings=snapshot.warnings,
        )
    )
    if planner.read.newer:
        planner.world.advances.append(_advance(planner.connection, snapshot, whole=planner.read.whole))


def summarise_users(world: World, connection: Connection, snapshot: Snapshot) -> None:
    """Add the summary and the read of a connection whose entities leave assets out: its list proves nothing (A5)."""
    last = world.reads.get(connection.tenant_id)
    world.summaries.append(
        ConnectionSummary(
            name=connection.name,
            tenant_id=connection.tenant_id,
            enabled=True,
            skipped="its entities leave assets out",
            read_at=snapshot.read_at,
            unknown=tuple(part for part in snapshot.unknown_parts() if part.part == "users"),
            warnings=snapshot.warnings,
        )
    )
    if last is None or snapshot.read_at > last.read_at:
        world.advances.append(_advance(connection, snapshot, whole=False))


def _advance(connection: Connection, snapshot: Snapshot, *, whole: bool) -> ReadAdvance:
    return ReadAdvance(source=snapshot.source, tenant_id=connection.tenant_id, read_at=snapshot.read_at, whole=whole)


def _report(planner: Planner) -> MatchReport:
    counts = planner.counts
    return MatchReport(
        listed=len(planner.devices.ids),
        bound=counts[MatchResult.BOUND] + counts[MatchResult.MOVES],
        matched=counts[MatchResult.MATCHED],
        created=counts[MatchResult.NEW],
        ambiguous=counts[MatchResult.PROBLEM],
        not_created=counts["left-not-created"],
        excluded=counts["left-excluded"],
        superseded=counts["left-superseded"],
        withheld=counts[MatchResult.WITHHELD],
    )
