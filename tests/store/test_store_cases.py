"""Every golden case's plan does to a real store what applying it means."""

from pathlib import Path
from typing import Any

import pytest
from applying import applied
from case_files import case_folders, plan_of
from msgspec.structs import replace
from storing import ORIGIN, Where, fill, state, url

from reconciler.model.state import State
from reconciler.store.opening import open_store

pytestmark = pytest.mark.thorough


@pytest.mark.parametrize("folder", case_folders(), ids=lambda folder: folder.name)
def test_the_store_becomes_what_applying_the_plan_means(folder: Path, place: Where) -> None:
    """A plan is verified, written and read back, and the state is then the one that the plan leads to."""
    _, recording, plan = plan_of(folder)
    fill(place, recording.state)
    with open_store(url(place), write=True) as store, store.apply(owner="test", origin=ORIGIN) as transaction:
        transaction.verify(plan)
        transaction.write(plan, {}, {}, plan.settings_digest, kind="production")
        transaction.read_back(plan)
    assert comparable(state(place)) == comparable(applied(plan, recording.state))


def comparable(state: State) -> dict[str, Any]:
    """Return what a plan decides of a state, with assets and people named instead of numbered, in no order."""
    tags = {asset.id: asset.tag for asset in state.assets}
    people = {person.id: replace(person, id=0) for person in state.people}
    return {
        "assets": {
            asset.tag: (asset.type, asset.site, asset.status, people.get(asset.user or 0), values(state, asset.values))
            for asset in state.assets
        },
        "people": sorted(map(repr, people.values())),
        "bindings": sorted(repr((tags[each.asset_id], replace(each, asset_id=0))) for each in state.bindings),
        "catalogue": {name: named(getattr(state.catalogue, name)) for name in state.catalogue.__struct_fields__},
        "applications": sorted(map(repr, state.applications)),
        "software": {tags[key]: software(state, places) for key, places in state.installed.items() if places},
        "reads": sorted(map(repr, state.reads)),
        "pins": {tags[key]: pins for key, pins in state.pins.items()},
        "highest_tag": state.highest_tag,
    }


def named(entries: Any) -> list[Any]:
    """Return the catalogue's names in order, with what each stands for."""
    return sorted(entries.items() if isinstance(entries, dict) else entries)


def software(state: State, places: tuple[int, ...]) -> list[tuple[str, str]]:
    """Return an asset's software: names and versions."""
    return sorted((state.applications[state.versions[place][0]].name, state.versions[place][1]) for place in places)


def values(state: State, values: tuple[Any, ...]) -> dict[str, Any]:
    """Return an asset's values by field, those that are empty left out."""
    return {name: value for name, value in zip(state.fields, values, strict=True) if value is not None}
