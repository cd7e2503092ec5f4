"""The tags of imported assets: what a tag may be, and the number in one of the catalogue's pattern."""

from collections.abc import Sequence
from typing import Final

from reconciler.inventory.columns import shortened

_LONGEST: Final = 120
_HIGHEST: Final = 2_000_000_000


def tag_problem(tag: str, others: Sequence[int], prefix: str) -> str | None:
    """Return what is wrong with a tag, None when it is fine; `others` are the other lines of its file that have it."""
    if len(tag) > _LONGEST or not tag.isprintable():
        return f"“{shortened(tag)}” is no tag: a tag is one line of at most {_LONGEST} characters that can be seen"
    if others:
        lines = ", ".join(map(str, others))
        return f"the file has this tag in other rows too (line {shortened(lines)}); a tag is one asset's"
    if tag_number(tag, prefix) > _HIGHEST:
        return f"its number is higher than {_HIGHEST:,}, and the tags of new assets go on from the highest"
    return None


def tag_number(tag: str, prefix: str) -> int:
    """Return the number of a tag of the catalogue's pattern, 0 for any other."""
    number = tag.removeprefix(prefix)
    return int(number) if tag.startswith(prefix) and number.isascii() and number.isdigit() else 0
