"""Lines of a report for a terminal: styled text, folded at a width that is counted in the cells it takes there."""

import re
from collections.abc import Iterable
from enum import StrEnum

from rich.cells import cell_len, chop_cells
from rich.text import Text

from reconciler.report.escaping import terminal

_WORD = re.compile(r" *[^ ]+")
_KEPT = "\u00a0"
"""Stands for a space that no line ends at; escaped texts hold none."""
_TOGETHER = re.compile(f"[^ ]*{_KEPT}[^ ]*")
_COUNT = re.compile(r"(?<=[0-9]) (?=[a-z])")
_LONGEST_KEPT = 40
LONGEST = 1000
"""Characters of one text that a report for people shows."""
_NARROWEST = 20
"""Cells that a folded text gets at least, however far it is indented; a report is at least 40 wide."""


class Style(StrEnum):
    """The few looks of a report; none carries a meaning that the words do not."""

    PLAIN = ""
    HEADING = "bold"
    CREATE = "green"
    UPDATE = "yellow"
    LOUD = "bold red"
    PROBLEM = "red"
    WARNING = "yellow"
    QUIET = "dim"


def styled(*pieces: str | tuple[str, Style]) -> Text:
    """Return pieces, each with its style, as one text. Pieces are escaped: whatever is in them stays on its line."""
    text = Text()
    for piece in pieces:
        words, style = (piece, Style.PLAIN) if isinstance(piece, str) else piece
        text.append(_shown(words), style or None)
    return text


def _shown(text: str) -> str:
    """Return a text escaped; of one that nobody reads to its end, as much as distinguishes it from others."""
    if len(text) <= LONGEST:
        return terminal(text)
    return f"{terminal(text[:LONGEST])}… ({len(text) - LONGEST:,} characters more)"


def parts(words: Iterable[str], separator: str = " · ", style: Style = Style.PLAIN) -> Text:
    """Return words, escaped and joined, that are folded between one another; a short one is never torn.

    No line begins with the separator, and none ends between a number and what it counts.
    """
    joint = _KEPT + separator.lstrip() if separator.strip() and separator.startswith(" ") else separator
    shown = [_shown(each) for each in words]
    kept = [each.replace(" ", _KEPT) if cell_len(each) <= _LONGEST_KEPT else _counted(each) for each in shown]
    return Text(joint.join(kept), style or "")


def _counted(text: str) -> str:
    return _COUNT.sub(_KEPT, text) if len(text) <= LONGEST else text


def padded(text: str, cells: int) -> str:
    """Return a text, escaped, with spaces after it up to so many cells."""
    shown = terminal(text)
    return shown + " " * (cells - cell_len(shown))


def cells(text: str) -> int:
    """Return how many cells a text takes once it is escaped."""
    return cell_len(terminal(text))


def folded(text: Text, width: int, *, first: Text | str = "", rest: int | None = None) -> list[Text]:
    """Return the text as lines of at most `width` cells.

    `first` stands before the first line; the others are indented by `rest` cells, or as far as `first` reaches. When
    `first` leaves no room beside it, it stands on lines of its own.
    """
    start = first if isinstance(first, Text) else Text(first)
    indent = min(start.cell_len if rest is None else rest, width - _NARROWEST)
    if start.cell_len > width - _NARROWEST:
        return [*folded(start, width, rest=4), *(folded(text, width, first=" " * min(indent, 8)) if text else [])]
    pieces = _pieces(text, width - start.cell_len, width - indent)
    lines = [(Text(" " * indent) if number else start) + piece for number, piece in enumerate(pieces)]
    for line in lines:
        line.plain = line.plain.replace(_KEPT, " ")
        line.rstrip()
    return lines


def _pieces(text: Text, first: int, rest: int) -> list[Text]:
    if text.cell_len <= first:
        return [text]
    text = _loosened(text, min(first, rest))
    bounds = list(_bounds(text.plain, first, rest))
    return [text[start:end] for start, end in bounds]


def _apart(text: str) -> str:
    return text.replace(_KEPT, " ")


def _loosened(text: Text, room: int) -> Text:
    """Return the text with what is kept together and needs more than a line broken at its spaces after all."""
    plain = _TOGETHER.sub(lambda kept: _apart(kept[0]) if cell_len(kept[0]) > room else kept[0], text.plain)
    if plain == text.plain:
        return text
    loosened = text.copy()
    loosened.plain = plain
    return loosened


def _bounds(plain: str, first: int, rest: int) -> Iterable[tuple[int, int]]:
    """Give where each line begins and ends, broken at spaces, and within a word only when it is longer than a line."""
    room, begin, end, used = first, 0, 0, 0
    for match in _WORD.finditer(plain):
        word = match.group()
        size = cell_len(word)
        if used and used + size > room:
            yield begin, end
            begin, room, used = match.end() - len(word.lstrip(" ")), rest, 0
            size = cell_len(word.lstrip(" "))
        end = match.end()
        used += size
        while used > room:
            torn = chop_cells(plain[begin : min(end, begin + room + 1)], room)[0]
            yield begin, begin + len(torn)
            begin, room, used = begin + len(torn), rest, used - cell_len(torn)
    if end > begin:
        yield begin, end
