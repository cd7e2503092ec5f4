"""Halo as a store: what is read of it, how one change becomes requests, and what is refused."""

import pytest
from halo_client import HaloClient
from halo_room import FIELDS, change, room_at

from reconciler.errors import LostAnswerError, RefusedError, RemoteError
from reconciler.model.plan import Action, Subject
from reconciler.remote import AssetRecord, PersonRecord
from reconciler.simulator.halo import Halo, HaloServer
from reconciler.simulator.stores.faults import Fault, FaultName


@pytest.fixture(autouse=True)
def _trusted(server: HaloServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(server.ca_file))


def laptop(data: Halo, tag: str, **fields: str) -> int:
    """Add a laptop at Leeds with values of fields by Halo's names."""
    held = {data.named("fields", name.replace("_", " ")): value for name, value in fields.items()}
    return data.add_asset(tag, assettype="Laptop", site="Leeds", fields=held)


def test_an_asset_reads_with_its_type_site_status_user_and_fields(server: HaloServer, data: Halo) -> None:
    ann = data.add_user("Ann", "ann@contoso.example", azureoid="e-ann", employee_id="42")
    id_ = laptop(data, "AST-1", Device_name="L-1", Serial_number="5CG1", Department="Finance")
    data.edit("assets", id_, users=[ann], notes="loaned", customfields={data.tables["custom_fields"][1]["id"]: "A"})
    with room_at(server) as room:
        reading = room.read(frozenset())

    values = {
        "name": "L-1",
        "serialNumber": "5CG1",
        "model": None,
        "custom.department": "Finance",
        "custom.label": "A",
        "notes": "loaned",
    }
    assert reading.assets == [
        AssetRecord(str(id_), "AST-1", "Laptop", "Contoso/Leeds", "In Use", str(ann), values),
    ]
    mail = "ann@contoso.example"
    assert reading.people == [
        PersonRecord(str(ann), "Ann", mail, mail, "42", "Contoso/Head Office", active=True, entra_id="e-ann")
    ]


def test_the_names_are_those_of_halo(server: HaloServer, data: Halo) -> None:
    laptop(data, "AST-1")
    with room_at(server) as room:
        catalogue = room.read(frozenset()).catalogue

    assert catalogue.sites == ("Contoso/Head Office", "Contoso/Leeds", "Contoso/Remote", "Unknown/Unknown")
    assert catalogue.statuses == ("In Stock", "In Use", "Inactive", "Retired", "Stolen")
    assert catalogue.types == {"Laptop": "Computers", "Phone": "Mobile devices", "Virtual Machine": "Computers"}
    assert catalogue.custom_fields == ("department", "label")


@pytest.mark.parametrize("option", ["lists_fields", "lists_custom_fields"])
def test_what_lists_leave_out_is_read_in_another_way(server: HaloServer, data: Halo, option: str) -> None:
    setattr(data.options, option, False)
    laptop(data, "AST-1", Device_name="L-1", Department="Finance")
    with room_at(server) as room:
        values = room.read(frozenset()).assets[0].values

    assert (values["name"], values["custom.department"]) == ("L-1", "Finance")


def test_without_reports_each_asset_is_read_by_itself_and_a_remark_has_the_cost(server, data: Halo) -> None:
    data.options.rights = frozenset({"read:assets", "edit:assets", "read:customers", "edit:customers"})
    ann = data.add_user("Ann", "ann@contoso.example")
    for number in range(3):
        data.edit("assets", laptop(data, f"AST-{number}"), users=[ann])
    with room_at(server, per_minute=60) as room:
        reading = room.read(frozenset())

    assert {each.user for each in reading.assets} == {str(ann)}
    assert len(reading.offer.remarks) == 1
    assert reading.offer.remarks[0].startswith("Each of the 3 assets is read by itself, about 1 minutes: ")
    assert "edit:reporting" in reading.offer.remarks[0]


def test_links_are_read_in_parts_by_key(server: HaloServer, data: Halo, monkeypatch: pytest.MonkeyPatch) -> None:
    from reconciler.halo import api, reports  # noqa: PLC0415 - only to make parts small

    monkeypatch.setattr(api, "ROWS", 2)
    monkeypatch.setattr(reports, "ROWS", 2)
    people = [data.add_user(f"P{number}", f"p{number}@contoso.example") for number in range(5)]
    for number, person in enumerate(people):
        data.edit("assets", laptop(data, f"AST-{number}"), users=[person])
    with room_at(server) as room:
        reading = room.read(frozenset())

    assert [each.user for each in reading.assets] == [str(each) for each in people]


