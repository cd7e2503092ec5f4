"""An impact by rule and by setting: how many things each has an effect on, and a few of them."""

from collections.abc import Iterable, Sequence
from typing import Final

from reconciler.model.impact import Effect, ScopeChange, Share
from reconciler.model.plan import SettingChange

EXAMPLES: Final = 5
_REASONS: Final = 10
"""A rule with more different reasons than this, for one attribute, is listed once: its reasons name single things."""

_Group = dict[tuple[str, str, str], list[str]]


def by_rule(effects: Iterable[Effect]) -> tuple[Share, ...]:
    """Return each rule's effects on each attribute, by reason when there are few, the largest first."""
    groups: _Group = {}
    for effect in effects:
        for each in effect.attributes:
            groups.setdefault((each.rule, each.name, each.reason), []).append(effect.label)
    reasons: dict[tuple[str, str], int] = {}
    for rule, name, _ in groups:
        reasons[rule, name] = reasons.get((rule, name), 0) + 1
    merged: _Group = {}
    for (rule, name, reason), labels in groups.items():
        told = reason if reasons[rule, name] <= _REASONS else ""
        merged.setdefault((rule, name, told), []).extend(labels)
    shares = [Share(rule, words, len(labels), _few(labels), name) for (rule, name, words), labels in merged.items()]
    return tuple(sorted(shares, key=lambda each: (-each.count, each.what, each.attribute or "", each.words)))


def by_setting(
    effects: Iterable[Effect], scope: Iterable[ScopeChange], settings: Sequence[SettingChange]
) -> tuple[Share, ...]:
    """Return every differing setting with what is put down to it, also one without any, in their order.

    A device that leaves scope, and whose asset is therefore not created, counts once.
    """
    labels: dict[str, list[str]] = {each.path: [] for each in settings}
    known: set[tuple[str, str | None, str | None]] = set()
    for effect in effects:
        for path in dict.fromkeys(path for each in effect.attributes for path in each.settings):
            labels[path].append(effect.label)
            known.add((path, effect.connection, effect.device_id))
    for each in scope:
        for path in each.settings:
            if (path, each.connection, each.device_id) not in known:
                labels[path].append(each.label)
    return tuple(
        Share(each.path, f"{each.before} → {each.after}", len(labels[each.path]), _few(labels[each.path]))
        for each in settings
    )


def _few(labels: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(labels))[:EXAMPLES])
