"""Graph: lists and their pages, `$select`, single devices, users, batches, permissions and headers."""

from collections.abc import Callable

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from reconciler.simulator.server import Simulator
from reconciler.simulator.tenant.application import Application
from reconciler.simulator.tenant.devices import Kind
from reconciler.simulator.tenant.records import Device
from reconciler.simulator.tenant.tenant import Tenant

DEVICES = "/v1.0/deviceManagement/managedDevices"


def test_paging_covers_every_device_once_in_order(client, tenant: Tenant) -> None:
    pages = client.pages(f"{DEVICES}?$select=id,deviceName&$top=1000")

    assert [page["@odata.count"] for page in pages] == [25, 25, 10]
    assert [value for page in pages for value in page["value"]] == [
        {"id": device.id, "deviceName": device.deviceName} for device in tenant.devices.items
    ]


def test_top_is_honoured_below_the_largest_page(client) -> None:
    assert [page["@odata.count"] for page in client.pages(f"{DEVICES}?$top=24&$select=id")] == [24, 24, 12]


def test_a_next_link_is_absolute_and_keeps_the_query(client, simulator: Simulator) -> None:
    link = client.get(f"{DEVICES}?$select=id&$top=1").json()["@odata.nextLink"]

    assert link.startswith(f"{simulator.graph}{DEVICES}?$select=id&$top=1&$skiptoken=LastDeviceName%3D%27")


def test_a_name_with_quotes_does_not_break_the_link(client, tenant: Tenant) -> None:
    for number in range(3):
        tenant.enrol(deviceName="!'s i',LastDeviceId='Phone", serialNumber=str(number))
    names = [page["value"][0]["deviceName"] for page in client.pages(f"{DEVICES}?$top=1", most=3)]

    assert names == ["!'s i',LastDeviceId='Phone"] * 3


def test_a_foreign_skiptoken_is_a_bad_request(client) -> None:
    reply = client.get(f"{DEVICES}?$skiptoken=mine")

    assert reply.status_code == 400
    assert reply.json()["error"]["message"] == "The skiptoken is not one of this service's."


def test_unsupported_filters_and_orders_are_silently_ignored_on_devices(client) -> None:
    plain = client.values(f"{DEVICES}?$select=id")

    assert client.values(f"{DEVICES}?$select=id&$filter=skuFamily eq 'x'&$orderby=model") == plain


def test_skip_gives_an_empty_list_of_devices(client) -> None:
    assert client.get(f"{DEVICES}?$skip=5").json()["value"] == []


def test_a_list_leaves_some_properties_empty_even_when_selected(client, tenant: Tenant) -> None:
    device = tenant.enrol(ethernetMacAddress="02aabbccddee", notes="Mine", physicalMemoryInBytes=8, deviceName="!")
    select = "$select=id,ethernetMacAddress,notes,physicalMemoryInBytes"
    empty = {"id": device.id, "ethernetMacAddress": None, "notes": None, "physicalMemoryInBytes": 0}
    real = {"id": device.id, "ethernetMacAddress": "02aabbccddee", "notes": "Mine", "physicalMemoryInBytes": 8}

    listed = client.get(f"{DEVICES}?{select}").json()["value"][0]
    single = client.get(f"{DEVICES}/{device.id}?{select}").json()
    unselected = client.get(f"{DEVICES}/{device.id}").json()

    assert listed == empty
    assert {name: single[name] for name in real} == real
    assert {name: unselected[name] for name in empty} == empty


def test_without_select_a_device_has_every_v1_property(client) -> None:
    listed = client.get(f"{DEVICES}?$top=1").json()["value"][0]

    assert set(listed) == set(Device.__struct_fields__)


def test_an_unknown_property_in_select_is_a_bad_request(client) -> None:
    reply = client.get(f"{DEVICES}?$select=id,serialNumbr")

    assert (reply.status_code, reply.json()["error"]["code"], reply.json()["error"]["message"]) == (
        400,
        "BadRequest",
        (
            "Parsing OData Select and Expand failed: "
            "Could not find a property named 'serialNumbr' on type 'microsoft.graph.managedDevice'."
        ),
    )


def test_a_deleted_device_answers_404(client, tenant: Tenant) -> None:
    device = tenant.devices.items[0]
    tenant.delete(device.id)
    reply = client.get(f"{DEVICES}('{device.id}')")

    assert (reply.status_code, reply.json()["error"]["code"]) == (404, "ResourceNotFound")


