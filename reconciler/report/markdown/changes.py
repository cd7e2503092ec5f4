"""The changes of a plan for a comment: folded by kind, alike ones as groups, others an asset to an entry."""

from collections.abc import Sequence
from typing import Final

from reconciler.model.plan import Action, Attribute, Change, Subject
from reconciler.report.escaping import markdown_code, markdown_prose
from reconciler.report.groups import Group as Alike
from reconciler.report.kinds import LIMITED, MEANING, WORDS, Group, by_kind, main_kind
from reconciler.report.markdown.layout import Section, listed
from reconciler.report.software import apart, software_words
from reconciler.report.text.changes import grouped, section_groups
from reconciler.report.values import ARROW, called, many, shown, sides

_TOLD_OF_NEW: Final = ("type", "site", "user", "upn", "serialNumber", "model", "status")
"""What a comment shows of something new; the values that were merely read stand in the other reports."""
_ATTRIBUTES: Final = 12


def change_sections(changes: Sequence[Change]) -> list[Section]:
    """Return sections of changes, catalogue first, then users, then assets by kind."""
    sections = []
    catalogue = [each for each in changes if each.subject is Subject.CATALOGUE]
    if catalogue:
        words = many(len(catalogue), "new entry", "new entries")
        sections.append(listed("catalogue", words, catalogue, _catalogue_entry))
    users = [each for each in changes if each.subject is Subject.USER]
    if users:
        sections.append(_section("users", many(len(users), "user"), users))
    kinds = by_kind(changes)
    return sections + [_section(WORDS[kind], _words(kind, some, changes), some) for kind, some in kinds.items()]


def _section(name: str, words: str, changes: Sequence[Change]) -> Section:
    if grouped(changes):
        return listed(name, words, section_groups(changes), group_entry)
    return listed(name, words, changes, change_entry)


def group_entry(group: Alike) -> str:
    """Return a group as an entry: `- compliance: A → B` with how many, why, and a few names."""
    reason = f", {markdown_prose(group.reason)}" if group.reason else ""
    why = f"{reason} {rule_words(group.rule)}".rstrip()
    words = f": {_flow(group)}" if group.words else ""
    return f"- {markdown_prose(group.attribute)}{words}{group.times()}{why}: {names_words(group)}"


def _flow(group: Alike) -> str:
    return f" {ARROW} ".join(map(markdown_code, group.flow)) if group.flow else markdown_prose(group.words)


def names_words(group: Alike) -> str:
    """Return a few names of a group as code, and how many more there are."""
    more = group.count - len(group.names)
    return ", ".join([*map(markdown_code, group.names), *([f"{more:,} more"] if more else [])])


def _words(kind: Group, group: Sequence[Change], changes: Sequence[Change]) -> str:
    elsewhere = sum(kind in each.kinds and main_kind(each) is not kind for each in changes)
    return many(len(group), *MEANING[kind]) + (f"; {elsewhere:,} more in other sections" if elsewhere else "")


def _catalogue_entry(change: Change) -> str:
    kind, _, name = change.name.partition("/")
    return f"- {markdown_prose(kind)} {markdown_code(called(name))}"


def change_entry(change: Change) -> str:
    """Return one change as an entry of a list: what is new on one line, what changes beneath its name."""
    names = dict.fromkeys((change.name, change.label)) if change.subject is Subject.ASSET else (change.label,)
    head = " ".join(markdown_code(called(name)) for name in names)
    if change.action is Action.CREATE:
        after = {each.name: each.after for each in change.attributes if each.after is not None}
        told = [markdown_prose(shown(after[name])) for name in _TOLD_OF_NEW if name in after]
        return f"- {' · '.join([head, *told])}"
    if change.action is Action.DELETE:
        return f"- {head}"
    head = f"- {head}{_also(change)}"
    told = _differences(change)
    return f"{head}, {told[0]}" if len(told) == 1 else "\n".join([head, *(f"  - {each}" for each in told)])


def _also(change: Change) -> str:
    """Return what a change counts as beside its main kind, in brackets."""
    others = [LIMITED[kind] for kind in change.kinds if kind is not main_kind(change) and kind in MEANING]
    return f" (also {', '.join(others)})" if others else ""


def _differences(change: Change) -> list[str]:
    """Return what is different, an attribute each and the software as one, as much as a comment has room for."""
    attributes, software = apart(change.attributes)
    told = [_attribute(each) for each in attributes[:_ATTRIBUTES]]
    if len(attributes) > _ATTRIBUTES:
        told.append(f"… and {many(len(attributes) - _ATTRIBUTES, 'more attribute')}")
    if software:
        told.append(f"software {', '.join(markdown_prose(each) for each in software_words(software))}")
    return told


def _attribute(attribute: Attribute) -> str:
    old, new = (markdown_code(each) for each in sides(attribute.before, attribute.after))
    reason = markdown_prose(attribute.reason) if attribute.reason else ""
    why = f"{reason} {rule_words(attribute.rule)}".strip()
    return f"{markdown_prose(attribute.name)}: {old} {ARROW} {new}{f', {why}' if why else ''}"


def rule_words(rule: str) -> str:
    """Return a rule's name in brackets; nothing for none."""
    return f"({markdown_prose(rule)})" if rule else ""
