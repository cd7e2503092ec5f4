"""The catalogue's entries that the store lacks; nothing is renamed or removed."""

import json
from collections.abc import Iterator

from reconciler.model.plan import Action, Attribute, Change, Subject
from reconciler.model.snapshot import Scalar
from reconciler.model.state import StoredCatalogue
from reconciler.settings.catalogue import CatalogueFile


def catalogue_changes(catalogue: CatalogueFile, stored: StoredCatalogue) -> list[Change]:
    """Return a change for each missing entry, an entry before those that refer to it."""
    return [
        *_plain("organisation", [each.name for each in catalogue.organisations], stored.organisations),
        *_plain("site", catalogue.sites(), stored.sites),
        *_plain("status", catalogue.statuses, stored.statuses),
        *_plain("group", [each.name for each in catalogue.asset_groups], stored.asset_groups),
        *(
            _made("type", name, {"group": group})
            for name, group in sorted(catalogue.types().items())
            if name not in stored.types
        ),
        *_custom_fields(catalogue, stored),
        *_licences(catalogue, stored),
    ]


def _plain(kind: str, names: list[str], stored: tuple[str, ...]) -> Iterator[Change]:
    return (_made(kind, name, {}) for name in sorted(set(names) - set(stored)))


def _custom_fields(catalogue: CatalogueFile, stored: StoredCatalogue) -> Iterator[Change]:
    for each in sorted(catalogue.custom_fields, key=lambda each: each.name):
        if each.name not in stored.custom_fields:
            details: dict[str, Scalar] = {"type": each.type.value, "label": each.label or each.name}
            if each.max_length is not None:
                details["maxLength"] = each.max_length
            if each.choices:
                details["choices"] = json.dumps(each.choices, ensure_ascii=False)
            yield _made("field", each.name, details)


def _licences(catalogue: CatalogueFile, stored: StoredCatalogue) -> Iterator[Change]:
    for each in sorted(catalogue.licences, key=lambda each: each.name):
        if each.name not in stored.licences:
            names = json.dumps(each.also_known_as, ensure_ascii=False)
            yield _made("licence", each.name, {"seats": each.seats, "alsoKnownAs": names})


def _made(kind: str, name: str, details: dict[str, Scalar]) -> Change:
    reason = "catalogue.yaml has it and the store does not"
    return Change(
        subject=Subject.CATALOGUE,
        action=Action.CREATE,
        name=f"{kind}/{name}",
        label=name,
        attributes=tuple(Attribute(key, None, value, reason, "K2") for key, value in details.items()),
    )
