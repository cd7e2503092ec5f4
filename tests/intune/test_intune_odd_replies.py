"""Single odd replies of Graph's: what can be used is used, what can not is told."""

import json
from collections.abc import Callable
from typing import Any

import pytest
import requests
import responses

from reconciler.errors import GraphError, SignInError
from reconciler.intune.reader import Access, Bound
from reconciler.intune.signin.credentials import SecretCredential
from reconciler.intune.signin.errors import refused
from reconciler.model.snapshot import UNKNOWN, Snapshot

Read = Callable[..., Snapshot]

LOGIN = "https://login.microsoftonline.com/contoso.example"
GRAPH = "https://graph.microsoft.com/v1.0"
LIST = f"{GRAPH}/deviceManagement/managedDevices"
NAMES = (
    "isEncrypted",
    "serialNumber",
    "totalStorageSpaceInBytes",
    "deviceActionResults",
    "easActivationDateTime",
)


def listed(wire: responses.RequestsMock, *rows: dict[str, Any], **more: Any) -> None:
    """Let the list be one page of these rows."""
    wire.get(LIST, json={"value": list(rows), **more})


def test_values_of_other_types_are_made_to_fit_or_unknown(wire: responses.RequestsMock, read_wire: Read) -> None:
    """A page that is not typed as Graph's metadata says loses single values, not the read."""
    listed(
        wire,
        {"id": "a", "serialNumber": 12, "totalStorageSpaceInBytes": "34", "isEncrypted": "True", "deviceName": None},
        {"id": "b", "serialNumber": ["x"], "totalStorageSpaceInBytes": 3.0, "isEncrypted": 1, "deviceName": "B"},
        {"id": "c", "serialNumber": False, "totalStorageSpaceInBytes": True, "easActivationDateTime": 5},
        {"id": "d", "serialNumber": "", "totalStorageSpaceInBytes": "0", "deviceActionResults": {"a": 1}},
    )
    snapshot = read_wire(NAMES)
    assert snapshot.devices_unknown is None
    assert [
        (one.id, one.serialNumber, one.totalStorageSpaceInBytes, one.isEncrypted, one.deviceName)
        for one in snapshot.devices
    ] == [
        ("a", "12", 34, True, None),
        ("b", UNKNOWN, 3, UNKNOWN, "B"),
        ("c", "False", UNKNOWN, UNKNOWN, UNKNOWN),
        ("d", None, None, UNKNOWN, UNKNOWN),
    ]
    assert snapshot.devices[2].easActivationDateTime is UNKNOWN
    assert snapshot.devices[3].deviceActionResults == {"a": 1}


@pytest.mark.parametrize(
    ("body", "name"),
    [
        (b'{"value": [{"id": "a", "deviceName": "half a \\ud83d smile"}]}', "half a ? smile"),
        (b'{"value": [{"id": "a", "deviceName": "\xff"}]}', "\ufffd"),
        (b'{"value": [{"id": "a", "deviceName": "NUL \\u0000"}]}', "NUL \0"),
    ],
)
def test_a_name_that_is_no_text_does_not_cost_the_list(
    wire: responses.RequestsMock, read_wire: Read, body: bytes, name: str
) -> None:
    """Anyone can name a device: characters that are none are replaced."""
    wire.get(LIST, body=body)
    assert [device.deviceName for device in read_wire().devices] == [name]


def test_a_device_without_an_id_leaves_the_list_not_whole(wire: responses.RequestsMock, read_wire: Read) -> None:
    """The others are kept; with a device lost nothing can be absent."""
    listed(wire, {"id": "a", "deviceName": "A"}, {"deviceName": "nobody"}, {"id": ""}, {"id": 7})
    snapshot = read_wire(bound=Bound(frozenset({"gone"}), allowed_absent=5))
    assert [device.id for device in snapshot.devices] == ["a"]
    assert snapshot.devices_unknown == "3 devices of the list have no id, so they could not be used."
    assert snapshot.absent == ()


@pytest.mark.parametrize(
    "body",
    [b"", b"null", b"[]", b"{}", b'{"value": null}', b'{"value": {}}', b'{"value": [], "@odata.nextLink": 5}'],
)
def test_a_page_without_a_list_is_an_error(wire: responses.RequestsMock, read_wire: Read, body: bytes) -> None:
    """Nothing is not an empty list: it is not what was asked for."""
    wire.get(LIST, body=body)
    with pytest.raises(GraphError, match=r"managedDevices was answered 200, but not with the JSON that Graph sends"):
        read_wire()


