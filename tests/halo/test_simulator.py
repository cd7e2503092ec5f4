"""The pretend Halo behaves as its OpenAPI document says, and as its clients found that it does."""

import pytest
import requests
from halo_client import HaloClient

from reconciler.simulator.halo import Halo, HaloServer
from reconciler.simulator.halo.intune_connection import add_intune_connection
from reconciler.simulator.stores.faults import Fault, FaultName
from reconciler.simulator.stores.server import Moment


@pytest.fixture
def asset(client, data: Halo) -> int:
    """Create AST-1 through the API: a laptop at Leeds with a name and a department."""
    body = {
        "assettype_id": data.named("types", "Laptop"),
        "site_id": data.named("sites", "Leeds"),
        "inventory_number": "AST-1",
        "fields": [
            {"id": data.named("fields", "Device name"), "value": "L-1"},
            {"id": data.named("fields", "Department"), "value": "Finance"},
        ],
    }
    return client.send("Asset", **body)["id"]


def _fields(shown) -> dict[str, str]:
    return {each["name"]: each["value"] for each in shown["fields"] if each["value"]}


def test_a_created_asset_is_answered_201_and_reads_by_names(client, asset: int) -> None:
    shown = client.whole(asset)

    names = ("inventory_number", "client_name", "site_name", "assettype_name", "assetgroup_name", "status_name")
    assert [shown[name] for name in names] == ["AST-1", "Contoso", "Leeds", "Laptop", "Computers", "In Use"]
    assert _fields(shown) == {"Device name": "L-1", "Department": "Finance"}
    assert client.ask("POST", "Asset", [{"id": asset, "notes": "x"}]).status_code == 201


def test_one_gives_one_and_several_give_a_list(client, asset: int) -> None:
    both = client.ask("POST", "Asset", [{"id": asset, "notes": "a"}, {"inventory_number": "AST-2"}]).json()

    assert [each["inventory_number"] for each in both] == ["AST-1", "AST-2"]


def test_a_bare_object_and_another_content_type_are_refused(client) -> None:
    url = f"{client.server.url}/api/Report"

    assert client.ask("POST", "Report", {"sql": "SELECT Did FROM DEVICE"}).status_code == 400
    assert client.session.post(url, data="[]", timeout=30, verify=client.verify).status_code == 415


def test_without_an_id_it_always_creates(client, data: Halo) -> None:
    data.options.tag_must_be_unique = False
    ids = {client.send("Asset", inventory_number="AST-7")["id"] for _ in range(2)}

    assert len(ids) == 2


@pytest.mark.usefixtures("asset")
def test_a_tag_is_unique_when_that_is_set(client) -> None:
    again = client.ask("POST", "Asset", [{"inventory_number": "AST-1"}])

    assert (again.status_code, again.json()) == (400, "Asset tag must be unique")


def test_what_is_not_sent_stays_but_an_array_is_the_whole_array(client, data: Halo, asset: int) -> None:
    client.send("Asset", id=asset, notes="kept", customfields=[{"name": "CFLabel", "value": "A"}])
    client.send("Asset", id=asset, fields=[{"id": data.named("fields", "Model"), "value": "EliteBook"}])
    shown = client.whole(asset)

    assert (shown["notes"], _fields(shown), shown["site_name"]) == ("kept", {"Model": "EliteBook"}, "Leeds")
    assert {each["label"]: each["value"] for each in shown["customfields"]} == {"Label": "A", "Managed by": None}


def test_users_are_replaced_and_an_empty_list_unlinks_where_it_does(client, data: Halo, asset: int) -> None:
    ann, bob = data.add_user("Ann", "ann@contoso.example"), data.add_user("Bob", "bob@contoso.example")
    links = []
    for users in ([{"id": ann}, {"id": bob}], [{"id": bob}], []):
        client.send("Asset", id=asset, users=users)
        links.append([each["name"] for each in client.whole(asset)["users"]])
    data.options.empty_list_unlinks = False
    client.send("Asset", id=asset, users=[{"id": ann}])
    client.send("Asset", id=asset, users=[])

    assert links == [["Ann", "Bob"], ["Bob"], []]
    assert [each["name"] for each in client.get("Users", asset_id=asset)["users"]] == ["Ann"]


def test_unknown_members_fields_and_sites_are_not_refused(client, asset: int) -> None:
    client.send("Asset", id=asset, colour="red", fields=[{"id": 999, "value": "lost"}])
    lost = client.send("Asset", inventory_number="AST-3", client_name="Contoso", site_name="Leads")

    assert client.whole(asset)["fields"][0]["value"] == ""
    assert (lost["client_name"], lost["site_name"]) == ("Unknown", "Unknown")


