"""The verdict of a pull request: what merging changes, whether a limit stops it, then at most ten groups (V7).

Affected is an asset or user that ends differently with the new settings than with those at the base; each counts once.
"""

from typing import Final

from reconciler.model.impact import Impact
from reconciler.model.plan import Subject
from reconciler.report.escaping import markdown_code, markdown_prose
from reconciler.report.text.impact import ending, few
from reconciler.report.text.opening import allow_words
from reconciler.report.values import called, many

_GROUPS: Final = 10
_TIMES: Final = "\N{MULTIPLICATION SIGN}"


def verdict(impact: Impact) -> str:
    """Return the verdict in bold and the largest groups as a list, as Markdown."""
    if not impact.compared:
        return f"**What merging changes is unknown**: {markdown_prose(impact.note or '')}"
    return "\n".join([f"**{_changes(impact)}**{_limits(impact)}", *_groups(impact)])


def _changes(impact: Impact) -> str:
    assets, users = (
        sum(each.subject is subject for each in impact.effects) for subject in (Subject.ASSET, Subject.USER)
    )
    parts = [many(number, word) for number, word in ((assets, "asset"), (users, "user")) if number]
    if parts:
        return f"Merging changes {' and '.join(parts)}."
    if impact.nothing():
        return "Merging changes nothing."
    return "Merging changes no asset and no user."


def _limits(impact: Impact) -> str:
    if not impact.over:
        return ""
    allow = " ".join(allow_words(impact.over))
    which = f"this change is over {many(len(impact.over), 'limit')}"
    return f" ⚠ The next apply stops: {which}. To let it pass: {markdown_code(f'apply --yes {allow}')}"


def _groups(impact: Impact) -> list[str]:
    names: dict[tuple[str, str], list[str]] = {}
    for effect in impact.effects:
        if effect.subject is not Subject.CATALOGUE:
            for each in effect.attributes:
                names.setdefault((each.name, ending(each)), []).append(called(effect.label))
    order = sorted(names.items(), key=lambda group: (-len(group[1]), group[0]))
    lines = [
        f"- {markdown_prose(name)}: {markdown_prose(words)} {_TIMES}{len(labels):,} "
        f"({markdown_prose(few(labels, len(labels)))})"
        for (name, words), labels in order[:_GROUPS]
    ]
    rest = len(order) - _GROUPS
    return ["", *lines, *([f"- … and {many(rest, 'more group')}, below"] if rest > 0 else [])] if lines else []