def test_a_deeply_nested_page_is_an_error(wire: responses.RequestsMock, read_wire: Read) -> None:
    """Depth that no parser follows is told as what it is: not Graph's JSON."""
    wire.get(LIST, body=b'{"value": ' + b"[" * 200_000 + b"]" * 200_000 + b"}")
    with pytest.raises(GraphError, match="not with the JSON that Graph sends"):
        read_wire()


def test_without_a_date_header_the_clock_tells_the_time(wire: responses.RequestsMock, read_wire: Read) -> None:
    """Our own clock, in UTC."""
    listed(wire)
    assert read_wire().read_at == "2026-09-14T06:00:00Z"


def test_the_first_page_tells_the_time(wire: responses.RequestsMock, read_wire: Read) -> None:
    """The read began when Graph dated its first page."""
    link = f"{LIST}?$skiptoken=2"
    first = {"value": [], "@odata.nextLink": link}
    wire.get(LIST, json=first, headers={"Date": "Mon, 14 Sep 2026 06:05:00 GMT"})
    wire.get(link, json={"value": []}, headers={"Date": "Mon, 14 Sep 2026 06:06:00 GMT"})
    assert read_wire().read_at == "2026-09-14T06:05:00Z"


@pytest.mark.parametrize(("minute", "refused"), [(10, False), (11, True)])
def test_a_reply_of_the_future_is_no_read(
    wire: responses.RequestsMock, read_wire: Read, minute: int, refused: bool
) -> None:
    """Beside it no later read would count: a clock that is some minutes off is allowed for, and no more (A1)."""
    wire.get(LIST, json={"value": []}, headers={"Date": f"Mon, 14 Sep 2026 06:{minute}:00 GMT"})
    if not refused:
        assert read_wire().read_at == f"2026-09-14T06:{minute}:00Z"
        return
    with pytest.raises(GraphError, match="Graph's reply is dated 2026-09-14T06:11:00Z, and by this machine's"):
        read_wire()


def test_the_list_asks_for_what_lists_tell(wire: responses.RequestsMock, read_wire: Read) -> None:
    """`$select` names the needs and what matching always needs; nothing secret, nothing that lists leave empty."""
    listed(wire)
    snapshot = read_wire(("serialNumber", "ethernetMacAddress", "activationLockBypassCode"))
    asked = [str(call.request.url) for call in wire.calls if "managedDevices?" in str(call.request.url)]
    assert asked == [f"{LIST}?$select=id,deviceName,enrolledDateTime,lastSyncDateTime,serialNumber&$top=1000"]
    assert snapshot.device_properties == (
        "deviceName",
        "enrolledDateTime",
        "ethernetMacAddress",
        "lastSyncDateTime",
        "serialNumber",
    )


@pytest.mark.parametrize(
    "link",
    [
        f"{LIST}?$skiptoken=LastDeviceName='a%27b',LastDeviceId='1%2F2'",
        "https://graph.microsoft.com:443/v1.0/deviceManagement/managedDevices?$skip=1000",
        "https://GRAPH.microsoft.com/v1.0/x?a=%E4%F6",
    ],
)
def test_a_link_is_followed_as_it_is(wire: responses.RequestsMock, read_wire: Read, link: str) -> None:
    """Nothing in it is decoded, sorted or rebuilt."""
    listed(wire, {"id": "a"}, **{"@odata.nextLink": link})
    wire.get(link, json={"value": [{"id": "b"}]})
    assert [device.id for device in read_wire().devices] == ["a", "b"]
    asked = [str(call.request.url) for call in wire.calls]
    assert link.replace("GRAPH", "graph") in asked


@pytest.mark.parametrize(
    "link",
    [
        "http://graph.microsoft.com/v1.0/x",
        "https://graph.microsoft.com:8443/v1.0/x",
        "https://graph.microsoft.com.elsewhere.example/v1.0/x",
        "https://graph.microsoft.com@elsewhere.example/v1.0/x",
        "https://elsewhere.example\\@graph.microsoft.com/v1.0/x",
        "https://graph.microsoft.com\\.elsewhere.example/v1.0/x",
        "//graph.microsoft.com/v1.0/x",
        "/v1.0/x",
        "x",
    ],
)
def test_no_other_link_is_followed(wire: responses.RequestsMock, read_wire: Read, link: str) -> None:
    """Only https, and only the very host and port of the connection's Graph."""
    listed(wire, {"id": "a"}, **{"@odata.nextLink": link})
    assert "which is not the connection's Graph; it is not followed" in str(read_wire().devices_unknown)
    assert [call.request.url for call in wire.calls if "/x" in str(call.request.url)] == []


