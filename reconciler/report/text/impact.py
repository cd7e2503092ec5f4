"""The impact of a change of settings on a terminal and as JSON: what it causes, apart from what happens anyway."""

from collections.abc import Mapping, Sequence
from typing import Final, TypeVar

from rich.text import Text

from reconciler.model.impact import (
    BROUGHT_IN,
    CREATED_OTHERWISE,
    TAKEN_OUT,
    AttributeEffect,
    Effect,
    Impact,
    ScopeChange,
    Share,
)
from reconciler.model.plan import LeftAlone, LimitUse, Problem, Subject, Withheld
from reconciler.report import groups
from reconciler.report.json import pretty
from reconciler.report.kinds import WORDS
from reconciler.report.summary import counts_words
from reconciler.report.text.group_lines import group_lines
from reconciler.report.text.lines import Style, folded, parts, styled
from reconciler.report.text.opening import use_words
from reconciler.report.values import called, many, short

T = TypeVar("T")

SHORT: Final = 10
"""A list of more than this is cut to its first `FIRST`, unless every one is asked for."""
FIRST: Final = 5

_SCOPE: Final = {TAKEN_OUT: "taken out of scope", BROUGHT_IN: "brought into scope"}
_IN_WORDS: Final = {CREATED_OTHERWISE: "created differently", "asset-update": "with different software", **_SCOPE}


def impact_json(impact: Impact) -> bytes:
    """Return an impact as indented JSON, with a newline at the end; the plan beside it is a document of its own."""
    return pretty(impact)


def against(impact: Impact) -> str:
    """Return what an impact is against: `main (3f2c1d0)`, or the commit alone where it was named by its digits."""
    commit = short(impact.base_commit)
    return commit if impact.base_commit.startswith(impact.base) else f"{called(impact.base)} ({commit})"


def headline(impact: Impact) -> list[str]:
    """Return the impact in sentences: what ends differently, by kind, and what would happen anyway."""
    if not impact.compared:
        return [f"This change: unknown, because {impact.note}."]
    caused = ", ".join(count_words(impact.caused))
    sentences = [f"{merging(impact)}.", *([f"This change: {caused}."] if caused else [])]
    if impact.prevented:
        sentences.append(f"It prevents: {', '.join(count_words(impact.prevented))}.")
    sentences.append(f"{many(impact.ordinary, 'change')} would happen anyway.")
    if impact.note:
        sentences.append(f"{impact.note}.")
    return sentences


def merging(impact: Impact) -> str:
    """Return what merging changes: `Merging changes 452 assets and 108 users`, each counted once (V7)."""
    found = impact.affected()
    return merging_words(found.assets, found.users, impact.caused, nothing=impact.nothing())


def merging_words(assets: int, users: int, caused: Mapping[str, int], *, nothing: bool) -> str:
    """Return how many assets and users merging changes, and how many of them it takes out of scope or brings into it.

    `caused` are the counts of an impact; `nothing` when nothing else differs either.
    """
    scope = count_words({name: caused[name] for name in _SCOPE if name in caused})
    return _changes(assets, users, nothing=nothing) + (f" ({', '.join(scope)})" if scope else "")


def _changes(assets: int, users: int, *, nothing: bool) -> str:
    counted = [many(number, word) for number, word in ((assets, "asset"), (users, "user")) if number]
    if counted:
        return f"Merging changes {' and '.join(counted)}"
    return "Merging changes nothing" if nothing else "Merging changes no asset and no user"


def count_words(counts: Mapping[str, int]) -> list[str]:
    """Return counts of an impact in words."""
    own = [f"{counts[name]:,} {words}" for name, words in _IN_WORDS.items() if name in counts]
    return [*counts_words({name: number for name, number in counts.items() if name not in _IN_WORDS}), *own]


def notes(impact: Impact) -> list[tuple[str, str]]:
    """Return what else differs, each with its weight's mark: limits, unknowns, problems, what is left alone."""
    found = [("!", over_words(use)) for use in impact.over]
    found += [("?", f"unknown: {each.what} of {each.connection}: {each.why}") for each in impact.unknown]
    scope = {(each.connection, each.device_id) for each in impact.scope}
    found += [
        ("-", f"{scope_words(group)}: {few([called(each.label) for each in group], len(group))}")
        for out in (True, False)
        if (group := [each for each in impact.scope if each.out is out])
    ]
    words: tuple[tuple[str, Sequence[Withheld | Problem | LeftAlone], str], ...] = (
        ("?", impact.withheld, "more not applied: data missing"),
        ("!", impact.problems, "new problems"),
        ("-", impact.solved, "problems fewer"),
        ("-", _beside(impact.left_alone, scope), "more left alone"),
        ("-", _beside(impact.taken_up, scope), "no longer left alone"),
    )
    for mark, things, what in words:
        if things:
            names = list(dict.fromkeys(called(each.label) for each in things))
            found.append((mark, f"{len(things):,} {what}: {few(names, len(things))}"))
    return found


