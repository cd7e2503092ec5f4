"""A machine that Intune lists twice, from Graph to the store, `assets` and the view that other programs read (M5)."""

import msgspec
import pytest
from command_line import CommandLine, rows

from reconciler.simulator.tenant.tenant import Tenant


@pytest.mark.thorough
def test_a_machine_that_is_listed_twice_is_told_of_from_the_apply_on_until_it_is_not(
    cli: CommandLine, tenant: Tenant
) -> None:
    """Intune keeps the old record beside the new one; an apply that finds nothing new writes no row for it."""
    cli.apply()
    old = next(each for each in tenant.devices.items if tenant.detected(each) and each.userId)
    new = tenant.re_enrol(old.id)
    tenant.restore(old.id)
    tenant.tick()
    assert "1 re-enrolled" in cli.apply("--allow", "rebound=1", "--because", "it was enrolled anew").out
    first = " ".join(cli.run("assets", "prod", "--superseded").out.split())
    assert f"superseded, and updating nothing: device {old.id} (since " in first
    assert first.endswith("1 asset: 1 present")
    view = "SELECT device_id, superseded_devices FROM asset_overview WHERE superseded_devices IS NOT NULL"
    [kept] = rows(cli.store, view)
    assert (kept["device_id"], list(msgspec.json.decode(kept["superseded_devices"]))) == (new.id, [old.id])
    tenant.tick()
    assert "nothing to change" in cli.apply().out
    assert rows(cli.store, view) == [kept]
    assert rows(cli.store, "SELECT count(*) AS noted FROM run_binding WHERE after LIKE '%superseded%'") == [
        {"noted": 1}
    ]
    tenant.delete(old.id)
    tenant.tick()
    cli.apply()
    assert cli.run("assets", "prod", "--superseded").out == "No matching assets.\n"
