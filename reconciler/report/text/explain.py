"""A story for people: each section's facts in two columns, why beside or beneath, details below."""

from collections.abc import Iterator

from rich.text import Text

from reconciler.explain.story import Fact, Mark, Section, Story
from reconciler.report.text.lines import Style, cells, folded, padded, parts, styled

_STYLES = {Mark.PLAIN: Style.PLAIN, Mark.DECIDED: Style.CREATE, Mark.LOST: Style.QUIET, Mark.PROBLEM: Style.PROBLEM}
_MARKS = {Mark.PLAIN: "  ", Mark.DECIDED: "> ", Mark.LOST: "- ", Mark.PROBLEM: "! "}
_NAMES = 22


def story_text(story: Story, *, width: int = 80) -> list[Text]:
    """Return a story as lines of at most `width` cells, each without its newline."""
    lines = folded(styled((story.title, Style.HEADING)), width, rest=2)
    for section in story.sections:
        lines += [Text(), *_section(section, width)]
    return lines


def _section(section: Section, width: int) -> Iterator[Text]:
    yield styled((section.title, Style.HEADING))
    names = min(max(cells(fact.name) for fact in section.facts), _NAMES)
    for fact in section.facts:
        yield from _fact(fact, names, width)


def _fact(fact: Fact, names: int, width: int) -> Iterator[Text]:
    style = _STYLES[fact.mark]
    words = styled((fact.words, style), *([(f" · {fact.why}", Style.QUIET)] if fact.why else []))
    first = styled((f"  {_MARKS[fact.mark]}", style), padded(fact.name, names), "  ")
    yield from folded(words, width, first=first, rest=names + 6)
    for detail in fact.details:
        indent = len(detail) - len(detail.lstrip(" "))
        yield from folded(styled((detail.lstrip(" "), Style.QUIET)), width, first=" " * (names + 8 + indent))
    for listed in fact.listed:
        yield from folded(parts(listed, ", ", Style.QUIET), width, first=" " * (names + 8))
