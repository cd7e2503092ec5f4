"""Store users: what they are called, and how they follow Entra (U2, U4)."""

from collections import Counter
from typing import Any

from reconciler.model.snapshot import record_type
from reconciler.model.state import Person
from reconciler.planning.users.directory import directory_of
from reconciler.planning.users.imports import claims, import_users
from reconciler.planning.users.references import references
from reconciler.settings.users import UserField, UserIdentifier, UsersFile

TEXTS = ("displayName", "userPrincipalName", "mail", "employeeId", "officeLocation")
USER = record_type("User", (*((name, "text") for name in TEXTS), ("accountEnabled", "boolean")))


def imported(people: list[Person], users: list[Any], **settings: Any) -> tuple[list[Person], int]:
    """Return the people that an import changes, and how many problems it has."""
    file = UsersFile.model_validate({"version": 1, "importUsers": {"enabled": True}} | settings)
    directory = directory_of(people)
    found = claims(file.user_identifier.store, users, directory)
    wanted = Counter(person for several in found.values() for person in several)
    done = import_users("intune", file, users, directory, found, wanted)
    return list(done.users), len(done.problems)


def user(key: str, **values: Any) -> Any:
    """Return an Entra user."""
    empty = dict.fromkeys(USER.__struct_fields__) | {"accountEnabled": True}
    return USER(**empty | values | {"id": key})


def test_users_are_called_by_the_first_value_that_nobody_else_has() -> None:
    """UPN, mail, employee id, name; where none is unique in any of these, the name with the id."""
    people = [
        Person(id=1, name="Ada", upn="ada@c"),
        Person(id=2, name="Bob", upn="BOB@c", mail="b@c"),
        Person(id=3, name="Bob", upn="bob@c", mail="b@c", employee_id="E3"),
        Person(id=4, name="Bob", mail="b@c"),
        Person(id=5, name="Eve", mail="ADA@c2"),
        Person(id=6, name="Eve [7]", upn="e@c", mail="ada@c2"),
    ]
    assert references(people) == {1: "ada@c", 2: "Bob [2]", 3: "E3", 4: "Bob [4]", 5: "Eve", 6: "e@c"}


def test_no_two_users_are_called_the_same() -> None:
    """One's mail is another's UPN, and a name looks like a name with an id."""
    people = [
        Person(id=1, name="A", mail="x@c"),
        Person(id=2, name="B", upn="x@c"),
        Person(id=3, name="A"),
        Person(id=4, name="A [3]", employee_id="9"),
        Person(id=5, name="A [3]", employee_id="8"),
    ]
    names = references(people)
    assert len({name.casefold() for name in names.values()}) == len(people)


def test_an_entra_user_is_created_once_and_then_kept() -> None:
    """New users have negative ids, in the order of their Entra ids; nothing changes afterwards."""
    users = [user("u-2", displayName="Bob", userPrincipalName="bob@c"), user("u-1", displayName="Ada")]
    people, problems = imported([], users)
    expected = [
        Person(id=-1, name="Ada", entra_id="u-1"),
        Person(id=-2, name="Bob", upn="bob@c", entra_id="u-2"),
    ]
    assert (people, problems) == (expected, 0)
    assert imported(expected, users) == ([], 0)


def test_an_empty_value_in_entra_clears_nothing() -> None:
    """What Entra does not say, people may have written."""
    known = Person(id=1, name="Ada", upn="ada@c", mail="a@c", employee_id="E", site="Contoso/Leeds", entra_id="u-1")
    assert imported([known], [user("u-1", accountEnabled=None)]) == ([], 0)


def test_the_identifier_finds_only_who_is_no_entra_user_yet() -> None:
    """An Entra user with another's UPN is a user of its own."""
    other = Person(id=1, name="Ada", upn="ada@c", entra_id="u-9")
    people, _ = imported([other], [user("u-1", displayName="Ada", userPrincipalName="ada@c")])
    assert people == [Person(id=-1, name="Ada", upn="ada@c", entra_id="u-1")]


def test_the_site_follows_the_lookup() -> None:
    """A value that the lookup lacks leaves the site alone."""
    site = {"from": "user.officeLocation", "lookup": {"Leeds": "Contoso/Leeds"}}
    users = [user("u-1", displayName="A", officeLocation="Leeds"), user("u-2", displayName="B", officeLocation="Mars")]
    people, _ = imported([], users, importUsers={"enabled": True, "site": site})
    assert [person.site for person in people] == ["Contoso/Leeds", None]


def test_ambiguity_on_either_side_takes_nobody() -> None:
    """Two store users for one Entra user, and two Entra users for one store user, are problems and stay so."""
    by_name = {"userIdentifier": UserIdentifier(source="userDisplayName", store=UserField.NAME).model_dump()}
    twins = [Person(id=1, name="Bob"), Person(id=2, name="bob ")]
    assert imported(twins, [user("u-1", displayName="Bob")], **by_name) == ([], 1)
    assert imported(twins[:1], [user("u-1", displayName="Bob"), user("u-2", displayName="BOB")], **by_name) == ([], 2)
