"""A plan as people read it on a terminal: what is wrong first, then what would change, last what it comes to."""

from rich.text import Text

from reconciler.model.plan import Plan
from reconciler.report.kinds import LIMITED
from reconciler.report.summary import summary_parts
from reconciler.report.text.changes import change_lines
from reconciler.report.text.lines import Style, folded, parts, styled
from reconciler.report.text.notes import left_alone_lines, problem_lines, withheld_lines
from reconciler.report.text.opening import (
    allow_words,
    connection_lines,
    first_import_lines,
    headline,
    limit_lines,
    pending_lines,
)


def plan_text(plan: Plan, *, every: bool = False, width: int = 80, kind: str | None = None) -> list[Text]:
    """Return a plan as lines of at most `width` cells, each without its newline.

    Groups of many changes show their first ones unless `every` is true. `kind` is the instance's kind, which a plan
    does not hold. The lines' plain text has the same content as the styled one; nothing in it is markup, so print
    them with `soft_wrap=True, markup=False, highlight=False`, or join their `plain`.
    """
    return [
        *_opening(plan, kind, width),
        *connection_lines(plan, width),
        *problem_lines(plan.problems, every=every, width=width),
        *change_lines(plan.changes, every=every, width=width),
        *withheld_lines(plan.withheld, every=every, width=width),
        *left_alone_lines(plan.left_alone, every=every, width=width),
        Text(),
        *_closing(plan, width),
    ]


def summary_text(plan: Plan, *, width: int = 80, kind: str | None = None) -> list[Text]:
    """Return the lines of `plan_text` that a glance needs: the opening, connections, problems, and what it comes to."""
    return [
        *_opening(plan, kind, width),
        *connection_lines(plan, width),
        *problem_lines(plan.problems, every=False, width=width),
        Text(),
        *_closing(plan, width),
    ]


def _opening(plan: Plan, kind: str | None, width: int) -> list[Text]:
    return [
        *headline(plan, kind, width),
        *first_import_lines(plan, width),
        *limit_lines(plan, width),
        *pending_lines(plan.pending, plan.pending_since, width),
    ]


def _closing(plan: Plan, width: int) -> list[Text]:
    lines = folded(parts(summary_parts(plan), style=Style.HEADING), width, rest=2)
    if over := plan.over_limit():
        kinds = list(dict.fromkeys(LIMITED[use.kind] for use in over))
        text = styled((f"Over the limit of {', '.join(kinds)}: ", Style.LOUD), "not applied without ")
        lines += folded(text + parts(allow_words(over), " "), width, rest=2)
    return lines


def plain(lines: list[Text]) -> str:
    """Return lines as the plain text that a pipe or a file gets, with a newline after each."""
    return "".join(f"{line.plain}\n" for line in lines)
