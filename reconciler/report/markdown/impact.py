"""What a pull request's comment folds away: how a change of the settings ends, by setting, by rule, and the plan."""

from collections.abc import Sequence
from typing import Final

from reconciler.model.impact import Impact, ScopeChange, Share, Unanswered
from reconciler.model.plan import Change, Plan, Subject
from reconciler.report.escaping import markdown_code, markdown_prose
from reconciler.report.groups import effect_groups
from reconciler.report.kinds import MEANING, by_kind
from reconciler.report.markdown.changes import group_entry
from reconciler.report.markdown.layout import Section, listed
from reconciler.report.markdown.notes import (
    connections_section,
    left_alone_section,
    limit_entry,
    pending_section,
    problem_section,
    trouble_section,
    withheld_section,
)
from reconciler.report.markdown.verdict import ENTRIES, by_scope, is_whole
from reconciler.report.summary import what_it_comes_to
from reconciler.report.text.changes import section_groups
from reconciler.report.text.impact import few, rule_name
from reconciler.report.values import ARROW, called, many

_LONGEST: Final = 1_000
_IN_PLAN: Final = 8
"""Groups of each kind that the whole plan shows; the page and the terminal have every one."""


def impact_sections(impact: Impact, plan: Plan) -> list[Section]:
    """Return everything below the verdict, folded: what this change does first, the settings that wait last (V7)."""
    return [each for each in (*_of_change(impact), *_of_plan(impact, plan)) if each.count]


def _of_change(impact: Impact) -> list[Section]:
    """Return the sections of what a change of the settings does, the shortest way that is still whole."""
    used = [each for each in impact.by_setting if each.count]
    unused = len(impact.by_setting) - len(used)
    settings = many(len(impact.by_setting), "setting differs", "settings differ")
    idle = f", {unused:,} without effect" if unused else ""
    entries = [each.name for each in impact.effects if each.subject is Subject.CATALOGUE]
    groups = [] if is_whole(impact) else effect_groups(impact.effects)
    return [
        listed("what ends differently", affected_words(impact), groups, group_entry),
        listed(
            "catalogue",
            many(len(entries), "entry", "entries"),
            entries if len(entries) > ENTRIES else [],
            lambda name: f"- {markdown_code(name)}",
        ),
        listed(
            "scope",
            "left as they are from then on, or kept up to date again",
            [each for group in by_scope(impact) if len(group) > ENTRIES for each in group],
            _scope_entry,
        ),
        listed("by setting", f"{settings}{idle}", impact.by_setting, _setting),
        listed("by rule", many(len(impact.by_rule), "rule or reason", "rules and reasons"), impact.by_rule, _rule),
        listed("unknown", "what the recording cannot answer", impact.unknown, _unknown),
        problem_section("new problems", impact.problems),
        problem_section("problems that this change solves", impact.solved),
    ]


def _of_plan(impact: Impact, plan: Plan) -> list[Section]:
    """Return the whole plan: what the next apply does, with what would happen anyway."""
    waiting = {each.path for each in impact.settings}
    pending = [each for each in plan.pending if each.path not in waiting]
    over = plan.over_limit()
    first, others = what_it_comes_to(plan)
    kinds = list(by_kind(plan.changes).values())
    users = [each for each in plan.changes if each.subject is Subject.USER]
    anyway = f"{many(impact.ordinary, 'change')} would happen anyway"
    return [
        listed("limits", f"over {many(len(over), 'limit')}", over, limit_entry),
        listed(
            "the next apply",
            " \N{MIDDLE DOT} ".join([first, *others, anyway]),
            [*([users] if users else []), *kinds],
            _kind,
        ),
        trouble_section(plan),
        problem_section("problems", plan.problems),
        connections_section(plan),
        withheld_section(plan.withheld),
        left_alone_section(plan.left_alone),
        pending_section(pending, plan.pending_since),
    ]


def affected_words(impact: Impact) -> str:
    """Return how many assets, users and catalogue entries end differently, each counted once."""
    found = impact.affected()
    counted = ((found.assets, "asset", "assets"), (found.users, "user", "users"), (found.entries, "entry", "entries"))
    return ", ".join(many(number, *words) for number, *words in counted if number) or "nothing"


def _kind(changes: Sequence[Change]) -> str:
    """Return one kind of the plan's changes with its largest groups beneath."""
    if changes[0].subject is Subject.USER:
        title = many(len(changes), "user")
    else:
        title = many(len(changes), *MEANING[next(iter(by_kind(changes)))])
    groups = section_groups(changes)
    lines = [f"  {group_entry(each)}" for each in groups[:_IN_PLAN]]
    rest = [f"  - … and {many(len(groups) - _IN_PLAN, 'more group')}"] if len(groups) > _IN_PLAN else []
    return "\n".join([f"- {title}", *lines, *rest])


def _examples(share: Share) -> str:
    names = markdown_prose(few([called(label) for label in share.examples], share.count), _LONGEST)
    return f": {names}" if share.count else ""


def _setting(share: Share) -> str:
    before, arrow, after = share.words.partition(f" {ARROW} ")
    values = f"{markdown_code(before)} {ARROW} {markdown_code(after)}" if arrow else markdown_code(share.words)
    return f"- {markdown_code(share.what)}: {values}, **{share.count:,}** affected{_examples(share)}"


def _rule(share: Share) -> str:
    why = f", {markdown_prose(share.words)}" if share.words else ""
    return f"- **{share.count:,}** {markdown_prose(rule_name(share))}{why}{_examples(share)}"


def _scope_entry(each: ScopeChange) -> str:
    where = "taken out" if each.out else "brought in"
    why = f"{markdown_prose(each.reason)} ({each.rule}, {markdown_prose(each.connection, 60)})"
    return f"- {markdown_code(called(each.label))}, {where}: {why}"


def _unknown(each: Unanswered) -> str:
    return f"- {markdown_prose(each.what)} ({markdown_prose(each.connection, 60)}): {markdown_prose(each.why)}"
