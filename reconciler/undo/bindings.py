"""Undoing what a run made of bindings: each goes back to the life that it had, where it still has the run's (J2).

What frees a device or an asset is decided first, so that what needs it finds it free.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from msgspec.structs import replace

from reconciler.model.plan import Action, BindingChange, LeftAlone, Subject, binding_reason
from reconciler.model.state import Binding, Life, Presence
from reconciler.undo.assets import AssetsBack
from reconciler.undo.decisions import RULE, left
from reconciler.undo.inputs import Device, UndoInputs, bare


@dataclass(frozen=True, slots=True)
class BindingsBack:
    """What becomes of the bindings, the tags of assets whose binding goes back to another device, and what is left."""

    changes: tuple[BindingChange, ...]
    moved_back: frozenset[str]
    left: tuple[LeftAlone, ...]


class _Step(NamedTuple):
    """What takes one binding's change back, where a binding is no longer, and where it is from now on."""

    made: BindingChange
    old: Device | None = None
    new: Binding | None = None


class _Bindings(NamedTuple):
    """The bindings by device, and the devices of each asset by its id, after the steps so far."""

    bound: Mapping[Device, Binding]
    devices: Mapping[int, frozenset[Device]]


def put_back_bindings(inputs: UndoInputs, assets: AssetsBack, changes: Iterable[BindingChange]) -> BindingsBack:
    """Decide what becomes of the bindings that the run made, changed or removed."""
    freeing: list[_Step] = []
    waiting, lefts = [], []
    for change in _of_assets_that_stay(inputs, assets, changes):
        found = inputs.bound.get(_device(change, change.after))
        if change.removed:
            waiting.append(change)
        elif found is None or not _is_as_written(inputs, change, found):
            told = f"its binding to device {change.after.device_id} is not as the run left it"
            lefts.append(left(change, told))
        elif change.before is None:
            freeing.append(_freed(inputs, change, found))
        elif change.before.presence is Presence.DELETED:
            freeing.append(_changed(inputs, change, found, change.before))
        else:
            waiting.append(change)
    taken, why = _taken_back(inputs, assets, _after(inputs, freeing), waiting)
    steps = (*freeing, *taken)
    moved = frozenset(step.made.asset for step in steps if _moves(step.made))
    return BindingsBack(tuple(step.made for step in steps), moved, (*lefts, *why))


def _of_assets_that_stay(
    inputs: UndoInputs, assets: AssetsBack, changes: Iterable[BindingChange]
) -> Iterable[BindingChange]:
    """Return the bindings' changes, but for those of assets that the run created and that stay."""
    created = {
        change.name
        for change in inputs.undoable.detail.changes
        if change.subject is Subject.ASSET and change.action is Action.CREATE
    }
    return [change for change in changes if change.asset not in created or change.asset in assets.removed]


def _device(change: BindingChange, life: Life) -> Device:
    return change.source, change.tenant_id, life.device_id


def _is_as_written(inputs: UndoInputs, change: BindingChange, found: Binding) -> bool:
    """Return whether a binding is as the run left it; which devices it supersedes may have changed since."""
    return inputs.tags.get(found.asset_id) == change.asset and bare(found.life) == bare(change.after)


def _moves(made: BindingChange) -> bool:
    return not made.removed and made.before is not None and made.before.device_id != made.after.device_id


def _freed(inputs: UndoInputs, change: BindingChange, found: Binding) -> _Step:
    """Remove a binding that the run made."""
    why = binding_reason(inputs.why("made it"), RULE)
    made = replace(change, before=found.life, after=found.life, removed=True, why=why)
    return _Step(made, old=_device(change, change.after))


def _changed(inputs: UndoInputs, change: BindingChange, found: Binding, life: Life) -> _Step:
    """Give a binding the life that it had, with the devices that it supersedes by now."""
    if life.device_id == change.after.device_id and found.life.superseded != change.after.superseded:
        life = replace(life, superseded=found.life.superseded)
    made = replace(change, before=found.life, after=life, why=binding_reason(inputs.why("changed it"), RULE))
    return _Step(made, _device(change, change.after), replace(found, life=life))


def _after(inputs: UndoInputs, steps: Iterable[_Step]) -> _Bindings:
    """Return the bindings as they are after these steps."""
    bound = dict(inputs.bound)
    devices = {key: set(some) for key, some in inputs.devices.items()}
    for step in steps:
        if step.old is not None:
            devices[bound.pop(step.old).asset_id].discard(step.old)
        if step.new is not None:
            device = _device(step.made, step.new.life)
            bound[device] = step.new
            devices.setdefault(step.new.asset_id, set()).add(device)
    return _Bindings(bound, {key: frozenset(some) for key, some in devices.items()})


def _taken_back(
    inputs: UndoInputs, assets: AssetsBack, bindings: _Bindings, changes: Iterable[BindingChange]
) -> tuple[list[_Step], list[LeftAlone]]:
    """Bring back lives that need their device and their asset to themselves, each where both are free by then."""
    bound, devices = dict(bindings.bound), dict(bindings.devices)
    steps, lefts = [], []
    for change in changes:
        life = change.after if change.before is None else change.before
        why = _in_the_way(inputs, assets, _Bindings(bound, devices), change, life)
        if why is not None:
            lefts.append(left(change, f"device {life.device_id} is not bound again: {why}"))
            continue
        step = _step_back(inputs, bound, change, life)
        steps.append(step)
        if step.old is not None:
            key = bound.pop(step.old).asset_id
            devices[key] -= {step.old}
        if step.new is not None:
            bound[_device(change, step.new.life)] = step.new
            devices[step.new.asset_id] = devices.get(step.new.asset_id, frozenset()) | {_device(change, step.new.life)}
    return steps, lefts


def _in_the_way(
    inputs: UndoInputs, assets: AssetsBack, bindings: _Bindings, change: BindingChange, life: Life
) -> str | None:
    """Return why a life cannot come back, None when its device and its asset are free."""
    asset = inputs.assets.get(change.asset)
    if asset is None and change.asset not in assets.restored:
        return "the asset is gone"
    own = None if change.removed else _device(change, change.after)
    device = _device(change, life)
    if device != own and device in bindings.bound:
        return "the device is bound to another asset"
    others = bindings.devices.get(asset.id, frozenset()) - {own} if asset is not None else ()
    if life.presence is not Presence.DELETED and any(
        bindings.bound[each].life.presence is not Presence.DELETED for each in others
    ):
        return "the asset is bound to another device"
    return None


def _step_back(inputs: UndoInputs, bound: Mapping[Device, Binding], change: BindingChange, life: Life) -> _Step:
    """Return what gives a binding its life back, made anew where the run removed it."""
    if not change.removed:
        return _changed(inputs, change, bound[_device(change, change.after)], life)
    made = replace(change, before=None, after=life, removed=False, why=binding_reason(inputs.why("removed it"), RULE))
    asset = inputs.assets.get(change.asset)
    return _Step(made, new=None if asset is None else Binding(change.source, change.tenant_id, asset.id, life))