def test_a_number_with_a_fraction_is_refused_by_its_path(client, asset: int) -> None:
    refused = client.ask("POST", "Asset", [{"id": asset, "site_id": "95.0"}])

    assert refused.status_code == 400
    assert list(refused.json()) == ["[0].site_id"]


def test_a_status_outside_the_types_workflow_is_refused(client, data: Halo, asset: int) -> None:
    retired, in_use = data.named("statuses", "Retired"), data.named("statuses", "In Use")
    laptop = data.tables["types"][data.named("types", "Laptop")]
    laptop["allowall_status"] = False
    laptop["allowed_status"] = [
        {"status_id": in_use, "allowafterallstatuses": True, "allowedafterstatus": []},
        {"status_id": retired, "allowafterallstatuses": False, "allowedafterstatus": [999]},
    ]
    refusals = [
        client.ask("POST", "Asset", [{"id": asset, "status_id": id_}]).json()
        for id_ in (data.named("statuses", "Stolen"), retired)
    ]

    assert refusals == [
        "This status is not allowed for this Asset Type",
        "This status is not allowed after the current status",
    ]
    assert [each["status_name"] for each in client.whole(asset)["allowed_status"]] == ["In Use", "Retired"]


def test_statuses_without_a_type_are_those_of_tickets(client) -> None:
    assert [each["name"] for each in client.get("Status")] == ["New", "In Progress", "With User", "Closed"]


def test_inactive_assets_are_listed_only_when_asked_for(client, asset: int) -> None:
    client.send("Asset", id=asset, inactive=True)

    assert client.get("Asset")["record_count"] == 0
    assert client.get("Asset", includeinactive="true")["record_count"] == 1


def test_a_page_has_at_most_a_hundred_rows_whatever_is_asked(client, data: Halo) -> None:
    for number in range(230):
        data.add_asset(f"T{number}")
    pages = [client.get("Asset", pageinate="true", page_no=at, page_size=500)["assets"] for at in (1, 2, 3, 4)]

    assert [len(page) for page in pages] == [100, 100, 30, 0]
    assert len({row["id"] for page in pages for row in page}) == 230


def test_lists_are_empty_and_single_reads_404_when_the_agent_may_see_nothing(client, data: Halo, asset: int) -> None:
    data.options.agent_sees = False

    assert client.get("Asset") == {"record_count": 0, "assets": []}
    assert client.ask("GET", f"Asset/{asset}").status_code == 404


def test_a_move_gives_a_new_number_and_a_new_id_where_it_does(client, data: Halo, asset: int) -> None:
    number = data.tables["assets"][asset]["number"]
    stayed = client.send("Asset", id=asset, site_id=data.named("sites", "Remote"))["id"]
    data.options.move_keeps_id = False
    moved = client.send("Asset", id=asset, site_id=data.named("sites", "Leeds"))["id"]

    assert (stayed == asset, moved == asset) == (True, False)
    assert data.tables["assets"][moved]["number"] > number
    assert client.ask("GET", f"Asset/{asset}").status_code == 404


def test_reports_run_a_select_over_the_tables(client, data: Halo, asset: int) -> None:
    ann = data.add_user("Ann", "ann@contoso.example")
    client.send("Asset", id=asset, users=[{"id": ann}], intune_id="dev-1")
    found = client.rows(
        "SELECT TOP 5 d.Did AS id, u.uduserid AS person, d.DIntuneId AS device FROM DEVICE d "
        "JOIN USERDEVICE u ON u.UDdevsite = d.Dsite AND u.UDdevnum = d.ddevnum WHERE d.Did > 0 ORDER BY d.Did"
    )

    assert found == {
        "loaded": True,
        "load_error": "",
        "rows": [{"id": str(asset), "person": str(ann), "device": "dev-1"}],
    }


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM DEVICE",
        "SELECT Did FROM DEVICE ORDER BY Did",
        "SELECT Did FROM DEVICE; SELECT 1",
        "SELECT Did FROM DEVICE -- all",
        "SELECT nothing FROM DEVICE",
    ],
)
def test_a_query_that_fails_is_answered_with_a_load_error(client, sql: str) -> None:
    reply = client.ask("POST", "Report", [{"sql": sql, "_loadreportonly": True}])

    assert reply.ok
    assert reply.json()["report"]["load_error"]