def test_an_asset_of_several_users_has_the_first_and_its_link_is_left_alone(server: HaloServer, data: Halo) -> None:
    ann, bob = data.add_user("Ann", "ann@contoso.example"), data.add_user("Bob", "bob@contoso.example")
    data.edit("assets", laptop(data, "AST-1"), users=[bob, ann])
    with room_at(server) as room:
        reading = room.read(frozenset())

    assert reading.assets[0].user == str(bob)
    why = "It has several users in Halo, and which of them is Intune's is not known."
    assert reading.offer.locked == {"AST-1": {"user": why}}


def test_inactive_assets_and_users_are_read_too(server: HaloServer, data: Halo) -> None:
    data.edit("assets", laptop(data, "AST-1"), inactive=True)
    data.edit("users", data.add_user("Ann", "ann@contoso.example"), inactive=True)
    with room_at(server) as room:
        reading = room.read(frozenset())

    assert [each.tag for each in reading.assets] == ["AST-1"]
    assert [each.active for each in reading.people] == [False]
    assert "1 assets are inactive in Halo" in reading.offer.remarks[0]


def test_assets_of_one_tag_are_told_apart(server: HaloServer, data: Halo) -> None:
    ids = [laptop(data, tag) for tag in ("AST-1", "AST-1", "AST-2")]
    with room_at(server) as room:
        reading = room.read(frozenset())

    assert [each.tag for each in reading.assets] == [f"AST-1 (Halo {ids[0]})", f"AST-1 (Halo {ids[1]})", "AST-2"]


def test_an_entra_id_of_two_users_is_nobodys(server: HaloServer, data: Halo) -> None:
    for name in ("ann", "bob"):
        data.add_user(name, f"{name}@contoso.example", azureoid="same")
    with room_at(server) as room:
        assert [each.entra_id for each in room.read(frozenset()).people] == [None, None]


def test_more_than_one_page_is_read_whole(server: HaloServer, data: Halo) -> None:
    for number in range(250):
        data.add_asset(f"T{number}")
    with room_at(server) as room:
        assert len(room.read(frozenset()).assets) == 250


@pytest.mark.parametrize("name", [FaultName.WRONG_TOTAL, FaultName.DUPLICATE])
def test_a_list_that_is_not_whole_is_refused(server: HaloServer, data: Halo, name: FaultName) -> None:
    laptop(data, "AST-1")
    laptop(data, "AST-2")
    server.inject(Fault(name, on="GET /api/Asset$", times=None))
    with room_at(server) as room, pytest.raises(RemoteError, match="The list of assets is not whole"):
        room.read(frozenset())


def test_an_asset_that_is_not_listed_is_asked_for_before_it_is_gone(server: HaloServer, data: Halo) -> None:
    kept, hidden, gone = (laptop(data, f"AST-{number}") for number in range(3))
    data.remove("assets", gone)
    server.inject(Fault(FaultName.SHORT_LIST, on="GET /api/Asset$", times=None, ids=(hidden,)))
    with room_at(server) as room:
        reading = room.read(frozenset(map(str, (kept, hidden, gone))))

    assert {each.tag for each in reading.assets} == {"AST-0", "AST-1"}
    assert reading.gone == {str(gone)}


def test_rights_that_lapsed_are_no_empty_store(server: HaloServer, data: Halo) -> None:
    known = frozenset(str(laptop(data, f"AST-{number}")) for number in range(4))
    data.options.agent_sees = False
    with room_at(server) as room, pytest.raises(RemoteError):
        room.read(known)


@pytest.mark.parametrize("fault", [Fault(FaultName.EMPTY_LIST), Fault(FaultName.SHORT_LIST)])
def test_a_list_of_users_that_lacks_one_whom_an_asset_has_is_refused(server, data: Halo, fault: Fault) -> None:
    data.add_user("Ann", "ann@contoso.example")
    data.edit("assets", laptop(data, "AST-1"), users=[data.add_user("Bob", "bob@contoso.example")])
    server.inject(Fault(fault.name, on="GET /api/Users$", times=None))
    with room_at(server) as room, pytest.raises(RemoteError, match="The list of store users is not whole: it lacks 1"):
        room.read(frozenset())


