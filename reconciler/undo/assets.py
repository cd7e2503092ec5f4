"""Undoing what a run made of assets: what it created goes, what it removed comes back, values are put back (J2)."""

from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from reconciler.model.plan import SOFTWARE, Action, Attribute, Change
from reconciler.model.snapshot import Scalar
from reconciler.model.state import Asset, Life
from reconciler.planning.matching.asset_index import worthy_form
from reconciler.planning.rules.identity import worthless_forms
from reconciler.undo.ground import RULE, Device, Ground, bare, shown

_NO_USER = "the user that it had is not in the store any more"


def removals(ground: Ground, changes: Iterable[Change]) -> None:
    """Decide which created assets go, and which removed ones come back."""
    lives: dict[str, dict[Device, Life]] = {}
    for each in ground.undoable.detail.bindings:
        if not each.removed:
            lives.setdefault(each.asset, {})[each.source, each.tenant_id, each.after.device_id] = bare(each.after)
    changes = list(changes)
    for change in changes:
        if change.action is Action.CREATE:
            _remove(ground, change, lives.get(change.name, {}))
    for change in changes:
        if change.action is Action.DELETE:
            _bring_back(ground, change)


def _remove(ground: Ground, change: Change, lives: dict[Device, Life]) -> None:
    asset = ground.assets.get(change.name)
    if asset is None:
        ground.leave(change, "changed-since", "the asset is gone from the store")
        return
    now = ground.values(asset)
    why = next(_differences(ground, change, now), None) or _held(ground, asset, lives) or ground.touched(change)
    if why is not None:
        ground.leave(change, "changed-since", f"not removed: {why}")
        return
    reason = ground.why("created it")
    ground.removed.add(asset.tag)
    ground.users[asset.tag] = None
    ground.put(change, Action.DELETE, [Attribute.of(name, value, None, reason, RULE) for name, value in now.items()])


def _differences(ground: Ground, change: Change, now: dict[str, Scalar]) -> Iterator[str]:
    written = {each.name: each.after for each in change.attributes if each.after is not None}
    for name in dict.fromkeys((*written, *now)):
        if name == "user":
            same = now.get(name) == ground.person(written.get(name))
        else:
            same = now.get(name) == written.get(name)
        if not same:
            told = ground.before.get(int(now[name] or 0)) if name == "user" and name in now else now.get(name)
            yield f"{_short(name)} is {shown(told)} now, and the run wrote {shown(written.get(name))}"


def _short(name: str) -> str:
    return f"software {name.removeprefix(SOFTWARE)}" if name.startswith(SOFTWARE) else name


def _held(ground: Ground, asset: Asset, lives: dict[Device, Life]) -> str | None:
    """Return what else there is of an asset that the run did not write."""
    devices = ground.devices.get(asset.id, set())
    if {device: bare(ground.bound[device].life) for device in devices} != lives:
        return "its binding is not as the run made it"
    pins = ground.state.pins.get(asset.id)
    return f"{', '.join(sorted(pins))} is pinned" if pins else None


def _bring_back(ground: Ground, change: Change) -> None:
    if change.name in ground.assets:
        ground.leave(change, "changed-since", "the store has an asset with this tag again")
        return
    reason = ground.why("removed it")
    attributes = []
    for each in change.attributes:
        if each.name == "user":
            user = ground.had(each.before)
            ground.users[change.name] = user
            if user is None:
                ground.leave(change, "changed-since", f"user: {_NO_USER}")
                continue
            attributes.append(Attribute.of("user", None, user, reason, RULE))
        elif each.before is not None:
            attributes.append(Attribute.of(each.name, None, each.before, reason, RULE))
    match = _match(ground, change)
    twin = ground.twin(match)
    if twin is not None:
        ground.leave(change, "changed-since", f"{twin} has its matching value now")
        return
    ground.restored.add(change.name)
    ground.put(change, Action.CREATE, attributes)
    ground.changes[-1] = replace(ground.changes[-1], match=match)


def _match(ground: Ground, change: Change) -> dict[str, str]:
    """Return the worthy matching values of an asset that comes back (M2, M3)."""
    connection = ground.environment.connections.get(change.connection or "")
    if connection is None:
        return {}
    worthless = worthless_forms(connection.imports.ignored_values)
    had = {each.name: each.before for each in change.attributes}
    forms = {name: worthy_form(had.get(name), worthless, name) for name in connection.imports.matching_fields()}
    return {name: form for name, form in forms.items() if form is not None}


def put_back_assets(ground: Ground, changes: Iterable[Change]) -> None:
    """Decide which values of the assets that the run updated are put back; called after the bindings'."""
    for change in changes:
        if change.action is not Action.UPDATE:
            continue
        asset = ground.assets.get(change.name)
        if asset is None:
            ground.leave(change, "changed-since", "the asset is gone from the store")
            continue
        attributes = list(_put_back(ground, change, asset))
        if attributes:
            ground.put(change, Action.UPDATE, attributes)


def _put_back(ground: Ground, change: Change, asset: Asset) -> Iterator[Attribute]:
    now = ground.values(asset)
    pins = ground.state.pins.get(asset.id, {})
    reason = ground.why("changed it")
    for each in change.attributes:
        pin = pins.get("software" if each.name.startswith(SOFTWARE) else each.name)
        if each.name == "device":
            if change.name in ground.moved_back:
                yield Attribute.of("device", each.after, each.before, reason, RULE)
        elif pin is not None:
            ground.leave(change, "pinned", f"{_short(each.name)} is pinned: {pin}")
        elif each.name == "user":
            yield from _user(ground, change, asset, each)
        elif now.get(each.name) != each.after:
            told = f"{_short(each.name)} is {shown(now.get(each.name))} now, and the run wrote {shown(each.after)}"
            ground.leave(change, "changed-since", told)
        else:
            yield Attribute.of(each.name, each.after, each.before, reason, RULE)


def _user(ground: Ground, change: Change, asset: Asset, attribute: Attribute) -> Iterator[Attribute]:
    if asset.user != ground.person(attribute.after):
        told = shown(None if asset.user is None else ground.before[asset.user])
        reason = f"user is {told} now, and the run wrote {shown(attribute.after)}"
        ground.leave(change, "changed-since", reason)
        return
    before = ground.had(attribute.before)
    if before is None and attribute.before is not None:
        ground.leave(change, "changed-since", f"user: {_NO_USER}")
        return
    ground.users[asset.tag] = before
    yield Attribute.of("user", asset.user, before, ground.why("changed it"), RULE)
