"""What undoing a run stands on: the state as lookups, what is decided so far, and what is left with its reason."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from msgspec.structs import replace

from reconciler.model.plan import SOFTWARE, Action, Attribute, BindingChange, Change, Kind, LeftAlone, Subject
from reconciler.model.run import Undoable
from reconciler.model.snapshot import Scalar
from reconciler.model.state import Asset, Binding, Life, Person, State
from reconciler.planning.asset_values import asset_values
from reconciler.planning.change_building import kinds
from reconciler.planning.rules.identity import matching_form
from reconciler.planning.rules.values import as_text
from reconciler.planning.users.references import references
from reconciler.settings.environment import Environment

Device = tuple[str, str, str]
"""Source, tenant id, device id."""

RULE: Final = "J2"
_LONGEST: Final = 60


def device_of(binding: Binding) -> Device:
    """Return whose binding it is."""
    return binding.source, binding.tenant_id, binding.life.device_id


def bare(life: Life) -> Life:
    """Return a life without the devices that are superseded: a later read that notes others takes nothing back."""
    return replace(life, superseded=())


class Ground:
    """The state by names, and the undo's decisions; users are ids here, and get their names in `named`."""

    def __init__(self, environment: Environment, state: State, undoable: Undoable) -> None:
        self.environment = environment
        self.state = state
        self.undoable = undoable
        self.assets = {asset.tag: asset for asset in state.assets}
        self.tags = {asset.id: asset.tag for asset in state.assets}
        self.bound: dict[Device, Binding] = {device_of(each): each for each in state.bindings}
        self.devices: dict[int, set[Device]] = {}
        for device, each in self.bound.items():
            self.devices.setdefault(each.asset_id, set()).add(device)
        self.before = references(state.people)
        self.stored = tuple(state.people)
        self.imported = {person.entra_id: person.id for person in self.stored if person.entra_id is not None}
        """The store's users, and those that are Entra's by the id there."""
        self.people: dict[int, Person] = {person.id: person for person in self.stored}
        """The users as the undo leaves them; one that comes back has a negative id until the store gives it one."""
        self.users: dict[str, int | None] = {asset.tag: asset.user for asset in state.assets}
        """Each asset's user as the undo leaves it, by tag."""
        self.returning: dict[int, str] = {}
        """What the run called the users that come back."""
        self.removed: set[str] = set()
        self.restored: set[str] = set()
        self.moved_back: set[str] = set()
        """Tags of the assets that go, that come back, and whose binding goes back to another device."""
        self.left: list[LeftAlone] = []
        self.changes: list[Change] = []
        self.bindings: list[BindingChange] = []
        self._twins: dict[str, dict[str, str]] = {}
        self._called = _index(state.people, self.before) | self._created()
        self._had: dict[str, int] = {}

    def _created(self) -> dict[str, int]:
        """Return the users that the run created, by what it called them: the store has given them numbers since."""
        return {
            change.name.casefold(): self.imported[change.entra_id]
            for change in self.undoable.detail.changes
            if change.subject is Subject.USER and change.action is Action.CREATE and change.entra_id in self.imported
        }

    def why(self, what: str) -> str:
        """Return a reason that names the run."""
        return f"run {self.undoable.detail.run.run_id} {what}"

    def leave(self, change: Change | BindingChange, why: str, reason: str, label: str | None = None) -> None:
        """Note something that is left as it is."""
        if isinstance(change, Change):
            connection, device, shown = change.connection or "", change.device_id or "", label or change.label
        else:
            connection, device, shown = change.connection, change.after.device_id, label or change.asset
        self.left.append(
            LeftAlone(connection=connection, device_id=device, label=shown, why=why, reason=reason, rule=RULE)
        )

    def touched(self, change: Change) -> str | None:
        """Return who wrote what a change created since then, None when nobody did."""
        return self.undoable.touched.get(f"{change.subject}/{change.name}")

    def values(self, asset: Asset) -> dict[str, Scalar]:
        """Return everything that an asset has, its user as an id, and software as a plan names it."""
        found: dict[str, Scalar] = {
            name: value for name, value in asset_values(asset, self.state.fields, {}).items() if value is not None
        }
        if asset.user is not None:
            found["user"] = asset.user
        versions: dict[str, list[str]] = {}
        for place in self.state.installed.get(asset.id, ()):
            application, version = self.state.versions[place]
            versions.setdefault(SOFTWARE + self.state.applications[application].name, []).append(version)
        found.update((name, "\n".join(sorted(some))) for name, some in versions.items())
        return found

    def twin(self, match: Mapping[str, str]) -> str | None:
        """Return an asset that stays and has one of these normalised matching values."""
        for name, form in match.items():
            if name not in self._twins:
                self._twins[name] = dict(self._forms(name))
            tag = self._twins[name].get(form)
            if tag is not None:
                return tag
        return None

    def _forms(self, name: str) -> Iterator[tuple[str, str]]:
        if name in self.state.fields:
            place = self.state.fields.index(name)
            for tag, asset in self.assets.items():
                if asset.values[place] is not None and tag not in self.removed:
                    yield matching_form(asset.values[place]), tag

    def person(self, called: Scalar) -> int | None:
        """Return the user that a run called so; None when there is none any more, or more than one could be meant."""
        return None if called is None else self._called.get(str(called).casefold())

    def settle_users(self, created: set[int]) -> None:
        """Note that users are as before the run by now, but for those that it created."""
        people = [person for key, person in self.people.items() if key not in created]
        self._had = _index(people, references(people) | self.returning)

    def had(self, called: Scalar) -> int | None:
        """Return the user that was called so before the run; None as for `person`."""
        if called is None:
            return None
        return self._had.get(str(called).casefold()) or self.person(called)

    def coming_back(self, person: Person, called: str) -> None:
        """Note a user that comes back."""
        self.people[person.id] = person
        self.returning[person.id] = called

    def put(self, change: Change, action: Action, attributes: Iterable[Attribute]) -> None:
        """Add the change that takes one back."""
        mine = tuple(attributes)
        match action:
            case Action.CREATE:
                counted: tuple[Kind, ...] = (Kind.CREATED,)
            case Action.DELETE:
                counted = (Kind.REMOVED,)
            case Action.UPDATE:
                counted = kinds(mine, None)
        if change.subject is Subject.USER:
            deactivated = any(each.name == "active" and each.after is False for each in mine)
            counted = (Kind.USERS_DEACTIVATED,) if deactivated and action is Action.UPDATE else ()
        self.changes.append(replace(change, action=action, attributes=mine, kinds=counted, match={}))

    def named(self, connections: Mapping[str, str]) -> Iterator[Change]:
        """Yield the changes in a plan's order, with users by their names, and connections by those of the settings."""
        after = references(self.people.values()) | self.returning
        users = {str(key): name for key, name in {**after, **self.before}.items()}
        for change in sorted(self.changes, key=_order):
            name = change.name
            if change.subject is Subject.USER:
                name = users[name]
            yield replace(
                change,
                name=name,
                connection=connections.get(change.connection or "", change.connection),
                attributes=tuple(
                    _with_names(each, self.before, after) if each.name == "user" else each for each in change.attributes
                ),
            )


def _with_names(attribute: Attribute, before: Mapping[int, str], after: Mapping[int, str]) -> Attribute:
    return replace(
        attribute,
        before=before.get(attribute.before) if isinstance(attribute.before, int) else None,
        after=after.get(attribute.after) if isinstance(attribute.after, int) else None,
    )


def _order(change: Change) -> tuple[int, str, str]:
    if change.subject is Subject.ASSET:
        return 1, change.label, change.name
    return 0, change.label, change.name


def _index(people: Iterable[Person], called: Mapping[int, str]) -> dict[str, int]:
    """Return users by everything that they alone are known by, whatever the case; what plans call them comes first."""
    owners: dict[str, int | None] = {}
    for person in people:
        for value in (person.upn, person.mail, person.employee_id, person.name):
            if value and owners.setdefault(value.casefold(), person.id) != person.id:
                owners[value.casefold()] = None
    known = {value: owner for value, owner in owners.items() if owner is not None}
    return known | {name.casefold(): key for key, name in called.items()}


def shown(value: Scalar) -> str:
    """Return a value in the words of a reason."""
    if value is None:
        return "empty"
    text = as_text(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
