"""A rule: its name, as plans, errors and pages show it, and what it means in words."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: `name` such as `M6` or `row 5`, a `title` of a few words, and `words` for people."""

    name: str
    title: str
    words: str
