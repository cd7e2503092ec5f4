"""What a plan says of one connection: how its devices met the assets, what is unknown, and which read counts."""

from collections import Counter
from collections.abc import Iterator

from reconciler.model.plan import ConnectionSummary, MatchReport, ReadAdvance, Withheld
from reconciler.model.snapshot import Snapshot
from reconciler.planning.decisions import Decisions
from reconciler.planning.inputs.connection import ConnectionInputs
from reconciler.planning.inputs.stored import Stored
from reconciler.planning.limits import is_first_import
from reconciler.planning.matching.matches import MatchResult
from reconciler.settings.environment import Connection


def summarise(inputs: ConnectionInputs, decisions: Decisions) -> ConnectionSummary:
    """Return the summary of a connection whose devices were planned."""
    snapshot = inputs.snapshot
    return ConnectionSummary(
        name=inputs.name,
        tenant_id=inputs.connection.tenant_id,
        enabled=True,
        read_at=snapshot.read_at,
        first_import=is_first_import(inputs.stored.state, snapshot.source, inputs.connection.tenant_id),
        unproven=len(decisions.unproven),
        report=_report(inputs, decisions),
        unknown=snapshot.unknown_parts(),
        warnings=snapshot.warnings,
    )


def undecided_together(inputs: ConnectionInputs, decisions: Decisions) -> Iterator[Withheld]:
    """Yield the changes that could not be decided, those of many assets for one reason together."""
    unknown = inputs.snapshot.software_unknown
    if inputs.connection.imports.software.import_ and unknown is not None:
        yield inputs.withheld(None, "all assets", "software", f"the software is unknown: {unknown}", "L1")
    counts = Counter((each.name, each.reason, each.rule) for each in decisions.undecided)
    for (name, why, rule), count in sorted(counts.items()):
        yield inputs.withheld(None, f"{count} asset{'s' if count > 1 else ''}", name, why, rule)


def advances(inputs: ConnectionInputs) -> tuple[ReadAdvance, ...]:
    """Return that the connection's read counts from now on, if it does (D3)."""
    return (_advance(inputs.connection, inputs.snapshot, whole=inputs.read.whole),) if inputs.read.newer else ()


def summarise_users(
    stored: Stored, connection: Connection, snapshot: Snapshot
) -> tuple[ConnectionSummary, tuple[ReadAdvance, ...]]:
    """Return the summary and the read of a connection whose entities leave assets out: its list proves nothing (A5)."""
    last = stored.reads.get(connection.tenant_id)
    summary = ConnectionSummary(
        name=connection.name,
        tenant_id=connection.tenant_id,
        enabled=True,
        skipped="its entities leave assets out",
        read_at=snapshot.read_at,
        unknown=tuple(part for part in snapshot.unknown_parts() if part.part == "users"),
        warnings=snapshot.warnings,
    )
    newer = last is None or snapshot.read_at > last.read_at
    return summary, (_advance(connection, snapshot, whole=False),) if newer else ()


def _advance(connection: Connection, snapshot: Snapshot, *, whole: bool) -> ReadAdvance:
    return ReadAdvance(source=snapshot.source, tenant_id=connection.tenant_id, read_at=snapshot.read_at, whole=whole)


def _report(inputs: ConnectionInputs, decisions: Decisions) -> MatchReport:
    """Return how a connection's devices met the assets, as numbers."""
    results = decisions.results()
    left = Counter(each.why for each in decisions.left_alone)
    return MatchReport(
        listed=len(inputs.listing.index) - len(inputs.unlisted),
        found_by_id=len(inputs.unlisted),
        bound=results[MatchResult.BOUND] + results[MatchResult.MOVES],
        matched=results[MatchResult.MATCHED],
        created=results[MatchResult.NEW],
        ambiguous=results[MatchResult.PROBLEM],
        not_created=left["not-created"],
        excluded=left["excluded"],
        superseded=left["superseded"],
        withheld=results[MatchResult.WITHHELD],
    )
