"""Software from Graph to the store and to `status`, and what becomes of it when its part cannot be read."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from command_line import CommandLine, rows

from reconciler.errors import ExitCode
from reconciler.simulator.faults import Fault
from reconciler.simulator.server import Simulator
from reconciler.simulator.tenant.tenant import Tenant

_INSTALLED = """
    SELECT serial_number, software.name, asset_software.version AS at, publisher FROM asset_software
    JOIN asset ON asset.id = asset_id JOIN software ON software.id = software_id"""


def installed(cli: CommandLine) -> set[tuple[str, ...]]:
    """Return what the store says is where."""
    return {tuple(row.values()) for row in rows(cli.store, _INSTALLED)}


def detected(tenant: Tenant) -> set[tuple[str, ...]]:
    """Return what is detected on the tenant's devices in scope."""
    return {
        (device.serialNumber, app.name, app.version, app.publisher or None)
        for device in tenant.devices.items
        for app in tenant.detected(device)
    }


@pytest.mark.parametrize("via", ["export", "detected-apps"])
def test_the_store_has_what_is_detected(cli: CommandLine, tenant: Tenant, via: str) -> None:
    """By either way, on the first day and on a later one."""
    cli.edit("prod/connections/intune/imports.yaml", "via: export", f"via: {via}")
    for _ in range(2):
        assert cli.apply().code == ExitCode.DONE
        assert installed(cli) == detected(tenant)
        for _ in range(20):
            tenant.next_day(new=0, gone=0, renamed=0, re_enrolled=0, reassigned=0, unassigned=0)


def test_software_that_cannot_be_read_withholds_only_software(
    cli: CommandLine, simulator: Simulator, tenant: Tenant
) -> None:
    """The rest is applied, exit 5 says that something is unknown, and nothing is taken away."""
    cli.apply()
    before = installed(cli)
    company = next(each for each in tenant.devices.items if tenant.detected(each))
    tenant.rename(company.id, "ANOTHER-NAME")
    tenant.inventory.set(company)
    simulator.inject(Fault("missing-permission", on=("exports",), times=None))
    done = cli.apply()
    assert done.code == ExitCode.PARTLY_UNKNOWN
    assert "software unknown: " in done.out
    assert "not applied: data missing: 1" in done.out
    assert rows(cli.store, "SELECT name FROM asset WHERE name = 'ANOTHER-NAME'")
    assert installed(cli) == before


def test_names_that_mean_something_elsewhere_are_names(cli: CommandLine, tenant: Tenant) -> None:
    """Formulas, quotes, newlines, escapes and markup come to the store as they are, on one line."""
    company = next(each for each in tenant.devices.items if tenant.detected(each))
    tenant.inventory.set(company, ('=cmd|"/c calc"!A1\r\n, two', "1, 0", "\x1b[31mRed"), ("a/b `c` [bold]d[/]", "", ""))
    cli.apply()
    found = {row[1:] for row in installed(cli) if row[0] == company.serialNumber}
    assert found == {('=cmd|"/c calc"!A1 , two', "1, 0", "\x1b[31mRed"), ("a/b `c` [bold]d[/]", "", None)}
    shown = cli.run("plan", "prod", "--all").out
    assert "No changes. The store matches Intune." in shown


def test_status_tells_the_seats_of_each_licence(cli: CommandLine, tenant: Tenant) -> None:
    """An asset counts once, by the licence's other name; one whose device is gone from Intune does not."""
    cli.edit("prod/catalogue.yaml", "seats: 40", "seats: 1")
    company = [each for each in tenant.devices.items if tenant.detected(each) and each.userId][:3]
    for device in tenant.devices.items:
        if tenant.detected(device):
            tenant.inventory.set(device, ("Other", "1", ""))
    for device in company:
        tenant.inventory.set(device, ("microsoft VISIO professional 2021", "16", ""), ("Visio professional", "15", ""))
    cli.apply()
    assert "Visio Professional: 3 of 1 seat used, 2 seats too few" in " ".join(cli.run("status", "prod").out.split())
    tenant.delete(company[0].id)
    cli.apply()
    assert "Visio Professional: 2 of 1 seat used, 1 seat too few" in " ".join(cli.run("status", "prod").out.split())


_MEASURED = """
import resource, sys
from reconciler.cli.main import run
code = run(sys.argv[1:])
used = resource.getrusage(resource.RUSAGE_SELF)
peak = next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM"))
print("measured", used.ru_utime + used.ru_stime, int(peak) / 1024, file=sys.stderr)
sys.exit(code)
"""
"""Runs a command and tells the seconds of CPU that it took, and its peak of memory in MiB."""


@pytest.mark.thorough
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux tells a process's own peak of memory")
def test_a_hundred_applications_on_each_of_ten_thousand_devices_take_less_than_a_minute(
    offline: CommandLine,
) -> None:
    """Read, planned, written, read back and planned again, within 1 GiB; personal devices have none."""
    with Simulator(Tenant.generate(devices=10_000, users=8_000, software=100)) as simulator:
        offline.connect(simulator)
        arguments = offline.arguments("apply", "prod", "--yes", "--allow-uncommitted")
        done = subprocess.run(
            [sys.executable, "-c", _MEASURED, *arguments],
            env=os.environ | simulator.environment(),
            capture_output=True,
            text=True,
            check=True,
        )
    [(_, seconds, mebibytes)] = [line.split() for line in done.stderr.splitlines() if line.startswith("measured")]
    [count] = rows(offline.store, "SELECT count(*) AS software FROM asset_software")
    assert count["software"] > 800_000
    assert float(seconds) < 60
    assert float(mebibytes) < 1024
