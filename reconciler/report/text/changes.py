"""The changes of a plan or a run for people: by kind, alike ones as groups, others one block per asset."""

from collections.abc import Callable, Sequence
from typing import Final

from rich.text import Text

from reconciler.explain.software_words import software_groups
from reconciler.model.plan import Action, Attribute, Change, Kind, Subject
from reconciler.report.catalogue import catalogue_lines
from reconciler.report.groups import Group as Alike
from reconciler.report.groups import alike, change_groups, created_groups
from reconciler.report.kinds import LIMITED, MEANING, WORDS, Group, by_kind, main_kind
from reconciler.report.software import apart, software_named, software_words
from reconciler.report.text.group_lines import group_lines
from reconciler.report.text.lines import Style, cells, folded, padded, parts, styled
from reconciler.report.values import called, difference, many, shown

SHORT: Final = 10
"""More changes of a kind than this, or some that are alike, are shown as groups unless every one is asked for."""

_NAMED_FIRST: Final = ("type", "site", "user")
_ATTRIBUTE_CELLS: Final = 22
_NAME_CELLS: Final = 40
_INDENT: Final = " " * 6


def change_lines(changes: Sequence[Change], *, every: bool, width: int) -> list[Text]:
    """Return the changes, catalogue first, then users, then assets by kind; a blank line before each kind.

    What is alike stands once, with how many and a few names, unless `every` is true (V6).
    """
    catalogue = [each for each in changes if each.subject is Subject.CATALOGUE]
    lines = catalogue_lines(catalogue, every=every, width=width)
    users = [each for each in changes if each.subject is Subject.USER]
    if users:
        lines += [Text(), _users_heading(users), *_blocks(users, every=every, width=width)]
    groups = by_kind(changes)
    for kind, group in groups.items():
        lines += [Text(), *_heading(kind, group, changes, width), *_blocks(group, every=every, width=width)]
    return lines


def _users_heading(users: Sequence[Change]) -> Text:
    """Return the heading of the users, with how many of them are new, changed, made inactive and removed."""
    created = sum(each.action is Action.CREATE for each in users)
    deactivated = sum(Kind.USERS_DEACTIVATED in each.kinds for each in users)
    removed = sum(each.action is Action.DELETE for each in users)
    words = [
        f"{number:,} {word}"
        for number, word in (
            (created, "new"),
            (len(users) - created - deactivated - removed, "changed"),
            (deactivated, "made inactive"),
            (removed, "removed"),
        )
        if number
    ]
    return styled(("users", Style.HEADING), f": {', '.join(words)}")


def _heading(kind: Group, group: Sequence[Change], changes: Sequence[Change], width: int) -> list[Text]:
    one, several = MEANING[kind]
    text = styled((WORDS[kind], Style.HEADING), f": {many(len(group), one, several)}")
    elsewhere = sum(kind in each.kinds and main_kind(each) is not kind for each in changes)
    if elsewhere:
        text.append(f"; {elsewhere:,} more in other sections")
    return folded(text, width, rest=2)


def _blocks(group: Sequence[Change], *, every: bool, width: int) -> list[Text]:
    if every or not grouped(group):
        names = max(cells(each.name) for each in group)
        return [line for change in group for line in _block(change, min(names, _NAME_CELLS), width, every=every)]
    created = [each for each in group if each.action is Action.CREATE]
    others = [each for each in group if each.action is not Action.CREATE]
    lines = group_lines(section_groups(created), width, ("  + ", Style.CREATE))
    lines += group_lines(section_groups(others), width)
    return [*lines, styled(("    --all shows every one", Style.QUIET))]


def grouped(section: Sequence[Change]) -> bool:
    """Return whether changes of one kind are shown as groups: they are many, or some are alike (V6)."""
    return len(section) > SHORT or alike(section)


def section_groups(section: Sequence[Change]) -> list[Alike]:
    """Return the groups of changes of one kind: what is created or removed by type, site and user, else all of it."""
    fixed = [each for each in section if each.action is not Action.UPDATE]
    updated = [each for each in section if each.action is Action.UPDATE]
    return [*created_groups(fixed), *change_groups(updated)]


def _block(change: Change, names: int, width: int, *, every: bool) -> list[Text]:
    if change.action is Action.CREATE:
        return _created(change, names, width, every=every)
    if change.action is Action.DELETE:
        first = styled(("  - ", Style.PROBLEM), padded(called(change.name), names), "  ")
        return folded(styled(called(change.label)), width, first=first)
    return _updated(change, names, width, every=every)


