"""Every rule that a plan, an error or a page can name, in words: the one source of `explain RULE` and docs/rules.md."""

from typing import Final

from reconciler.explain.rules.applying import APPLYING
from reconciler.explain.rules.attributes import ATTRIBUTES
from reconciler.explain.rules.matching import MATCHING
from reconciler.explain.rules.reading import READING
from reconciler.explain.rules.rule import Rule
from reconciler.explain.rules.settings import SETTINGS
from reconciler.explain.rules.surroundings import SURROUNDINGS

__all__ = ["CHAPTERS", "RULES", "Rule", "find_rule"]

CHAPTERS: Final[tuple[tuple[str, tuple[Rule, ...]], ...]] = (
    ("Which asset a device is, and how long", MATCHING),
    ("What an asset should be", ATTRIBUTES),
    ("Limits, plans, applies, the journal", APPLYING),
    ("Settings and instances", SETTINGS),
    ("Reading Graph, and signing in", READING),
    ("What is shown, remote stores, many tenants", SURROUNDINGS),
)
"""Titles and rules in the order of the page."""

RULES: Final = {rule.name.lower(): rule for _, rules in CHAPTERS for rule in rules}


def find_rule(name: str) -> Rule | None:
    """Return a rule by its name, in any case; None when there is none."""
    return RULES.get(" ".join(name.lower().split()))