def test_endless_links_end_with_the_time_budget(wire: responses.RequestsMock, read_wire: Read, clock: Any) -> None:
    """Links that never repeat go on until the fifteen minutes are over."""

    def page(request: requests.PreparedRequest) -> tuple[int, dict[str, str], str]:
        clock.pass_(10)
        number = int(str(request.url).partition("$skip=")[2] or 0) + 1
        link = f"{LIST}?$skip={number}"
        return 200, {}, json.dumps({"value": [{"id": str(number)}], "@odata.nextLink": link})

    wire.add_callback("GET", LIST, page)
    snapshot = read_wire()
    assert len(snapshot.devices) == 719
    assert str(snapshot.devices_unknown).endswith(
        "managedDevices was not answered in the 120 minutes that reading a connection may take. Try again later, or "
        "raise `reading.timeBudget` in connection.yaml."
    )


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ({"status": 200, "body": {"id": "another"}}, "Asked for alone it was answered 200, but not with this device."),
        ({"status": 200, "body": {}}, "Asked for alone it was answered 200, but not with this device."),
        ({"status": 200}, "Asked for alone it was answered 200, but not with this device."),
        ({"status": 200, "body": "PGh0bWw+"}, "Asked for alone it was answered 200, but not with this device."),
        ({"status": 403}, "Asked for alone it was answered 403 Forbidden (without a body)."),
        (
            {"status": 400, "body": {"error": {"code": "BadRequest", "message": "No.\nmore"}}, "headers": {"A": 1}},
            "Asked for alone it was answered 400 Bad Request (BadRequest: No.).",
        ),
    ],
)
def test_an_odd_answer_proves_nothing(
    wire: responses.RequestsMock, read_wire: Read, answer: dict[str, Any], why: str
) -> None:
    """Only 404, or 200 with the device itself, is proof."""
    listed(wire)
    wire.post(f"{GRAPH}/$batch", json={"responses": [{"id": "0", **answer}]})
    snapshot = read_wire(bound=Bound(frozenset({"gone"}), allowed_absent=5))
    assert (snapshot.absent, snapshot.unlisted, snapshot.absence_unknown) == ((), (), {"gone": why})


@pytest.mark.parametrize("body", [b"<html>", b"{}", b'{"responses": 5}', b'{"responses": [{"id": 0}]}'])
def test_a_batch_that_is_none_leaves_its_devices_unknown(
    wire: responses.RequestsMock, read_wire: Read, body: bytes
) -> None:
    """A proxy's page is no answer to any of its parts."""
    listed(wire)
    wire.post(f"{GRAPH}/$batch", body=body)
    snapshot = read_wire(bound=Bound(frozenset({"gone"}), allowed_absent=5))
    assert "$batch was answered 200, but not with the JSON" in snapshot.absence_unknown["gone"]


def test_a_part_without_an_answer_is_asked_again(wire: responses.RequestsMock, read_wire: Read) -> None:
    """Graph may leave a part out; it gets its tries, then it is unknown."""
    listed(wire)
    wire.post(f"{GRAPH}/$batch", json={"responses": []})
    snapshot = read_wire(bound=Bound(frozenset({"gone"}), allowed_absent=5))
    told = "1 of a batch's parts got no answer, 11 times in all. Try again later."
    assert snapshot.absence_unknown == {"gone": told}


def test_an_id_is_quoted_into_its_address(wire: responses.RequestsMock, read_wire: Read) -> None:
    """An id out of the store can not lead a batch elsewhere."""
    listed(wire)
    wire.post(f"{GRAPH}/$batch", json={"responses": [{"id": "0", "status": 404}]})
    read_wire(bound=Bound(frozenset({"../users?x"}), allowed_absent=5))
    body = next(json.loads(call.request.body or b"") for call in wire.calls if "$batch" in str(call.request.url))
    assert [part["url"].partition("?$")[0] for part in body["requests"]] == [
        "/deviceManagement/managedDevices/..%2Fusers%3Fx"
    ]


