"""The rows of a report, each with its values: what the plan changes, withholds, leaves alone or finds wrong.

1. Every change is a row, in the plan's order; then come problems, what is withheld, and what is left alone.
2. With an impact, what a change of the settings has an effect on says so, and what it keeps from happening altogether
   is a row of its own after the changes.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Final

from reconciler.model.impact import AttributeEffect, Effect, Impact, Verdict
from reconciler.model.plan import Action, Attribute, Change, LeftAlone, Plan, Problem, Subject, Withheld
from reconciler.model.snapshot import Scalar
from reconciler.model.state import State
from reconciler.report.html.groups import (
    BIT,
    LEFT_ALONE,
    NOTE,
    PLACE,
    PREVENTED,
    PROBLEM,
    WITHHELD,
    belongs,
    bits_of_counts,
)
from reconciler.report.html.metas import Metas, Texts

_NOWHERE: Final = (None, None)
_EXACT: Final = 2**53
"""Whole numbers from here on are not exact in a browser, and go as text."""

Row = tuple[object, ...]
"""What the list needs of an entry; `data.py` describes its parts."""
Values = tuple[object, ...]
"""What is read of an entry only where it is looked at: its device, and each attribute's values."""

_Note = Problem | Withheld | LeftAlone
_Key = tuple[str, ...]
_Scope = dict[tuple[str, str | None], tuple[str, ...]]
_Standing = dict[str, tuple[str | None, str | None]]


def entry_rows(
    plan: Plan, state: State | None, impact: Impact | None, texts: Texts, metas: Metas
) -> Iterator[tuple[Row, Values]]:
    """Yield each entry's row and values. `state` gives type and site of assets whose change names neither."""
    effects = {_key(each): each for each in impact.effects} if impact else {}
    standing = _standing([*plan.changes, *effects.values()], state)
    changes = _change_rows(plan.changes, effects, standing, texts, metas)
    return chain(changes, _prevented_rows(effects, standing, texts, metas), _note_rows(plan, impact, texts, metas))


def _key(thing: Change | Effect) -> _Key:
    """Return what a change and an effect on it have in common: a new asset's tag hangs on what else is created."""
    if thing.subject is not Subject.ASSET:
        return str(thing.subject), thing.name
    if thing.action is Action.CREATE and thing.device_id is not None:
        return "asset", thing.connection or "", thing.device_id
    return "asset", thing.name


def _standing(things: Sequence[Change | Effect], state: State | None) -> _Standing:
    """Return the present type and site of the assets that change, by tag."""
    if state is None:
        return {}
    names = {each.name for each in things if each.subject is Subject.ASSET and each.action is Action.UPDATE}
    return {asset.tag: (asset.type, asset.site) for asset in state.assets if asset.tag in names}


def _change_rows(
    changes: Iterable[Change], effects: dict[_Key, Effect], standing: _Standing, texts: Texts, metas: Metas
) -> Iterator[tuple[Row, Values]]:
    """Yield a row for each change; its effect is taken out of `effects`, so that those remain which no change has."""
    places, place = metas.places, texts.place
    for change in changes:
        if effects and (effect := effects.pop(_key(change), None)):
            yield _effect_row(effect, change, standing, texts, metas)
            continue
        attributes = change.attributes
        type_, site = standing.get(change.name, _NOWHERE) if change.subject is Subject.ASSET else _NOWHERE
        mine = [places[each.name][each.reason][each.rule] for each in attributes]
        afters = _exact([each.after for each in attributes])
        befores = 0 if change.action is Action.CREATE else _exact([each.before for each in attributes])
        group, groups = belongs(change)
        where = place(_named("type", attributes, type_)), place(_named("site", attributes, site))
        row = (group, groups, change.name, change.label, place(change.connection), *where, mine)
        yield row, (change.device_id, befores, afters)


def _prevented_rows(
    effects: dict[_Key, Effect], standing: _Standing, texts: Texts, metas: Metas
) -> Iterator[tuple[Row, Values]]:
    for effect in effects.values():
        yield _effect_row(effect, None, standing, texts, metas)


def _effect_metas(effect: Effect, attributes: Sequence[Attribute], metas: Metas) -> list[int]:
    """Return the places of the attributes' words and of what the settings have to do with each, prevented ones last."""
    places = metas.places
    mine = [places[each.name][each.reason][each.rule] for each in attributes]
    for end in effect.attributes:
        meta = metas.place(end.name, end.reason, end.rule, (str(end.verdict), end.settings))
        if end.verdict is Verdict.PREVENTED:
            mine.append(meta)
        else:
            mine[next(at for at, each in enumerate(attributes) if each.name == end.name)] = meta
    return mine


