"""An environment that has no connection left, or none yet, changes nothing and says so (K7)."""

import shutil

from command_line import CommandLine


def test_the_last_connection_removed_changes_nothing(cli: CommandLine) -> None:
    """Bindings stay, `status` lists the tenant, and a promotion brings the connection back."""
    assert cli.apply().code == 0
    shutil.move(cli.environments / "prod/connections/intune", cli.folder / "kept")
    shutil.rmtree(cli.overlay)
    assert cli.run("validate", "prod").code == 0
    assert cli.plan()["changes"] == []
    assert cli.run("apply", "prod", "--yes", "--allow-uncommitted").code == 0
    status = cli.run("status", "prod")
    assert status.code == 0
    assert "no connection" in status.out.lower()
    assert cli.run("diff", "uat", "prod").code == 0
    assert cli.run("promote", "uat", "prod", "--yes").code == 0
    assert (cli.environments / "prod/connections/intune/users.yaml").exists()


def test_an_environment_without_a_connection_yet_changes_nothing(offline: CommandLine) -> None:
    """Neither plan nor apply needs one, and what is pending is told."""
    shutil.rmtree(offline.environments / "prod/connections")
    assert offline.run("validate", "prod").code == 0
    assert offline.plan()["changes"] == []
    assert offline.run("apply", "prod", "--yes", "--allow-uncommitted").code == 0
