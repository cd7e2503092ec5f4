"""The groups that a report sorts changes into, and the words for each; an asset stands once, in its weightiest group.

Order on the page: what is new, then what existing assets become. Weight: what is hardest to put right comes first.
"""

from collections.abc import Iterable
from typing import Final

from reconciler.model.plan import Action, Change, Kind, Subject

ORDER: Final = (
    Kind.CREATED,
    Kind.RETYPED,
    Kind.MOVED,
    Kind.REBOUND,
    Kind.UNLINKED,
    Kind.DELETED_IN_INTUNE,
    Kind.INACTIVE,
    Kind.UPDATED,
)

_WEIGHT: Final = (
    Kind.DELETED_IN_INTUNE,
    Kind.REBOUND,
    Kind.UNLINKED,
    Kind.INACTIVE,
    Kind.RETYPED,
    Kind.MOVED,
    Kind.CREATED,
    Kind.UPDATED,
)

MEANING: Final = {
    Kind.CREATED: ("new asset", "new assets"),
    Kind.RETYPED: ("asset whose type changes", "assets whose type changes"),
    Kind.MOVED: ("asset whose site changes", "assets whose site changes"),
    Kind.REBOUND: ("asset whose binding moves to another device", "assets whose binding moves to another device"),
    Kind.UNLINKED: ("asset that loses its user", "assets that lose their user"),
    Kind.DELETED_IN_INTUNE: ("asset whose device is gone from Intune", "assets whose device is gone from Intune"),
    Kind.INACTIVE: ("asset made inactive", "assets made inactive"),
    Kind.UPDATED: ("asset with changed fields", "assets with changed fields"),
}


def main_kind(change: Change) -> Kind:
    """Return the kind under which a change of an asset is shown."""
    kinds = set(change.kinds)
    other = Kind.CREATED if change.action is Action.CREATE else Kind.UPDATED
    return next((kind for kind in _WEIGHT if kind in kinds), other)


def by_kind(changes: Iterable[Change]) -> dict[Kind, list[Change]]:
    """Return the changes of assets by the kind each is shown under, in the order of the page."""
    groups: dict[Kind, list[Change]] = {kind: [] for kind in ORDER}
    for change in changes:
        if change.subject is Subject.ASSET:
            groups[main_kind(change)].append(change)
    return {kind: group for kind, group in groups.items() if group}
