"""The story of one asset or device: sections of facts in words, for whoever shows them."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from reconciler.model.snapshot import UNKNOWN
from reconciler.planning.rules.values import as_text

_LONGEST: Final = 80


class Mark(StrEnum):
    """What a fact is: what decided, what lost, what a person must look at, or none of these."""

    PLAIN = "plain"
    DECIDED = "decided"
    LOST = "lost"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact: what it is about, the words, why with the rule's name, and details one below the other.

    `listed` are lists of names that stand side by side, below the details.
    """

    name: str
    words: str
    why: str = ""
    mark: Mark = Mark.PLAIN
    details: tuple[str, ...] = ()
    listed: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """Facts about one side of a story."""

    title: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Story:
    """All that is known of one asset or device; `tag` is the asset's, None where there is none yet."""

    title: str
    tag: str | None
    sections: tuple[Section, ...]


def said(value: Any) -> str:
    """Return a value in words: text in quotes, `empty` and `unknown` without."""
    if value is UNKNOWN:
        return "unknown"
    if value is None or value == "":
        return "empty"
    text = as_text(value)
    if len(text) > _LONGEST:
        text = f"{text[:_LONGEST]}…"
    return f"“{text}”" if isinstance(value, str) else text


def because(reason: str, rule: str) -> str:
    """Return a reason with its rule's name."""
    return f"{reason} ({rule})" if rule else reason
