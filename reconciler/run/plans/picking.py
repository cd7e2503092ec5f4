"""What `--only` names: assets and devices by whatever a person calls them, or an error that says what is near."""

import dataclasses

from reconciler.columnar import pack
from reconciler.errors import UsageError
from reconciler.explain.search import find_assets, find_devices, near_names
from reconciler.model.layouts import BINDINGS
from reconciler.model.state import Recording
from reconciler.planning.scope import Scope


def resolved(scope: Scope, recording: Recording) -> Scope:
    """Return the scope with the tags and device ids of everything that it names.

    Raises:
        UsageError: neither the store nor what was read has one of the names.
    """
    if not scope.only:
        return scope
    found = set(scope.only)
    for what in sorted(scope.only):
        found |= _meant(what, recording)
    return dataclasses.replace(scope, only=frozenset(found))


def _meant(what: str, recording: Recording) -> set[str]:
    state = recording.state
    assets = find_assets(state, what)
    devices = find_devices(recording.snapshots, what)
    if not assets and not devices:
        near = near_names(state, recording.snapshots, what)
        hint = f"Did you mean `{near}`?" if near else f"See: reconciler assets {recording.instance}"
        raise UsageError(f"--only {what}: there is no asset or device of this tag, serial number, name or id. {hint}")
    ids = {asset.id for asset in assets}
    bindings = pack(state.bindings, BINDINGS)
    tied = zip(bindings.column("device_id"), bindings.column("asset_id"), strict=True)
    return {asset.tag for asset in assets} | {device.id for _, device in devices} | {d for d, a in tied if a in ids}
