"""How many requests a plan's changes take of Snipe-IT (W7): a look before each write, and the writes."""

from collections.abc import Sequence

from reconciler.model.plan import SOFTWARE, Action, Attribute, Change, Subject
from reconciler.remote.fitting import LEDGER_KINDS
from reconciler.settings.stores import TypesFrom
from reconciler.snipeit.looks import looks
from reconciler.snipeit.vocabulary import Vocabulary

_LEDGERS = frozenset({"device", "entraId"})


def requests(changes: Sequence[Change], words: Vocabulary) -> int:
    """Return the number; a read that settles what an answer left open is not foreseen."""
    return sum(_of_change(each, words) for each in changes) + _of_models(changes, words)


def _of_change(change: Change, words: Vocabulary) -> int:
    if change.subject is Subject.CATALOGUE:
        return 0 if change.name.partition("/")[0] in LEDGER_KINDS else 2
    attributes = [each for each in change.attributes if _is_sent(each)]
    if change.action is Action.UPDATE and not attributes:
        return 0
    if change.subject is Subject.USER:
        return 2 if change.action is Action.DELETE else 3
    if change.action is Action.CREATE:
        return len(looks(change, words.fields)) + 1
    return 2 if change.action is Action.DELETE else _of_update(attributes)


def _of_update(attributes: Sequence[Attribute]) -> int:
    """Return what an asset's update takes: a check-in takes the status along, and goes before what stands beside it."""
    ends = any(each.name == "user" and each.after is None for each in attributes)
    beside = [each for each in attributes if each.name != "user" and not (ends and each.name == "status")]
    return 1 + ends + bool(beside or not ends)


def _is_sent(attribute: Attribute) -> bool:
    return attribute.name not in _LEDGERS and not attribute.name.startswith(SOFTWARE)


def _of_models(changes: Sequence[Change], words: Vocabulary) -> int:
    """Return what models and manufacturers that are lacking take."""
    new, makers = set(), set()
    for change in changes:
        if change.subject is not Subject.ASSET or change.action is not Action.CREATE:
            continue
        values = {each.name: each.after for each in change.attributes}
        type_, maker, model = (values.get(name) for name in ("type", "manufacturer", "model"))
        if not words.model_of(None if type_ is None else str(type_), maker, model):
            new.add((type_, maker, model))
            if maker and maker not in words.manufacturers.ids and words.settings.types is TypesFrom.CATEGORY:
                makers.add(maker)
    return len(new) + len(makers)
