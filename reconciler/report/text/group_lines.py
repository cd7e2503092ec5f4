"""Groups of changes for a terminal: what happens to how many, why, and a few names."""

from collections.abc import Sequence
from typing import Final

from rich.text import Text

from reconciler.report.groups import Group
from reconciler.report.text.lines import Style, cells, folded, padded, parts, styled

_ATTRIBUTE_CELLS: Final = 22


_UPDATED: Final = ("  ~ ", Style.UPDATE)


def group_lines(groups: Sequence[Group], width: int, sign: tuple[str, Style] = _UPDATED) -> list[Text]:
    """Return each group on a line, its attributes in a column: what happens, how many, why, a few names."""
    if not groups:
        return []
    names = min(max(cells(each.attribute) for each in groups), _ATTRIBUTE_CELLS)
    lines: list[Text] = []
    for each in groups:
        first = styled(sign, padded(each.attribute, names), "  ")
        lines += folded(_words(each), width, first=first, rest=6 + names)
    return lines


def _words(group: Group) -> Text:
    text = styled(group.words, (group.times(), Style.HEADING))
    why = [each for each in (group.reason, f"({group.rule})" if group.rule else "") if each]
    if why:
        text += styled("  ") + parts(why, " ", Style.QUIET)
    more = [f"{group.count - len(group.names):,} more"] if group.count > len(group.names) else []
    return text + styled((": ", Style.QUIET)) + parts([*group.names, *more], ", ", Style.QUIET)
