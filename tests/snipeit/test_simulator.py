"""The pretend Snipe-IT behaves as Snipe-IT's source and its own API tests say."""

import pytest
import requests

from reconciler.simulator.snipeit import SnipeIt, SnipeItServer
from reconciler.simulator.stores.clock import Clock
from reconciler.simulator.stores.faults import Fault, FaultName
from reconciler.simulator.stores.server import Moment


@pytest.fixture
def asset(client, data: SnipeIt, model: int) -> int:
    """Create AST-1 through the API, at Leeds."""
    where, status = data.named("locations", "Leeds"), data.named("statuslabels", "In Use")
    body = {"asset_tag": "AST-1", "model_id": model, "status_id": status, "rtd_location_id": where, "serial": "S1"}
    return client.send("POST", "hardware", **body)["payload"]["id"]


def test_a_validation_error_is_answered_200(client) -> None:
    reply = client.ask("POST", "hardware", {"name": "x"})

    assert reply.status_code == 200
    assert reply.json() == {
        "status": "error",
        "messages": {
            "asset_tag": ["The asset tag field is required."],
            "model_id": ["The model id field is required."],
            "status_id": ["The status id field is required."],
        },
        "payload": None,
    }


def test_an_unknown_id_is_answered_200_and_an_unknown_address_404(client) -> None:
    assert client.get("hardware/77") == {"status": "error", "messages": "Asset does not exist.", "payload": None}
    assert client.ask("GET", "hardwear").status_code == 404


def test_archived_assets_are_only_in_the_list_of_their_own(client, data: SnipeIt, asset: int) -> None:
    client.send("PATCH", f"hardware/{asset}", status_id=data.named("statuslabels", "Retired"))

    assert client.get("hardware") == {"total": 0, "rows": []}
    assert [row["id"] for row in client.get("hardware", status="Archived")["rows"]] == [asset]
    data.options.show_archived_in_list = True
    assert client.get("hardware")["total"] == 1


def test_texts_are_escaped_when_read_and_not_in_the_answer_to_a_write(client, asset: int) -> None:
    written = client.send("PATCH", f"hardware/{asset}", name='R&D\'s "<box>"')

    assert written["payload"]["name"] == 'R&D\'s "<box>"'
    assert client.get(f"hardware/{asset}")["name"] == "R&amp;D&#039;s &quot;&lt;box&gt;&quot;"


def test_custom_fields_are_those_of_the_models_fieldset_and_others_are_dropped(client, data, model, asset) -> None:
    data.add_field("Elsewhere")
    sent = {"_snipeit_department_1": "Finance", "_snipeit_elsewhere_4": "lost", "no_such": 1}
    client.send("PATCH", f"hardware/{asset}", **sent)

    fields = client.get(f"hardware/{asset}")["custom_fields"]
    assert {label: each["value"] for label, each in fields.items()} == {
        "Department": "Finance",
        "Label": "",
        "Managed by": "",
    }
    data.tables["models"][model]["fieldset_id"] = None
    assert client.get(f"hardware/{asset}")["custom_fields"] == {}


def test_checking_out_by_patch_moves_the_link_and_the_location(client, data: SnipeIt, asset: int) -> None:
    ann = data.add_user("ann", location_id=data.named("locations", "Remote"))
    bob = data.add_user("bob")
    client.send("PATCH", f"hardware/{asset}", assigned_user=ann)
    first = client.get(f"hardware/{asset}")
    client.send("PATCH", f"hardware/{asset}", assigned_user=bob)
    second = client.get(f"hardware/{asset}")

    assert (first["assigned_to"]["username"], first["location"]["name"]) == ("ann", "Remote")
    assert (second["assigned_to"]["username"], second["location"]["name"]) == ("bob", "Leeds")
    assert second["rtd_location"]["name"] == "Leeds"


def test_the_checkout_endpoint_refuses_what_is_checked_out(client, data: SnipeIt, asset: int) -> None:
    ann = data.add_user("ann")
    client.send("POST", f"hardware/{asset}/checkout", assigned_user=ann)

    again = client.send("POST", f"hardware/{asset}/checkout", assigned_user=ann)
    assert again["messages"] == "That asset is not available for checkout!"


def test_checking_in_clears_the_user_and_goes_back_to_the_default_location(client, data: SnipeIt, asset: int) -> None:
    client.send("PATCH", f"hardware/{asset}", assigned_user=data.add_user("ann", location_id=3))
    client.send("POST", f"hardware/{asset}/checkin")
    found = client.get(f"hardware/{asset}")

    assert (found["assigned_to"], found["location"]["name"]) == (None, "Leeds")
    assert client.send("POST", f"hardware/{asset}/checkin")["messages"] == "That asset is already checked in."


def test_a_default_location_takes_the_location_along(client, data: SnipeIt, asset: int) -> None:
    client.send("PATCH", f"hardware/{asset}", rtd_location_id=data.named("locations", "Remote"))

    assert client.get(f"hardware/{asset}")["location"]["name"] == "Remote"


def test_a_deleted_asset_is_read_by_its_id_and_its_tag_is_free(client, data, model, asset) -> None:
    client.send("DELETE", f"hardware/{asset}")
    status = data.named("statuslabels", "In Use")
    again = client.send("POST", "hardware", asset_tag="AST-1", model_id=model, status_id=status)

    assert client.get(f"hardware/{asset}")["deleted_at"] is not None
    assert again["status"] == "success"
    assert client.send("POST", f"hardware/{asset}/restore")["messages"] == {
        "asset_tag": ["The asset tag must be unique."]
    }


