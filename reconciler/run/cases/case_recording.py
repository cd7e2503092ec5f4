"""A recorded device as a case of `tests.yaml`: what the settings make of it today is what is expected of them (K5)."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reconciler.configuration.case_files import with_case
from reconciler.errors import ReconcilerError, UsageError
from reconciler.model.snapshot import UNKNOWN, Scalar, Snapshot
from reconciler.model.state import Recording
from reconciler.planning.rules import needs
from reconciler.planning.rules.criteria import comparisons_in
from reconciler.recordings import read_recording
from reconciler.run.cases.case_runner import Device, Trial, try_device
from reconciler.settings.environment import Connection, Environment

_TIMES = ("enrolledDateTime", "lastSyncDateTime")
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class RecordedCase:
    """A case that was added: what it is called, and the file that it is in."""

    name: str
    file: Path


def record_case(environment: Environment, environments: Path, wanted: str, recording: Path) -> RecordedCase:
    """Add a case for a recorded device, named by its name, serial number or id, to its connection's tests.yaml.

    Raises:
        UsageError: the recording has no device like it, or several.
        RecordingError: the file is no recording.
        ReconcilerError: the file cannot be written, or what becomes of the device is not known from the recording.
    """
    snapshot, found = _found(read_recording(recording), environment, wanted)
    connection = environment.connections[snapshot.connection]
    device = _device(connection, snapshot, found)
    trial = try_device(environment, connection, device)
    if trial.unknown:
        raise ReconcilerError(
            f"{wanted}: {trial.unknown[0]}. The recording lacks it: record again, and add the case then."
        )
    case = _case(device, trial, str(device.properties.get("deviceName") or wanted))
    file = environments / environment.instance.name / "connections" / connection.name / "tests.yaml"
    try:
        text = file.read_text(encoding="utf-8") if file.exists() else None
        file.write_text(with_case(str(file), text, case), encoding="utf-8")
    except OSError as error:
        raise ReconcilerError(f"{file} cannot be written: {error.strerror}. No case was added.") from error
    return RecordedCase(case["name"], file)


def _found(recording: Recording, environment: Environment, wanted: str) -> tuple[Snapshot, Any]:
    """Return the one device with this id, serial number or name, and the snapshot that it is in."""
    folded = wanted.casefold()
    devices = [
        (snapshot, device)
        for snapshot in recording.snapshots
        if snapshot.connection in environment.connections
        for device in snapshot.devices
        if folded in {str(getattr(device, name, "")).casefold() for name in ("id", "serialNumber", "deviceName")}
    ]
    if not devices:
        raise UsageError(f"The recording has no device with the name, serial number or id {wanted}.")
    if len(devices) > 1:
        ids = ", ".join(sorted(device.id for _, device in devices)[:_SHOWN])
        raise UsageError(f"The recording has {len(devices)} devices called {wanted}; name one by its id: {ids}.")
    return devices[0]


def _device(connection: Connection, snapshot: Snapshot, found: Any) -> Device:
    """Return what was recorded of a device and its user, as far as the settings look at it."""
    times = () if needs.measures_check_in(connection) else set(_TIMES) - _looked_at(connection)
    names = [name for name in needs.device_properties(connection) if name not in times]
    users = {user.id: user for user in snapshot.users}
    user = users.get(_user_id(connection, snapshot, found))
    return Device(
        _known(found, sorted({*names, "deviceName"})),
        _known(user, needs.user_properties(connection)) if user is not None else {},
        snapshot.read_at if needs.measures_check_in(connection) else None,
    )


def _user_id(connection: Connection, snapshot: Snapshot, found: Any) -> str | None:
    if not needs.owners(connection):
        return getattr(found, "userId", None)
    owners = snapshot.owners.get(str(getattr(found, "azureADDeviceId", None)).lower(), ())
    return owners[0] if len(owners) == 1 else None


def _looked_at(connection: Connection) -> set[str]:
    sources = {name for mapping in connection.field_mappings.mappings for name in mapping.sources()}
    criteria = connection.asset_types.criteria()
    criteria += [connection.imports.exclude] if connection.imports.exclude else []
    return sources | {each.property or "" for criterion in criteria for each in comparisons_in(criterion)}


def _known(record: Any, names: Any) -> dict[str, Scalar]:
    values = {name: getattr(record, name, None) for name in names}
    return {name: value for name, value in values.items() if value is not None and value is not UNKNOWN}


def _case(device: Device, trial: Trial, label: str) -> dict[str, Any]:
    case: dict[str, Any] = {"name": _name(trial, label), "device": dict(device.properties)}
    if device.user:
        case["user"] = dict(device.user)
    if device.read_at:
        case["readAt"] = device.read_at
    return case | {"expect": _expected(trial)}


def _name(trial: Trial, label: str) -> str:
    if trial.excluded:
        return f"{label} is left out"
    kind = trial.attributes.get("type")
    return f"{label} is of type {kind.after}" if kind else f"{label} is a problem"


def _expected(trial: Trial) -> dict[str, Any]:
    if trial.excluded:
        return {"excluded": True}
    if trial.no_asset is not None:
        return {"problem": trial.problems[0].rpartition(" (")[0]} if trial.problems else {"type": None}
    found = {name: each.after for name, each in trial.attributes.items()}
    own = {name: found.pop(name) for name in ("type", "site", "status", "user") if name in found}
    return own | {"fields": {name: value for name, value in sorted(found.items()) if not name.startswith("software: ")}}
