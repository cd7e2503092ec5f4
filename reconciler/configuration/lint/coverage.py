"""Which earlier alternatives take every device that a later one would take, among thousands.

An alternative is found by its rarest literal: what a device must have for a later alternative to hold tells, by looking
up, which literals hold too.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from reconciler.configuration.lint.disjuncts import Alternative
from reconciler.configuration.lint.literals import TEXTUAL, Literal, excludes, implies

_MOST_TRIED: Final = 500
_BY_TEXT: Final = {
    "equals": ("equals", "contains", "starts_with", "ends_with"),
    "contains": ("contains",),
    "starts_with": ("contains", "starts_with"),
    "ends_with": ("contains", "ends_with"),
}
"""Which operators' literals follow from one of an operator, if their text is part of its text."""


def is_impossible(alternative: Alternative) -> bool:
    """Return whether no value can have all that an alternative asks for."""
    positive = [each for each in alternative if each.positive]
    opposites = [each.opposite() for each in alternative if not each.positive]
    return any(implies(one, other) for one in positive for other in opposites) or any(
        excludes(one, other) for one in positive for other in positive if one is not other
    )


@dataclass(slots=True)
class Coverage:
    """The alternatives of rules so far, each with its rule's number; `counts` says how common a literal is."""

    counts: Counter[Literal]
    found: dict[Literal, list[tuple[int, Alternative]]] = field(default_factory=lambda: defaultdict(list))
    lengths: dict[tuple[str, str, bool], set[int]] = field(default_factory=lambda: defaultdict(set))
    odd: dict[str, list[Literal]] = field(default_factory=lambda: defaultdict(list))

    def add(self, rule: int, several: Iterable[Alternative]) -> None:
        """Add a rule's alternatives."""
        for alternative in several:
            key = min(alternative, key=lambda literal: (self.counts[literal], literal.text, literal.operator))
            folded = _folded(key)
            if folded not in self.found:
                self._note(folded)
            self.found[folded].append((rule, alternative))

    def _note(self, key: Literal) -> None:
        if key.positive and key.operator in TEXTUAL:
            self.lengths[key.subject, key.operator, key.sensitive].add(len(key.text))
        elif key.operator != "is_empty":
            self.odd[key.subject].append(key)

    def cover(self, alternative: Alternative) -> int | None:
        """Return the number of a rule that takes every device for which the alternative holds; None for none."""
        candidates = (entry for literal in alternative for key in self._keys(literal) for entry in self.found[key])
        covering = (rule for rule, other in islice(candidates, _MOST_TRIED) if _covers(other, alternative))
        return min(covering, default=None)

    def _keys(self, literal: Literal) -> Iterator[Literal]:
        """Yield the known keys that hold when a literal does."""
        if literal.positive and literal.operator in TEXTUAL:
            yield from self._of_text(literal)
        for key in islice(self.odd.get(literal.subject, ()), _MOST_TRIED):
            if implies(literal, key):
                yield key
        for key in (Literal(literal.subject, "is_empty", "", positive=positive) for positive in (True, False)):
            if key in self.found and implies(literal, key):
                yield key

    def _of_text(self, literal: Literal) -> Iterator[Literal]:
        for sensitive in {False, literal.sensitive}:
            text = literal.text if sensitive else literal.text.casefold()
            for operator in _BY_TEXT[literal.operator]:
                for length in self.lengths.get((literal.subject, operator, sensitive), ()):
                    for part in _parts(text, operator, length):
                        key = Literal(literal.subject, operator, part, sensitive)
                        if key in self.found:
                            yield key


def _covers(earlier: Alternative, later: Alternative) -> bool:
    return all(any(implies(have, want) for have in later) for want in earlier)


def _folded(literal: Literal) -> Literal:
    if literal.sensitive or literal.operator not in TEXTUAL:
        return literal
    return Literal(literal.subject, literal.operator, literal.text.casefold(), positive=literal.positive)


def _parts(text: str, operator: str, length: int) -> Iterable[str]:
    """Return the parts of a text that have a length and stand where the operator looks."""
    if length > len(text):
        return ()
    match operator:
        case "equals":
            return (text,) if length == len(text) else ()
        case "starts_with":
            return (text[:length],)
        case "ends_with":
            return (text[len(text) - length :],)
        case _:
            return {text[start : start + length] for start in range(len(text) - length + 1)}
