"""States compared as a plan decides them: assets and people named instead of numbered, in no order."""

from typing import Any

from msgspec.structs import replace

from reconciler.model.state import State


def comparable(state: State) -> dict[str, Any]:
    """Return what a plan decides of a state, with assets and people named instead of numbered, in no order."""
    tags = {asset.id: asset.tag for asset in state.assets}
    people = {person.id: replace(person, id=0) for person in state.people}
    return {
        "assets": {
            asset.tag: (asset.type, asset.site, asset.status, people.get(asset.user or 0), _values(state, asset.values))
            for asset in state.assets
        },
        "people": sorted(map(repr, people.values())),
        "bindings": sorted(repr((tags[each.asset_id], replace(each, asset_id=0))) for each in state.bindings),
        "catalogue": {
            name: _named(getattr(state.catalogue, name))
            for name in state.catalogue.__struct_fields__
            if name != "details"  # what entries say of themselves: tests/cli/test_catalogue_changes.py holds it
        },
        "applications": sorted(map(repr, state.applications)),
        "software": {tags[key]: _software(state, places) for key, places in state.installed.items() if places},
        "reads": sorted(map(repr, state.reads)),
        "pins": {tags[key]: pins for key, pins in state.pins.items()},
        "highest_tag": state.highest_tag,
    }


def _named(entries: Any) -> list[Any]:
    """Return the catalogue's names in order, with what each stands for."""
    return sorted(entries.items() if isinstance(entries, dict) else entries)


def _software(state: State, places: tuple[int, ...]) -> list[tuple[str, str]]:
    """Return an asset's software: names and versions."""
    return sorted((state.applications[state.versions[place][0]].name, state.versions[place][1]) for place in places)


def _values(state: State, values: tuple[Any, ...]) -> dict[str, Any]:
    """Return an asset's values by field, those that are empty left out."""
    return {name: value for name, value in zip(state.fields, values, strict=True) if value is not None}
