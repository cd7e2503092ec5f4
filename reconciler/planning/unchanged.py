"""The hot path: which bound devices leave their asset and their binding exactly as they are.

It only ever says so where it is sure; whatever it is not sure of is planned in full, and may still come to nothing.
"""

from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import Any

from reconciler.model.snapshot import UNKNOWN
from reconciler.model.state import Asset, Life, Presence
from reconciler.planning.asset_changes import site_of
from reconciler.planning.columns import fitted
from reconciler.planning.owners import Unclear
from reconciler.planning.planner import Planner
from reconciler.settings.field_mappings import Write
from reconciler.settings.imports import SiteAllocation
from reconciler.settings.users import AssignFrom

Check = Callable[[int, Asset], bool]

_UNSURE = 0
"""Stands for a user who has to be looked at; no store user has this id."""


def compile_unchanged(planner: Planner) -> Check:
    """Return a function that says of a device (by its place in the list) whether its asset stays as it is."""
    same_fields = _fields(planner)
    same_user = _user(planner)
    types = planner.devices.types
    update_types = planner.connection.asset_types.update_types
    site = _site(planner)
    software, ids = planner.software, planner.devices.ids

    def unchanged(place: int, asset: Asset) -> bool:
        return (
            same_fields(place, asset)
            and (not update_types or (asset.type is not None and asset.type == types[place].name))
            and same_user(place, asset)
            and (site is None or asset.site == site[asset.user])
            and (software is None or software.same(ids[place], asset))
        )

    return unchanged


def steady(life: Life) -> bool:
    """Say whether a binding is present with nothing under way."""
    return life.presence is Presence.PRESENT and not (
        life.missing_reads or life.inactive_since or life.unlisted_reads or life.missing_since
    )


def _fields(planner: Planner) -> Check:
    fields, columns, positions = planner.compiled.fields, planner.devices.table.fields, planner.world.positions
    always = [place for place, mapping in enumerate(fields.mappings) if mapping.write is Write.ALWAYS]
    when_empty = [
        (place, positions.get(fields.fields[place].name))
        for place, mapping in enumerate(fields.mappings)
        if mapping.write is Write.WHEN_EMPTY
    ]
    stored = [positions.get(fields.fields[place].name) for place in always]
    if None in stored or any(position is None for _, position in when_empty):
        return lambda place, asset: False
    wanted = list(zip(*(fitted(fields.fields[place], columns[place]) for place in always), strict=True))
    read = _reader([position for position in stored if position is not None])

    def same(place: int, asset: Asset) -> bool:
        values = asset.values
        if always and wanted[place] != read(values):
            return False
        return all(values[at] is not None or columns[one][place] is None for one, at in when_empty if at is not None)

    return same


def _reader(positions: Sequence[int]) -> Callable[[Sequence[Any]], tuple[Any, ...]]:
    if len(positions) > 1:
        return itemgetter(*positions)
    return lambda values: tuple(values[position] for position in positions)


def _user(planner: Planner) -> Check:
    users, directory = planner.connection.users, planner.world.directory
    if users.assign_from is AssignFrom.NONE:
        return lambda place, asset: True
    store, unlinks = users.user_identifier.store, users.unlink_when_no_match
    nobody: int | None = None if planner.name not in planner.world.not_imported else _UNSURE

    def person(value: Any) -> int | None:
        if value is UNKNOWN or isinstance(value, Unclear):
            return _UNSURE
        found = directory.find(store, value)
        if not found:
            return nobody
        return found[0] if len(found) == 1 else _UNSURE

    people = list(map(person, planner.devices.identifiers))

    def same(place: int, asset: Asset) -> bool:
        one = people[place]
        if one is None:
            return asset.user is None or not unlinks
        return one == asset.user

    return same


def _site(planner: Planner) -> Any:
    """Return the site that goes with each user, None when sites are left alone (S1)."""
    if planner.connection.imports.site_allocation is SiteAllocation.KEEP:
        return None
    return _Sites(planner)


class _Sites(dict[int | None, str | None]):
    def __init__(self, planner: Planner) -> None:
        super().__init__()
        self._planner = planner

    def __missing__(self, user: int | None) -> str | None:
        site = self[user] = site_of(self._planner.connection.imports, self._planner.world.person(user))[0]
        return site
