"""The entries of a report for its script: lines of compact JSON, in which texts that recur are said once, packed.

Lines come in pairs, each of `_AT_ONCE` entries: `[row, …]`, then `[[befores, afters], …]`, which the script reads only
where they are looked at. A row is `[group, groups, name, label, connection, device, type, site, metas]`: `group` the
place of the group it is shown under, `groups` a bit for each it belongs to and one for what is new, `connection`,
`type`, `site` and a meta's parts places in `texts` (0 is none), `metas` one place for each attribute; `befores` are 0
when all are empty. The last line is `{"texts": […], "metas": [[name, reason, rule, heading], …], "groups": […],
"atOnce": …}`.

100,000 first imports make a million and a half attributes. So the loop over them does as little as it can, and the
lines are packed (deflate, base64): a browser unpacks them faster than it looks through seven times as much HTML, and
no name can end the element that it stands in.
"""

import base64
import json
import zlib
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import chain, islice, takewhile
from typing import Final

import msgspec

from reconciler.model.plan import Action, Attribute, Change, Kind, LeftAlone, Plan, Problem, Subject, Withheld
from reconciler.model.snapshot import Scalar
from reconciler.model.state import State
from reconciler.report.kinds import ORDER, main_kind

PROBLEM: Final = "problem"
WITHHELD: Final = "withheld"
LEFT_ALONE: Final = "left alone"
GROUPS: Final = (
    "catalogue",
    "users",
    *(str(group) for group in ORDER),
    *(str(kind) for kind in Kind if kind not in ORDER),
    PROBLEM,
    WITHHELD,
    LEFT_ALONE,
)
"""What an entry can belong to, in the order in which it is offered."""

_PLACE: Final = {group: place for place, group in enumerate(GROUPS)}
_BITS: Final = {group: 1 << place for group, place in _PLACE.items()}
_NEW: Final = 1 << len(GROUPS)
"""The bit beyond the groups' says that the entry is something new."""
_NOWHERE: Final = (None, None)
_EXACT: Final = 2**53
"""Whole numbers from here on are not exact in a browser, and go as text."""
_ALIKE: Final = 5
"""More reasons than this of one attribute and rule that begin alike have one heading: `the site of …`."""

_AT_ONCE: Final = 64
"""Rows that are encoded and let go before the next: so few that the collector of cycles sleeps on (twice as fast)."""

_LEVEL: Final = 3

_Values = tuple[list[Scalar] | int, list[Scalar]]
_Row = tuple[tuple[int, int, str, str, int, str | None, int, int, list[int]], _Values]


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


class _Places(dict[tuple[str, str, str], int]):
    """The place of each name, reason and rule; what is new gets the next one."""

    def __missing__(self, key: tuple[str, str, str]) -> int:
        self[key] = place = len(self)
        return place


class Metas:
    """What attributes have in common: name, reason and rule, each three once."""

    def __init__(self) -> None:
        self.places = _Places()

    def place(self, name: str, reason: str, rule: str) -> int:
        """Return the three's place, a new one for new ones."""
        return self.places[name, reason, rule]

    def written(self, texts: Texts) -> list[tuple[int, int, int, int]]:
        """Return them as places of texts, each with the heading under which reasons like it are counted."""
        headings = _headings(self.places)
        place = texts.place
        return [
            (place(name), place(reason), place(rule), place(headings[name, reason, rule]))
            for name, reason, rule in self.places
        ]


def report_data(plan: Plan, state: State | None = None) -> bytes:
    """Return a plan's entries as base64 of the deflated lines.

    `state` tells type and site of assets whose change names neither.
    """
    texts, metas = Texts(), Metas()
    rows = chain(
        _change_rows(plan.changes, _standing(plan.changes, state), texts, metas), _note_rows(plan, texts, metas)
    )
    lines: list[bytes] = []
    while some := list(islice(rows, _AT_ONCE)):
        lines += (_encoded([row for row, _ in some]), _encoded([values for _, values in some]))
    shared = {"metas": metas.written(texts), "texts": texts.all(), "groups": GROUPS, "atOnce": _AT_ONCE}
    packed = zlib.compress(b"\n".join([*lines, _encoded(shared)]), level=_LEVEL)
    return base64.b64encode(packed)


