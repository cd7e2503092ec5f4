"""Settings that a store has not seen yet, in `plan` and `status` (E4)."""

import pytest
from command_line import CommandLine, git

CONNECTION = "prod/connections/intune/connection.yaml"


@pytest.fixture
def applied(cli: CommandLine) -> str:
    """Apply committed settings, change them, and return the commit that was applied."""
    git(cli.folder, "init", "--quiet")
    git(cli.folder, "add", "environments")
    git(cli.folder, "commit", "--quiet", "--message", "settings")
    assert cli.apply().code == 0
    cli.edit("prod/connections/intune/imports.yaml", "createAssets: true ", "createAssets: false ")
    cli.edit(CONNECTION, "enabledForInstances: production-only", "enabledForInstances: [prod, uat]")
    cli.edit("prod/catalogue.yaml", "digits: 6", "digits: 7")
    return git(cli.folder, "rev-parse", "HEAD")


@pytest.mark.parametrize("command", ["plan", "status"])
def test_pending_settings_are_shown_since_the_commit_and_enablement_first(
    cli: CommandLine, applied: str, command: str
) -> None:
    shown = cli.run(command, "prod").out.splitlines()
    heading = next(number for number, line in enumerate(shown) if "settings not yet applied here" in line)
    assert applied[:7] in shown[heading]
    assert shown[heading + 1].startswith("  ! connections/intune/connection.yaml: ")
    told = " ".join(" ".join(shown[heading + 1 :]).split())
    places = [
        told.index("enabledForInstances production-only → [prod, uat]"),
        told.index("assetTags.digits 6 → 7"),
        told.index("createAssets true → false"),
    ]
    assert places == sorted(places)


def test_a_plan_holds_them_as_data(cli: CommandLine, applied: str) -> None:
    plan = cli.plan()
    assert plan["pendingSince"] == applied
    assert [each["path"] for each in plan["pending"]] == [
        "connections/intune/connection.yaml: enabledForInstances",
        "catalogue.yaml: assetTags.digits",
        "connections/intune/imports.yaml: createAssets",
    ]


def test_the_next_apply_takes_them(cli: CommandLine, applied: str) -> None:
    assert applied
    assert cli.apply().code == 0
    assert cli.plan()["pending"] == []


def test_a_renamed_folder_is_pending_as_a_rename(cli: CommandLine, applied: str) -> None:
    assert applied
    assert cli.apply().code == 0
    folder = cli.environments / "prod/connections"
    (folder / "intune").rename(folder / "corporate")
    (cli.overlay / "prod/connections/intune").rename(cli.overlay / "prod/connections/corporate")
    plan = cli.plan()
    assert plan["pending"] == [
        {"path": "connections", "before": "connections/intune", "after": "connections/corporate"}
    ]
    assert plan["changes"] == []
