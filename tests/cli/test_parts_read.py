"""Parts of a read beside the list, to the store: details (G5), Entra's owners (U1), the organisation (S2)."""

import pytest
from command_line import CommandLine, rows

from reconciler.simulator.exchange import Endpoint
from reconciler.simulator.faults import Fault, FaultName
from reconciler.simulator.server import Simulator
from reconciler.simulator.tenant.records import ZERO_GUID

MAPPINGS = "prod/connections/intune/field-mappings.yaml"
USERS = "prod/connections/intune/users.yaml"
MACS = "SELECT serial_number, ethernet_mac FROM asset"
OWNERS = "SELECT asset.serial_number, person.upn FROM asset LEFT JOIN person ON person.id = asset.person_id"


@pytest.fixture
def detailed(cli: CommandLine) -> CommandLine:
    """Map a property that lists leave empty, and clear the field when it is."""
    mapping = "  - {from: ethernetMacAddress, to: ethernetMac, transform: [macAddress], empty: clear}\n"
    cli.edit(MAPPINGS, "  - {from: model, to: model}\n", f"  - {{from: model, to: model}}\n{mapping}")
    return cli


@pytest.fixture
def by_owner(cli: CommandLine) -> CommandLine:
    """Let Entra say whose a device is."""
    cli.edit(USERS, "assignFrom: intune ", "assignFrom: entra ")
    return cli


@pytest.fixture
def named(cli: CommandLine) -> CommandLine:
    """Keep the tenant's own organisation."""
    cli.edit(
        "prod/connections/intune/connection.yaml",
        "entities: [users, assets, software]",
        "entities: [organisations, users, assets, software]",
    )
    return cli


def macs(cli: CommandLine) -> dict[str, str | None]:
    """Return the stored Ethernet addresses by serial number."""
    return {row["serial_number"]: row["ethernet_mac"] for row in rows(cli.store, MACS)}


def serial_of(simulator: Simulator, device_id: str) -> str:
    """Return a device's serial number."""
    device = simulator.tenant.device(device_id)
    assert device is not None
    return device.serialNumber


def test_details_are_stored_and_an_unknown_one_clears_nothing(detailed: CommandLine, simulator: Simulator) -> None:
    """Devices that cannot be asked a week later keep their addresses; the run says so, and goes on."""
    assert detailed.apply().code == 0
    stored = macs(detailed)
    assert len({mac for mac in stored.values() if mac}) > 10
    asked = [one.id for one in simulator.tenant.devices.items if one.ethernetMacAddress]
    simulator.inject(Fault(FaultName.GET_UNKNOWN, ids=(asked[0],), status=400, times=None))
    for device_id in asked[:2]:
        simulator.tenant.edit(device_id, ethernetMacAddress=None)
    simulator.tenant.advance(8 * 24 * 3600)
    done = detailed.apply()
    assert done.code == 5
    assert "details unknown" in done.out + done.err
    emptied = [serial for serial, mac in macs(detailed).items() if mac != stored[serial]]
    assert emptied == [serial_of(simulator, asked[1])]


def test_details_are_asked_when_they_are_due(detailed: CommandLine, simulator: Simulator) -> None:
    """A minute later no bound device is asked, nothing is missing, and a new device is asked at once (G5)."""
    connection = "prod/connections/intune/connection.yaml"
    detailed.edit(connection, "\nintegrator:", "\ndetails: {refresh: 3650d}\nintegrator:")
    assert detailed.apply().code == 0
    stored = macs(detailed)
    simulator.tally.reset()
    simulator.tenant.advance(60)
    new = simulator.tenant.enrol(ethernetMacAddress="147dda48f752")
    assert detailed.apply().code == 0
    assert simulator.tally.counts["batch/device"] == 1
    assert macs(detailed) == {**stored, new.serialNumber: "14:7D:DA:48:F7:52"}


