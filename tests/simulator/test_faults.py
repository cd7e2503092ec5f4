"""Each fault does what its name says, as often as it was set to."""

import json
import time
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import msal
import pytest
import requests

from reconciler.simulator.faults import Fault
from reconciler.simulator.server import Simulator
from reconciler.simulator.tenant.tenant import Tenant

DEVICES = "/v1.0/deviceManagement/managedDevices"
LIST = f"{DEVICES}?$select=id"


def statuses(client, path: str, times: int) -> list[int]:
    return [client.get(path).status_code for _ in range(times)]


@pytest.mark.parametrize(
    ("form", "expected"), [("seconds", "2"), ("decimal", "2.128"), ("none", None)], ids=["seconds", "decimal", "none"]
)
def test_throttle_says_when_to_come_back_in_each_form(
    simulator: Simulator, client, form: str, expected: str | None
) -> None:
    simulator.inject(Fault("throttle", retry_after=2.128, retry_form=form))
    reply = client.get(LIST)

    assert (reply.status_code, reply.json()["error"]["code"]) == (429, "TooManyRequests")
    assert reply.headers.get("Retry-After") == expected
    assert client.get(LIST).status_code == 200


def test_throttle_by_date_is_in_real_time_on_both_clocks(simulator: Simulator, client) -> None:
    simulator.inject(Fault("throttle", retry_after=30, retry_form="date"))
    headers = client.get(LIST).headers
    until, now = (parsedate_to_datetime(headers[name]) for name in ("Retry-After", "Date"))

    assert (until - now).total_seconds() == 30
    assert abs((datetime.now(UTC) - now).total_seconds()) < 60


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_server_error_answers_its_status(simulator: Simulator, client, status: int) -> None:
    simulator.inject(Fault("server-error", status=status))

    assert statuses(client, LIST, 2) == [status, 200]


def test_faults_strike_one_by_one_in_the_order_of_injection(simulator: Simulator, client) -> None:
    simulator.inject(Fault("throttle", times=2))
    simulator.inject(Fault("server-error"))

    assert statuses(client, LIST, 4) == [429, 429, 503, 200]


def test_a_fault_can_let_requests_pass_first_and_then_last_until_cleared(simulator: Simulator, client) -> None:
    simulator.inject(Fault("server-error", after=1, times=None))
    struck = statuses(client, LIST, 4)
    simulator.clear_faults()

    assert (struck, statuses(client, LIST, 1)) == ([200, 503, 503, 503], [200])


def test_a_fault_strikes_only_where_it_is_aimed(simulator: Simulator, client) -> None:
    simulator.inject(Fault("server-error", on=("users",)))

    assert [client.get(path).status_code for path in (LIST, "/v1.0/organization", "/v1.0/users")] == [200, 200, 503]


def test_drop_closes_the_connection_before_the_answer(simulator: Simulator, client) -> None:
    simulator.inject(Fault("drop"))

    with pytest.raises(requests.ConnectionError, match="without response"):
        client.get(LIST)
    assert client.get(LIST).status_code == 200


def test_drop_partway_closes_it_in_the_body(simulator: Simulator, client) -> None:
    simulator.inject(Fault("drop", partway=True))

    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        client.get(LIST)


def test_slow_answers_late(simulator: Simulator, client) -> None:
    simulator.inject(Fault("slow", seconds=0.2))
    start = time.monotonic()

    assert client.get(LIST).status_code == 200
    assert time.monotonic() - start >= 0.2


@pytest.mark.parametrize("status", [200, 502])
def test_html_comes_instead_of_json(simulator: Simulator, client, status: int) -> None:
    simulator.inject(Fault("html", status=status))
    reply = client.get(LIST)

    assert (reply.status_code, reply.headers["Content-Type"], reply.text[:15]) == (
        status,
        "text/html",
        "<!DOCTYPE html>",
    )


