"""What a report shows before its list: where the plan comes from, its limits as bars, and what is wrong."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from reconciler.model.plan import ConnectionSummary, LimitUse, Plan
from reconciler.report.escaping import terminal
from reconciler.report.summary import title, what_it_comes_to
from reconciler.report.text.notes import problem_groups
from reconciler.report.text.opening import (
    allow_words,
    enablement_first,
    first_imports,
    listed_words,
    met_words,
    numbers_words,
    since_words,
    skipped_verb,
)
from reconciler.report.values import ARROW, few_names, moment, short

_PROBLEMS: Final = 10
_SETTINGS: Final = 50
_LABELS: Final = 5
_BARS: Final = 40


@dataclass(frozen=True, slots=True)
class Bar:
    """A limit as a bar: where what was used and what is planned end, and where the limit is, each of 100."""

    name: str
    words: str
    used: float
    planned: float
    allowed: float
    over: bool


def overview(plan: Plan, kind: str | None, recording: str | None) -> dict[str, object]:
    """Return what the template shows, every text in it visible as it is and not yet escaped for HTML."""
    first, others = what_it_comes_to(plan)
    over = plan.over_limit()
    pending = enablement_first(plan.pending)
    return {
        "title": terminal(title(plan, kind)),
        "summary": [terminal(each) for each in (first, *others)],
        "facts": [(name, terminal(fact)) for name, fact in _facts(plan, recording) if fact],
        "made_at": terminal(plan.made_at),
        "over": bool(over),
        "allow": " ".join(allow_words(over)) if over else "",
        "limits": _bars(plan.limits),
        "imports": [(terminal(name), terminal(words)) for name, words in first_imports(plan)],
        "problems": _problems(plan),
        "more_problems": max(0, len(problem_groups(plan.problems)) - _PROBLEMS),
        "since": terminal(since_words(plan.pending_since)) if plan.pending_since else "",
        "pending": [
            (terminal(each.path), f"{terminal(each.before)} {ARROW} {terminal(each.after)}")
            for each in pending[:_SETTINGS]
        ],
        "more_pending": max(0, len(pending) - _SETTINGS),
        "connections": [_connection(each) for each in plan.connections],
    }


def _facts(plan: Plan, recording: str | None) -> list[tuple[str, str]]:
    commit = (plan.settings_commit or "").replace(
        "-dirty", ", uncommitted"
    ) or f"{short(plan.settings_digest)} (no commit)"
    read = "read" if any(each.read_at for each in plan.connections) else "as of"
    return [
        ("settings", commit),
        (read, moment(plan.made_at, seconds=True)),
        ("recording", recording or ""),
        ("plan", plan.digest),
        ("made by", f"reconciler {plan.tool_version}"),
    ]


def _bars(limits: Sequence[LimitUse]) -> list[Bar]:
    used = [each for each in limits if each.planned or each.used or each.over]
    several = len({each.connection for each in used}) > 1
    return [_bar(each, several) for each in sorted(used, key=lambda each: not each.over)[:_BARS]]


def _bar(use: LimitUse, several: bool) -> Bar:
    """Return a limit as a bar: what is used, what is planned, and where the limit stands."""
    total = use.used + use.planned
    whole = max(use.allowed, total, 1) * 1.05
    exempt = f"; exempt: {use.exempt}" if use.exempt else ""
    return Bar(
        terminal(f"{use.kind} of {use.connection}" if several else use.kind),
        terminal(f"{numbers_words(use)}{exempt}"),
        used=_percent(use.used, whole),
        planned=_percent(use.planned, whole),
        allowed=_percent(use.allowed, whole),
        over=use.over,
    )


def _percent(value: int, whole: float) -> float:
    return round(100 * value / whole, 1)


def _problems(plan: Plan) -> list[tuple[str, str, str]]:
    """Return who has a problem, what it is, and the rule, those with one message together."""
    groups = list(problem_groups(plan.problems).items())[:_PROBLEMS]
    return [
        (terminal(_labels(labels)), terminal(f"{message} ({connection})"), terminal(rule))
        for (connection, message, rule), labels in groups
    ]


def _labels(labels: Sequence[str]) -> str:
    some, more = few_names(labels, _LABELS)
    return ", ".join([*(name + times for name, times in some), *([f"{more:,} more"] if more else [])])


def _connection(summary: ConnectionSummary) -> tuple[str, str, list[str]]:
    """Return a connection's name, what it gave, and what of it is unknown or soon to fail."""
    unknown = [f"{part.part} unknown: {part.why}" for part in summary.unknown if part.why != summary.skipped]
    if summary.skipped is not None:
        gave = f"{skipped_verb(summary)}: {summary.skipped}"
    else:
        words = ", ".join(met_words(summary.report))
        gave = f"{listed_words(summary.report, 'device')}{f': {words}' if words else ''}"
    return terminal(summary.name), terminal(gave), [terminal(each) for each in (*unknown, *summary.warnings)]
