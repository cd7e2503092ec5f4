"""The type that each asset should have (T1-T4)."""

from reconciler.model.snapshot import UNKNOWN
from reconciler.planning.attributes.comparison import Because, Desired
from reconciler.planning.attributes.rows import Rows
from reconciler.planning.rules.columns import MISFIT
from reconciler.settings.mappings.asset_types import AssetTypesFile

TYPE = "type"


def desired_type(rows: Rows, settings: AssetTypesFile) -> Desired | None:
    """Return the type of every row; None when the assets keep theirs (T4)."""
    if not rows.new and not settings.update_types:
        return None
    decisions = rows.devices.types
    column = [each.name or (UNKNOWN if each.unknown else MISFIT) for each in decisions]

    def because(row: int) -> Because:
        decision = decisions[row]
        if column[row] is MISFIT:
            return Because(f"its type cannot be decided: {decision.reason}", decision.rule)
        return Because(decision.reason, decision.rule)

    return Desired(TYPE, column, because)
