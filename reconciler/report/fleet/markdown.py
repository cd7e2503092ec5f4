"""A fleet's table as Markdown: the worst ten in sight, the rest folded, within a comment's length (V3)."""

from collections.abc import Sequence
from typing import Final

from reconciler.model.fleet import FleetRow
from reconciler.report.escaping import markdown_code
from reconciler.report.fleet.rows import COLUMNS, cells, summary, worst_first

_IN_SIGHT: Final = 10
_LONGEST: Final = 60_000
_MARKER: Final = "<!-- reconciler:fleet -->"


def fleet_markdown(rows: Sequence[FleetRow], title: str = "Fleet") -> str:
    """Return the table as a comment for a pull request."""
    ordered = worst_first(rows)
    head = f"{_MARKER}\n#### {title}\n\n**{summary(rows)}**\n\n"
    first, rest = ordered[:_IN_SIGHT], ordered[_IN_SIGHT:]
    text = head + _table(first)
    if not rest:
        return text
    folded, left = _fitting(rest, _LONGEST - len(text))
    more = f"\n{left} more are left out here; the JSON has them all.\n" if left else ""
    return f"{text}\n<details><summary>{len(rest)} more</summary>\n\n{folded}{more}\n</details>\n"


def _fitting(rows: Sequence[FleetRow], length: int) -> tuple[str, int]:
    """Return a table of as many rows as fit, and how many do not."""
    for count in range(len(rows), 0, -max(1, len(rows) // 20)):
        table = _table(rows[:count])
        if len(table) <= length:
            return table, len(rows) - count
    return "", len(rows)


def _table(rows: Sequence[FleetRow]) -> str:
    lines = [f"| {' | '.join(COLUMNS)} |", f"|{'---|' * len(COLUMNS)}"]
    lines += [f"| {' | '.join(_cell(each) for each in cells(row).cells)} |" for row in rows]
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return markdown_code(text).replace("|", "\\|") if text else ""
