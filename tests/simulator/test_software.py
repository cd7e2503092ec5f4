"""What is detected on devices: the export report and its file, `/detectedApps`, and what goes wrong with them."""

import csv
import io
import zipfile

import pytest
import requests

from reconciler.simulator.faults import Fault
from reconciler.simulator.server import Simulator
from reconciler.simulator.tenant.tenant import Tenant

JOBS = "/v1.0/deviceManagement/reports/exportJobs"
APPS = "/v1.0/deviceManagement/detectedApps"
SELECT = ["DeviceId", "ApplicationName", "ApplicationVersion", "ApplicationPublisher"]


def asked(client, **changes: object) -> dict[str, object]:
    """Ask for the report and return the job."""
    reply = client.post(JOBS, {"reportName": "AppInvRawData", "format": "csv", "select": SELECT, **changes})
    assert reply.status_code == 201
    return reply.json()


def statuses(client, job: dict[str, object], times: int) -> list[str]:
    """Poll a job and return what it says each time."""
    return [client.get(f"{JOBS}('{job['id']}')").json()["status"] for _ in range(times)]


def fetched(client, job: dict[str, object]) -> bytes:
    """Return the file of a job that is polled to its end."""
    statuses(client, job, 2)
    url = client.get(f"{JOBS}('{job['id']}')").json()["url"]
    return requests.get(url, timeout=10).content