def _encoded(value: object) -> bytes:
    try:
        return msgspec.json.encode(value)
    except UnicodeEncodeError:
        return json.dumps(value, separators=(",", ":")).encode()


def _standing(changes: Sequence[Change], state: State | None) -> dict[str, tuple[str | None, str | None]]:
    """Return the present type and site of the assets that change, by tag."""
    if state is None:
        return {}
    names = {each.name for each in changes if each.subject is Subject.ASSET and each.action is Action.UPDATE}
    return {asset.tag: (asset.type, asset.site) for asset in state.assets if asset.tag in names}


def _change_rows(
    changes: Iterable[Change], standing: dict[str, tuple[str | None, str | None]], texts: Texts, metas: Metas
) -> Iterator[_Row]:
    places, place = metas.places, texts.place
    for change in changes:
        attributes = change.attributes
        type_, site = standing.get(change.name, _NOWHERE) if change.subject is Subject.ASSET else _NOWHERE
        mine = [places[each.name, each.reason, each.rule] for each in attributes]
        afters = [each.after for each in attributes]
        befores = 0 if change.action is Action.CREATE else _exact([each.before for each in attributes])
        group, groups = _belongs(change)
        shown = (group, groups, change.name, change.label, place(change.connection), change.device_id)
        where = place(_named("type", attributes, type_)), place(_named("site", attributes, site))
        yield (*shown, *where, mine), (befores, _exact(afters))


def _named(name: str, attributes: Sequence[Attribute], otherwise: str | None) -> str | None:
    """Return what an attribute will be, as a text."""
    for each in attributes:
        if each.name == name:
            return None if each.after is None else str(each.after)
    return otherwise


def _exact(values: list[Scalar]) -> list[Scalar]:
    if int not in map(type, values):
        return values
    return [str(value) if isinstance(value, int) and not -_EXACT < value < _EXACT else value for value in values]


def _belongs(change: Change) -> tuple[int, int]:
    """Return the place of the group that a change is shown under, and a bit for each that it belongs to."""
    if change.subject is Subject.ASSET:
        group = str(main_kind(change))
    else:
        group = "users" if change.subject is Subject.USER else "catalogue"
    return _bits(group, change.action, change.kinds)


@lru_cache(1_000)
def _bits(group: str, action: Action, kinds: tuple[Kind, ...]) -> tuple[int, int]:
    bits = _BITS[group] | (_NEW if action is Action.CREATE else 0)
    for kind in kinds:
        bits |= _BITS[kind]
    return _PLACE[group], bits


def _note_rows(plan: Plan, texts: Texts, metas: Metas) -> Iterator[_Row]:
    for problem in plan.problems:
        yield _note(PROBLEM, problem, texts, metas.place(PROBLEM, problem.message, problem.rule))
    for withheld in plan.withheld:
        yield _note(WITHHELD, withheld, texts, metas.place(withheld.what, withheld.reason, withheld.rule))
    for left in plan.left_alone:
        yield _note(LEFT_ALONE, left, texts, metas.place(left.why, left.reason, left.rule))


def _note(group: str, note: Problem | Withheld | LeftAlone, texts: Texts, meta: int) -> _Row:
    place = texts.place(note.connection)
    return (_PLACE[group], _BITS[group], "", note.label, place, note.device_id, 0, 0, [meta]), (0, [None])


def _headings(metas: Iterable[tuple[str, str, str]]) -> dict[tuple[str, str, str], str]:
    """Return for each name, reason and rule the words under which it is counted."""
    alike: dict[tuple[str, str, tuple[str, ...]], list[tuple[str, str, str]]] = {}
    for meta in metas:
        name, reason, rule = meta
        alike.setdefault((name, rule, tuple(reason.split(None, 2)[:2])), []).append(meta)
    headings: dict[tuple[str, str, str], str] = {}
    for group in alike.values():
        common = _common_words([reason for _, reason, _ in group]) if len(group) > _ALIKE else ""
        headings |= {meta: f"{common} …" if common else meta[1] for meta in group}
    return headings


def _common_words(texts: Sequence[str]) -> str:
    """Return the words that all texts begin with; the first and the last in order differ most."""
    pairs = takewhile(lambda pair: pair[0] == pair[1], zip(min(texts), max(texts), strict=False))
    return "".join(one for one, _ in pairs).rpartition(" ")[0]
