"""A fleet's table as text: columns that fit, and what a person has to know of an environment below its row."""

from collections.abc import Sequence
from typing import Final

from rich.text import Text

from reconciler.model.fleet import FleetRow
from reconciler.report.escaping import terminal
from reconciler.report.fleet.rows import COLUMNS, cells, summary, worst_first

_NOTES: Final = len(COLUMNS) - 1


def fleet_text(rows: Sequence[FleetRow]) -> list[Text]:
    """Return the table line by line; a column that is empty for all is left out."""
    shown = [cells(row) for row in worst_first(rows)]
    escaped = [tuple(map(terminal, each.cells)) for each in shown]
    kept = [index for index in range(_NOTES) if index == 0 or any(row[index] for row in escaped)]
    widths = {index: max(len(COLUMNS[index]), *(len(row[index]) for row in escaped)) for index in kept}
    lines = [Text("  ".join(COLUMNS[index].ljust(widths[index]) for index in kept).rstrip(), style="bold")]
    for each, row in zip(shown, escaped, strict=True):
        line = "  ".join(row[index].ljust(widths[index]) for index in kept).rstrip()
        lines.append(Text(line, style="red" if each.failed else ""))
        if row[_NOTES]:
            lines.append(Text(f"    {row[_NOTES]}", style="dim"))
    return [*lines, Text(""), Text(summary(rows))]