def rows(data: bytes) -> list[list[str]]:
    """Return the rows of the only CSV in a zip."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        [name] = archive.namelist()
        return list(csv.reader(io.StringIO(archive.read(name).decode("utf-8-sig"), newline="")))


def expected(tenant: Tenant) -> list[list[str]]:
    """Return the rows that the report must have."""
    return [
        [device.id, app.name, app.version, app.publisher]
        for device in tenant.devices.items
        for app in tenant.detected(device)
    ]


def test_a_job_is_worked_on_while_it_is_polled(client) -> None:
    job = asked(client)

    assert (job["status"], job["url"]) == ("notStarted", None)
    assert statuses(client, job, 3) == ["inProgress", "completed", "completed"]


def test_the_report_has_a_row_for_each_application_of_each_device(client, tenant: Tenant) -> None:
    found = rows(fetched(client, asked(client)))

    assert found == [SELECT, *expected(tenant)]
    assert len(found) > 400


def test_nothing_is_detected_on_personal_devices(tenant: Tenant) -> None:
    personal = [one for one in tenant.devices.items if one.managedDeviceOwnerType == "personal"]

    assert personal
    assert {tenant.detected(one) for one in personal} == {()}


def test_names_are_written_as_rfc_4180_has_it(client, tenant: Tenant) -> None:
    device = tenant.devices.items[0]
    odd = ('=cmd|"/c calc"!A1, "best"\r\nedition', "1, 0, 0, 1", "Łódź & Söhne")
    tenant.inventory.set(device, odd)

    assert [row for row in rows(fetched(client, asked(client))) if row[0] == device.id] == [[device.id, *odd]]


def test_the_file_is_refused_to_who_brings_a_token(client) -> None:
    job = asked(client)
    statuses(client, job, 2)
    url = client.get(f"{JOBS}('{job['id']}')").json()["url"]

    assert client.get(url).status_code == 400
    assert requests.get(url.replace("sig=", "sig=0"), timeout=10).status_code == 403
    assert requests.get(url, timeout=10).status_code == 200


def test_a_day_changes_the_software_of_few_devices(tenant: Tenant) -> None:
    before = {one.id: tenant.detected(one) for one in tenant.devices.items}
    days = 25
    for _ in range(days):
        tenant.next_day(new=0, gone=0, renamed=0, re_enrolled=0, reassigned=0, unassigned=0)
    changed = [one for one in tenant.devices.items if tenant.detected(one) != before[one.id]]

    assert 10 < len(changed) < 50


def test_a_report_of_another_name_or_column_is_a_bad_request(client) -> None:
    assert client.post(JOBS, {"reportName": "DetectedAppsRawData"}).status_code == 400
    assert client.post(JOBS, {"reportName": "AppInvRawData", "select": ["Nonsense"]}).status_code == 400


def test_jobs_are_listed(client) -> None:
    """Every job that was asked for, as it is now."""
    first, second = asked(client), asked(client, reportName="Devices", select=["DeviceId"])
    statuses(client, first, 1)

    listed = client.get(JOBS).json()["value"]
    assert [(each["id"], each["reportName"], each["status"]) for each in listed] == [
        (first["id"], "AppInvRawData", "inProgress"),
        (second["id"], "Devices", "notStarted"),
    ]


def test_devices_are_a_report(client, tenant: Tenant) -> None:
    """The inventory's file calls columns otherwise than they are asked for; the other report's does not."""
    select = ["DeviceId", "SerialNumber", "StorageTotal", "LastContact"]
    plain = rows(fetched(client, asked(client, reportName="Devices", select=select)))
    inventory = rows(fetched(client, asked(client, reportName="DevicesWithInventory", select=[*select, "EthernetMAC"])))
    device = tenant.devices.items[0]
    megabytes = str(device.totalStorageSpaceInBytes // 2**20)
    seen = device.lastSyncDateTime.replace("T", " ").replace("Z", ".0000000")

    assert (plain[0], len(plain)) == (select, 61)
    assert plain[1] == [device.id, device.serialNumber, megabytes, seen]
    assert inventory[0] == ["Device ID", "Serial number", "StorageTotal", "Last check-in", "EthernetMAC"]
    assert inventory[1] == [*plain[1], device.ethernetMacAddress or ""]


@pytest.mark.parametrize(("fault", "status"), [("stuck-export", "inProgress"), ("failed-export", "failed")])
def test_a_job_is_stuck_or_fails_once(simulator: Simulator, client, fault: str, status: str) -> None:
    simulator.inject(Fault(fault))

    assert statuses(client, asked(client), 9)[-1] == status
    assert statuses(client, asked(client), 2)[-1] == "completed"


def test_an_export_lacks_its_last_column(simulator: Simulator, client) -> None:
    simulator.inject(Fault("export-columns"))

    assert rows(fetched(client, asked(client)))[0] == SELECT[:-1]


def test_a_zip_is_larger_or_holds_more_than_it_should(simulator: Simulator, client) -> None:
    plain = fetched(client, asked(client))
    simulator.inject(Fault("huge-export", size=100_000))
    huge = fetched(client, asked(client))
    simulator.inject(Fault("zip-bomb", size=5_000_000))
    bomb = fetched(client, asked(client))
    simulator.inject(Fault("two-files"))
    two = fetched(client, asked(client))

    assert len(huge) > len(plain) + 100_000
    assert len(bomb) < len(plain) + 60_000
    assert sum(one.file_size for one in zipfile.ZipFile(io.BytesIO(bomb)).infolist()) > 5_000_000
    assert len(zipfile.ZipFile(io.BytesIO(two)).namelist()) == 2


def test_each_version_is_an_application_with_its_devices(client, tenant: Tenant) -> None:
    found = {
        (device["id"], app["displayName"], app["version"], app["publisher"])
        for app in client.values(f"{APPS}?$select=id,displayName,version,publisher")
        for device in client.values(f"{APPS}/{app['id']}/managedDevices?$select=id")
    }

    assert sorted(found) == sorted(tuple(row) for row in expected(tenant))


def test_the_permission_is_needed(simulator: Simulator, client) -> None:
    simulator.inject(Fault("missing-permission", on=("exports",)))
    simulator.inject(Fault("missing-permission", on=("detected-apps",)))

    assert client.post(JOBS, {"reportName": "AppInvRawData"}).status_code == 403
    assert client.get(APPS).status_code == 403
