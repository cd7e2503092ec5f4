"""Laying Markdown out within a size: what leads stays, what is cut is cut in the middle of its section, and says so.

1. The head, the foot and each section's title always stand, with how much there is in all (V3).
2. What leads (limits, problems, impact) takes what it needs of the room, up to a share; the details have the rest.
3. Sections take turns, an entry at a time, from their beginning and from their end: each gets its share, and what is
   cut is the middle of it.
"""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeVar

from reconciler.report.escaping import markdown_prose, markdown_summary

SIZE: Final = 65_536
"""Characters that a comment holds; counted here in bytes of UTF-8, of which no text has fewer than characters."""

_LEADING: Final = 0.6
"""The share of the room that what leads may take."""
_FROM_THE_END: Final = 4
"""Every fourth entry is taken from the end."""


@dataclass(frozen=True, slots=True)
class Section:
    """A titled list in a comment, whose entries are made only when they are shown.

    `entry` returns an entry, by its place below `count`, as Markdown: `- …` and lines beneath it, nothing active in
    it. `name` and `words` make the title and are plain text, escaped here.
    """

    name: str
    words: str
    count: int
    entry: Callable[[int], str]
    folded: bool = True
    after: str = ""
    """A closing paragraph, as Markdown."""


T = TypeVar("T")


def listed(name: str, words: str, things: Sequence[T], entry: Callable[[T], str], *, folded: bool = True) -> Section:
    """Return a section with one entry for each of some things."""
    return Section(name, words, len(things), lambda place: entry(things[place]), folded)


@dataclass(slots=True)
class _Filled:
    """A section while it is filled; `room` is False once an entry did not fit."""

    section: Section
    first: list[str] = field(default_factory=list)
    last: deque[str] = field(default_factory=deque)
    room: bool = True

    def taken(self) -> int:
        return len(self.first) + len(self.last)

    def take(self, room: int) -> int:
        """Take one more entry if it fits, and return its size; 0 when there is none."""
        taken = self.taken()
        if not self.room or taken == self.section.count:
            self.room = False
            return 0
        from_the_end = taken % _FROM_THE_END == _FROM_THE_END - 1
        place = self.section.count - 1 - len(self.last) if from_the_end else len(self.first)
        text = self.section.entry(place)
        if _size(text) + 1 > room:
            self.room = False
            return 0
        if from_the_end:
            self.last.appendleft(text)
        else:
            self.first.append(text)
        return _size(text) + 1


def laid_out(
    head: str, lead: Sequence[Section], details: Sequence[Section], foot: str, *, rest: str, size: int = SIZE
) -> str:
    """Return head, sections and foot as one Markdown text of at most `size` bytes.

    `rest` says where everything is and stands where something is cut; like head and foot it is Markdown. Those three
    and the titles must leave some room.
    """
    leading, detailed = [_Filled(each) for each in lead], [_Filled(each) for each in details]
    bare = "\n\n".join([head, *(_written(each, rest) for each in [*leading, *detailed]), foot, ""])
    room = size - _size(bare)
    used = _fill(leading, int(room * _LEADING))
    _fill(detailed, room - used)
    return "\n\n".join([head, *(_written(each, rest) for each in [*leading, *detailed]), foot]).rstrip("\n") + "\n"


def _fill(sections: Sequence[_Filled], room: int) -> int:
    """Let sections take entries in turn, and return how much of the room they took."""
    used = 0
    while any(each.room for each in sections):
        for each in sections:
            used += each.take(room - used)
    return used


def _written(filled: _Filled, rest: str) -> str:
    section = filled.section
    cut = section.count - filled.taken()
    gap = [f"- _… {cut:,} of {section.count:,} cut here; {rest} …_"] if cut else []
    body = "\n".join([*filled.first, *gap, *filled.last])
    if section.after:
        body += f"\n\n{section.after}"
    if section.folded:
        title = f"<b>{markdown_summary(section.name)}</b>: {markdown_summary(section.words)}"
        return f"<details><summary>{title}</summary>\n\n{body}\n\n</details>"
    words = f": {markdown_prose(section.words)}" if section.words else ""
    return f"#### {markdown_prose(section.name)}{words}\n\n{body}"


def _size(text: str) -> int:
    return len(text.encode())
