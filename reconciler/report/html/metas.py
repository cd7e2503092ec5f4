"""Texts that recur in a report, said once, and what attributes have in common: name, reason, rule, effect."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import count, takewhile
from typing import Final

from reconciler.model.impact import Impact, Verdict

_VERDICT_PLACE: Final = {Verdict.CAUSED: 1, Verdict.ALTERED: 2, Verdict.PREVENTED: 3}
"""What a change of the settings does to an attribute, as the script knows it; 0 is nothing."""
_ALIKE: Final = 5
"""More reasons than this of one attribute and rule that begin alike have one heading: `the site of …`."""

_Why = tuple[str, str, str]
_Effect = tuple[str, tuple[str, ...]]
"""A verdict, as a plain text whose hash costs less than a choice's, and the settings that it is put down to."""
_Places = defaultdict[str, defaultdict[str, defaultdict[str | tuple[str, _Effect], int]]]
"""The place of each name, reason, and rule or rule with effect: step by step costs less than as one key."""


class Texts:
    """Texts that recur, each once, by its place; none has place 0."""

    def __init__(self) -> None:
        self._places: dict[str | None, int] = {None: 0}

    def place(self, text: str | None) -> int:
        """Return a text's place, a new one for a new text."""
        return self._places.setdefault(text, len(self._places))

    def all(self) -> list[str]:
        """Return the texts by their places; the first is empty."""
        return [text or "" for text in self._places]


class Metas:
    """What attributes have in common: name, reason and rule, and what a change of the settings does, each once.

    `places[name][reason][rule]` is their place, a new one for new ones.
    """

    def __init__(self) -> None:
        next_place = count().__next__
        self.places: _Places = defaultdict(lambda: defaultdict(lambda: defaultdict(next_place)))

    def place(self, name: str, reason: str, rule: str, effect: _Effect | None = None) -> int:
        """Return their place, a new one for new ones."""
        return self.places[name][reason][(rule, effect) if effect else rule]

    def written(self, texts: Texts, impact: Impact | None) -> list[list[int | list[int]]]:
        """Return them as places of texts, each with the heading under which reasons like it are counted.

        Those with an effect go on with its verdict, and with the places of its settings and of its share among the
        impact's rules.
        """
        known = [(why, effect) for _, why, effect in sorted(self._known())]
        headings = _headings(dict.fromkeys(why for why, _ in known))
        effects = _Effects(impact) if impact else None
        place = texts.place
        written: list[list[int | list[int]]] = []
        for why, effect in known:
            meta: list[int | list[int]] = [*map(place, why), place(headings[why])]
            if effects and effect:
                meta += effects.written(why, effect)
            written.append(meta)
        return written

    def _known(self) -> Iterator[tuple[int, _Why, _Effect | None]]:
        """Yield each place with what it is of."""
        for name, reasons in self.places.items():
            for reason, rules in reasons.items():
                for last, place in rules.items():
                    rule, effect = (last, None) if isinstance(last, str) else last
                    yield place, (name, reason, rule), effect


class _Effects:
    """The places of an impact's settings and of its shares by rule."""

    def __init__(self, impact: Impact) -> None:
        self._settings = {each.what: place for place, each in enumerate(impact.by_setting)}
        self._rules = {(each.attribute, each.words, each.what): place for place, each in enumerate(impact.by_rule)}

    def written(self, why: _Why, effect: _Effect) -> list[int | list[int]]:
        """Return a verdict, its settings, and its share: that of its reason, or the one of all reasons; -1 is none."""
        name, reason, rule = why
        share = self._rules.get((name, reason, rule), self._rules.get((name, "", rule), -1))
        verdict, settings = effect
        return [
            _VERDICT_PLACE[Verdict(verdict)],
            [self._settings[each] for each in settings if each in self._settings],
            share,
        ]


def _headings(metas: Iterable[_Why]) -> dict[_Why, str]:
    """Return for each name, reason and rule the words under which it is counted."""
    alike: dict[tuple[str, str, tuple[str, ...]], list[_Why]] = {}
    for meta in metas:
        name, reason, rule = meta
        alike.setdefault((name, rule, tuple(reason.split(None, 2)[:2])), []).append(meta)
    headings: dict[_Why, str] = {}
    for group in alike.values():
        common = _common_words([reason for _, reason, _ in group]) if len(group) > _ALIKE else ""
        headings |= {meta: f"{common} …" if common else meta[1] for meta in group}
    return headings


def _common_words(texts: Sequence[str]) -> str:
    """Return the words that all texts begin with; the first and the last in order differ most."""
    pairs = takewhile(lambda pair: pair[0] == pair[1], zip(min(texts), max(texts), strict=False))
    return "".join(one for one, _ in pairs).rpartition(" ")[0]
