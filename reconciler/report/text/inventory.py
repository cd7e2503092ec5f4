"""What importing an inventory comes to, for people: what is wrong row by row, then what would be created."""

from collections import Counter
from collections.abc import Sequence
from typing import Final

from rich.text import Text

from reconciler.inventory.build import Inventory, RowProblem
from reconciler.model.plan import Subject
from reconciler.report.text.changes import change_lines
from reconciler.report.text.lines import Style, folded, parts, styled
from reconciler.report.values import called, many

_SHOWN: Final = 20
_NAMES: Final = {
    Subject.ASSET: ("asset", "assets"),
    Subject.USER: ("user", "users"),
    Subject.CATALOGUE: ("catalogue entry", "catalogue entries"),
}


def inventory_text(inventory: Inventory, instance: str, *, every: bool = False, width: int = 80) -> list[Text]:
    """Return an import as lines of at most `width` cells; many problems or assets show their first, unless `every`."""
    heading = f"Import into {instance}: {many(inventory.rows, 'row')}"
    return [
        *folded(styled((heading, Style.HEADING)), width, rest=2),
        *_problems("problems", inventory.problems, Style.PROBLEM, every=every, width=width),
        *_problems("to look at", inventory.doubts, Style.WARNING, every=every, width=width),
        *([] if inventory.unusable else change_lines(inventory.plan.changes, every=every, width=width)),
        Text(),
        *folded(parts(summary(inventory), style=Style.HEADING), width, rest=2),
    ]


def summary(inventory: Inventory) -> list[str]:
    """Return what an import comes to, part by part."""
    if inventory.unusable:
        return ["nothing to create while a column is in question"]
    counts = Counter(change.subject for change in inventory.plan.changes)
    words = [f"{many(counts[each], *names)} to create" for each, names in _NAMES.items() if counts[each]]
    words = words or ["nothing to create"]
    if inventory.same:
        words.append(f"{many(inventory.same, 'row')} in the store already")
    if inventory.left_out:
        words.append(f"{many(inventory.left_out, 'row')} left out")
    return words


def _problems(title: str, problems: Sequence[RowProblem], style: Style, *, every: bool, width: int) -> list[Text]:
    """Return a file's problems by row, the first ones or all of them."""
    if not problems:
        return []
    lines = [Text(), styled((f"{title}: {len(problems):,}", style))]
    part = problems if every else problems[:_SHOWN]
    for each in part:
        where = f"{each.file}:{each.line}"
        first = styled(("  ! ", style), f"{where}  ")
        subject = " ".join(word for word in (called(each.label), each.column) if word)
        lines += folded(styled(f"{subject}: " if subject else "", each.message), width, first=first, rest=6)
    if len(part) < len(problems):
        lines.append(styled((f"    … and {len(problems) - len(part):,} more; --all shows every one", Style.QUIET)))
    return lines
