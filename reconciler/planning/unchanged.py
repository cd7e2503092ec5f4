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

_Fields = tuple[
    Sequence[tuple[Any, ...]], Callable[[Sequence[Any]], tuple[Any, ...]], Sequence[tuple[int, Sequence[Any]]]
]
"""What is always written, device by device, and what reads it from an asset; what is written where it is empty."""

_UNSURE = 0
"""Stands for a user who has to be looked at; no store user has this id."""


def compile_unchanged(planner: Planner) -> Check:
    """Return a function that says of a device (by its place in the list) whether its asset stays as it is."""
    fields = _fields(planner)
    if fields is None:
        return lambda place, asset: False
    wanted, read, when_empty = fields
    types = [each.name for each in planner.devices.types] if planner.connection.asset_types.update_types else None
    people, unlinks = _people(planner), planner.connection.users.unlink_when_no_match
    site, software, ids = _site(planner), planner.software, planner.devices.ids

    def unchanged(place: int, asset: Asset) -> bool:
        values, user = asset.values, asset.user
        if wanted and wanted[place] != read(values):
            return False
        for position, column in when_empty:
            if values[position] is None and column[place] is not None:
                return False
        return (
            (types is None or (asset.type is not None and asset.type == types[place]))
            and (people is None or people[place] == user or (people[place] is None and not unlinks))
            and (site is None or asset.site == site[user])
            and (software is None or software.same(ids[place], asset))
        )

    return unchanged


def steady(life: Life, stale: bool) -> bool:
    """Say whether a binding is present with nothing under way, inactive only if its device is still stale."""
    return life.presence is Presence.PRESENT and not (
        life.missing_reads or (life.inactive_since is None) is stale or life.unlisted_reads or life.missing_since
    )


def _fields(planner: Planner) -> _Fields | None:
    """Return how fields are compared; None when a field is mapped that the store lacks."""
    fields, columns, positions = planner.compiled.fields, planner.devices.table.fields, planner.world.positions
    always = [place for place, mapping in enumerate(fields.mappings) if mapping.write is Write.ALWAYS]
    stored = [positions.get(fields.fields[place].name) for place in always]
    when_empty = [
        (positions.get(fields.fields[place].name), columns[place])
        for place, mapping in enumerate(fields.mappings)
        if mapping.write is Write.WHEN_EMPTY
    ]
    known = [(position, column) for position, column in when_empty if position is not None]
    if None in stored or len(known) < len(when_empty):
        return None
    wanted = list(zip(*(fitted(fields.fields[place], columns[place]) for place in always), strict=True))
    return wanted, _reader([position for position in stored if position is not None]), known


def _reader(positions: Sequence[int]) -> Callable[[Sequence[Any]], tuple[Any, ...]]:
    if len(positions) > 1:
        return itemgetter(*positions)
    return lambda values: tuple(values[position] for position in positions)


def _people(planner: Planner) -> list[int | None] | None:
    """Return each device's user as the plan will leave it, None for nobody; None when links are left alone (U1)."""
    users, directory = planner.connection.users, planner.world.directory
    if users.assign_from is AssignFrom.NONE:
        return None
    store, exactly = users.user_identifier.store, directory.exactly(users.user_identifier.store)
    nobody: int | None = None if planner.name not in planner.world.not_imported else _UNSURE

    def person(value: Any) -> int | None:
        one = exactly.get(value)
        if one is not None:
            return one
        if value is UNKNOWN or isinstance(value, Unclear):
            return _UNSURE
        found = directory.find(store, value)
        if not found:
            return nobody
        return found[0] if len(found) == 1 else _UNSURE

    return list(map(person, planner.devices.identifiers))


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
