"""Which devices a read asks for by themselves: details that are due (G5), devices enrolled again (G3)."""

import dataclasses
from typing import Any

import msgspec
import pytest
from case_files import CASES, plan_of

from reconciler.model.snapshot import Snapshot, record_type
from reconciler.model.state import AppliedSettings, Binding, LastRead, Life, Presence, State
from reconciler.planning.asking import Asking, is_due
from reconciler.settings.environment import Connection

DAY = 24 * 3600
DEVICE = record_type(
    "Device",
    (
        ("deviceName", "text"),
        ("enrolledDateTime", "datetime"),
        ("lastSyncDateTime", "datetime"),
        ("serialNumber", "text"),
    ),
)


def asking(state: State) -> Asking:
    """Return what a connection asks with that maps a property which lists leave empty."""
    environment, _, _ = plan_of(CASES / "details-unknown-clear-nothing")
    connection = environment.connections["intune"]
    imports = connection.imports.model_copy(update={"exclude": None})
    return Asking(environment.catalogue, dataclasses.replace(connection, imports=imports), state)


def snapshot(asked: Asking, *devices: Any, read_at: str = "2026-11-24T08:00:00Z") -> Snapshot:
    """Return a list of devices alone."""
    tenant = asked.connection.tenant_id
    return Snapshot(
        connection="intune",
        source="intune",
        tenant_id=tenant,
        read_at=read_at,
        device_properties=("deviceName", "enrolledDateTime", "lastSyncDateTime", "serialNumber"),
        devices=devices,
    )


def bound(connection: Connection, ids: list[str]) -> State:
    """Return a state whose last read was a day before, with these devices bound and the mappings applied."""
    mappings = [{"from": list(each.sources())} for each in connection.field_mappings.mappings]
    document = {"connections/intune/field-mappings.yaml": {"mappings": mappings}}
    tenant = connection.tenant_id
    return State(
        reads=(LastRead("intune", tenant, "2026-11-23T08:00:00Z"),),
        bindings=tuple(
            Binding("intune", tenant, number, Life(each, Presence.PRESENT, "2026-11-01T08:00:00Z"))
            for number, each in enumerate(ids)
        ),
        applied=AppliedSettings("digest", "2026-11-23T08:00:00Z", document=document),
    )


def test_a_day_asks_the_new_ones_and_a_seventh_of_the_others() -> None:
    """Of a thousand devices of which ten are new about 1/7 is asked beside the ten, and in a week every one once."""
    ids = [f"device-{number}" for number in range(1000)]
    of = asking(State())
    state = bound(of.connection, ids[10:])
    due = asking(state).details_due(snapshot(of, *(DEVICE(id=each, serialNumber=each) for each in ids)))
    assert due is not None
    assert set(ids[:10]) <= set(due)
    assert 100 < len(due) - 10 < 190
    counts = [sum(is_due(each, day * DAY, (day + 1) * DAY, 7 * DAY) for day in range(100, 107)) for each in ids]
    assert counts == [1] * 1000


@pytest.mark.parametrize("lacks", ["a read", "the mappings"])
def test_all_are_asked_when_nothing_was_asked_before(lacks: str) -> None:
    """A tenant that was never read, and details that were not mapped when settings were applied last."""
    of = asking(State())
    state = bound(of.connection, ["a"])
    change = {"reads": ()} if lacks == "a read" else {"applied": None}
    assert asking(msgspec.structs.replace(state, **change)).details_due(snapshot(of, DEVICE(id="a"))) is None


def test_an_unlisted_device_whose_serial_another_one_has_was_enrolled_again() -> None:
    """It is the machine of the listed device that has no binding; one whose serial nobody has is gone."""
    environment, recording, _ = plan_of(CASES / "re-enrolled")
    of = Asking(environment.catalogue, environment.connections["intune"], recording.state)
    [shot] = recording.snapshots
    ids = {binding.life.device_id for binding in recording.state.bindings}
    unlisted = ids - {each.id for each in shot.devices}
    assert (len(unlisted), of.re_enrolled(shot, unlisted)) == (1, unlisted)
    renamed = [msgspec.structs.replace(each, serialNumber="5CG9999999") for each in shot.devices]
    assert of.re_enrolled(msgspec.structs.replace(shot, devices=renamed), unlisted) == frozenset()