def test_assets_go_to_who_registered_the_device(by_owner: CommandLine, simulator: Simulator) -> None:
    """Not to whom Intune says it belongs to by now; and without the owners nobody is linked, or loses an asset."""
    device = next(
        one
        for one in simulator.tenant.devices.items
        if one.userId and one.azureADDeviceId != ZERO_GUID and one.managedDeviceOwnerType == "company"
        if one.managementAgent == "mdm" and one.operatingSystem == "Windows"
    )
    simulator.tenant.reassign(device.id, None)
    assert by_owner.apply().code in (0, 5)
    linked = {row["serial_number"]: row["upn"] for row in rows(by_owner.store, OWNERS)}
    assert linked[device.serialNumber] == device.userPrincipalName
    simulator.inject(Fault(FaultName.MISSING_PERMISSION, on=(Endpoint.ENTRA_DEVICES,), times=None))
    done = by_owner.apply()
    assert (done.code, "owners unknown" in done.out + done.err) == (5, True)
    assert {row["serial_number"]: row["upn"] for row in rows(by_owner.store, OWNERS)} == linked


def test_the_tenants_organisation_is_renamed_once_the_catalogue_is(named: CommandLine, simulator: Simulator) -> None:
    """It is tied by its name; a new name waits for catalogue.yaml, and then nothing is made twice or moves."""
    organisations = "SELECT organisation.name, tenant_id, count(site.id) AS sites FROM organisation, site"
    organisations += " WHERE organisation_id = organisation.id GROUP BY organisation.id ORDER BY 1"
    assert named.apply().code == 0
    [tied] = rows(named.store, organisations)
    assert (tied["name"], tied["tenant_id"]) == ("Contoso", simulator.tenant.tenant_id)
    simulator.tenant.organisation = "Contoso Holding"
    assert "catalogue.yaml still has Contoso" in named.run("plan", "prod").out
    for file in ("catalogue", "connections/intune/imports", "connections/intune/users", "connections/intune/tests"):
        path = named.environments / "prod" / f"{file}.yaml"
        path.write_text(
            path.read_text()
            .replace("Contoso/", "Contoso Holding/")
            .replace("{name: Contoso,", "{name: Contoso Holding,")
            .replace("name: Contoso\n", "name: Contoso Holding\n")
        )
    plan = named.plan()
    assert [(each["action"], each["name"]) for each in plan["changes"]] == [("update", "organisation/Contoso")]
    assert named.apply().code == 0
    assert rows(named.store, organisations) == [tied | {"name": "Contoso Holding"}]


def test_a_run_of_users_alone_asks_for_no_device(cli: CommandLine, simulator: Simulator) -> None:
    """`entities: [users]` reads the users, and neither the devices nor anything of theirs (A5)."""
    connection = "prod/connections/intune/connection.yaml"
    cli.edit(connection, "entities: [users, assets, software]", "entities: [users]")
    simulator.tally.reset()
    done = cli.apply("--scheduled")
    assert (done.code, rows(cli.store, "SELECT count(*) AS n FROM asset")[0]["n"]) == (0, 0), done.err
    assert rows(cli.store, "SELECT count(*) AS n FROM person")[0]["n"] == len(simulator.tenant.users.items)
    asked = {name for name, number in simulator.tally.counts.items() if number}
    assert asked.isdisjoint({"devices", "device", "batch", "overview", "exports"})


def test_a_bound_of_the_settings_is_kept_and_named(cli: CommandLine, simulator: Simulator) -> None:
    """A report larger than `reading.exportBytes` leaves the software unknown, and the rest is applied (G11)."""
    connection = "prod/connections/intune/connection.yaml"
    cli.edit(connection, "\nintegrator:", "\nreading: {exportBytes: 1048576}\nintegrator:")
    simulator.inject(Fault(FaultName.ZIP_BOMB, size=2_000_000))
    done = cli.apply()
    assert (done.code, rows(cli.store, "SELECT count(*) AS n FROM asset")[0]["n"] > 0) == (5, True), done.err
    assert "`reading.exportBytes`" in " ".join(done.out.split())
