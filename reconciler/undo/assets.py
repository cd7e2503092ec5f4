"""Undoing what a run made of assets: what it created goes, what it removed comes back, values are put back (J2)."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from reconciler.model.plan import SOFTWARE, Action, Attribute, Change, LeftAlone
from reconciler.model.snapshot import Scalar
from reconciler.model.state import Asset, Life
from reconciler.planning.attributes.comparison import AttributeChange, UserLink
from reconciler.planning.matching.asset_index import worthy_form
from reconciler.planning.rules.identity import matching_form, worthless_forms
from reconciler.undo.decisions import RULE, Decided, Draft, left, shown
from reconciler.undo.inputs import Device, UndoInputs, bare
from reconciler.undo.users import UsersBack

_NO_USER: Final = "the user that it had is not in the store any more"
_GONE: Final = "the asset is gone from the store"

_Result = tuple[Draft | None, list[LeftAlone]]
"""What takes a change back, None for nothing, and what of it is left."""


@dataclass(frozen=True, slots=True)
class AssetsBack:
    """The tags of the assets that go, and of those that come back."""

    removed: frozenset[str]
    restored: frozenset[str]
    decided: Decided


def remove_and_restore(inputs: UndoInputs, users: UsersBack, changes: Collection[Change]) -> AssetsBack:
    """Decide which created assets go, and which removed ones come back."""
    lives: dict[str, dict[Device, Life]] = {}
    for each in inputs.undoable.detail.bindings:
        if not each.removed:
            lives.setdefault(each.asset, {})[each.source, each.tenant_id, each.after.device_id] = bare(each.after)
    created = [change for change in changes if change.action is Action.CREATE]
    going = _decided(_removed(inputs, change, lives.get(change.name, {})) for change in created)
    removed = frozenset(draft.change.name for draft in going.drafts)
    twins = _Twins(inputs, removed)
    deleted = [change for change in changes if change.action is Action.DELETE]
    coming = _decided(_restored(inputs, users, twins, change) for change in deleted)
    restored = frozenset(draft.change.name for draft in coming.drafts)
    return AssetsBack(removed, restored, Decided(going.drafts + coming.drafts, going.left + coming.left))


def _decided(results: Iterable[_Result]) -> Decided:
    results = list(results)
    drafts = tuple(draft for draft, _ in results if draft is not None)
    return Decided(drafts, tuple(each for _, lefts in results for each in lefts))


def _removed(inputs: UndoInputs, change: Change, lives: Mapping[Device, Life]) -> _Result:
    """Return what removes an asset that the run created; it is left when anything of it is not the run's."""
    asset = inputs.assets.get(change.name)
    if asset is None:
        return None, [left(change, _GONE)]
    why = next(_differences(inputs, change, asset), None) or _held(inputs, asset, lives) or inputs.touched(change)
    if why is not None:
        return None, [left(change, f"not removed: {why}")]
    reason = inputs.why("created it")
    gone: list[AttributeChange] = [_gone(name, value, reason) for name, value in inputs.fields(asset).items()]
    if asset.user is not None:
        gone.append(UserLink("user", asset.user, None, reason, RULE))
    gone += [_gone(name, value, reason) for name, value in inputs.software(asset).items()]
    return Draft(change, Action.DELETE, tuple(gone)), []


def _gone(name: str, value: Scalar, reason: str) -> Attribute:
    return Attribute.of(name, value, None, reason, RULE)


def _differences(inputs: UndoInputs, change: Change, asset: Asset) -> Iterator[str]:
    user: dict[str, Scalar] = {} if asset.user is None else {"user": inputs.before[asset.user]}
    now = inputs.fields(asset) | user | inputs.software(asset)
    written = {each.name: each.after for each in change.attributes if each.after is not None}
    for name in dict.fromkeys((*written, *now)):
        wrote = written.get(name)
        is_same = asset.user == inputs.person(wrote) if name == "user" else now.get(name) == wrote
        if not is_same:
            yield _changed(name, now.get(name), wrote)


def _changed(name: str, now: Scalar, written: Scalar) -> str:
    return f"{_short(name)} is {shown(now)} now, and the run wrote {shown(written)}"


def _short(name: str) -> str:
    return f"software {name.removeprefix(SOFTWARE)}" if name.startswith(SOFTWARE) else name


def _held(inputs: UndoInputs, asset: Asset, lives: Mapping[Device, Life]) -> str | None:
    """Return what else there is of an asset that the run did not write."""
    devices = inputs.devices.get(asset.id, frozenset())
    if {device: bare(inputs.bound[device].life) for device in devices} != lives:
        return "its binding is not as the run made it"
    pins = inputs.state.pins.get(asset.id)
    return f"{', '.join(sorted(pins))} is pinned" if pins else None


