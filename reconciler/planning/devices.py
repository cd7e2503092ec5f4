"""A connection's settings compiled for one snapshot, and each listed device as planning sees it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from reconciler.model.snapshot import UNKNOWN, Scalar, Snapshot, UnknownType
from reconciler.model.state import LastRead, Life
from reconciler.planning import needs
from reconciler.planning.criteria import Answer, Test, compile_criterion
from reconciler.planning.mapping import FieldMap, compile_mappings
from reconciler.planning.matching import Candidate, Form
from reconciler.planning.presence import Read, Sighting
from reconciler.planning.types import Decide, compile_types
from reconciler.planning.values import is_worthless, matching_form, worthless_forms
from reconciler.settings.environment import Connection
from reconciler.settings.fields import AssetField
from reconciler.settings.imports import Clock

_USER = "user."


@dataclass(frozen=True, slots=True)
class Listed:
    """A device of the snapshot: its properties as a row, its mapped values, and its Entra user.

    `user` is None when it has none and UNKNOWN when that is not known.
    """

    device_id: str
    label: str
    row: Sequence[Any]
    values: list[Any]
    user: Any


@dataclass(frozen=True, slots=True)
class Compiled:
    """What a connection's settings say, as functions of a device."""

    connection: Connection
    fields: FieldMap
    decide_type: Decide
    excluded: Test | None
    defender: int | None
    """Where `managementAgent` stands in a row; None when Defender's devices are not left out or it was not read."""
    identifier: int | str | None
    """Where the user identifier stands in a row, or the name of the Entra user's property."""
    keys: tuple[int, ...]
    """Where the matching fields stand among the mapped values, in the order in which they are tried."""
    worthless: frozenset[str]
    stale_before: str | None
    """A device that checked in before this point in time is stale; None when check-ins do not count."""
    places: dict[str, int]


def compile_connection(
    connection: Connection, snapshot: Snapshot, fields: dict[str, AssetField], stale_before: str | None
) -> Compiled:
    """Compile a connection's settings for the properties that the snapshot has."""
    mapped = compile_mappings(
        connection.field_mappings.mappings, fields, snapshot.device_properties, snapshot.user_properties
    )
    imports = connection.imports
    source = connection.users.user_identifier.source
    return Compiled(
        connection=connection,
        fields=mapped,
        decide_type=compile_types(connection.asset_types, mapped.places),
        excluded=compile_criterion(imports.exclude, mapped.places) if imports.exclude else None,
        defender=mapped.places.property_at("managementAgent") if imports.exclude_defender_managed else None,
        identifier=source.removeprefix(_USER) if source.startswith(_USER) else mapped.places.property_at(source),
        keys=tuple(index for name in imports.matching_fields() if (index := mapped.places.field_at(name)) is not None),
        worthless=worthless_forms(imports.ignored_values),
        stale_before=stale_before
        if imports.inactive and imports.inactive.measured_by is Clock.DEVICE_CHECK_IN
        else None,
        places=mapped.places.properties,
    )


def list_devices(compiled: Compiled, snapshot: Snapshot) -> list[Listed]:
    """Return the snapshot's devices with their mapped values."""
    users = _users(compiled, snapshot)
    user_at = compiled.places.get("userId")
    name_at = compiled.places.get("deviceName")
    read_row, read_values = compiled.fields.row, compiled.fields.values
    listed = []
    for device in snapshot.devices:
        row = read_row(device)
        user = None if users is None else _user(row, user_at, users)
        name = None if name_at is None else row[name_at]
        label = name if isinstance(name, str) and name else device.id
        listed.append(Listed(device.id, label, row, read_values(row, user), user))
    return listed


def _users(compiled: Compiled, snapshot: Snapshot) -> Any:
    """Return the Entra users by id, UNKNOWN when they could not be read, None when nothing asks for them."""
    if not needs.user_properties(compiled.connection):
        return None
    if snapshot.users_unknown is not None:
        return UNKNOWN
    return {user.id: user for user in snapshot.users}


def _user(row: Sequence[Any], user_at: int | None, users: Any) -> Any:
    user_id = UNKNOWN if user_at is None else row[user_at]
    if user_id is None:
        return None
    if user_id is UNKNOWN or users is UNKNOWN:
        return UNKNOWN
    return users.get(user_id)


def identifier(compiled: Compiled, device: Listed) -> Any:
    """Return what the source says of the device's user: the identifier, None for nobody, or UNKNOWN (U2, U3)."""
    match compiled.identifier:
        case None:
            return UNKNOWN
        case int() as index:
            return device.row[index]
        case name if device.user is None or device.user is UNKNOWN:
            return device.user if name else None
        case name:
            return getattr(device.user, str(name), UNKNOWN)


def is_excluded(compiled: Compiled, device: Listed) -> Answer:
    """Say whether the device is left out (X1); None when that is unknown."""
    answers: list[Answer] = []
    if compiled.connection.imports.exclude_defender_managed:
        agent = UNKNOWN if compiled.defender is None else device.row[compiled.defender]
        answers.append(None if agent is UNKNOWN else agent == "msSense")
    if compiled.excluded is not None:
        answers.append(compiled.excluded(device.row, device.values))
    if True in answers:
        return True
    return None if None in answers else False


def candidate(compiled: Compiled, device: Listed) -> Candidate:
    """Return the device as matching sees it."""
    places = compiled.places
    return Candidate(
        device_id=device.device_id,
        label=device.label,
        excluded=is_excluded(compiled, device),
        enrolled=device.row[places["enrolledDateTime"]] if "enrolledDateTime" in places else UNKNOWN,
        synced=device.row[places["lastSyncDateTime"]] if "lastSyncDateTime" in places else UNKNOWN,
        forms=tuple(_form(device.values[key], compiled.worthless) for key in compiled.keys),
    )


def _form(value: Scalar | UnknownType, worthless: frozenset[str]) -> Form:
    if value is UNKNOWN:
        return UNKNOWN
    form = matching_form(value)
    return None if is_worthless(form, worthless) else form


def is_stale(compiled: Compiled, device: Listed) -> bool:
    """Say whether the device's check-in is older than `afterDays`; an unknown or empty check-in is not."""
    index = compiled.places.get("lastSyncDateTime")
    if compiled.stale_before is None or index is None:
        return False
    seen = device.row[index]
    return isinstance(seen, str) and seen < compiled.stale_before


def sighting(compiled: Compiled, device: Listed, excluded: Answer) -> Sighting | None:
    """Return how a listed device was seen; None when whether it is excluded is unknown."""
    if excluded is None:
        return None
    if excluded:
        return Sighting.EXCLUDED
    return Sighting.STALE if is_stale(compiled, device) else Sighting.FRESH


def make_read(snapshot: Snapshot, last: LastRead | None) -> Read:
    """Return the read that the snapshot is, compared with the last applied one (D3)."""
    whole = snapshot.devices_unknown is None
    days = set(last.whole_days if last else ())
    if whole:
        days.add(snapshot.read_at[:10])
    return Read(snapshot.read_at, last is None or snapshot.read_at > last.read_at, whole, tuple(sorted(days)))


def relisted(life: Life, device_id: str, unlisted: frozenset[str], newer: bool) -> int:
    """Return the reads in a row in which a single GET found the device although the list lacked it (G3)."""
    if device_id not in unlisted:
        return 0
    return life.unlisted_reads + 1 if newer else life.unlisted_reads
