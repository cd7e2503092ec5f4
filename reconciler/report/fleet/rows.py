"""What a fleet's table says in each format: its columns, its order and its closing sentence."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from reconciler.errors import ExitCode
from reconciler.model.fleet import FleetImpact, FleetRow
from reconciler.report.text.impact import merging_words
from reconciler.report.values import moment

COLUMNS: Final = (
    "environment",
    "result",
    "devices",
    "changes",
    "over a limit",
    "last success",
    "credential ends",
    "notes",
)
_RESULTS: Final = {
    ExitCode.DONE: "done",
    ExitCode.ERROR: "failed",
    ExitCode.CHANGES_PENDING: "changes",
    ExitCode.OVER_LIMIT: "over limit",
    ExitCode.STALE: "stale",
    ExitCode.PARTLY_UNKNOWN: "partly unknown",
    ExitCode.USAGE: "refused",
    ExitCode.INTERRUPTED: "interrupted",
}
_ORDER: Final = (130, 64, 1, 4, 3, 5, 2, 0)
"""V4's order of exit codes, the worst first."""


@dataclass(frozen=True, slots=True)
class Cells:
    """One environment's cells, in the order of the columns, as plain text."""

    cells: tuple[str, ...]
    failed: bool


def worst_first(rows: Sequence[FleetRow]) -> list[FleetRow]:
    """Return the rows in V4's order, then by name."""
    return sorted(rows, key=lambda row: (_ORDER.index(row.exit_code), row.environment))


def cells(row: FleetRow) -> Cells:
    """Return what is shown of an environment."""
    code = ExitCode(row.exit_code)
    changes = ", ".join(f"{count} {kind}" for kind, count in row.changes.items())
    caused = [_impact(row.impact)] if row.impact is not None else []
    told = " · ".join([*([row.error] if row.error else []), *caused, *row.notes])
    return Cells(
        (
            row.environment,
            _RESULTS[code],
            "" if row.devices is None else f"{row.devices:,}",
            changes,
            ", ".join(row.over),
            moment(row.last_success) if row.last_success else "",
            row.credential_ends or "",
            told,
        ),
        code not in {ExitCode.DONE, ExitCode.CHANGES_PENDING},
    )


def _impact(found: FleetImpact) -> str:
    if found.note:
        return f"this change: {found.note}"
    return f"this change: {merging_words(found.assets, found.users, found.caused, nothing=found.is_nothing())}"


def summary(rows: Sequence[FleetRow]) -> str:
    """Return how many environments came to what, as a sentence."""
    counts: dict[str, int] = {}
    for row in worst_first(rows):
        name = _RESULTS[ExitCode(row.exit_code)]
        counts[name] = counts.get(name, 0) + 1
    many = "1 environment" if len(rows) == 1 else f"{len(rows)} environments"
    return f"{many}: {', '.join(f'{count} {name}' for name, count in counts.items())}."