def test_a_list_much_shorter_than_the_database_creates_nothing(server: HaloServer, data: Halo) -> None:
    ids = [laptop(data, f"AST-{number}") for number in range(60)]
    server.inject(Fault(FaultName.SHORT_LIST, on="GET /api/Asset$", times=None, ids=tuple(ids[:40])))
    with room_at(server) as room:
        short = room.read(frozenset()).offer.short

    assert short == "Halo shows the account 20 assets and its database has 60: the agent may not see all."


def test_a_field_that_halo_lacks_or_has_twice_is_named_with_what_is_near(server: HaloServer, data: Halo) -> None:
    twin = data.add("fields", name="Model", type="X")
    data.tables["types"][data.named("types", "Phone")]["field_ids"].append(twin)
    fields = {**FIELDS, "imei": "Serial numbr"}
    with room_at(server, fields=fields) as room, pytest.raises(RemoteError) as caught:
        room.read(frozenset())

    assert str(caught.value) == (
        "Halo does not have what `store: {fields: …}` names: model: an asset type of Halo's has more than one field "
        "called 'Model'; imei: there is no field called 'Serial numbr'; did you mean 'Serial number'?. Nothing was "
        "planned. Use the names that people see on an asset in Halo."
    )


def test_what_a_type_lacks_and_allows_is_offered(server: HaloServer, data: Halo) -> None:
    phone = data.tables["types"][data.named("types", "Phone")]
    phone["field_ids"].remove(data.named("fields", "Department"))
    retired, in_use = data.named("statuses", "Retired"), data.named("statuses", "In Use")
    phone["allowall_status"] = False
    phone["allowed_status"] = [
        {"status_id": in_use, "allowafterallstatuses": True, "allowedafterstatus": []},
        {"status_id": retired, "allowafterallstatuses": False, "allowedafterstatus": [in_use]},
    ]
    with room_at(server, proofs={}) as room:
        offer = room.read(frozenset()).offer

    assert offer.lacks == {"Phone": ("custom.department",)}
    assert offer.statuses == {"Phone": ("In Use", "Retired")}
    assert offer.statuses_after == {"Phone": {"Retired": ("In Use",)}}
    assert sorted(offer.unproven) == ["create", "move", "unlink"]


def test_a_change_of_an_asset_is_three_requests_and_keeps_the_other_fields(server, data: Halo) -> None:
    id_ = laptop(data, "AST-1", Device_name="L-1", Department="Finance", Manufacturer="HP")
    ann, bob = data.add_user("Ann", "ann@contoso.example"), data.add_user("Bob", "bob@contoso.example")
    data.edit("assets", id_, users=[ann, bob], customfields={1: "kept", 2: "kept"})
    wanted = change(
        "AST-1",
        name=("L-1", "L-2"),
        custom_label=("kept", "B"),
        user=(str(ann), None),
        status=("In Use", "Retired"),
        site=("Contoso/Leeds", "Contoso/Remote"),
    )
    with room_at(server) as room:
        room.read(frozenset())
        server.forget_requests()
        seen = room.find(wanted, str(id_))
        after = room.send(wanted, seen[0])

    assert [(each.method, each.path) for each in server.log] == [
        ("GET", f"/api/Asset/{id_}"),
        ("POST", "/api/Asset"),
        ("GET", f"/api/Asset/{id_}"),
    ]
    assert room.requests([wanted]) == 3
    assert (after.values["name"], after.values["site"], after.values["user"]) == ("L-2", "Contoso/Remote", str(bob))
    written = server.audit.writes("assets")[0]
    assert written.changed().keys() == {
        *("fields", "customfields", "users", "status_id", "site_id", "number", "changeguid")
    }
    names = {data.named("fields", name): name for name in ("Device name", "Department", "Manufacturer")}
    held = {names[key]: value for key, value in (written.after or {})["fields"].items() if value}
    assert held == {"Device name": "L-2", "Department": "Finance", "Manufacturer": "HP"}
    assert (written.after or {})["customfields"] == {1: "B", 2: "kept"}