def scope_words(group: Sequence[ScopeChange]) -> str:
    """Return how many devices leave scope, or come into it: `3 taken out of scope`."""
    return f"{len(group):,} {_SCOPE[TAKEN_OUT if group[0].out else BROUGHT_IN]}"


def _beside(left: Sequence[LeftAlone], scope: set[tuple[str, str]]) -> list[LeftAlone]:
    """Return what is left alone for another reason than its scope."""
    return [each for each in left if (each.connection, each.device_id) not in scope]


def over_words(use: LimitUse) -> str:
    """Return a limit that only this change is over."""
    return f"over a limit: {use_words(use)}"


def few(names: Sequence[str], count: int) -> str:
    """Return a few names and how many more there are: `lt-1, lt-2, 3 more`."""
    some = names[:FIRST]
    more = [f"{count - len(some):,} more"] if count > len(some) else []
    return ", ".join([*some, *more])


def rule_name(share: Share) -> str:
    """Return what a rule decides: `type (T3)`."""
    return f"{share.attribute} ({share.what})" if share.what else f"{share.attribute}"


def ending(each: AttributeEffect) -> str:
    """Return how an attribute ends: `Laptop → Phone`, without and with the change."""
    return groups.ending(each.verdict, each.without, each.with_)[0]


def impact_text(impact: Impact, *, every: bool = False, width: int = 80) -> list[Text]:
    """Return an impact as lines of at most `width` cells, the first empty: the plan stands above it.

    What it comes to is last, where a terminal stops. Lists are cut unless `every` is true.
    """
    heading = styled((f"Impact of this change, against {against(impact)}", Style.HEADING))
    lines = [Text(), *folded(heading, width, rest=2)]
    for mark, words in notes(impact):
        style = Style.QUIET if mark == "-" else Style.WARNING
        lines += folded(styled(words), width, first=styled((f"  {mark} ", style)))
    lines += _shares("by setting", impact.by_setting, every, width)
    lines += _shares("by rule", impact.by_rule, every, width)
    lines += _effects(impact.effects, every, width)
    return [*lines, Text(), *folded(parts(headline(impact), " ", Style.HEADING), width, rest=2)]


def _shares(title: str, shares: Sequence[Share], every: bool, width: int) -> list[Text]:
    if not shares:
        return []
    lines = [Text(), styled((title, Style.HEADING))]
    for each in _shown(shares, every):
        name = rule_name(each) if each.attribute else each.what
        examples = f": {few([called(label) for label in each.examples], each.count)}" if each.count else ""
        head = styled((f"  {each.count:,}  ", Style.UPDATE))
        lines += folded(styled(name, (f"  {each.words}", Style.QUIET), examples), width, first=head)
    return lines + _rest(len(shares), every)


def _effects(effects: Sequence[Effect], every: bool, width: int) -> list[Text]:
    """Return what ends differently by a change of the settings: groups, or every effect."""
    if not effects:
        return []
    lines = [Text(), styled(("what ends differently", Style.HEADING), f": {len(effects):,}")]
    if not every:
        entries = [each.label for each in effects if each.subject is Subject.CATALOGUE]
        lines += group_lines(groups.effect_groups(effects), width)
        if entries:
            more = [f"{len(entries) - FIRST:,} more"] if len(entries) > FIRST else []
            entries_text = parts([*map(called, entries[:FIRST]), *more], ", ")
            lines += folded(entries_text, width, first=styled(("  ~ ", Style.UPDATE), "catalogue: "), rest=4)
        return [*lines, styled(("    --all shows every one", Style.QUIET))]
    for each in effects:
        kinds = ", ".join([*map(_kind, each.kinds), *(f"no longer {_kind(kind)}" for kind in each.prevented)])
        head = styled(("  ~ ", Style.UPDATE), called(each.name), "  ")
        label = "" if each.label == each.name else f"{called(each.label)}  "
        lines += folded(styled(label, (kinds, Style.QUIET)), width, first=head)
        for attribute in each.attributes:
            told = styled(f"{attribute.name}  {ending(attribute)}", (f"  {attribute.reason}", Style.QUIET))
            lines += folded(told, width, first=" " * 6, rest=8)
    return lines


def _kind(name: str) -> str:
    return WORDS.get(name, _IN_WORDS.get(name, name))


def _shown(things: Sequence[T], every: bool) -> Sequence[T]:
    return things if every or len(things) <= SHORT else things[:FIRST]


def _rest(count: int, every: bool) -> list[Text]:
    if every or count <= SHORT:
        return []
    return [styled((f"    … and {count - FIRST:,} more; --all shows every one", Style.QUIET))]