def test_a_single_get_may_answer_the_user_from_before(client, tenant: Tenant) -> None:
    first, second = tenant.users.items[:2]
    device = tenant.enrol(Kind.MAC, first.id, deviceName="!")
    tenant.reassign(device.id, second.id)
    single = f"{DEVICES}/{device.id}?$select=userId"

    listed = client.get(f"{DEVICES}?$select=userId&$top=1").json()["value"]
    stale = client.get(single).json()["userId"]
    tenant.stale_users = False
    fresh = client.get(single).json()["userId"]

    assert (listed, stale, fresh) == ([{"userId": second.id}], first.id, second.id)


def test_each_read_of_the_devices_is_a_second_later(client) -> None:
    dates = [client.get(f"{DEVICES}?$top=1").headers["Date"] for _ in range(2)]
    dates.append(client.get("/v1.0/organization").headers["Date"])

    assert dates == [
        "Mon, 14 Sep 2026 06:00:01 GMT",
        "Mon, 14 Sep 2026 06:00:02 GMT",
        "Mon, 14 Sep 2026 06:00:02 GMT",
    ]


def test_users_come_with_the_default_properties_only(client) -> None:
    users = client.values("/v1.0/users")

    assert len(users) == 40
    assert set(users[0]) == {
        *("id", "userPrincipalName", "displayName", "givenName", "surname", "mail", "jobTitle"),
        *("mobilePhone", "businessPhones", "officeLocation", "preferredLanguage"),
    }


def test_users_come_with_what_select_asks_for(client, tenant: Tenant) -> None:
    expected = [
        {"id": user.id, "employeeId": user.employeeId, "accountEnabled": user.accountEnabled, "birthday": None}
        for user in tenant.users.items
    ]

    assert client.values("/v1.0/users?$select=id,employeeId,accountEnabled,birthday&$top=999") == expected


def test_more_than_999_users_a_page_are_refused(client) -> None:
    assert [client.get(f"/v1.0/users?$top={top}").status_code for top in (0, 1, 999, 1000)] == [400, 200, 200, 400]


def test_a_user_is_found_by_id_and_by_name(client, tenant: Tenant) -> None:
    user = tenant.users.items[0]
    answers = [client.get(f"/v1.0/users/{key}?$select=id").json()["id"] for key in (user.id, user.userPrincipalName)]

    assert answers == [user.id, user.id]
    assert client.get("/v1.0/users/nobody").json()["error"]["code"] == "Request_ResourceNotFound"


def test_the_organisation_is_the_tenant(client, tenant: Tenant) -> None:
    (organisation,) = client.get("/v1.0/organization").json()["value"]

    assert (organisation["id"], organisation["displayName"]) == (tenant.tenant_id, "Contoso")


def test_the_overview_counts_what_intune_manages(client, tenant: Tenant) -> None:
    managed = sum(device.managementAgent == "mdm" for device in tenant.devices.items)

    assert client.get("/v1.0/deviceManagement/managedDeviceOverview").json()["enrolledDeviceCount"] == managed


def test_a_batch_answers_each_part_in_another_order(client, tenant: Tenant) -> None:
    ids = [device.id for device in tenant.devices.items[:20]]
    tenant.delete(ids[3])
    requests = [
        {"id": one, "method": "GET", "url": f"/deviceManagement/managedDevices/{one}?$select=id"} for one in ids
    ]
    answers = client.post("/v1.0/$batch", {"requests": requests}).json()["responses"]
    order = [answer["id"] for answer in answers]

    assert order != ids
    assert {answer["id"]: answer["status"] for answer in answers} == {one: 404 if one == ids[3] else 200 for one in ids}
    assert {answer["body"]["id"] for answer in answers if answer["status"] == 200} == set(ids) - {ids[3]}
    assert order == [a["id"] for a in client.post("/v1.0/$batch", {"requests": requests}).json()["responses"]]


@pytest.mark.parametrize(
    ("requests", "message"),
    [
        ([{"id": str(one), "method": "GET", "url": "/users"} for one in range(21)], "exceeds the maximum value of 20."),
        ([{"id": "1", "method": "GET", "url": "/users"}] * 2, "Request Id has to be unique in a batch."),
        ([{"id": "1"}], "Invalid batch payload format."),
        (None, "Invalid batch payload format."),
    ],
)
def test_a_wrong_batch_is_refused_whole(client, requests: object, message: str) -> None:
    reply = client.post("/v1.0/$batch", {"requests": requests})

    assert reply.status_code == 400
    assert reply.json()["error"]["message"].endswith(message)


