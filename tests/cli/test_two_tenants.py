"""One tenant of two is over a limit, or paused after an undo: the other goes on (G4, R4, J2)."""

from collections.abc import Iterator

import pytest
from command_line import CommandLine, rows
from two_tenants import ALLOWED, two_tenants

from reconciler.simulator.tenant.tenant import Tenant

pytestmark = pytest.mark.thorough


@pytest.fixture
def tenants(offline: CommandLine) -> Iterator[tuple[Tenant, Tenant]]:
    """Import two tenants into one store, and apply the settings as a whole; return the tenants."""
    with two_tenants(offline, devices=8) as both:
        done = offline.apply(*ALLOWED)
        assert done.code == 0, done.err
        yield both


def test_the_plan_is_shown_once_and_the_tenant_within_its_limits_is_applied(
    offline: CommandLine, tenants: tuple[Tenant, Tenant]
) -> None:
    """What is shown is what is written: the other tenant is skipped in it, with its numbers."""
    first, second = tenants
    for device in first.devices.items[:1]:
        first.edit(device.id, deviceName=f"new-{device.deviceName}")
    for device in second.devices.items:
        second.edit(device.id, deviceName=f"new-{device.deviceName}")
    done = offline.apply()
    words = " ".join(done.out.split())
    assert done.code == 3, done
    assert words.count("Plan for prod") == 1
    assert "branch not read: over its limit of updated: " in words
    assert "will not be applied" not in words
    assert rows(offline.store, "SELECT count(*) AS n FROM asset WHERE name LIKE 'new-%'") == [{"n": 1}]


def test_a_saved_plan_of_the_others_is_applied_while_one_is_paused(
    offline: CommandLine, tenants: tuple[Tenant, Tenant]
) -> None:
    """One with the paused connection is refused with the ways out; one of the other alone is applied."""
    first, second = tenants
    second.edit(second.devices.items[0].id, deviceName="new-2")
    assert offline.apply().code == 0
    [last] = rows(offline.store, "SELECT run_id FROM run ORDER BY id DESC LIMIT 1")
    undone = offline.run("undo", "prod", last["run_id"], "--yes")
    assert undone.code == 0, undone.err
    first.edit(first.devices.items[0].id, deviceName="new-1")
    file = str(offline.folder / "saved.plan")
    offline.run("plan", "prod", "-o", file)
    refused = offline.apply(file)
    assert (refused.code, "plan each alone: `--connection intune`." in refused.err) == (1, True), refused.err
    offline.run("plan", "prod", "--connection", "intune", "-o", file)
    assert offline.apply(file).code == 0
    assert rows(offline.store, "SELECT name FROM asset WHERE name LIKE 'new-%'") == [{"name": "new-1"}]