def _created(change: Change, names: int, width: int, *, every: bool) -> list[Text]:
    """Return what is new in few lines: what it is called and where it belongs, then its other values."""
    attributes, software = apart(change.attributes)
    after = {each.name: each.after for each in attributes if each.after is not None}
    others = [
        f"{name} {shown(value)}" for name, value in after.items() if not _is_said(change, name, value, every=every)
    ]
    head = [called(change.label), *(shown(after[name]) for name in _NAMED_FIRST if name in after)]
    first = styled(("  + ", Style.CREATE), padded(called(change.name), names), "  ")
    if change.subject is Subject.USER:
        return folded(parts([*head, *others]), width, first=first)
    return [
        *folded(parts(head), width, first=first),
        *(folded(parts(others, style=Style.QUIET), width, first=_INDENT) if others else []),
        *(_all_software(software, width) if every else _quiet_software(software_named(software), width)),
    ]


def _is_said(change: Change, name: str, value: object, *, every: bool) -> bool:
    """Return whether a value of something new is said by what it is called, or goes without saying."""
    if name in _NAMED_FIRST or value in (change.label, change.name):
        return True
    quiet = change.subject is Subject.USER and not every
    return quiet and (name == "entraId" or (name == "active" and value is True))


def _quiet_software(words: Sequence[str], width: int) -> list[Text]:
    if not words:
        return []
    return folded(parts(words, ", ", Style.QUIET), width, first=styled(_INDENT, ("software  ", Style.QUIET)))


def _all_software(software: Sequence[Attribute], width: int) -> list[Text]:
    """Return every software side by side: what is added, what is removed, what has other versions, each with why."""
    lines: list[Text] = []
    for words in software_groups(software):
        lead = " " * len("software") if lines else "software"
        lines += folded(parts(words, ", "), width, first=f"{_INDENT}{lead}  ")
    return lines


def _updated(change: Change, names: int, width: int, *, every: bool) -> list[Text]:
    """Return what changes of an existing asset or user: its attributes, and its software in brief or whole."""
    also = [LIMITED[kind] for kind in change.kinds if kind is not main_kind(change) and kind in MEANING]
    head = styled(called(change.label))
    if also:
        head.append_text(styled((f"  also {', '.join(also)}", Style.QUIET)))
    lines = folded(head, width, first=styled(("  ~ ", Style.UPDATE), padded(called(change.name), names), "  "))
    attributes, software = apart(change.attributes)
    lines += attribute_lines(attributes, width)
    if every:
        lines += _all_software(software, width)
    elif software:
        lines += folded(parts(software_words(software), ", "), width, first=styled(_INDENT, "software  "))
    return lines


def attribute_lines(attributes: Sequence[Attribute], width: int) -> list[Text]:
    """Return `attribute  before → after  reason (rule)`, aligned; what does not fit has its reason beneath."""
    if not attributes:
        return []
    names = min(max(cells(each.name) for each in attributes), _ATTRIBUTE_CELLS)
    rows = [(each.name, difference(each.before, each.after), _reason(each)) for each in attributes]
    indent = len(_INDENT) + names + 2
    room = width - indent
    column = _column([(cells(values), reason.cell_len) for _, values, reason in rows], room)
    lines: list[Text] = []
    for name, values, reason in rows:
        first = styled(_INDENT, padded(name, names), "  ")
        if cells(values) <= column and column + 2 + reason.cell_len <= room and cells(name) <= names:
            lines += folded(styled(padded(values, column), "  ") + reason, width, first=first)
        else:
            lines += folded(styled(values), width, first=first, rest=indent)
            lines += folded(reason, width, first=" " * (indent + 2))
    return lines


def _reason(attribute: Attribute) -> Text:
    rule = [f"({attribute.rule})"] if attribute.rule else []
    return parts([attribute.reason, *rule], " ", Style.QUIET)


def _column(sizes: Sequence[tuple[int, int]], room: int) -> int:
    """Return the width of the values' column with which most reasons stand on the line of their values."""
    fits: Callable[[int], int] = lambda column: sum(  # noqa: E731 - a key, used twice
        values <= column and column + 2 + reason <= room for values, reason in sizes
    )
    return max(sorted({values for values, _ in sizes}), key=fits)
