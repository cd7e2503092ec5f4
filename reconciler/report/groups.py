"""Changes that are alike, shown once: per attribute what happens, to how many, and a few of their names (V6).

1. Things whose one attribute goes from the same value to the same value are a group; software counts by application.
2. Of an attribute with many groups the largest stand; all that is different in each thing is one group more.
3. What is created, or removed, counts by type, site and user.
4. The largest group comes first.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from reconciler.explain.software_words import sign, software_name, versions
from reconciler.model.impact import AttributeEffect, Effect, Verdict
from reconciler.model.plan import SOFTWARE, Action, Attribute, Change, Subject
from reconciler.model.snapshot import Scalar
from reconciler.report.values import ARROW, called, many, shown, sides

NAMES: Final = 3
"""Names that a group shows."""
_LARGEST: Final = 5
"""Groups of one attribute that stand; a smaller number of them is never put together."""
_COUNTED_BY: Final = ("type", "site", "user")
_TIMES: Final = "\N{MULTIPLICATION SIGN}"


@dataclass(frozen=True, slots=True)
class Group:
    """What happens to one attribute of `count` things, a few of whose `names` stand for them.

    `words` is `before → after`, or what else it comes to; `flow` has both values where the group goes from one to the
    other. `reason` and `rule` are empty where the things have different ones.
    """

    attribute: str
    words: str
    count: int
    names: tuple[str, ...]
    reason: str = ""
    rule: str = ""
    flow: tuple[str, str] | None = None

    def times(self) -> str:
        """Return how many things there are, after a multiplication sign; nothing for one alone."""
        return f" {_TIMES}{self.count:,}" if self.count > 1 else ""

    def few(self) -> str:
        """Return the names, and how many more there are: `LT-1, LT-2, LT-3, 449 more`."""
        more = self.count - len(self.names)
        return ", ".join([*self.names, *([f"{more:,} more"] if more else [])])


_Key = tuple[str, str, Scalar, Scalar]


@dataclass(slots=True)
class _Tally:
    """A group while it is counted."""

    count: int = 0
    names: list[str] = field(default_factory=list)
    reasons: set[str] = field(default_factory=set)
    rules: set[str] = field(default_factory=set)

    def add(self, label: str, reason: str, rule: str) -> None:
        self.count += 1
        if len(self.names) < NAMES:
            self.names.append(called(label))
        if len(self.reasons) < 2:  # noqa: PLR2004 - one is said, two are not
            self.reasons.add(reason)
        if len(self.rules) < 2:  # noqa: PLR2004 - as above
            self.rules.add(rule)

    def take(self, other: "_Tally") -> None:
        self.count += other.count
        self.names += other.names[: NAMES - len(self.names)]
        self.reasons |= other.reasons
        self.rules |= other.rules


_Words = Callable[[_Key], tuple[str, tuple[str, str] | None]]
_Item = tuple[_Key, str, str, str]
"""One attribute of one thing: the key of its group, what the thing is called, reason and rule."""


def alike(changes: Iterable[Change]) -> bool:
    """Return whether any two updates have an attribute that goes from the same value to the same value."""
    seen: set[_Key] = set()
    for key, *_ in _updated(changes):
        if key in seen:
            return True
        seen.add(key)
    return False


def change_groups(changes: Sequence[Change]) -> list[Group]:
    """Return the groups of changes of one plan, run or undo; what is created or removed counts first."""
    made = [each for each in changes if each.action is Action.CREATE]
    gone = [each for each in changes if each.action is Action.DELETE]
    return [*_counted(made, "new"), *_counted(gone, "removed"), *_grouped(_updated(changes), _update_words)]


def created_groups(changes: Sequence[Change]) -> list[Group]:
    """Return what is created, or removed, counted by type, site and user."""
    items: list[_Item] = []
    for change in changes:
        values = {each.name: each for each in change.attributes if each.name in _COUNTED_BY}
        for name in _COUNTED_BY if change.subject is Subject.ASSET else ("site",):
            each = values.get(name)
            value = None if each is None else each.before if change.action is Action.DELETE else each.after
            items.append(((name, "", None, value), change.label, "", each.rule if each else ""))
    places = {name: place for place, name in enumerate(_COUNTED_BY)}
    return sorted(_grouped(items, _value_words), key=lambda group: places[group.attribute])


def effect_groups(effects: Iterable[Effect]) -> list[Group]:
    """Return the groups of what a change of the settings makes end differently, assets and users together."""
    return _grouped(_ended(effects), _effect_words)


def _counted(changes: Sequence[Change], what: str) -> list[Group]:
    """Return new, or removed, assets by type and users together, one group each."""
    items = [(_new_key(each, what), each.label, "", "") for each in changes if each.subject is not Subject.CATALOGUE]
    return _grouped(items, _value_words)


def _new_key(change: Change | Effect, what: str) -> _Key:
    type_ = next((each for each in change.attributes if each.name == "type"), None)
    if change.subject is Subject.USER:
        return f"{what} user", "", None, ""
    value = None
    if isinstance(type_, AttributeEffect):
        value = type_.without if type_.with_ is None else type_.with_
    elif type_ is not None:
        value = type_.before if type_.after is None else type_.after
    return f"{what} asset", "", None, value


def _updated(changes: Iterable[Change]) -> Iterator[_Item]:
    for change in changes:
        if change.action is Action.UPDATE:
            for each in change.attributes:
                name, part = _named(each.name)
                yield (name, part, each.before, each.after), change.label, each.reason, each.rule


def _named(attribute: str) -> tuple[str, str]:
    return ("software", attribute) if attribute.startswith(SOFTWARE) else (attribute, "")


def _ended(effects: Iterable[Effect]) -> Iterator[_Item]:
    for effect in effects:
        if effect.subject is Subject.CATALOGUE:
            continue
        verdicts = {each.verdict for each in effect.attributes}
        if effect.action is Action.CREATE and len(verdicts) == 1 and verdicts != {Verdict.ALTERED}:
            what = "new" if verdicts == {Verdict.CAUSED} else "no longer new"
            yield _new_key(effect, what), effect.label, "", ""
            continue
        for each in effect.attributes:
            name, part = _named(each.name)
            yield (name, f"{each.verdict}/{part}", each.without, each.with_), effect.label, each.reason, each.rule


def _update_words(key: _Key) -> tuple[str, tuple[str, str] | None]:
    _, part, before, after = key
    if part:
        return _software(part, before, after), None
    old, new = sides(before, after)
    return f"{old} {ARROW} {new}", (old, new)


def _software(name: str, before: Scalar, after: Scalar) -> str:
    each = Attribute.of(name, before, after, "", "")
    known = [versions(value) for value in (before, after) if value is not None]
    what = {"+": "added", "-": "removed", "~": ""}[sign(each)]
    return " ".join(filter(None, [software_name(each), f" {ARROW} ".join(known), what]))


def _value_words(key: _Key) -> tuple[str, tuple[str, str] | None]:
    return ("none" if key[3] is None else shown(key[3]) if key[3] != "" else ""), None


def _effect_words(key: _Key) -> tuple[str, tuple[str, str] | None]:
    _, part, without, with_ = key
    if not part:
        return _value_words(key)
    verdict, _, software = part.partition("/")
    if software:
        words = _software(software, without, with_)
        return (words if verdict == Verdict.CAUSED else f"{words} ({verdict})"), None
    return ending(Verdict(verdict), without, with_)


def ending(verdict: Verdict, without: Scalar, with_: Scalar) -> tuple[str, tuple[str, str] | None]:
    """Return how an attribute ends in words, and both values where it goes from the one to the other."""
    old, new = sides(without, with_)
    match verdict:
        case Verdict.CAUSED:
            return f"{old} {ARROW} {new}", (old, new)
        case Verdict.ALTERED:
            return f"{new} instead of {old}", None
        case Verdict.PREVENTED:
            return f"stays {new} instead of becoming {old}", None


def _grouped(items: Iterable[_Item], words: _Words) -> list[Group]:
    tallies: dict[str, dict[_Key, _Tally]] = {}
    for key, label, reason, rule in items:
        of_attribute = tallies.setdefault(key[0], {})
        tally = of_attribute.get(key)
        if tally is None:
            tally = of_attribute[key] = _Tally()
        tally.add(label, reason, rule)
    groups = [group for name, found in tallies.items() for group in _of_attribute(name, found, words)]
    return sorted(groups, key=lambda group: (-group.count, group.attribute, group.words))


def _of_attribute(name: str, tallies: dict[_Key, _Tally], words: _Words) -> Iterator[Group]:
    """Yield an attribute's groups, largest first; small ones are put together once there are many."""
    ordered = sorted(tallies.items(), key=lambda found: -found[1].count)
    standing = len(ordered)
    if standing > _LARGEST + 1:
        standing = min(_LARGEST, sum(tally.count > 1 for _, tally in ordered))
    for key, tally in ordered[:standing]:
        text, flow = words(key)
        yield _group(name, text, tally, flow)
    rest = ordered[standing:]
    if rest:
        together = _Tally()
        for _, tally in rest:
            together.take(tally)
        other = "other value" if standing else "different value"
        example = f", such as {words(rest[0][0])[0]}"
        yield _group(name, f"{many(len(rest), other)}{example}", together, None)


def _group(name: str, words: str, tally: _Tally, flow: tuple[str, str] | None) -> Group:
    reason, rule = (next(iter(found)) if len(found) == 1 else "" for found in (tally.reasons, tally.rules))
    return Group(name, words, tally.count, tuple(tally.names), reason, rule, flow)
