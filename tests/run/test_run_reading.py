"""Reading as a use case: which devices are asked for singly, from the store's bindings."""

from pathlib import Path

import pytest
from command_line import CommandLine, rows, simulated


def test_a_binding_moves_from_an_excluded_device_to_its_machines_new_one(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """The absence of a bound device that was out of scope is proven as any other's (row 7, M6)."""
    place = CommandLine(tmp_path, capfd)
    with simulated(20) as simulator:
        place.connect(simulator)
        assert place.apply().code == 0
        [first, *_] = rows(place.store, "SELECT device_id, asset_id FROM binding ORDER BY device_id")
        tenant, old = simulator.tenant, first["device_id"]
        tenant.edit(old, managedDeviceOwnerType="personal")
        assert place.apply().code == 0
        new = tenant.re_enrol(old).id
        tenant.edit(new, managedDeviceOwnerType="company")
        done = place.apply("--allow", "rebound=1", "--because", "a test")
        assert done.code == 0, done.out + done.err
    query = f"SELECT device_id, presence FROM binding WHERE asset_id = {first['asset_id']}"
    assert rows(place.store, query) == [{"device_id": new, "presence": "present"}]
