"""What a report shows of an impact above its list: what a change of the settings causes, by setting and by rule."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from reconciler.model.impact import Impact, Share
from reconciler.report.escaping import terminal
from reconciler.report.html.groups import PLACE, group_of_count
from reconciler.report.text.impact import against, count_words, few, headline, merging, notes, rule_name
from reconciler.report.values import called, many

_FIRST: Final = 6
"""Shares that are shown at once; the others are folded."""
_MOST: Final = 300
_NOTES: Final = {"!": "bad", "?": "unknown", "-": "less"}


@dataclass(frozen=True, slots=True)
class Bar:
    """A setting or a decision, with how many it has an effect on: `place` of the impact's, `width` of 100."""

    place: int
    name: str
    words: str
    examples: str
    count: int
    width: float


def impact_shown(impact: Impact | None) -> dict[str, object] | None:
    """Return what the template shows of an impact, every text visible as it is and not yet escaped for HTML."""
    if impact is None:
        return None
    settings = [_bar(place, each, impact.by_setting) for place, each in enumerate(impact.by_setting) if each.count]
    settings.sort(key=lambda each: -each.count)
    rules = [_bar(place, each, impact.by_rule) for place, each in enumerate(impact.by_rule)]
    idle = [(terminal(each.what), terminal(each.words)) for each in impact.by_setting if not each.count]
    return {
        "against": terminal(against(impact)),
        "compared": impact.compared,
        "unknown": "" if impact.compared else terminal(headline(impact)[0]),
        "caused": _counts(impact.caused),
        "prevented": _counts(impact.prevented),
        "merging": merging(impact),
        "without": f"{many(impact.ordinary, 'change')} would happen anyway",
        "kept": f"{impact.kept:,}",
        "note": terminal(impact.note or "") if impact.compared else "",
        "notes": [(_NOTES[mark], terminal(words)) for mark, words in notes(impact)],
        "charts": [
            ("setting", "By setting", settings[:_FIRST], settings[_FIRST:_MOST], max(0, len(settings) - _MOST)),
            ("decision", "By rule", rules[:_FIRST], rules[_FIRST:_MOST], max(0, len(rules) - _MOST)),
        ],
        "idle": idle[:_MOST],
        "affected": bool(impact.effects or impact.problems or impact.withheld or impact.left_alone),
    }


def _counts(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    """Return counts in words, each with the place of the group that it filters by."""
    return [
        (terminal(words), PLACE[group_of_count(name)]) for name in counts for words in count_words({name: counts[name]})
    ]


def _bar(place: int, share: Share, shares: Sequence[Share]) -> Bar:
    most = max(each.count for each in shares)
    return Bar(
        place,
        terminal(rule_name(share) if share.attribute else share.what),
        terminal(share.words),
        terminal(few([called(label) for label in share.examples], share.count)),
        share.count,
        max(0.6, round(100 * share.count / most, 1)),
    )
