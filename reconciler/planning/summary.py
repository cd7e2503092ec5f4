"""What a plan says of one connection: how its devices met the assets, what is unknown, and which read counts."""

from reconciler.model.plan import ConnectionSummary, MatchReport, ReadAdvance
from reconciler.planning.limits import is_first_import
from reconciler.planning.matching import Verdict
from reconciler.planning.planner import Planner


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
        planner.world.advances.append(
            ReadAdvance(
                source=snapshot.source,
                tenant_id=planner.connection.tenant_id,
                read_at=snapshot.read_at,
                whole=planner.read.whole,
            )
        )


def _report(planner: Planner) -> MatchReport:
    counts = planner.counts
    return MatchReport(
        listed=len(planner.devices.ids),
        bound=counts[Verdict.BOUND] + counts[Verdict.MOVES],
        matched=counts[Verdict.MATCHED],
        created=counts[Verdict.NEW],
        ambiguous=counts[Verdict.PROBLEM],
        not_created=counts["left-not-created"],
        excluded=counts["left-excluded"],
        superseded=counts["left-superseded"],
        withheld=counts[Verdict.WITHHELD],
    )