def test_a_creation_is_three_requests_and_carries_the_device_where_that_is_set(server, data: Halo) -> None:
    wanted = change("AST-9", Action.CREATE, type="Phone", site="Contoso/Leeds", name="P-9", device_id="dev-9")
    with room_at(server, binding_field="intune_id") as room:
        room.read(frozenset())
        server.forget_requests()
        assert room.find(wanted, None) == ()
        made = room.send(wanted, None)

    row = data.tables["assets"][int(made.remote_id)]
    assert (row["inventory_number"], row["intune_id"], len(server.log)) == ("AST-9", "dev-9", 3)
    assert made.values["type"] == "Phone"


def test_a_tag_that_somebody_took_is_found_before_a_creation(server: HaloServer, data: Halo) -> None:
    id_ = laptop(data, "AST-9", Device_name="theirs")
    with room_at(server) as room:
        found = room.find(change("AST-9", Action.CREATE, name="P-9"), None)

    assert [(each.remote_id, each.values["name"]) for each in found] == [(str(id_), "theirs")]


def test_a_removal_is_inactive_and_an_inactive_one_is_gone(server: HaloServer, data: Halo) -> None:
    id_ = laptop(data, "AST-1")
    wanted = change("AST-1", Action.DELETE)
    with room_at(server) as room:
        room.send(wanted, room.find(wanted, str(id_))[0])
        assert room.find(wanted, str(id_)) == ()

    assert data.tables["assets"][id_]["inactive"] is True


def test_a_refusal_is_in_halos_words(server: HaloServer, data: Halo) -> None:
    laptop(data, "AST-1")
    id_ = laptop(data, "AST-2")
    wanted = change("AST-2", status=("In Use", "Retired"))
    with room_at(server) as room:
        room.read(frozenset())
        seen = room.find(wanted, str(id_))[0]
        data.tables["types"][data.named("types", "Laptop")].update(allowall_status=False, allowed_status=[])
        with pytest.raises(RefusedError, match="This status is not allowed for this Asset Type"):
            room.send(wanted, seen)


def test_a_lost_answer_is_said_to_be_lost(server: HaloServer, data: Halo) -> None:
    wanted = change("AST-9", Action.CREATE, type="Phone", site="Contoso/Leeds")
    with room_at(server) as room:
        server.inject(Fault(FaultName.LOST_REPLY, on="POST /api/Asset$"))
        with pytest.raises(LostAnswerError):
            room.send(wanted, None)
        assert [each.name for each in room.find(wanted, None)] == ["AST-9"]

    assert len(data.assets()) == 1


def test_an_application_without_the_right_to_write_is_told_which_it_lacks(server, data: Halo) -> None:
    data.options.rights = frozenset({"read:assets", "read:customers", "edit:reporting"})
    id_ = laptop(data, "AST-1")
    wanted = change("AST-1", name="L-2")
    with room_at(server) as room, pytest.raises(RemoteError, match="Give the application edit:assets in Configuration"):
        room.send(wanted, room.find(wanted, str(id_))[0])

    assert server.audit.writes() == ()


def test_users_are_made_changed_and_made_inactive(server: HaloServer, data: Halo) -> None:
    made = change(
        "cat@contoso.example",
        Action.CREATE,
        Subject.USER,
        name="Cat",
        upn="cat@contoso.example",
        mail="cat@contoso.example",
        site="Contoso/Leeds",
        active=True,
        entra_id="e-cat",
    )
    with room_at(server) as room:
        assert room.find(made, None) == ()
        cat = room.send(made, None)
        again = change("cat@contoso.example", Action.UPDATE, Subject.USER, name=("Cat", "Kat"), active=(True, False))
        after = room.send(again, room.find(again, cat.remote_id)[0])
        assert [each.remote_id for each in room.find(made, None)] == [cat.remote_id]

    assert after.values["name"] == "Kat"
    row = data.tables["users"][int(cat.remote_id)]
    assert (row["azureoid"], row["inactive"], row["site_id"]) == ("e-cat", True, data.named("sites", "Leeds"))


def test_a_new_type_has_every_field_that_is_used_and_can_be_used_at_once(server) -> None:
    made = change("type/Tablet", Action.CREATE, Subject.CATALOGUE, group="Mobile devices")
    asset = change("AST-9", Action.CREATE, type="Tablet", site="Contoso/Leeds", name="T-1", custom_department="HR")
    with room_at(server) as room:
        room.read(frozenset())
        assert room.find(made, None) == ()
        room.send(made, None)
        seen = room.send(asset, None)

    assert (seen.values["type"], seen.values["name"], seen.values["custom.department"]) == ("Tablet", "T-1", "HR")