def test_reports_are_cut_without_a_word(client, data: Halo) -> None:
    data.options.report_rows = 3
    for number in range(5):
        data.add_asset(f"T{number}")

    assert len(client.rows("SELECT Did FROM DEVICE")["rows"]) == 3


def test_reports_need_a_right_of_their_own(client) -> None:
    client.sign_in("read:assets edit:assets")

    assert client.ask("POST", "Report", [{"sql": "SELECT Did FROM DEVICE"}]).status_code == 403
    assert client.ask("GET", "Asset").status_code == 200
    assert client.ask("GET", "Client").status_code == 403


def test_a_token_ends_and_a_wrong_secret_gets_none(client, data: Halo) -> None:
    wrong = client.sign_in(secret="wrong")
    client.sign_in()
    alive = client.ask("GET", "Asset").status_code
    data.clock.wait(data.options.token_seconds + 1)

    assert (wrong.status_code, wrong.json()["error"]) == (400, "invalid_client")
    assert (alive, client.ask("GET", "Asset").status_code) == (200, 401)


@pytest.mark.parametrize(("says", "wait"), [(False, None), (True, "101")])
def test_any_five_minutes_hold_so_many_requests(data: Halo, says: bool, wait: str | None) -> None:
    with HaloServer(data, per_window=2, retry_after=says) as server:
        client = HaloClient(server)
        replies = []
        for seconds in (0, 100, 100, 101):
            data.clock.wait(seconds)
            replies.append(client.ask("GET", "InstanceInfo"))
        client.session.close()

    assert [reply.status_code for reply in replies] == [200, 200, 429, 200]
    assert replies[2].text == "Rate Limit Reached - 300 Requests per rolling 5 minute window"
    assert replies[2].headers.get("Retry-After") == wait


def test_a_lost_reply_is_lost_after_the_write(client, server: HaloServer, data: Halo) -> None:
    server.inject(Fault(FaultName.LOST_REPLY, on="POST /api/Asset$"))
    with pytest.raises(requests.ConnectionError):
        client.send("Asset", inventory_number="AST-9")

    assert [row["inventory_number"] for row in data.assets()] == ["AST-9"]
    assert [(write.action, write.kind) for write in server.audit.writes()] == [("create", "assets")]


def test_a_person_edits_between_a_read_and_a_write(client, server: HaloServer, data: Halo, asset: int) -> None:
    def meddle(moment: Moment, call) -> None:
        if moment is Moment.AFTER and call.method == "GET":
            data.set_field(asset, "Model", "Theirs")

    server.hook = meddle
    assert _fields(client.whole(asset)).get("Model") is None
    server.hook = lambda _moment, _call: None
    assert _fields(client.whole(asset))["Model"] == "Theirs"
    assert [write.by for write in server.audit.writes("assets", by=None)] == ["api", "person"]


def test_a_restored_copy_says_that_it_is_another(client, data: Halo, asset: int) -> None:
    own = (client.get("InstanceInfo")["dbid"], client.get("Instance")[0]["isprod"])
    with HaloServer(data.restored_copy()) as server:
        other = HaloClient(server)
        copied = (other.get("InstanceInfo")["dbid"], other.get("Instance")[0]["isprod"])
        there = other.whole(asset)["inventory_number"]
        other.session.close()

    assert (own, copied, there) == ((4711, True), (4712, False), "AST-1")


def test_types_and_users_are_written_by_post_too(client, data: Halo) -> None:
    group = data.named("groups", "Computers")
    made = client.send("AssetType", name="Mac", assetgroup_id=group, fields=[{"field_id": 1}, {"field_id": 99}])
    ann = client.send("Users", name="Ann", site_id=data.named("sites", "Leeds"), emailaddress="ann@contoso.example")
    client.send("Users", id=ann["id"], inactive=True)

    details = client.get(f"AssetType/{made['id']}", includedetails="true")
    assert [each["field_name"] for each in details["fields"]] == ["Device name"]
    assert client.get("Users")["record_count"] == 0
    assert client.ask("POST", "AssetType", [{"name": "Lost"}]).json() == "Please select an Asset Group"


def test_its_own_intune_connection_can_be_read(client, data: Halo) -> None:
    id_ = add_intune_connection(data)

    assert [each["name"] for each in client.get("azureadconnection", isintune="true")] == ["Intune"]
    assert client.get(f"azureadconnection/{id_}", includedetails="true")["default_assettype_name"] == "Laptop"
