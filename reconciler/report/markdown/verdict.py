"""The verdict of a pull request: what merging changes, whether a limit stops it, then at most ten groups (V7).

Affected is an asset or user that ends differently with the new settings than with those at the base, or whose device
leaves scope or comes into it; each counts once.
"""

from collections.abc import Sequence
from typing import Final

from reconciler.model.impact import Impact, ScopeChange
from reconciler.model.plan import LimitUse, Plan, Subject
from reconciler.report.escaping import markdown_code, markdown_prose
from reconciler.report.groups import effect_groups
from reconciler.report.kinds import LIMITED
from reconciler.report.markdown.changes import group_entry
from reconciler.report.text.impact import merging, scope_words
from reconciler.report.text.opening import allow_words
from reconciler.report.values import called, many

_GROUPS: Final = 10
ENTRIES: Final = 3
"""Catalogue entries that are named."""
_WARNING: Final = "\N{WARNING SIGN}"


def verdict(impact: Impact, plan: Plan) -> str:
    """Return the verdict in bold, what stops the next apply, and the largest groups as a list, as Markdown."""
    if not impact.compared:
        return f"**{_WARNING} What merging changes is unknown**: {markdown_prose(impact.note or '')}"
    over = plan.over_limit()
    mark = f"{_WARNING} " if over or impact.unknown else ""
    sentences = [f"**{mark}{merging(impact)}.**", _limits(over, impact.over, plan.instance), _unknown(impact)]
    return "\n".join([" ".join(each for each in sentences if each), *_groups(impact)])


def _limits(over: Sequence[LimitUse], own: Sequence[LimitUse], instance: str) -> str:
    """Return which limits stop the next apply, and who lets it pass, and how."""
    if not over:
        return "No limit stops the next apply."
    kinds = ", ".join(dict.fromkeys(LIMITED[use.kind] for use in over))
    anyway = "" if own else ", with or without this change"
    allow = allow_words(over)
    raised = " ".join(each.removeprefix("--allow ") for each in allow[:-1])
    command = f"reconciler apply {instance} {' '.join(allow)}"
    return (
        f"The next scheduled apply stops at {many(len(over), 'limit')} ({kinds}){anyway}. After the merge, somebody "
        f"who may run it starts the workflow _apply_ with {markdown_code(f'allow: {raised}')} and a reason, or "
        f"{markdown_code(command)}."
    )


def _unknown(impact: Impact) -> str:
    if not impact.unknown:
        return ""
    return f"The recording cannot answer {many(len(impact.unknown), 'question')} of it, see below."


def is_whole(impact: Impact) -> bool:
    """Return whether the verdict's lines hold every group."""
    entries = any(each.subject is Subject.CATALOGUE for each in impact.effects)
    return len(effect_groups(impact.effects)) + entries + len(by_scope(impact)) <= _GROUPS


def _groups(impact: Impact) -> list[str]:
    """Return what ends differently in few lines: groups, catalogue and scope, as many as there is room for."""
    groups = effect_groups(impact.effects)
    entries = [each.name for each in impact.effects if each.subject is Subject.CATALOGUE]
    scope = by_scope(impact)
    taken = bool(entries) + len(scope)
    room = _GROUPS - taken - (len(groups) + taken > _GROUPS)
    lines = [group_entry(each) for each in groups[:room]]
    if entries:
        named = ", ".join(map(markdown_code, entries[:ENTRIES]))
        more = f", {len(entries) - ENTRIES:,} more" if len(entries) > ENTRIES else ""
        lines.append(f"- catalogue: {many(len(entries), 'entry', 'entries')} ({named}{more})")
    lines += [scope_line(group) for group in scope]
    if rest := len(groups) - room if len(groups) > room else 0:
        lines.append(f"- … and {many(rest, 'more group')}, below")
    return ["", *lines] if lines else []


def by_scope(impact: Impact) -> list[list[ScopeChange]]:
    """Return whom the change takes out of scope, and whom it brings into it, without what is empty."""
    groups = [[each for each in impact.scope if each.out is out] for out in (True, False)]
    return [group for group in groups if group]


def scope_line(group: Sequence[ScopeChange]) -> str:
    """Return who leaves scope or comes into it, a few by name."""
    named = ", ".join(markdown_code(called(each.label)) for each in group[:ENTRIES])
    more = f", {len(group) - ENTRIES:,} more" if len(group) > ENTRIES else ""
    return f"- {scope_words(group)}: {named}{more}"
