"""`reconciler test`, through the command line: the settings' own cases, and plans that insist on them (K5)."""

from pathlib import Path

import pytest
from command_line import CommandLine

from reconciler.simulator.server import Simulator

TESTS = "prod/connections/intune/tests.yaml"


def write_cases(cli: CommandLine, cases: str) -> Path:
    """Replace the cases of prod."""
    file = cli.environments / TESTS
    head = "# yaml-language-server: $schema=../../../../schemas/tests.schema.json\nversion: 1\ncases:\n"
    file.write_text(head + cases)
    return file


def test_the_examples_cases_pass_without_network_store_and_secret(offline: CommandLine) -> None:
    done = offline.run("test", "prod")
    assert (done.code, done.err) == (0, "6 cases, none failed.\n")
    assert [line[:6] for line in done.out.splitlines()[1:]] == ["  ok  "] * 6
    assert not offline.store.exists()


def test_a_failing_case_says_what_was_expected_what_came_and_which_rule_decided(offline: CommandLine) -> None:
    write_cases(
        offline,
        "  - name: A phone\n"
        "    device: {deviceName: PH-1, operatingSystem: iOS}\n"
        "    expect: {type: Mac, site: null, user: bob@contoso.example, fields: {name: PH-2, imei: '1'}}\n"
        "  - name: Somebody's own\n"
        "    device: {operatingSystem: iOS}\n"
        "    expect: {excluded: true, problem: it is broken}\n"
        "  - name: Out of scope\n"
        "    device: {managedDeviceOwnerType: personal}\n"
        "    expect: {type: Laptop}\n",
    )
    done = offline.run("test", "prod")
    assert (done.code, done.err) == (1, "3 cases, 3 failed.\n")
    assert done.out == (
        "connections/intune/tests.yaml\n"
        "  FAIL  A phone\n"
        "        type: expected Mac, got Phone\n"
        "          rule “Phones and tablets” matched (T3)\n"
        "        site: expected nothing, got Contoso/Head Office\n"
        "          it has no user: the default site (S1)\n"
        "        user: expected bob@contoso.example, got nothing\n"
        "        name: expected PH-2, got PH-1\n"
        "          from deviceName (F1)\n"
        "        imei: expected 1, got nothing\n"
        "  FAIL  Somebody's own\n"
        "        device: expected left out, got in scope\n"
        "        problem: expected it is broken, got none\n"
        "  FAIL  Out of scope\n"
        "        type: expected Laptop, got no asset\n"
        "          the settings leave it out (X1)\n"
    )


def test_what_does_not_fit_is_a_problem_that_a_case_may_expect(offline: CommandLine) -> None:
    offline.edit("prod/connections/intune/asset-types.yaml", "default: Laptop", "# default: Laptop")
    write_cases(
        offline,
        "  - name: Nothing decides its type\n"
        "    device: {deviceName: X-1, operatingSystem: Plan 9}\n"
        "    expect: {problem: TYPE CANNOT BE DECIDED}\n"
        "  - name: A date that is none\n"
        "    device: {deviceName: X-2, operatingSystem: iOS, enrolledDateTime: soon}\n"
        "    expect: {problem: does not fit, fields: {enrolledAt: null}}\n",
    )
    assert offline.run("test", "prod").err == "2 cases, none failed.\n"


def test_an_environment_without_cases_passes(offline: CommandLine) -> None:
    (offline.environments / TESTS).unlink()
    assert offline.run("test", "prod") == (0, "", "prod has no cases; tests.yaml holds them.\n")


@pytest.mark.parametrize("command", ["plan", "apply"])
def test_plan_and_apply_refuse_settings_whose_case_fails(cli: CommandLine, simulator: Simulator, command: str) -> None:
    write_cases(cli, "  - {name: A phone, device: {operatingSystem: iOS}, expect: {type: Mac}}\n")
    done = cli.apply() if command == "apply" else cli.run("plan", "prod")
    assert (done.code, done.out, simulator.tally.total) == (1, "", 0)
    assert done.err == (
        "The settings do not do what their tests.yaml expects: 1 case fails, so nothing was done. “A phone” (intune): "
        "type is Phone instead of Mac (rule “Phones and tablets” matched (T3)). Correct the settings or the case; to "
        "see all of it, run: reconciler test prod\n"
    )


def test_cases_of_a_connection_that_is_off_here_stop_nothing(offline: CommandLine) -> None:
    write_cases(offline, "  - {name: A phone, device: {operatingSystem: iOS}, expect: {type: Mac}}\n")
    uat = offline.environments / "uat/connections/intune/tests.yaml"
    uat.write_text((offline.environments / TESTS).read_text())
    assert offline.run("plan", "uat").code == 0
    assert offline.run("test", "uat").code == 1


def test_a_recorded_device_becomes_a_case_that_passes(cli: CommandLine, simulator: Simulator, tmp_path: Path) -> None:
    recording = tmp_path / "prod.rec"
    assert cli.run("record", "prod", "-o", str(recording)).code == 0
    before = (cli.environments / TESTS).read_text()
    for device in simulator.tenant.devices.items[:8]:
        done = cli.run("test", "prod", "--record-case", device.id.upper(), "--recording", str(recording))
        assert done.code == 0, done.err
        assert "It holds what was recorded of the device and its user." in done.err
    assert (cli.environments / TESTS).read_text().startswith(before)
    assert cli.run("validate", "prod", "--strict").code == 0
    assert cli.run("test", "prod").err == "14 cases, none failed.\n"


def test_a_device_that_the_recording_lacks_is_named(cli: CommandLine, tmp_path: Path) -> None:
    recording = tmp_path / "prod.rec"
    cli.run("record", "prod", "-o", str(recording))
    done = cli.run("test", "prod", "--record-case", "nobody's", "--recording", str(recording))
    assert (done.code, done.out) == (64, "")
    assert "The recording has no device with the name, serial number or id nobody's." in done.err


def test_recording_a_case_needs_both_options(offline: CommandLine) -> None:
    assert offline.run("test", "prod", "--record-case", "x").code == 64
