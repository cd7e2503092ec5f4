"""A state as people see it: by tag, device and person, without the store's own numbers."""

from dataclasses import dataclass, field
from typing import Any

from msgspec import to_builtins
from msgspec.structs import replace

from reconciler.model.plan import SOFTWARE
from reconciler.model.state import Life, State

Device = tuple[str, str]
Values = dict[str, Any]


@dataclass
class People:
    """Who each number of a store user was: one that comes back has another number, and is the same person."""

    who: dict[int, str] = field(default_factory=dict)
    _by_entra: dict[str, str] = field(default_factory=dict)

    def meet(self, state: State) -> None:
        """Get to know the users of a state."""
        for person in state.people:
            known = self._by_entra.get(person.entra_id or "", f"user {person.id}")
            called = self.who.setdefault(person.id, known)
            if person.entra_id is not None:
                self._by_entra.setdefault(person.entra_id, called)


@dataclass(frozen=True)
class View:
    """What people see: assets by tag, bindings by tenant and device, people by who they are."""

    assets: dict[str, Values]
    bindings: dict[Device, tuple[str, Life]]
    people: dict[str, Values]

    def bound(self, tag: str) -> dict[Device, Life]:
        """Return an asset's bindings."""
        return {device: life for device, (mine, life) in self.bindings.items() if mine == tag}


def view(state: State, people: People) -> View:
    """Return a state as people see it, without what is empty; which devices one supersedes, any read says anew."""
    people.meet(state)
    tags = {asset.id: asset.tag for asset in state.assets}
    assets: dict[str, Values] = {}
    for asset in state.assets:
        values: Values = dict(zip(state.fields, asset.values, strict=True))
        values |= {"type": asset.type, "site": asset.site, "status": asset.status}
        values["user"] = None if asset.user is None else people.who[asset.user]
        versions: dict[str, list[str]] = {}
        for place in state.installed.get(asset.id, ()):
            application, version = state.versions[place]
            versions.setdefault(SOFTWARE + state.applications[application].name, []).append(version)
        values |= {name: "\n".join(sorted(some)) for name, some in versions.items()}
        assets[asset.tag] = {name: value for name, value in values.items() if value is not None}
    return View(
        assets,
        {
            (each.tenant_id, each.life.device_id): (tags[each.asset_id], replace(each.life, superseded=()))
            for each in state.bindings
        },
        {people.who[each.id]: {**to_builtins(each), "id": None} for each in state.people},
    )
