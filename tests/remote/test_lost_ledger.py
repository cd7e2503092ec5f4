"""A ledger that is lost is made anew: devices find their own assets by the field that holds their ids."""

from typing import Any

import halo_fleet
import pytest
import snipeit_fleet
from halo_fleet import environment, imported, in_memory

from reconciler.store.opening import initialise


@pytest.mark.parametrize("fleets", [halo_fleet, snipeit_fleet], ids=["halo", "snipe-it"])
def test_devices_find_their_assets_again_by_the_field_that_holds_their_ids(fleets: Any) -> None:
    by_id = ("custom.label", "serialNumber")
    with in_memory() as folder, fleets.fleet_at(folder) as fleet:
        fleet.environment = environment(*by_id, label="id")
        imported(fleet)
        before = fleet.assets()
        for device in fleet.tenant.devices.values():
            device["serialNumber"] = "0123456789"
        fleet.ledger.unlink()
        initialise(f"sqlite:///{fleet.ledger}")
        fleet.environment = environment(*by_id, label="id", onFirstMatch="bind-only")
        again = fleet.apply()

        assert [each.after.device_id for each in again.plan.bindings] == list(fleet.tenant.devices)
        assert fleet.assets() == before