def test_a_part_whose_dependency_failed_is_not_asked(client) -> None:
    """424 for it and for what depends on it in turn; others are answered."""
    requests = [
        {"id": "1", "method": "GET", "url": "/deviceManagement/managedDevices/nobody"},
        {"id": "2", "method": "GET", "url": "/users?$top=1", "dependsOn": ["1"]},
        {"id": "3", "method": "GET", "url": "/users?$top=1", "dependsOn": ["2"]},
        {"id": "4", "method": "GET", "url": "/users?$top=1"},
    ]
    answers = client.post("/v1.0/$batch", {"requests": requests}).json()["responses"]
    assert {each["id"]: each["status"] for each in answers} == {"1": 404, "2": 424, "3": 424, "4": 200}


def test_a_part_may_name_its_own_host_and_no_other(client) -> None:
    """An absolute address of Graph itself is the relative one; another host is refused."""
    own, other = f"{client.simulator.graph}/v1.0/users?$top=1", "https://elsewhere.example/v1.0/users"
    answers = client.batch(own, other)
    assert (answers[own]["status"], answers[other]["status"]) == (200, 400)


def test_the_organisation_has_what_is_selected(client) -> None:
    (organisation,) = client.get("/v1.0/organization?$select=id,displayName").json()["value"]
    assert list(organisation) == ["id", "displayName"]


def test_parts_of_a_batch_only_get(client) -> None:
    requests = [{"id": "1", "method": "DELETE", "url": "/users/1"}]

    assert client.post("/v1.0/$batch", {"requests": requests}).json()["responses"][0]["status"] == 405


def test_an_unknown_segment_is_named(client) -> None:
    reply = client.get("/v1.0/deviceManagement/managedDevicez")

    assert (reply.status_code, reply.json()["error"]["message"]) == (
        400,
        "Resource not found for the segment 'managedDevicez'.",
    )


def test_request_ids_are_in_the_headers_and_in_the_refusal(client) -> None:
    reply = client.get("/v1.0/nothing", **{"client-request-id": "mine"})
    inner = reply.json()["error"]["innerError"]

    assert (inner["request-id"], inner["client-request-id"]) == (reply.headers["request-id"], "mine")
    assert reply.headers["client-request-id"] == "mine"


def test_a_token_without_the_role_is_forbidden_in_each_services_own_words(client, tenant: Tenant) -> None:
    tenant.application = Application(permissions=("Organization.Read.All",))
    client.token = client.simulator.sign_in.issue()
    devices, users = client.get(DEVICES), client.get("/v1.0/users")

    assert (devices.status_code, devices.json()["error"]["code"]) == (403, "Forbidden")
    assert "DeviceManagementManagedDevices.Read.All" in devices.json()["error"]["message"]
    assert devices.json()["error"]["message"].startswith('{\n  "_version": 3,')
    assert (users.status_code, users.json()["error"]["code"]) == (403, "Authorization_RequestDenied")
    assert client.get("/v1.0/organization").status_code == 200


def test_a_delegated_scope_permits_as_a_role_does(client) -> None:
    client.token = client.simulator.sign_in.issue(roles=[], scp="User.Read.All openid")

    assert [client.get(path).status_code for path in ("/v1.0/users", DEVICES)] == [200, 403]


def _foreign(client) -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    claims = jwt.decode(client.token, options={"verify_signature": False})
    return jwt.encode(claims, key, algorithm="RS256")


@pytest.mark.parametrize(
    ("token", "message"),
    [
        (lambda _: "", "Access token is empty."),
        (lambda _: "no.jwt", "Access token validation failure."),
        (_foreign, "Access token validation failure."),
        (lambda client: client.simulator.sign_in.issue(iss="https://other"), "Access token validation failure."),
        (
            lambda client: client.simulator.sign_in.issue(aud="https://other"),
            "Access token validation failure. Invalid audience.",
        ),
        (
            lambda client: client.simulator.sign_in.issue(lifetime=-10),
            "Lifetime validation failed, the token is expired.",
        ),
    ],
)
def test_a_token_that_is_not_good_is_unauthorized(client, token: Callable[..., str], message: str) -> None:
    client.token = token(client)
    reply = client.get(DEVICES)
    error = reply.json()["error"]

    assert (reply.status_code, error["code"], error["message"]) == (401, "InvalidAuthenticationToken", message)


def test_changes_while_paging_do_not_break_the_pages(client, tenant: Tenant) -> None:
    first = client.get(f"{DEVICES}?$select=id").json()
    tenant.delete(first["value"][-1]["id"])
    rest = client.pages(first["@odata.nextLink"])

    assert sum(page["@odata.count"] for page in rest) == 35