class _Twins:
    """The assets that stay, by the normalised values of their fields; a field is indexed when it is asked for."""

    def __init__(self, inputs: UndoInputs, removed: frozenset[str]) -> None:
        self._inputs, self._removed = inputs, removed
        self._indexes: dict[str, dict[str, str]] = {}

    def of(self, match: Mapping[str, str]) -> str | None:
        """Return an asset that stays and has one of these normalised matching values."""
        for name, form in match.items():
            if name not in self._indexes:
                self._indexes[name] = dict(self._forms(name))
            tag = self._indexes[name].get(form)
            if tag is not None:
                return tag
        return None

    def _forms(self, name: str) -> Iterator[tuple[str, str]]:
        fields = self._inputs.state.fields
        if name in fields:
            place = fields.index(name)
            for tag, asset in self._inputs.assets.items():
                if asset.values[place] is not None and tag not in self._removed:
                    yield matching_form(asset.values[place]), tag


def _restored(inputs: UndoInputs, users: UsersBack, twins: _Twins, change: Change) -> _Result:
    """Return what brings a removed asset back; it is left when its tag or matching value is taken."""
    if change.name in inputs.assets:
        return None, [left(change, "the store has an asset with this tag again")]
    reason = inputs.why("removed it")
    attributes: list[AttributeChange] = []
    lefts = []
    for each in change.attributes:
        if each.name != "user":
            if each.before is not None:
                attributes.append(Attribute.of(each.name, None, each.before, reason, RULE))
        elif (user := users.had(inputs, each.before)) is None:
            lefts.append(left(change, f"user: {_NO_USER}"))
        else:
            attributes.append(UserLink("user", None, user, reason, RULE))
    match = _match(inputs, change)
    twin = twins.of(match)
    if twin is not None:
        return None, [*lefts, left(change, f"{twin} has its matching value now")]
    return Draft(change, Action.CREATE, tuple(attributes), match=tuple(match.items())), lefts


def _match(inputs: UndoInputs, change: Change) -> dict[str, str]:
    """Return the worthy matching values of an asset that comes back (M2, M3)."""
    connection = inputs.environment.connections.get(change.connection or "")
    if connection is None:
        return {}
    worthless = worthless_forms(connection.imports.ignored_values)
    had = {each.name: each.before for each in change.attributes}
    forms = {name: worthy_form(had.get(name), worthless, name) for name in connection.imports.matching_fields()}
    return {name: form for name, form in forms.items() if form is not None}


def put_back_assets(
    inputs: UndoInputs, users: UsersBack, moved_back: Collection[str], changes: Iterable[Change]
) -> Decided:
    """Decide which values of the assets that the run updated are put back.

    `moved_back` are the tags of those whose binding goes back to another device.
    """
    updated = [change for change in changes if change.action is Action.UPDATE]
    return _decided(_put_back(inputs, users, change.name in moved_back, change) for change in updated)


def _put_back(inputs: UndoInputs, users: UsersBack, moves_back: bool, change: Change) -> _Result:
    """Return what puts an asset's values back; each that is pinned or has changed since is left."""
    asset = inputs.assets.get(change.name)
    if asset is None:
        return None, [left(change, _GONE)]
    now = inputs.values(asset)
    pins = inputs.state.pins.get(asset.id, {})
    reason = inputs.why("changed it")
    attributes: list[AttributeChange] = []
    lefts = []
    for each in change.attributes:
        pin = pins.get("software" if each.name.startswith(SOFTWARE) else each.name)
        if each.name == "device":
            if moves_back:
                attributes.append(Attribute.of("device", each.after, each.before, reason, RULE))
        elif pin is not None:
            lefts.append(left(change, f"{_short(each.name)} is pinned: {pin}", "pinned"))
        elif each.name == "user":
            link, why = _user(inputs, users, asset, each)
            attributes += [link] if link else []
            lefts += [left(change, why)] if why else []
        elif now.get(each.name) != each.after:
            lefts.append(left(change, _changed(each.name, now.get(each.name), each.after)))
        else:
            attributes.append(Attribute.of(each.name, each.after, each.before, reason, RULE))
    return Draft(change, Action.UPDATE, tuple(attributes)) if attributes else None, lefts


def _user(
    inputs: UndoInputs, users: UsersBack, asset: Asset, attribute: Attribute
) -> tuple[UserLink | None, str | None]:
    """Return the link to the user that the asset had, or why it is left."""
    if asset.user != inputs.person(attribute.after):
        now = None if asset.user is None else inputs.before[asset.user]
        return None, _changed("user", now, attribute.after)
    before = users.had(inputs, attribute.before)
    if before is None and attribute.before is not None:
        return None, f"user: {_NO_USER}"
    return UserLink("user", asset.user, before, inputs.why("changed it"), RULE), None
