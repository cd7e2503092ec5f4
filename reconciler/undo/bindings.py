"""Undoing what a run made of bindings: each goes back to the life that it had, where it still has the run's (J2).

What frees a device or an asset is decided first, so that what needs it finds it free.
"""

from collections.abc import Iterable

from msgspec.structs import replace

from reconciler.model.plan import Action, BindingChange, Subject, binding_reason
from reconciler.model.state import Binding, Life, Presence
from reconciler.undo.ground import RULE, Device, Ground, bare


def put_back_bindings(ground: Ground, changes: Iterable[BindingChange]) -> None:
    """Decide what becomes of the bindings that the run made, changed or removed."""
    created = {
        change.name
        for change in ground.undoable.detail.changes
        if change.subject is Subject.ASSET and change.action is Action.CREATE
    }
    waiting = []
    for change in changes:
        if change.asset in created and change.asset not in ground.removed:
            continue
        if change.removed:
            waiting.append(change)
        elif _is_as_written(ground, change):
            if change.before is None:
                _free(ground, change)
            elif change.before.presence is Presence.DELETED:
                _change(ground, change, change.before)
            else:
                waiting.append(change)
    for change in waiting:
        _take_back(ground, change)


def _is_as_written(ground: Ground, change: BindingChange) -> bool:
    """Return whether a binding is as the run left it; which devices it supersedes may have changed since."""
    found = ground.bound.get(_device(change, change.after))
    its = found is not None and ground.tags.get(found.asset_id) == change.asset
    if found is not None and its and bare(found.life) == bare(change.after):
        return True
    ground.leave(change, "changed-since", f"its binding to device {change.after.device_id} is not as the run left it")
    return False


def _device(change: BindingChange, life: Life) -> Device:
    return change.source, change.tenant_id, life.device_id


def _free(ground: Ground, change: BindingChange) -> None:
    """Remove a binding that the run made."""
    device = _device(change, change.after)
    found = ground.bound.pop(device)
    ground.devices[found.asset_id].discard(device)
    reason = ground.why("made it")
    made = replace(change, before=found.life, after=found.life, removed=True, why=binding_reason(reason, RULE))
    ground.bindings.append(made)


def _take_back(ground: Ground, change: BindingChange) -> None:
    """Bring back a life that needs its device and its asset to itself, if they are free."""
    life = change.after if change.before is None else change.before
    device = _device(change, life)
    asset = ground.assets.get(change.asset)
    if asset is None and change.asset not in ground.restored:
        ground.leave(change, "changed-since", f"device {life.device_id} is not bound again: the asset is gone")
        return
    own = None if change.removed else _device(change, change.after)
    there = ground.bound.get(device) if device != own else None
    others = [each for each in ground.devices.get(asset.id, ()) if each != own] if asset is not None else []
    alive = any(ground.bound[each].life.presence is not Presence.DELETED for each in others)
    if there is not None or (alive and life.presence is not Presence.DELETED):
        what = "the device is bound to another asset" if there is not None else "the asset is bound to another device"
        ground.leave(change, "changed-since", f"device {life.device_id} is not bound again: {what}")
    elif change.removed:
        reason = ground.why("removed it")
        made = replace(change, before=None, after=life, removed=False, why=binding_reason(reason, RULE))
        ground.bindings.append(made)
        if asset is not None:
            _note(ground, device, Binding(change.source, change.tenant_id, asset.id, life))
    else:
        _change(ground, change, life)


def _change(ground: Ground, change: BindingChange, life: Life) -> None:
    old = _device(change, change.after)
    found = ground.bound.pop(old)
    ground.devices[found.asset_id].discard(old)
    if life.device_id == change.after.device_id and found.life.superseded != change.after.superseded:
        life = replace(life, superseded=found.life.superseded)
    _note(ground, _device(change, life), replace(found, life=life))
    if life.device_id != change.after.device_id:
        ground.moved_back.add(change.asset)
    ground.bindings.append(
        replace(change, before=found.life, after=life, why=binding_reason(ground.why("changed it"), RULE))
    )


def _note(ground: Ground, device: Device, binding: Binding) -> None:
    ground.bound[device] = binding
    ground.devices.setdefault(binding.asset_id, set()).add(device)