def test_bad_json_is_whole_on_the_wire_and_does_not_parse(simulator: Simulator, client) -> None:
    simulator.inject(Fault("bad-json"))
    reply = client.get(LIST)

    assert (reply.status_code, reply.text[:17]) == (200, '{"@odata.context"')
    with pytest.raises(requests.JSONDecodeError):
        reply.json()


def test_huge_makes_a_page_as_large_as_told(simulator: Simulator, client) -> None:
    simulator.inject(Fault("huge", size=1_000_000))

    assert len(client.get(LIST).content) > 1_000_000
    assert len(client.get(LIST).content) < 10_000


def test_redirect_points_to_another_host(simulator: Simulator, client) -> None:
    simulator.inject(Fault("redirect", host="attacker.example"))
    reply = client.get(DEVICES)

    assert (reply.status_code, reply.headers["Location"]) == (302, f"https://attacker.example{DEVICES}")


def test_nested_error_holds_json_in_json(simulator: Simulator, client) -> None:
    simulator.inject(Fault("nested-error"))
    reply = client.get(LIST)
    error = reply.json()["error"]

    assert (reply.status_code, error["code"], json.loads(error["message"])["ErrorCode"]) == (
        403,
        "UnknownError",
        "Forbidden",
    )


def test_missing_permission_names_the_permission(simulator: Simulator, client) -> None:
    simulator.inject(Fault("missing-permission", times=2))
    devices, users = client.get(LIST), client.get("/v1.0/users")

    assert (devices.status_code, users.status_code) == (403, 403)
    assert "DeviceManagementManagedDevices.Read.All" in json.loads(devices.json()["error"]["message"])["Message"]
    assert users.json()["error"]["code"] == "Authorization_RequestDenied"


def test_expired_token_refuses_a_good_one_once(simulator: Simulator, client) -> None:
    simulator.inject(Fault("expired-token"))
    reply = client.get(LIST)

    assert (reply.status_code, reply.json()["error"]["code"]) == (401, "InvalidAuthenticationToken")
    assert client.get(LIST).status_code == 200


def test_get_unknown_strikes_the_chosen_devices_alone_and_in_batches(
    simulator: Simulator, client, tenant: Tenant
) -> None:
    first, second = (device.id for device in tenant.devices.items[:2])
    simulator.inject(Fault("get-unknown", ids=(first,), status=403, times=None))
    answers = client.batch(f"/deviceManagement/managedDevices/{first}", f"/deviceManagement/managedDevices/{second}")

    assert {url[-36:]: answer["status"] for url, answer in answers.items()} == {first: 403, second: 200}
    assert statuses(client, f"{DEVICES}/{first}", 1) == [403]


def test_stale_record_answers_for_a_deleted_device(simulator: Simulator, client, tenant: Tenant) -> None:
    first, second = (device.id for device in tenant.devices.items[:2])
    tenant.delete(first)
    tenant.delete(second)
    simulator.inject(Fault("stale-record", ids=(first,), times=None))

    assert [client.get(f"{DEVICES}/{one}").status_code for one in (first, second)] == [200, 404]
    assert first not in {value["id"] for value in client.values(LIST)}


def test_short_list_leaves_out_the_end_though_the_devices_are_there(
    simulator: Simulator, client, tenant: Tenant
) -> None:
    ids = [device.id for device in tenant.devices.items]
    simulator.inject(Fault("short-list", leave_out=12))

    assert [value["id"] for value in client.values(LIST)] == ids[:-12]
    assert client.get(f"{DEVICES}/{ids[-1]}").status_code == 200
    assert [value["id"] for value in client.values(LIST)] == ids


def test_short_list_leaves_out_the_chosen_devices_on_every_page(simulator: Simulator, client, tenant: Tenant) -> None:
    ids = [device.id for device in tenant.devices.items]
    simulator.inject(Fault("short-list", ids=(ids[0], ids[40])))

    assert [value["id"] for value in client.values(LIST)] == ids[1:40] + ids[41:]