@pytest.mark.parametrize("body", [b"<html>", b"{}", b'{"enrolledDeviceCount": "many"}'])
def test_an_overview_that_is_none_is_nothing(wire: responses.RequestsMock, read_wire: Read, body: bytes) -> None:
    """It only ever warns."""
    listed(wire, {"id": "a"})
    wire.get(f"{GRAPH}/deviceManagement/managedDeviceOverview", body=body)
    assert (read_wire().warnings, len(read_wire().devices)) == ((), 1)


@pytest.mark.parametrize(
    ("status", "answer", "said"),
    [
        (
            401,
            {
                "error": "invalid_client",
                "error_description": "AADSTS7000222: The provided client secret keys for app 'client' are expired.\r\n"
                "Trace ID: 1\r\nCorrelation ID: 2\r\nTimestamp: 3",
                "correlation_id": "2",
            },
            "AADSTS7000222: The provided client secret keys for app 'client' are expired (correlation id 2). The ",
        ),
        (
            400,
            {"error": "the-secret is wrong"},
            "failed: *** is wrong. Check `tenantId`, `clientId` and the credential",
        ),
        (200, {"token_type": "Bearer"}, "failed: there is no token in the answer. "),
        (200, {"access_token": "a\nb", "expires_in": 3599}, "failed: there is no token in the answer. "),
        (200, {"access_token": "a", "expires_in": "soon"}, "failed: ValueError: "),
    ],
)
def test_an_odd_answer_to_the_sign_in_is_told(
    wire: responses.RequestsMock, read_wire: Read, status: int, answer: dict[str, Any], said: str
) -> None:
    """Whatever Entra, or what stands in its place, says; a secret that it echoes is left out."""
    wire.replace("POST", f"{LOGIN}/oauth2/v2.0/token", status=status, json=answer)
    with pytest.raises(SignInError) as raised:
        read_wire()
    assert said in str(raised.value)
    assert "the-secret" not in str(raised.value)


@pytest.mark.parametrize("document", [{}, {"token_endpoint": 5, "authorization_endpoint": 6}])
def test_a_sign_in_that_does_not_know_itself_is_told(
    wire: responses.RequestsMock, read_wire: Read, document: dict[str, Any]
) -> None:
    """MSAL lets it surface as whatever it stumbles over."""
    wire.replace("GET", f"{LOGIN}/v2.0/.well-known/openid-configuration", json=document)
    with pytest.raises(SignInError, match=r"contoso\.example failed: \w+Error"):
        read_wire()


def test_the_secret_is_sent_to_no_host_that_the_sign_in_names(wire: responses.RequestsMock, read_wire: Read) -> None:
    """The token endpoint has to be the authority's own, or Microsoft's."""
    elsewhere = {
        "authorization_endpoint": "https://elsewhere.example/t/a",
        "token_endpoint": "https://elsewhere.example/t",
    }
    wire.replace("GET", f"{LOGIN}/v2.0/.well-known/openid-configuration", json=elsewhere)
    with pytest.raises(SignInError, match=r"sends the sign-in to elsewhere\.example"):
        read_wire()
    assert [call.request.method for call in wire.calls] == ["GET"]


def test_a_claims_challenge_is_not_called_a_wrong_cloud(wire: responses.RequestsMock, read_wire: Read) -> None:
    """Continuous access evaluation refuses the token: what helps is asking about the policy, not another `cloud`."""
    challenge = 'Bearer realm="", error="insufficient_claims", claims="eyJhY2Nlc3NfdG9rZW4iOnt9fQ=="'
    body = {"error": {"code": "InvalidAuthenticationToken", "message": "Continuous access evaluation"}}
    wire.get(LIST, status=401, json=body, headers={"WWW-Authenticate": challenge})
    with pytest.raises(GraphError, match="a claims challenge") as raised:
        read_wire()
    assert "cloud" not in str(raised.value)


@pytest.mark.parametrize(
    ("number", "advice"),
    [
        (530032, "conditional access policy"),
        (530036, "conditional access policy"),
        (500011, "az ad sp create"),
        (900382, "another cloud"),
        (1000502, "check its dates"),
        (50196, "wait five minutes"),
    ],
)
def test_a_refusal_gets_its_own_advice(number: int, advice: str) -> None:
    """These are no wrong tenant, and what is advised says so."""
    access = Access(LOGIN, GRAPH, "contoso.example", "client", SecretCredential("secret"), production=True)
    assert advice in str(refused(access, {"error_description": f"AADSTS{number}: It is refused."}))
