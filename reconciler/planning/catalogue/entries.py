"""The catalogue's entries that the store lacks, or that say something else there; no other is renamed or removed.

A custom field keeps its type: the values that assets have would not fit another.
"""

import json
from collections.abc import Iterable, Iterator, Mapping

from reconciler.model.plan import Action, Attribute, Change, Problem, Subject
from reconciler.model.snapshot import Scalar
from reconciler.model.state import StoredCatalogue
from reconciler.settings.catalogue import CatalogueFile, CustomField

_RULE = "K2"
_FILE = "catalogue.yaml"
_LISTS = frozenset({"choices", "alsoKnownAs"})

Details = Mapping[str, Scalar]


def catalogue_changes(catalogue: CatalogueFile, stored: StoredCatalogue) -> list[Change]:
    """Return a change for each entry that is missing or differs, an entry before those that refer to it."""
    return [
        *_plain("organisation", [each.name for each in catalogue.organisations], stored.organisations),
        *_plain("site", catalogue.sites(), stored.sites),
        *_plain("status", catalogue.statuses, stored.statuses),
        *_plain("group", [each.name for each in catalogue.asset_groups], stored.asset_groups),
        *_detailed("type", _types(catalogue), stored.types, stored),
        *_detailed("field", _fields(catalogue), stored.custom_fields, stored),
        *_detailed("licence", _licences(catalogue), stored.licences, stored),
    ]


def catalogue_problems(catalogue: CatalogueFile, stored: StoredCatalogue) -> list[Problem]:
    """Return a problem for each custom field whose type differs from the store's."""
    found = []
    for each in sorted(catalogue.custom_fields, key=lambda each: each.name):
        kept = stored.details.get(f"field/{each.name}", {}).get("type", each.type.value)
        if kept != each.type.value:
            message = (
                f"the store keeps it as {kept} and {_FILE} says {each.type.value}; a field's type stays, since the "
                f"values that assets have would not fit. Declare a field of another name with the new type and map to "
                f"it, or write {kept} again"
            )
            label = f"custom.{each.name}"
            found.append(Problem(connection=_FILE, label=label, message=message, rule=_RULE))
    return found


def _plain(kind: str, names: list[str], stored: tuple[str, ...]) -> Iterator[Change]:
    return (_made(kind, name, {}) for name in sorted(set(names) - set(stored)))


def _detailed(
    kind: str, declared: Mapping[str, Details], names: Iterable[str], stored: StoredCatalogue
) -> Iterator[Change]:
    """Yield the entries of a kind that are missing, and those of which the store says something else."""
    there = frozenset(names)
    for name, details in sorted(declared.items()):
        if name not in there:
            yield _made(
                kind, name, {key: value for key, value in details.items() if value is not None or key == "seats"}
            )
            continue
        known = stored.details.get(f"{kind}/{name}")
        if known is not None:
            differing = {key: value for key, value in details.items() if _differs(key, known.get(key), value)}
            differing.pop("type", None)
            if differing:
                yield _changed(kind, name, differing, known)


def _differs(attribute: str, stored: Scalar, declared: Scalar) -> bool:
    if attribute not in _LISTS:
        return stored != declared
    one, other = (json.loads(str(value)) if value else [] for value in (stored, declared))
    return sorted(one) != sorted(other) if attribute == "alsoKnownAs" else one != other


def _types(catalogue: CatalogueFile) -> dict[str, Details]:
    return {name: {"group": group} for name, group in catalogue.types().items()}


def _fields(catalogue: CatalogueFile) -> dict[str, Details]:
    return {each.name: _field(each) for each in catalogue.custom_fields}


def _field(each: CustomField) -> Details:
    choices = json.dumps(each.choices, ensure_ascii=False) if each.choices else None
    return {
        "type": each.type.value,
        "label": each.label or each.name,
        "maxLength": each.max_length,
        "choices": choices,
    }


def _licences(catalogue: CatalogueFile) -> dict[str, Details]:
    return {
        each.name: {"seats": each.seats, "alsoKnownAs": json.dumps(each.also_known_as, ensure_ascii=False)}
        for each in catalogue.licences
    }


def _made(kind: str, name: str, details: Details) -> Change:
    reason = "catalogue.yaml has it and the store does not"
    attributes = tuple(Attribute.of(key, None, value, reason, _RULE) for key, value in details.items())
    return _change(Action.CREATE, kind, name, attributes)


def _changed(kind: str, name: str, details: Details, stored: Details) -> Change:
    reason = "catalogue.yaml says so"
    attributes = tuple(Attribute.of(key, stored.get(key), value, reason, _RULE) for key, value in details.items())
    return _change(Action.UPDATE, kind, name, attributes)


def _change(action: Action, kind: str, name: str, attributes: tuple[Attribute, ...]) -> Change:
    return Change(subject=Subject.CATALOGUE, action=action, name=f"{kind}/{name}", label=name, attributes=attributes)