@pytest.mark.usefixtures("asset")
def test_serials_are_unique_only_when_that_is_set(client, data, model) -> None:
    body = {"model_id": model, "status_id": data.named("statuslabels", "In Use"), "serial": "S1"}
    twice = client.send("POST", "hardware", asset_tag="AST-2", **body)
    data.options.unique_serial = True
    refused = client.send("POST", "hardware", asset_tag="AST-3", **body)

    assert twice["status"] == "success"
    assert refused["messages"] == {"serial": ["The serial must be unique."]}


def test_pages_are_as_long_as_allowed_and_end_at_the_total(client, data, model) -> None:
    for number in range(7):
        data.add("hardware", **_row(data, model, f"T{number}"))
    data.options.max_results = 3

    pages = [client.get("hardware", limit=500, offset=at, sort="id", order="asc") for at in (0, 3, 6, 99)]
    assert [[row["id"] for row in page["rows"]] for page in pages] == [[1, 2, 3], [4, 5, 6], [7], []]
    assert {page["total"] for page in pages} == {7}


def test_a_minute_holds_so_many_requests(data: SnipeIt) -> None:
    with SnipeItServer(data, per_minute=2) as server, requests.Session() as session:
        headers = {"Authorization": f"Bearer {data.options.token}", "Accept": "application/json"}
        replies = []
        for wait in (0, 0, 20, 41):
            data.clock.wait(wait)
            url = f"{server.url}/api/v1/version"
            replies.append(session.get(url, headers=headers, verify=str(server.ca_file), timeout=30))

    assert [reply.status_code for reply in replies] == [200, 200, 429, 200]
    assert [reply.headers["X-RateLimit-Remaining"] for reply in replies] == ["1", "0", "0", "1"]
    assert replies[2].json()["messages"] == "Too many requests"
    assert float(replies[2].headers["Retry-After"]) >= 40


def test_without_accepting_json_it_redirects_to_the_login(client) -> None:
    client.session.headers["Accept"] = "*/*"

    assert client.ask("GET", "hardware").status_code == 302


def test_a_lost_reply_is_lost_after_the_write(client, server: SnipeItServer, data, model) -> None:
    server.inject(Fault(FaultName.LOST_REPLY, on="POST /api/v1/hardware$"))
    with pytest.raises(requests.ConnectionError):
        client.send("POST", "hardware", asset_tag="AST-9", model_id=model, status_id=1)

    assert [row["asset_tag"] for row in data.live_assets()] == ["AST-9"]
    assert [(write.action, write.id) for write in server.audit.writes()] == [("create", 1)]


def test_the_audit_tells_people_from_the_api(client, server, data, asset: int) -> None:
    data.edit("hardware", asset, name="Theirs")
    client.send("PATCH", f"hardware/{asset}", name="Ours")

    told = [(write.by, write.changed().get("name")) for write in server.audit.writes("hardware", by=None)]
    assert told == [("api", None), ("person", (None, "Theirs")), ("api", ("Theirs", "Ours"))]


def test_a_hook_can_edit_between_a_read_and_a_write(client, server, data, asset: int) -> None:
    def meddle(moment: Moment, call) -> None:
        if moment is Moment.AFTER and call.method == "GET":
            data.edit("hardware", asset, name="Meanwhile")

    server.hook = meddle
    assert client.get(f"hardware/{asset}")["name"] is None
    assert data.tables["hardware"][asset]["name"] == "Meanwhile"


@pytest.mark.parametrize(
    ("fault", "total", "ids"),
    [
        (Fault(FaultName.EMPTY_LIST), 0, []),
        (Fault(FaultName.SHORT_LIST, ids=(2,)), 2, [1, 3]),
        (Fault(FaultName.WRONG_TOTAL), 3, [1, 2]),
        (Fault(FaultName.DUPLICATE), 4, [1, 2, 3, 1]),
    ],
)
def test_lists_can_be_spoilt(client, server, data, model, fault: Fault, total: int, ids: list[int]) -> None:
    for number in range(3):
        data.add("hardware", **_row(data, model, f"T{number}"))
    server.inject(fault)

    page = client.get("hardware", sort="id", order="asc")
    assert (page["total"], [row["id"] for row in page["rows"]]) == (total, ids)


@pytest.mark.usefixtures("asset")
def test_a_restored_copy_has_the_records_and_an_address_of_its_own(data, server) -> None:
    with SnipeItServer(data.restored_copy()) as copy:
        assert copy.data.live_assets() == data.live_assets()
        assert copy.url != server.url


def test_users_need_a_name_and_a_password_and_are_unique(client) -> None:
    body = {"first_name": "Ann", "username": "ann", "password": "long enough", "password_confirmation": "long enough"}

    assert client.send("POST", "users", first_name="Ann")["messages"].keys() == {"username", "password"}
    assert client.send("POST", "users", **body)["payload"]["username"] == "ann"
    assert client.send("POST", "users", **body)["messages"] == {"username": ["The username has already been taken."]}


def _row(data: SnipeIt, model: int, tag: str) -> dict[str, object]:
    status = data.named("statuslabels", "In Use")
    return {"asset_tag": tag, "model_id": model, "status_id": status, "name": None, "serial": None}


def test_a_clock_that_is_waited_on_moves() -> None:
    clock = Clock()
    before = clock.now()
    clock.wait(90)

    assert (clock.now() - before).total_seconds() == 90