def _effect_row(
    effect: Effect, change: Change | None, standing: _Standing, texts: Texts, metas: Metas
) -> tuple[Row, Values]:
    """Return the row of what a change of the settings has an effect on; `change` is None where nothing happens now."""
    attributes = change.attributes if change else ()
    mine = _effect_metas(effect, attributes, metas)
    prevented = [each for each in effect.attributes if each.verdict is Verdict.PREVENTED]
    stays = [each.with_ for each in prevented]
    new = change is not None and change.action is Action.CREATE and not prevented
    befores = 0 if new else _exact([each.before for each in attributes] + stays)
    afters = _exact([each.after for each in attributes] + stays)
    withouts = [each.without for each in effect.attributes if each.verdict is not Verdict.CAUSED]
    group, groups = belongs(change) if change else (PLACE[PREVENTED], BIT[PREVENTED])
    type_, site = _where(effect, attributes, prevented, standing)
    place = texts.place
    shown = (group, groups, effect.name, effect.label, place(effect.connection), place(type_), place(site), mine)
    values = (effect.device_id, befores, afters, *([_exact(withouts)] if withouts else []))
    return (*shown, _effect_bits(effect, groups, bool(prevented))), values


def _where(
    effect: Effect, attributes: Sequence[Attribute], prevented: Sequence[AttributeEffect], standing: _Standing
) -> tuple[str | None, str | None]:
    """Return the type and the site that something has, or would have where nothing is made of it."""
    type_, site = standing.get(effect.name, _NOWHERE) if effect.subject is Subject.ASSET else _NOWHERE
    for each in prevented:
        value = _text(each.without if each.with_ is None else each.with_)
        type_ = value if each.name == "type" else type_
        site = value if each.name == "site" else site
    return _named("type", attributes, type_), _named("site", attributes, site)


def _effect_bits(effect: Effect, groups: int, prevents: bool) -> tuple[int, int]:
    """Return the bits of what is caused and of what is prevented, at least those of the row for what has no count."""
    caused, prevented = bits_of_counts(effect.kinds), bits_of_counts(effect.prevented)
    if groups == BIT[PREVENTED]:
        return 0, prevented | groups
    if not caused and any(each.verdict is not Verdict.PREVENTED for each in effect.attributes):
        caused = groups
    return caused, prevented or (groups if prevents else 0)


def _named(name: str, attributes: Sequence[Attribute], otherwise: str | None) -> str | None:
    """Return what an attribute will be, as a text."""
    for each in attributes:
        if each.name == name:
            return _text(each.after)
    return otherwise


def _text(value: Scalar) -> str | None:
    return None if value is None else str(value)


def _exact(values: list[Scalar]) -> list[Scalar]:
    return [value if type(value) is not int or -_EXACT < value < _EXACT else str(value) for value in values]


def _note_rows(plan: Plan, impact: Impact | None, texts: Texts, metas: Metas) -> Iterator[tuple[Row, Values]]:
    """Yield the rows of problems, withheld and left alone, with whether the change of the settings causes them."""
    notes: list[tuple[str, Sequence[_Note], Sequence[_Note]]] = [
        (PROBLEM, plan.problems, impact.problems if impact else ()),
        (WITHHELD, plan.withheld, impact.withheld if impact else ()),
        (LEFT_ALONE, plan.left_alone, impact.left_alone if impact else ()),
    ]
    scope: _Scope = {(each.connection, each.device_id): each.settings for each in impact.scope} if impact else {}
    for group, all_of_them, own in notes:
        caused = set(own)
        for note in all_of_them:
            yield _note(group, note, Verdict.CAUSED if note in caused else None, scope, texts, metas)
    for group, gone in ((PROBLEM, impact.solved), (LEFT_ALONE, impact.taken_up)) if impact else ():
        for note in gone:
            yield _note(group, note, Verdict.PREVENTED, scope, texts, metas)


def _note(
    group: str, note: _Note, verdict: Verdict | None, scope: _Scope, texts: Texts, metas: Metas
) -> tuple[Row, Values]:
    """Return the row of something that is no change; `scope` are the settings that decide who is left out."""
    match note:
        case Problem():
            why = PROBLEM, note.message, note.rule
        case Withheld():
            why = note.what, note.reason, note.rule
        case LeftAlone():
            why = note.why, note.reason, note.rule
    meta = metas.place(*why, (str(verdict), scope.get((note.connection, note.device_id), ())) if verdict else None)
    shown = PREVENTED if verdict is Verdict.PREVENTED else group
    row: Row = (PLACE[shown], BIT[shown] | NOTE, "", note.label, texts.place(note.connection), 0, 0, [meta])
    if verdict is not None:
        row = (*row, (0, BIT[shown] | BIT[group]) if verdict is Verdict.PREVENTED else (BIT[group], 0))
    return row, (note.device_id, 0, [None])
