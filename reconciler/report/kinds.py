"""The groups that a report sorts changes into, and the words for each; an asset stands once, in its weightiest group.

Order on the page: what is new, then what existing assets become. Weight: what is hardest to put right comes first.
A change of an asset's software alone has no kind, since no limit counts it; it has a group of its own.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import Final

from reconciler.model.plan import SOFTWARE, Action, Change, Kind, Subject


class Uncounted(StrEnum):
    """A group of changes that no limit counts."""

    SOFTWARE = "software"


Group = Kind | Uncounted

ORDER: Final[tuple[Group, ...]] = (
    Kind.CREATED,
    Kind.RETYPED,
    Kind.MOVED,
    Kind.REBOUND,
    Kind.UNLINKED,
    Kind.DELETED_IN_INTUNE,
    Kind.INACTIVE,
    Kind.UPDATED,
    Uncounted.SOFTWARE,
    Kind.REMOVED,
)

_WEIGHT: Final = (
    Kind.REMOVED,
    Kind.DELETED_IN_INTUNE,
    Kind.REBOUND,
    Kind.UNLINKED,
    Kind.INACTIVE,
    Kind.RETYPED,
    Kind.MOVED,
    Kind.CREATED,
    Kind.UPDATED,
)

WORDS: Final[dict[str, str]] = {
    Kind.CREATED: "created",
    Kind.RETYPED: "type changed",
    Kind.MOVED: "site changed",
    Kind.REBOUND: "re-enrolled",
    Kind.UNLINKED: "user removed",
    Kind.DELETED_IN_INTUNE: "deleted in Intune",
    Kind.INACTIVE: "made inactive",
    Kind.UPDATED: "updated",
    Uncounted.SOFTWARE: "software only",
    Kind.REMOVED: "removed",
}
"""What happens to an asset, in sentences; YAML and JSON keep the kinds' names."""

LIMITED: Final[dict[str, str]] = WORDS | {
    Kind.USERS_DEACTIVATED: "users made inactive",
    Kind.USERS_CREATED: "users created",
    Kind.NEW_TYPES: "new types",
}
"""What a limit counts, in sentences."""

MEANING: Final[dict[Group, tuple[str, str]]] = {
    Kind.CREATED: ("new asset", "new assets"),
    Kind.RETYPED: ("asset whose type changes", "assets whose type changes"),
    Kind.MOVED: ("asset whose site changes", "assets whose site changes"),
    Kind.REBOUND: ("asset that is now another device", "assets that are now other devices"),
    Kind.UNLINKED: ("asset that loses its user", "assets that lose their user"),
    Kind.DELETED_IN_INTUNE: ("asset whose device is gone from Intune", "assets whose device is gone from Intune"),
    Kind.INACTIVE: ("asset made inactive", "assets made inactive"),
    Kind.REMOVED: ("asset removed", "assets removed"),
    Kind.UPDATED: ("asset with changed fields", "assets with changed fields"),
    Uncounted.SOFTWARE: ("asset whose software alone changes", "assets whose software alone changes"),
}


def main_kind(change: Change) -> Group:
    """Return the group under which a change of an asset is shown."""
    known = next((kind for kind in _WEIGHT if kind in change.kinds), None)
    if known is not None:
        return known
    if change.action is Action.CREATE:
        return Kind.CREATED
    alone = change.attributes and all(each.name.startswith(SOFTWARE) for each in change.attributes)
    return Uncounted.SOFTWARE if alone else Kind.UPDATED


def by_kind(changes: Iterable[Change]) -> dict[Group, list[Change]]:
    """Return the changes of assets by the group each is shown under, in the order of the page."""
    groups: dict[Group, list[Change]] = {kind: [] for kind in ORDER}
    for change in changes:
        if change.subject is Subject.ASSET:
            groups[main_kind(change)].append(change)
    return {kind: group for kind, group in groups.items() if group}