def test_duplicate_device_lists_a_device_again_as_of_earlier(simulator: Simulator, client, tenant: Tenant) -> None:
    device = tenant.edit(tenant.devices.items[3].id, lastSyncDateTime="2026-09-13T10:00:00Z")
    simulator.inject(Fault("duplicate-device", ids=(device.id,)))
    values = client.values(f"{DEVICES}?$select=id,lastSyncDateTime")

    assert len(values) == 61
    assert [value["lastSyncDateTime"] for value in values if value["id"] == device.id] == [
        "2026-09-13T10:00:00Z",
        "2026-09-12T10:00:00Z",
    ]


@pytest.mark.parametrize("path", [LIST, f"{LIST}&$top=1", "/v1.0/users"])
def test_repeat_next_link_gives_the_same_link_for_ever(simulator: Simulator, client, path: str) -> None:
    simulator.inject(Fault("repeat-next-link", on=("devices", "users")))
    links = [page["@odata.nextLink"] for page in client.pages(path, most=4)]

    assert len(links) == 4
    assert len(set(links)) == 1


def test_repeat_next_link_strikes_a_list_of_one_page_too(simulator: Simulator, client, tenant: Tenant) -> None:
    for device in tenant.devices.items[5:]:
        tenant.delete(device.id)
    simulator.inject(Fault("repeat-next-link"))
    pages = client.pages(LIST, most=3)

    assert [page["@odata.count"] for page in pages] == [5, 0, 0]
    assert pages[0]["@odata.nextLink"] == pages[1]["@odata.nextLink"] == pages[2]["@odata.nextLink"]


def test_foreign_next_link_points_to_another_host(simulator: Simulator, client) -> None:
    simulator.inject(Fault("foreign-next-link", host="attacker.example", after=1))
    first, second = client.pages(LIST, most=2)

    assert first["@odata.nextLink"].startswith(f"{simulator.graph}{DEVICES}?")
    assert second["@odata.nextLink"].startswith(f"https://attacker.example{DEVICES}?")


@pytest.mark.parametrize("after", [0, 1, 2])
def test_empty_page_delays_the_devices_and_loses_none(simulator: Simulator, client, tenant: Tenant, after: int) -> None:
    simulator.inject(Fault("empty-page", after=after, times=2))
    pages = client.pages(LIST)
    links = [page.get("@odata.nextLink") for page in pages]

    assert [page["@odata.count"] for page in pages] == [*[25, 25, 10][:after], 0, 0, *[25, 25, 10][after:]]
    assert len(set(links)) == len(links)
    assert [value["id"] for page in pages for value in page["value"]] == [one.id for one in tenant.devices.items]


def test_parts_of_a_batch_are_struck_one_by_one(simulator: Simulator, client, tenant: Tenant) -> None:
    urls = [f"/deviceManagement/managedDevices/{device.id}" for device in tenant.devices.items[:4]]
    simulator.inject(Fault("throttle", on=("device",), times=2, retry_after=7))
    parts = client.batch(*urls)
    answers = [parts[url] for url in urls]

    assert [answer["status"] for answer in answers] == [429, 429, 200, 200]
    assert [answer["headers"].get("Retry-After") for answer in answers] == ["7", "7", None, None]


def test_sign_in_can_be_struck_too(simulator: Simulator) -> None:
    simulator.inject(Fault("throttle", on=("token",)))
    application = simulator.tenant.application
    with requests.Session() as session:
        app = msal.ConfidentialClientApplication(
            application.client_id,
            client_credential=application.secret,
            authority=f"{simulator.authority}/{simulator.tenant.tenant_id}",
            instance_discovery=False,
            http_client=session,
        )
        result = app.acquire_token_for_client([f"{simulator.graph}/.default"])

    assert (result["error"], result["error_codes"]) == ("temporarily_unavailable", [90055])
