"""What leads a comment and what closes it: limits, problems, pending settings, connections, withheld, left alone."""

from collections.abc import Sequence
from typing import Final

from reconciler.model.plan import ConnectionSummary, LeftAlone, LimitUse, Plan, Problem, SettingChange, Withheld
from reconciler.report.escaping import markdown_code, markdown_prose
from reconciler.report.markdown.changes import rule_words
from reconciler.report.markdown.layout import Section, listed
from reconciler.report.text.notes import left_alone_groups, problem_groups, withheld_groups
from reconciler.report.text.opening import (
    allow_words,
    enablement_first,
    failed,
    first_imports,
    met_words,
    since_words,
    skipped_verb,
)
from reconciler.report.values import ARROW, called, few_names, many, moment

_EXAMPLES: Final = 5
_FIRST: Final = 10
"""Groups of problems and pending settings that lead; when there are more, all of them are among the details too."""
_NAME: Final = 60


def leading_sections(plan: Plan) -> list[Section]:
    """Return what must be seen first: first imports, limits, what is unknown, problems, settings not yet applied."""
    over, imports = plan.over_limit(), first_imports(plan)
    troubled = [each for each in plan.connections if _trouble(each)]
    groups = list(problem_groups(plan.problems).items())
    pending = enablement_first(plan.pending)
    since = f"since {since_words(plan.pending_since)}" if plan.pending_since else ""
    sections = [
        listed("First import into a store that holds assets", "", imports, _import_entry, folded=False),
        _limits(over),
        listed("Not read, unknown or soon to fail", "", troubled, _trouble_entry, folded=False),
        listed(_counted("Problems", plan.problems), "", groups[:_FIRST], _problem_entry, folded=False),
        listed("Settings not yet applied here", since, pending[:_FIRST], _setting_entry, folded=False),
    ]
    return [each for each in sections if each.count]


def more_sections(plan: Plan) -> list[Section]:
    """Return the details that are no changes: all problems and settings if not all lead, then what is not done."""
    groups = list(problem_groups(plan.problems).items())
    pending = enablement_first(plan.pending)
    sections = [
        listed("connections", many(len(plan.connections), "connection"), plan.connections, _connection_entry),
        listed("problems", f"all {len(plan.problems):,}", groups if len(groups) > _FIRST else [], _problem_entry),
        listed("settings", f"all {len(pending):,}", pending if len(pending) > _FIRST else [], _setting_entry),
        withheld_section(plan.withheld),
        left_alone_section(plan.left_alone),
    ]
    return [each for each in sections if each.count]


def withheld_section(withheld: Sequence[Withheld]) -> Section:
    """Return the withheld changes, those with one reason together."""
    groups = list(withheld_groups(withheld).items())
    return listed("withheld", f"{len(withheld):,}, until what they need is known", groups, _withheld_entry)


def left_alone_section(left: Sequence[LeftAlone]) -> Section:
    """Return what is left alone on purpose, by why."""
    return listed("left alone", f"{len(left):,}, on purpose", list(left_alone_groups(left).items()), _left_entry)


def _counted(word: str, things: Sequence[Problem]) -> str:
    return f"{word}: {len(things):,}"


def _limits(over: Sequence[LimitUse]) -> Section:
    options = " ".join(allow_words(over)) if over else ""
    return Section(
        "🛑 Over a limit",
        "this plan will not be applied as it is",
        len(over),
        lambda place: _limit_entry(over[place]),
        folded=False,
        after=f"To allow it: {markdown_code(options)}",
    )


def _limit_entry(use: LimitUse) -> str:
    before = f" after {use.used:,} in the last window" if use.used else ""
    return (
        f"- **{use.kind}** of {_name(use.connection)}: **{use.planned:,}** planned{before}, {use.allowed:,} allowed "
        f"({use.bound:,} bound assets)"
    )


def _import_entry(first: tuple[str, str]) -> str:
    return f"- {_name(first[0])}: {markdown_prose(first[1])}"


def _trouble(summary: ConnectionSummary) -> list[str]:
    if not summary.enabled:
        return []
    failure = [f"{skipped_verb(summary)}: {summary.skipped}"] if failed(summary) else []
    unknown = [f"{part.part} unknown: {part.why}" for part in summary.unknown if part.why != summary.skipped]
    return [*failure, *unknown, *summary.warnings]


def _trouble_entry(summary: ConnectionSummary) -> str:
    trouble = _trouble(summary)
    some = [markdown_prose(each) for each in trouble[:_EXAMPLES]]
    if len(trouble) > _EXAMPLES:
        some.append(f"and {len(trouble) - _EXAMPLES:,} more")
    if len(some) == 1:
        return f"- {_name(summary.name)}: {some[0]}"
    return "\n".join([f"- {_name(summary.name)}", *(f"  - {each}" for each in some)])


def _connection_entry(summary: ConnectionSummary) -> str:
    if summary.skipped is not None:
        return f"- {_name(summary.name)}: {skipped_verb(summary)}: {markdown_prose(summary.skipped)}"
    words = ", ".join(met_words(summary.report))
    read = f", read {markdown_prose(moment(summary.read_at))}" if summary.read_at else ""
    return f"- {_name(summary.name)}: {summary.report.listed:,} listed{f': {words}' if words else ''}{read}"


def _problem_entry(group: tuple[tuple[str, str, str], Sequence[str]]) -> str:
    (connection, message, rule), labels = group
    return f"- {_chosen(labels)} of {_name(connection)}: {markdown_prose(message)} {rule_words(rule)}".rstrip()


def _setting_entry(change: SettingChange) -> str:
    values = f"{markdown_code(change.before)} {ARROW} {markdown_code(change.after)}"
    return f"- {markdown_code(change.path)}: {values}"


def _withheld_entry(group: tuple[tuple[str, str, str, str], Sequence[str]]) -> str:
    (what, connection, reason, rule), labels = group
    why = f"{markdown_prose(reason)} {rule_words(rule)}".rstrip()
    return f"- {markdown_prose(what)} of {_chosen(labels)} ({_name(connection)}): {why}"


def _left_entry(group: tuple[tuple[str, str], Sequence[LeftAlone]]) -> str:
    (why, connection), left = group
    labels = [f"{called(each.label)} ({each.reason})" if why == "pinned" else called(each.label) for each in left]
    return f"- {len(left):,} {markdown_prose(why)} ({_name(connection)}): {_chosen(labels)}"


def _name(connection: str) -> str:
    return markdown_prose(connection, _NAME)


def _chosen(labels: Sequence[str]) -> str:
    some, more = few_names(labels, _EXAMPLES)
    named = [markdown_code(name, 2 * _NAME) + times for name, times in some]
    return ", ".join([*named, *([f"{more:,} more"] if more else [])])
