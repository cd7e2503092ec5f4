"""What undoing a run is decided from: the state as lookups, and the run's journal; nothing here changes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from msgspec.structs import replace

from reconciler.model.plan import SOFTWARE, Action, Change, Subject
from reconciler.model.run import Undoable
from reconciler.model.snapshot import Scalar
from reconciler.model.state import Asset, Binding, Life, Person, State
from reconciler.planning.asset_values import asset_values
from reconciler.planning.users.references import references
from reconciler.settings.environment import Environment

Device = tuple[str, str, str]
"""Source, tenant id, device id."""


@dataclass(frozen=True, slots=True)
class UndoInputs:
    """The state by names, and the run; users are ids until the plan is named.

    `assets` are by tag and `tags` by asset id; `bound` are the bindings by device, `devices` those of an asset by its
    id. `before` is what each user is called, `imported` whose id in Entra it is, `called` who is known by a text alone.
    """

    environment: Environment
    state: State
    undoable: Undoable
    assets: Mapping[str, Asset]
    tags: Mapping[int, str]
    bound: Mapping[Device, Binding]
    devices: Mapping[int, frozenset[Device]]
    before: Mapping[int, str]
    imported: Mapping[str | None, int]
    called: Mapping[str, int]

    def why(self, what: str) -> str:
        """Return a reason that names the run."""
        return f"run {self.undoable.detail.run.run_id} {what}"

    def touched(self, change: Change) -> str | None:
        """Return who wrote what a change created since then, None when nobody did."""
        return self.undoable.touched.get(f"{change.subject}/{change.name}")

    def person(self, called: Scalar) -> int | None:
        """Return the user that a run called so; None when there is none any more, or more than one could be meant."""
        return None if called is None else self.called.get(str(called).casefold())

    def values(self, asset: Asset) -> dict[str, Scalar]:
        """Return everything that an asset has but its user, software as a plan names it."""
        return self.fields(asset) | self.software(asset)

    def fields(self, asset: Asset) -> dict[str, Scalar]:
        """Return an asset's values but its user and its software."""
        values = asset_values(asset, self.state.fields, {})
        return {name: value for name, value in values.items() if value is not None}

    def software(self, asset: Asset) -> dict[str, Scalar]:
        """Return an asset's software as a plan names it: its versions, one to a line."""
        versions: dict[str, list[str]] = {}
        for place in self.state.installed.get(asset.id, ()):
            application, version = self.state.versions[place]
            versions.setdefault(SOFTWARE + self.state.applications[application].name, []).append(version)
        return {name: "\n".join(sorted(some)) for name, some in versions.items()}


def undo_inputs(environment: Environment, state: State, undoable: Undoable) -> UndoInputs:
    """Return what undoing a run is decided from."""
    bound = {device_of(each): each for each in state.bindings}
    devices: dict[int, set[Device]] = {}
    for device, each in bound.items():
        devices.setdefault(each.asset_id, set()).add(device)
    before = references(state.people)
    imported: dict[str | None, int] = {
        person.entra_id: person.id for person in state.people if person.entra_id is not None
    }
    return UndoInputs(
        environment,
        state,
        undoable,
        assets={asset.tag: asset for asset in state.assets},
        tags={asset.id: asset.tag for asset in state.assets},
        bound=bound,
        devices={key: frozenset(some) for key, some in devices.items()},
        before=before,
        imported=imported,
        called=known_by(state.people, before) | _created(undoable, imported),
    )


def _created(undoable: Undoable, imported: Mapping[str | None, int]) -> dict[str, int]:
    """Return the users that the run created, by what it called them: the store has given them numbers since."""
    return {
        change.name.casefold(): imported[change.entra_id]
        for change in undoable.detail.changes
        if change.subject is Subject.USER and change.action is Action.CREATE and change.entra_id in imported
    }


def known_by(people: Iterable[Person], called: Mapping[int, str]) -> dict[str, int]:
    """Return users by everything that they alone are known by, whatever the case; what plans call them comes first."""
    owners: dict[str, int | None] = {}
    for person in people:
        for value in (person.upn, person.mail, person.employee_id, person.name):
            if value and owners.setdefault(value.casefold(), person.id) != person.id:
                owners[value.casefold()] = None
    known = {value: owner for value, owner in owners.items() if owner is not None}
    return known | {name.casefold(): key for key, name in called.items()}


def device_of(binding: Binding) -> Device:
    """Return whose binding it is."""
    return binding.source, binding.tenant_id, binding.life.device_id


def bare(life: Life) -> Life:
    """Return a life without the devices that are superseded: a later read that notes others takes nothing back."""
    return replace(life, superseded=())