@pytest.mark.parametrize(
    ("settings", "fault", "message"),
    [
        ({"secret": "wrong"}, None, "Halo gave no token: invalid_client The client is not known\\. Check `clientId`"),
        ({}, Fault(FaultName.HTML, on="token", times=None), "was answered 200 without a token. Check the address"),
        ({}, Fault(FaultName.HTML, on="InstanceInfo", times=None), "instead of JSON. Check the address in `store:`"),
        ({}, Fault(FaultName.REDIRECT, on="InstanceInfo", times=None), "was answered 302"),
        ({}, Fault(FaultName.FORBIDDEN, on="InstanceInfo", times=None), "Give the application read:assets"),
    ],
)
def test_a_wrong_address_or_account_is_said_with_what_to_check(server, settings, fault, message: str) -> None:
    if fault:
        server.inject(fault)
    with room_at(server, **settings) as room, pytest.raises(RemoteError, match=message):
        room.identity()


def test_a_halo_says_which_it_is(server: HaloServer) -> None:
    with room_at(server) as room:
        identity = room.identity()

    facts = {"database": "4711", "environment": "Production", "production": "yes"}
    assert (identity.product, identity.url, identity.facts) == ("Halo", server.url, facts)


@pytest.mark.parametrize("holds", [True, False])
def test_proofs_find_out_how_this_halo_behaves_and_leave_nothing(server, data: Halo, holds: bool) -> None:
    data.add_user("Ann", "ann@contoso.example")
    options = data.options
    options.arrays_replace = options.empty_list_unlinks = options.move_keeps_id = holds
    with room_at(server, proofs={}) as room:
        answers = room.prove()

    answer = "yes" if holds else "no"
    assert {str(question): found for question, found in answers.items() if "ids" not in question} == {
        "finds an asset by its tag": "yes",
        "an array of fields replaces the others": answer,
        "an empty list of users unlinks": answer,
        "a move to another site keeps the asset's id": answer,
    }
    assert "Stolen" in answers["the statuses of assets, with their ids"]
    assert data.assets() == []


def test_statuses_that_were_proven_are_known_before_there_is_any_asset(server) -> None:
    with room_at(server, proofs={}) as room:
        answers = room.prove()
    with room_at(server, proofs=answers) as room:
        assert "Stolen" in room.read(frozenset()).catalogue.statuses


def test_a_halo_that_ignores_the_tag_is_found_out(server: HaloServer, data: Halo) -> None:
    laptop(data, "AST-1")
    data.options.finds_by_tag = False
    with room_at(server, proofs={}) as room:
        assert room.prove()["finds an asset by its tag"] == "no"


def test_a_move_that_gives_another_id_is_followed(server: HaloServer, client: HaloClient, data: Halo) -> None:
    id_ = laptop(data, "AST-1")
    data.options.move_keeps_id = False
    wanted = change("AST-1", site=("Contoso/Leeds", "Contoso/Remote"))
    with room_at(server) as room:
        moved = room.send(wanted, room.find(wanted, str(id_))[0])

    assert moved.remote_id != str(id_)
    assert client.whole(int(moved.remote_id))["site_name"] == "Remote"


def test_the_devices_id_goes_into_a_custom_field_where_that_is_set(server, client: HaloClient, data: Halo) -> None:
    data.add("custom_fields", label="Intune device", name="CFIntune")
    id_ = laptop(data, "AST-1")
    data.edit("assets", id_, customfields={1: "kept"})
    wanted = change("AST-1", name="L-2", device_id="dev-1")
    with room_at(server, binding_field="custom:Intune device") as room:
        room.send(wanted, room.find(wanted, str(id_))[0])

    held = {each["label"]: each["value"] for each in client.whole(id_)["customfields"]}
    assert held == {"Label": "kept", "Managed by": "", "Intune device": "dev-1"}


def test_a_binding_field_that_halo_lacks_is_named(server: HaloServer) -> None:
    with room_at(server, binding_field="custom:Labell") as room, pytest.raises(RemoteError) as caught:
        room.read(frozenset())

    assert "bindingField: there is no custom field called 'Labell'; did you mean 'Label'?" in str(caught.value)
