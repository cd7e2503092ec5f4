"""The rules in words: one for `explain RULE`, all of them as a page of the documentation (V8)."""

from typing import Final

from rich.text import Text

from reconciler.explain.rules import CHAPTERS, Rule
from reconciler.report.text.lines import Style, folded, styled

_HEAD: Final = """\
# Rules

Plans, errors and reports name the rule that decided, such as `M6` or `row 5`. `reconciler explain M6` shows one in a
terminal, and in the HTML report each name says it when it is pointed at or tapped. The rows are those of the life of a
link between device and asset.
"""


def rule_text(rule: Rule, *, width: int = 80) -> list[Text]:
    """Return one rule for a terminal: its name and title, and beneath them what it means."""
    heading = styled((f"{rule.name}: {rule.title}", Style.HEADING))
    return [heading, *folded(styled(rule.words.replace("`", "")), width, first="  ")]


def rules_page() -> str:
    """Return the page about every rule, as Markdown."""
    sections = [_HEAD]
    for title, rules in CHAPTERS:
        lines = [f"### {rule.name}: {rule.title}\n\n{rule.words}\n" for rule in rules]
        sections.append("\n".join([f"## {title}\n", *lines]))
    return "\n".join(sections)
