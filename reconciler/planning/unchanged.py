"""The hot path: which bound devices leave their asset and their binding exactly as they are.

It only ever says so where it is sure; whatever it is not sure of is planned in full, and may still come to nothing. All
devices are compared at once, one thing after the other: a look at each device by itself costs ten times as much.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import repeat
from operator import attrgetter, eq, itemgetter
from typing import Any, Final

from reconciler.model.snapshot import UNKNOWN
from reconciler.model.state import Asset, Life, Presence
from reconciler.planning.asset_changes import site_of
from reconciler.planning.owners import Unclear
from reconciler.planning.planner import Planner
from reconciler.settings.field_mappings import Write
from reconciler.settings.imports import SiteAllocation
from reconciler.settings.users import AssignFrom

_UNSURE: Final = 0
"""Stands for a user who has to be looked at; no store user has this id."""

_NOWHERE: Final = -1

_VALUES: Final = attrgetter("values")
_TYPE: Final = attrgetter("type")
_SITE: Final = attrgetter("site")
_USER: Final = attrgetter("user")


def unchanged(planner: Planner, places: Sequence[int], assets: Sequence[Asset]) -> list[bool]:
    """Say of bound devices, by their places in the list, whether the asset of each stays as it is."""
    checks: list[Iterable[bool]] = [repeat(True, len(places)), *_fields(planner, places, list(map(_VALUES, assets)))]
    if planner.connection.asset_types.update_types:
        types = [each.name or _UNSURE for each in planner.devices.types]
        checks.append(map(eq, map(_TYPE, assets), map(types.__getitem__, places)))
    if planner.connection.users.assign_from is not AssignFrom.NONE:
        checks.append(_users(planner, places, assets))
    if planner.connection.imports.site_allocation is not SiteAllocation.KEEP:
        checks.append(map(eq, map(_SITE, assets), map(_Sites(planner).__getitem__, map(_USER, assets))))
    if planner.software is not None:
        ids = map(planner.devices.ids.__getitem__, places)
        checks.append(map(planner.software.same, ids, assets))
    return list(map(all, zip(*checks, strict=True)))


def steady(life: Life, stale: bool) -> bool:
    """Say whether a binding is present with nothing under way, inactive only if its device is still stale."""
    return life.presence is Presence.PRESENT and not (
        life.missing_reads or (life.inactive_since is None) is stale or life.unlisted_reads or life.missing_since
    )


def _fields(planner: Planner, places: Sequence[int], values: Sequence[tuple[Any, ...]]) -> Iterator[Iterable[bool]]:
    """Yield checks of what is always written, and of what is written where it is empty."""
    fields, columns, positions = planner.compiled.fields, planner.devices.table.fields, planner.world.positions
    writes = [mapping.write for mapping in fields.mappings]
    stored = [positions.get(field.name, _NOWHERE) for field in fields.fields]
    if any(at == _NOWHERE and write is not Write.ON_CREATE for at, write in zip(stored, writes, strict=True)):
        yield repeat(False, len(places))
        return
    always = [place for place, write in enumerate(writes) if write is Write.ALWAYS]
    if always:
        wanted = list(zip(*(planner.devices.fitted[place] for place in always), strict=True))
        yield map(eq, map(_reader([stored[place] for place in always]), values), map(wanted.__getitem__, places))
    for place, write in enumerate(writes):
        if write is Write.WHEN_EMPTY:
            column, at = columns[place], stored[place]
            yield [row[at] is not None or column[one] is None for row, one in zip(values, places, strict=True)]


def _reader(positions: Sequence[int]) -> Callable[[Sequence[Any]], tuple[Any, ...]]:
    if len(positions) > 1:
        return itemgetter(*positions)
    return lambda values: tuple(values[position] for position in positions)


def _users(planner: Planner, places: Sequence[int], assets: Sequence[Asset]) -> Iterable[bool]:
    people = _people(planner)
    wanted, linked = map(people.__getitem__, places), map(_USER, assets)
    if planner.connection.users.unlink_when_no_match:
        return map(eq, linked, wanted)
    return [user is None or user == has for has, user in zip(linked, wanted, strict=True)]


def _people(planner: Planner) -> list[int | None]:
    """Return each device's user as the plan will leave it, None for nobody."""
    directory, store = planner.world.directory, planner.connection.users.user_identifier.store
    nobody: int | None = None if planner.name not in planner.world.not_imported else _UNSURE

    def person(value: Any) -> int | None:
        if value is UNKNOWN or isinstance(value, Unclear):
            return _UNSURE
        found = directory.find(store, value)
        if not found:
            return nobody
        return found[0] if len(found) == 1 else _UNSURE

    identifiers = planner.devices.identifiers
    exactly = map(directory.exactly(store).get, identifiers)
    return [one or person(value) for one, value in zip(exactly, identifiers, strict=True)]


class _Sites(dict[int | None, str | None]):
    """The site that goes with each user (S1)."""

    def __init__(self, planner: Planner) -> None:
        super().__init__()
        self._planner = planner

    def __missing__(self, user: int | None) -> str | None:
        site = self[user] = site_of(self._planner.connection.imports, self._planner.world.person(user))[0]
        return site
