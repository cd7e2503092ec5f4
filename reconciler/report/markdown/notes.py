"""What leads a comment and what closes it: limits, problems, pending settings, connections, withheld, left alone."""

from collections.abc import Sequence
from typing import Final

from reconciler.model.plan import ConnectionSummary, LeftAlone, LimitUse, Plan, Problem, SettingChange, Withheld
from reconciler.report.escaping import markdown_code, markdown_prose
from reconciler.report.kinds import LIMITED
from reconciler.report.markdown.changes import rule_words
from reconciler.report.markdown.layout import Section, listed
from reconciler.report.text.notes import NOT_APPLIED, left_alone_groups, problem_groups, withheld_groups
from reconciler.report.text.opening import (
    allow_words,
    enablement_first,
    failed,
    first_imports,
    listed_words,
    met_words,
    numbers_words,
    since_words,
    skipped_verb,
)
from reconciler.report.values import ARROW, called, few_names, many, moment

_EXAMPLES: Final = 5
_FIRST: Final = 10
"""Groups of problems that lead; when there are more, all of them are among the details too."""
_NAME: Final = 60


def leading_sections(plan: Plan) -> list[Section]:
    """Return what must be seen first of a plan: first imports, limits, what is unknown, problems."""
    groups = list(problem_groups(plan.problems).items())
    sections = [
        listed("First import into a store that holds assets", "", first_imports(plan), _import_entry, folded=False),
        _limits(plan.over_limit()),
        trouble_section(plan, folded=False),
        listed(_counted("Problems", plan.problems), "", groups[:_FIRST], _problem_entry, folded=False),
    ]
    return [each for each in sections if each.count]


def more_sections(plan: Plan) -> list[Section]:
    """Return the details that are no changes: all problems if not all lead, what is not done, settings that wait."""
    groups = list(problem_groups(plan.problems).items())
    sections = [
        connections_section(plan),
        listed("problems", f"all {len(plan.problems):,}", groups if len(groups) > _FIRST else [], _problem_entry),
        withheld_section(plan.withheld),
        left_alone_section(plan.left_alone),
        pending_section(plan.pending, plan.pending_since),
    ]
    return [each for each in sections if each.count]


def trouble_section(plan: Plan, *, folded: bool = True) -> Section:
    """Return the connections of which something was not read, is unknown or will soon fail."""
    troubled = [each for each in plan.connections if _trouble(each)]
    words = many(len(troubled), "connection") if folded else ""
    return listed("Not read, unknown or soon to fail", words, troubled, _trouble_entry, folded=folded)


def connections_section(plan: Plan) -> Section:
    """Return what each connection gave."""
    return listed("connections", many(len(plan.connections), "connection"), plan.connections, _connection_entry)


def problem_section(name: str, problems: Sequence[Problem]) -> Section:
    """Return problems, folded, those with one message together."""
    groups = list(problem_groups(problems).items())
    return listed(name, f"{len(problems):,}, for a person to look at", groups, _problem_entry)


def pending_section(pending: Sequence[SettingChange], since: str | None) -> Section:
    """Return settings that the store has not seen, those that turn connections on or off first (E4)."""
    words = many(len(pending), "setting") + (f", since {since_words(since)}" if since else "")
    return listed("not yet applied here", words, enablement_first(pending), setting_entry)


def withheld_section(withheld: Sequence[Withheld]) -> Section:
    """Return the changes whose data is missing, those with one reason together."""
    groups = list(withheld_groups(withheld).items())
    return listed(NOT_APPLIED, f"{len(withheld):,}, until it is known", groups, _withheld_entry)


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
        lambda place: limit_entry(over[place]),
        folded=False,
        after=f"To allow it: {markdown_code(options)}",
    )


def limit_entry(use: LimitUse) -> str:
    """Return a limit that a plan is over as an entry, with its numbers."""
    return f"- **{LIMITED[use.kind]}** ({_name(use.connection)}): {numbers_words(use)} ({use.bound:,} bound assets)"


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
    return f"- {_name(summary.name)}: {listed_words(summary.report)}{f': {words}' if words else ''}{read}"


def _problem_entry(group: tuple[tuple[str, str, str], Sequence[str]]) -> str:
    (connection, message, rule), labels = group
    return f"- {_chosen(labels)} of {_name(connection)}: {markdown_prose(message)} {rule_words(rule)}".rstrip()


def setting_entry(change: SettingChange) -> str:
    """Return a setting before and after as an entry."""
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
