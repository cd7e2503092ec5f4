"""`authorize`: who signed in, each permission needed, claimed and proved, and the one thing to do next (C2)."""

import os
import pty
import re
import subprocess
from threading import Thread

import pytest
from connecting_parts import failure, proved

from reconciler.simulator.exchange import Endpoint
from reconciler.simulator.faults import Fault, FaultName

DEVICES = "DeviceManagementManagedDevices.Read.All"


def test_everything_proved_is_shown_with_why_it_is_needed(connection) -> None:
    done = connection.cli.run("authorize", "prod", "intune")
    assert (done.code, done.err) == (0, "")
    assert done.out == (
        "Connection intune\n"
        "  tenant        7d1a3b52-0f8e-4c3e-9a53-3a3f0a1f2b11\n"
        "  application   0b8d0c6e-54c0-4b7e-8a39-6f2b6ad9c2aa\n"
        "  credential    client secret, ends on 2099-06-30\n"
        "  signed in as  application 0b8d0c6e-54c0-4b7e-8a39-6f2b6ad9c2aa\n"
        "  clock         agrees with Microsoft's\n"
        "\n"
        "  permission                               claimed  proved\n"
        "  DeviceManagementManagedDevices.Read.All  yes      yes\n"
        "      needed to list the managed devices, and to ask for one by itself before it counts as gone\n"
        "      One device was listed, and answered by itself in a $batch.\n"
        "  User.Read.All                            yes      yes\n"
        "      needed to read the users' properties that mappings, matching or their import use\n"
        "      One user was read, with the properties that are used.\n"
        "  DeviceManagementManagedDevices.Read.All  yes      yes\n"
        "      needed to export the report of detected software\n"
        "      An export of AppInvRawData was accepted.\n"
        "\n"
        "  Everything that the settings need was proved.\n"
        "\n"
    )


@pytest.mark.quick
def test_each_kind_of_request_is_made_for_real(connection) -> None:
    connection.edit(
        "connection.yaml", "entities: [users, assets, software]", "entities: [organisations, users, assets, software]"
    )
    told = proved(connection)
    assert "needed to read the organisation's name The organisation is Contoso" in told
    assert connection.simulator.tally.counts == {
        "batch": 1, "batch/device": 1, "devices": 1, "discovery": 1, "exports": 1,
        "organization": 1, "token": 1, "users": 1,
    }  # fmt: skip


@pytest.mark.quick
@pytest.mark.parametrize(
    ("missing", "granted"),
    [
        (DEVICES, "2f51be20-0bb4-4fed-bf7b-db946066c75e=Role"),
        ("User.Read.All", "df021288-bdef-4463-88db-98f22de89214=Role"),
        ("Organization.Read.All", "498476ce-e0fe-48b0-b801-37ba7e2685c6=Role"),
    ],
)
def test_a_missing_permission_is_named_with_the_commands_that_grant_it(connection, missing: str, granted: str) -> None:
    connection.edit(
        "connection.yaml", "entities: [users, assets, software]", "entities: [organisations, users, assets, software]"
    )
    permissions = connection.simulator.tenant.application.permissions
    connection.application(permissions=tuple(each for each in permissions if each != missing))
    done = connection.cli.run("authorize", "prod")
    client = "0b8d0c6e-54c0-4b7e-8a39-6f2b6ad9c2aa"
    assert done.code == 1
    assert re.search(rf"{re.escape(missing)} +NO +NO\n", done.out)
    assert f"Next: Grant the application permission {missing} of Microsoft Graph" in " ".join(done.out.split())
    assert f"--id {client} --api 00000003-0000-0000-c000-000000000000 --api-permissions {granted}\n" in done.out
    assert f"    az ad app permission admin-consent --id {client}\n" in done.out


def test_a_permission_that_is_claimed_and_refused_is_another_matter(connection) -> None:
    connection.simulator.inject(Fault(FaultName.MISSING_PERMISSION, on=(Endpoint.USERS,)))
    told = failure(connection)
    assert "The token claims User.Read.All, and Graph refuses all the same: GET https://localhost" in told
    assert "Grant the application the Graph permission User.Read.All (type Application) with admin consent" in told


def test_a_device_that_cannot_be_asked_for_by_itself_is_told(connection) -> None:
    connection.simulator.inject(Fault(FaultName.GET_UNKNOWN, status=400, times=None))
    assert "One device, asked for by itself, was answered 400" in failure(connection)


def test_a_connection_that_is_not_enabled_is_left_alone(connection) -> None:
    done = connection.cli.run("authorize", "uat")
    assert (done.code, "it is not enabled for uat (uat), so nothing" in " ".join(done.out.split())) == (0, True)
    assert connection.simulator.tally.total == 0
    assert connection.cli.run("authorize", "uat", "--as-if-enabled").code == 0


def test_a_connection_that_there_is_not_is_wrong_usage(connection) -> None:
    done = connection.cli.run("authorize", "prod", "intone")
    assert (done.code, done.err) == (64, "There is no connection `intone` in prod. Did you mean `intune`?\n")


def test_a_clock_that_is_wrong_is_a_warning(connection) -> None:
    connection.simulator.tenant.advance(3600)
    told = proved(connection)
    assert re.search(r"clock 3\d\d\d s behind Microsoft's", told)
    assert re.search(r"Warning: This machine's clock is (0:59:\d\d|1:00:00) behind Microsoft's\. Set it right", told)


def test_one_connection_that_fails_does_not_hide_another(connection) -> None:
    second = connection.file.parent.parent / "second"
    subprocess.run(["cp", "-r", str(connection.file.parent), str(second)], check=True)
    other = second / "connection.yaml"
    other.write_text(other.read_text().replace("7d1a3b52-0f8e-4c3e-9a53-3a3f0a1f2b11", "nobody.example"))
    connection.cli.lay("prod/connections/second/connection.yaml", connection.simulator.cloud_block())
    done = connection.cli.run("authorize", "prod")
    assert done.code == 1
    assert "Everything that the settings need was proved." in done.out
    assert "AADSTS90002" in done.out


def test_a_person_signs_in_from_a_terminal(connection, browser, monkeypatch: pytest.MonkeyPatch) -> None:
    """The whole command: it prints the address, listens, keeps the sign-in, and proves it."""
    monkeypatch.setenv("CACHE_KEY", "a passphrase")
    connection.signs_in_as_a_person()
    controller, terminal = pty.openpty()
    command = connection.cli.command("authorize", "prod", "--no-browser")
    running = subprocess.Popen(command, stdin=terminal, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert running.stderr is not None
    line = running.stderr.readline()
    assert line.startswith("Sign in at: https://localhost:"), line
    Thread(target=browser.visit, args=(line.split()[-1],), daemon=True).start()
    out, err = running.communicate(timeout=60)
    for end in (controller, terminal):
        os.close(end)
    assert (running.returncode, err) == (0, "")
    assert "redirect URI  http://localhost, to be registered with the type Web" in out
    assert "Everything that the settings need was proved." in out
