"""What catalogue.yaml says of its entries reaches the store, or is refused with the way to do it (K2)."""

from command_line import CommandLine, rows

CATALOGUE = "prod/catalogue.yaml"


def test_declared_details_become_the_stores(cli: CommandLine) -> None:
    """Seats, other names, a label, a length, choices and a type's group: each is a change, and then there is none."""
    assert cli.apply().code == 0
    cli.edit(CATALOGUE, "seats: 40, alsoKnownAs: [Microsoft Visio Professional 2021]", "seats: 7, alsoKnownAs: [Visio]")
    cli.edit(CATALOGUE, "label: Department, type: text, maxLength: 80", "label: Team, type: text, maxLength: 90")
    cli.edit(CATALOGUE, "choices: [Intune, Nobody]", "choices: [Intune, People]")
    cli.edit(CATALOGUE, "Virtual Machine, Mac]", "Virtual Machine]")
    cli.edit(CATALOGUE, "types: [Phone]", "types: [Phone, Mac]")
    plan = cli.plan()
    found = {
        change["name"]: {each["name"]: (each["before"], each["after"]) for each in change["attributes"]}
        for change in plan["changes"]
    }
    assert found == {
        "type/Mac": {"group": ("Computers", "Mobile devices")},
        "field/department": {"label": ("Department", "Team"), "maxLength": (80, 90)},
        "field/managed_by": {"choices": ('["Intune","Nobody"]', '["Intune", "People"]')},
        "licence/Visio Professional": {
            "seats": (40, 7),
            "alsoKnownAs": ('["Microsoft Visio Professional 2021"]', '["Visio"]'),
        },
    }
    assert "seats 40 → 7" in cli.run("plan", "prod").out
    assert cli.apply().code == 0
    assert cli.plan()["changes"] == []
    groups = "SELECT asset_group.name AS name FROM asset_type JOIN asset_group ON asset_group.id = group_id"
    assert rows(cli.store, f"{groups} WHERE asset_type.name = 'Mac'") == [{"name": "Mobile devices"}]
    assert rows(cli.store, "SELECT seats FROM licence") == [{"seats": 7}]
    assert rows(cli.store, "SELECT name FROM licence_alias") == [{"name": "Visio"}]


def test_another_type_of_a_field_is_a_problem_with_the_way_out(cli: CommandLine) -> None:
    """The store's field keeps its type, and everything else goes on."""
    assert cli.apply().code == 0
    cli.edit(
        CATALOGUE, "name: label, label: Label, type: text", "name: label, label: Label, type: choice, choices: [A]"
    )
    plan = cli.plan()
    assert [(each["label"], each["rule"]) for each in plan["problems"] if each["connection"] == "catalogue.yaml"] == [
        ("custom.label", "K2")
    ]
    assert "Declare a field of another name" in " ".join(cli.run("plan", "prod").out.split())
    assert cli.apply().code == 0
    assert rows(cli.store, "SELECT type FROM custom_field WHERE name = 'label'") == [{"type": "text"}]
