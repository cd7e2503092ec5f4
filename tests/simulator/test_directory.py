"""What changed among users since a token, and users by their ids."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

DELTA = "/v1.0/users/delta?$select=displayName,department"


def read(client: Any, link: str) -> tuple[list[dict[str, Any]], str]:
    """Follow a delta to its end; return what it holds, and the link that goes on later."""
    pages = client.pages(link)
    return [value for page in pages for value in page["value"]], pages[-1]["@odata.deltaLink"]


def test_a_delta_begins_with_everyone_and_goes_on_with_changes(client, tenant) -> None:
    """A changed user comes with what is selected, a deleted one as an id that was removed."""
    everyone, link = read(client, DELTA)
    changed, gone = tenant.users.items[3], tenant.users.items[7]
    tenant.edit_user(changed.id, department="Flights")
    tenant.delete_user(gone.id)
    later, after = read(client, link)

    assert [each["displayName"] for each in everyone].count(gone.displayName) == 1
    assert len(everyone) == 40
    assert later == [
        {"displayName": changed.displayName, "department": "Flights"},
        {"id": gone.id, "@removed": {"reason": "deleted"}},
    ]
    assert read(client, after)[0] == []


def test_what_changes_during_a_read_comes_again_with_its_link(client, tenant) -> None:
    """A user of the first page who changes while the second is fetched is not lost."""
    first = client.get(DELTA).json()
    tenant.edit_user(tenant.users.items[0].id, department="Flights")
    _, link = read(client, first["@odata.nextLink"])

    assert [each["department"] for each in read(client, link)[0]] == ["Flights"]


def test_a_delta_from_now_on_is_empty(client, tenant) -> None:
    """`latest` gives a link and nobody."""
    nobody, link = read(client, "/v1.0/users/delta?$deltatoken=latest")
    tenant.edit_user(tenant.users.items[0].id, department="Flights")

    assert nobody == []
    assert [each["id"] for each in read(client, link)[0]] == [tenant.users.items[0].id]


def test_a_token_lapses_after_seven_days(client, tenant) -> None:
    """Graph then answers 410 with the link that reads everything anew."""
    _, link = read(client, DELTA)
    tenant.advance(timedelta(days=7, seconds=1).total_seconds())
    lapsed = client.get(link)

    assert (lapsed.status_code, lapsed.json()["error"]["code"]) == (410, "syncStateNotFound")
    assert lapsed.headers["Location"].endswith("users/delta?$select=displayName,department&$deltatoken=")
    assert len(read(client, lapsed.headers["Location"])[0]) == 40


def test_what_a_delta_can_not_do_is_refused(client) -> None:
    """A foreign token and an option that Graph refuses here."""
    foreign = client.get("/v1.0/users/delta?$deltatoken=mine")
    sorted_ = client.get("/v1.0/users/delta?$orderby=displayName")

    assert (foreign.status_code, sorted_.status_code) == (400, 400)
    assert "is not one of this service's" in foreign.json()["error"]["message"]


def test_users_by_their_ids(client, tenant) -> None:
    """Who is not there is left out; the others come once each, with what is selected."""
    ids = [user.id for user in tenant.users.items[:3]]
    path = "/v1.0/directoryObjects/getByIds?$select=id"
    found = client.post(path, {"ids": [ids[2], ids[0], ids[2], "11111111-1111-1111-1111-111111111111"]})
    many = client.post(path, {"ids": ["x"] * 1001})

    assert found.json()["value"] == [
        {"@odata.type": "#microsoft.graph.user", "id": ids[2]},
        {"@odata.type": "#microsoft.graph.user", "id": ids[0]},
    ]
    assert (many.status_code, client.post(path, {"ids": "all"}).status_code) == (400, 400)


def test_both_need_the_directorys_permission(simulator, client) -> None:
    """Without User.Read.All Graph refuses."""
    permissions = ("DeviceManagementManagedDevices.Read.All",)
    simulator.tenant.application = replace(simulator.tenant.application, permissions=permissions)
    client.token = simulator.sign_in.issue()

    assert client.get(DELTA).status_code == 403
    assert client.post("/v1.0/directoryObjects/getByIds", {"ids": []}).status_code == 403
