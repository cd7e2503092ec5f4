"""The hot path: which bound devices leave their asset and their binding exactly as they are.

It only ever says so where it is sure; whatever it is not sure of is planned in full, and may still come to nothing. All
devices are compared at once, one thing after the other: a look at each device by itself costs ten times as much.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from operator import and_, not_
from typing import Any, Final

from reconciler.columnar import Column, DictionaryColumn, equal, is_text, take, take_ordered
from reconciler.model.snapshot import UNKNOWN
from reconciler.model.state import Presence
from reconciler.planning.attributes.asset_changes import site_with
from reconciler.planning.planner import Planner
from reconciler.planning.rules.columns import map_distinct
from reconciler.planning.users.directory import identifier_forms
from reconciler.planning.users.entra import Unclear
from reconciler.settings.field_mappings import Write
from reconciler.settings.imports import SiteAllocation
from reconciler.settings.users import AssignFrom

_UNSURE: Final = 0
"""Stands for a user who has to be looked at; no store user has this id."""


def unchanged(planner: Planner, places: Sequence[int]) -> list[bool]:
    """Say of bound devices, by their places in the list, whether the asset and the binding of each stay as they are."""
    bindings = take(planner.bound, places)
    tied = take(planner.world.bindings_before.column("asset_id"), bindings)
    assets = take(planner.world.assets.places, tied)
    same = [True] * len(places)
    for check in chain(_steady(planner, places, bindings), _checks(planner, places, assets, tied)):
        if check is not None and not (isinstance(check, DictionaryColumn) and all(check.values)):
            same = list(map(and_, same, check))
    return same


def _checks(
    planner: Planner, places: Sequence[int], assets: Sequence[int], ids: Sequence[int]
) -> Iterator[Iterable[bool] | None]:
    """Yield the checks of the assets, None where all hold: `assets` are where they stand, and `ids` theirs."""
    stored = planner.world.assets.records
    yield from _fields(planner, places, assets)
    if planner.connection.asset_types.update_types:
        types = [each.name or _UNSURE for each in planner.devices.types]
        yield equal(take(stored.column("type"), assets), take_ordered(types, places))
    linked = take(stored.column("user"), assets)
    if planner.connection.users.assign_from is not AssignFrom.NONE:
        yield _users(planner, places, linked)
    if planner.connection.imports.site_allocation is not SiteAllocation.KEEP:
        yield equal(take(stored.column("site"), assets), _sites(planner, linked))
    if planner.software is not None:
        yield map(planner.software.same, take_ordered(planner.devices.ids, places), ids)


def _steady(planner: Planner, places: Sequence[int], bindings: Sequence[int]) -> Iterator[Iterable[bool] | None]:
    """Yield the checks that bindings are present with nothing under way, inactive only if their device is stale."""

    def of(name: str, function: Callable[[Any], bool]) -> Column:
        return map_distinct(function, take(planner.world.bindings_before.coded(name), bindings))

    yield of("presence", lambda presence: presence is Presence.PRESENT)
    for name in ("missing_since", "missing_reads", "unlisted_reads"):
        yield of(name, not_)
    yield equal(of("inactive_since", lambda since: since is not None), take_ordered(planner.devices.stale, places))


def _fields(planner: Planner, places: Sequence[int], assets: Sequence[int]) -> Iterator[Iterable[bool] | None]:
    """Yield checks of what is always written, and of what is written where it is empty."""
    stored, devices, fields = planner.world.assets.records, planner.devices, planner.compiled.fields
    for at, (mapping, field) in enumerate(zip(fields.mappings, fields.fields, strict=True)):
        if mapping.write is Write.ON_CREATE:
            continue
        if field.name not in planner.world.positions:
            yield [False] * len(places)
            return
        has = take(stored.coded(field.name), assets)
        if mapping.write is Write.ALWAYS:
            wanted = take_ordered(devices.fitted(at), places)
            yield equal(has, wanted)
        else:
            values = take_ordered(devices.mapped(at), places)
            yield [mine is not None or value is None for mine, value in zip(has, values, strict=True)]


def _users(planner: Planner, places: Sequence[int], linked: Column) -> Iterable[bool] | None:
    wanted = take_ordered(_people(planner), places)
    if planner.connection.users.unlink_when_no_match:
        return equal(linked, wanted)
    return [user is None or user == has for has, user in zip(linked, wanted, strict=True)]


def _people(planner: Planner) -> list[int | None]:
    """Return each device's user as the plan will leave it, None for nobody."""
    directory, store = planner.world.directory, planner.connection.users.user_identifier.store
    nobody: int | None = None if planner.name not in planner.world.not_imported else _UNSURE

    def person(value: Any) -> int | None:
        if value is None:
            return nobody
        if value is UNKNOWN or isinstance(value, Unclear):
            return _UNSURE
        found = directory.find(store, value)
        if not found:
            return nobody
        return found[0] if len(found) == 1 else _UNSURE

    identifiers = planner.devices.identifiers()
    texts = identifiers
    if not is_text(identifiers):
        texts = [each if isinstance(each, str) else None for each in identifiers]
    alone = map(directory.alone(store).get, identifier_forms(texts))
    return [one or person(value) for one, value in zip(alone, identifiers, strict=True)]


def _sites(planner: Planner, users: Column) -> Column:
    """Return the site that goes with each of these users (S1)."""
    imports, sites = planner.connection.imports, planner.world.directory.sites()
    theirs = list(map(sites.get, users))
    return take({site: site_with(imports, site) for site in set(theirs)}, theirs)
