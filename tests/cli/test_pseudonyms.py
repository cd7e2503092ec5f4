"""`record --pseudonymise`: a recording for sharing, whose plan has the shape of the tenant's own."""

import re
from collections.abc import Iterable

import msgspec
import pytest
from command_line import CommandLine

from reconciler.recordings import pseudonymising, read_recording
from reconciler.simulator.tenant.tenant import Tenant

KEY = "PSEUDONYM_KEY"


def names(plan: dict) -> list[tuple[str, ...]]:
    """Return what each change is of, without whom it is about."""
    return sorted(tuple(sorted(each["name"] for each in change["attributes"])) for change in plan["changes"])


def test_a_recording_with_pseudonyms_plans_alike_and_names_nobody(
    cli: CommandLine, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No serial number or address of the tenant is in the file; the same key gives the same pseudonyms."""
    monkeypatch.setenv(KEY, "a key that is long enough")
    for number in range(2):
        done = cli.run(
            "record", "prod", "-o", f"{cli.folder}/{number}.rec", "--pseudonymise", "--pseudonymise-key-env", KEY
        )
        assert done.code == 0
        assert f"are pseudonyms, made with the key in {KEY}" in " ".join(done.err.split())
    one, other = (read_recording(cli.folder / f"{number}.rec") for number in range(2))
    assert one.snapshots[0].devices == other.snapshots[0].devices
    text = (cli.folder / "0.rec").read_text()
    live = cli.plan()
    people = [change for change in live["changes"] if change["subject"] == "user"]
    values = [
        each["after"] for change in live["changes"] for each in change["attributes"] if each["name"] == "serialNumber"
    ]
    assert len(values) > 40
    assert not [each for each in values if each and each in text]
    assert not [change["name"] for change in people if change["name"] in text]
    assert names(cli.plan("prod", "--recording", f"{cli.folder}/0.rec")) == names(live)
    assert tenant.devices


def test_without_a_key_each_recording_has_its_own_and_says_so(cli: CommandLine) -> None:
    """Nobody can put two of them together."""
    for number in range(2):
        done = cli.run("record", "prod", "-o", f"{cli.folder}/{number}.rec", "--pseudonymise")
        assert "made with a key of this run, which is gone now" in " ".join(done.err.split())
    one, other = (read_recording(cli.folder / f"{number}.rec").snapshots[0].devices for number in range(2))
    assert [each.serialNumber for each in one] != [each.serialNumber for each in other]


PERSONAL = {
    "deviceName": "name",
    "managedDeviceName": "custom.label",
    "phoneNumber": "phoneNumber",
    "imei": "imei",
    "ethernetMacAddress": "ethernetMac",
    "notes": "notes",
}


def words(texts: Iterable[object]) -> set[str]:
    """Return the words of five characters or more that are in texts."""
    return {word.casefold() for text in texts for word in re.findall(r"[^\W_]{5,}", str(text))}


def personal(tenant: Tenant) -> set[str]:
    """Return what a tenant knows of its people and their devices, but what is also a model, software or date."""
    hidden, kept = [], []
    for names, records in (
        (pseudonymising.DEVICE_PROPERTIES, tenant.devices.items),
        (pseudonymising.USER_PROPERTIES, tenant.users.items),
    ):
        for record in records:
            values = msgspec.to_builtins(record)
            hidden += [value for name, value in values.items() if name in names]
            kept += [value for name, value in values.items() if name not in names and name != "id"]
    kept += [each for device in tenant.devices.items for each in tenant.detected(device)]
    return words(hidden) - words(kept)


def test_nothing_of_anybody_is_in_a_recording_of_a_filled_store(
    cli: CommandLine, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever a tenant knows of its people and devices, in the store and what was read, and in a custom field too.

    The key is given: with one of the run's own a pseudonym is now and then somebody else's number.
    """
    monkeypatch.setenv(KEY, "a key for pseudonyms that is long enough")
    mappings = "".join(f"  - {{from: {name}, to: {field}}}\n" for name, field in PERSONAL.items())
    path = cli.environments / "prod/connections/intune/field-mappings.yaml"
    mapped = [f"to: {each}}}" for each in PERSONAL.values()]
    lines = [line for line in path.read_text().splitlines(True) if not any(each in line for each in mapped)]
    path.write_text("".join(lines) + mappings)
    tenant.edit_user(tenant.users.items[0].id, displayName="Quintessa Marblethorpe", mobilePhone="+44 20 7946 0958")
    tenant.edit(tenant.devices.items[0].id, notes="Lent to Marblethorpe", phoneNumber="+442079460958")
    assert cli.apply().code == 0
    file = cli.folder / "shared.rec"
    code = cli.run("record", "prod", "-o", str(file), "--pseudonymise", "--pseudonymise-key-env", KEY).code
    assert code == 0
    assert file.stat().st_mode & 0o777 == 0o600
    settings = words(each.read_text() for each in cli.environments.rglob("*.yaml"))
    found = personal(tenant) - settings
    assert {"quintessa", "marblethorpe", "442079460958"} <= found
    assert sorted(found & words([file.read_text()])) == []


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["--pseudonymise", "--pseudonymise-key-env", "NO_SUCH_KEY"], 1, "NO_SUCH_KEY"),
        (["--pseudonymise", "--pseudonymise-key-env", KEY], 1, "too short"),
        (["--pseudonymise-key-env", KEY], 64, "give both, or neither"),
    ],
)
def test_a_key_that_is_none_is_refused_before_anything_is_read(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch, arguments: list[str], code: int, told: str
) -> None:
    """Its value is not in the message, and no file is made."""
    monkeypatch.setenv(KEY, "shortkey")
    done = cli.run("record", "prod", "-o", f"{cli.folder}/prod.rec", *arguments)
    assert done.code == code
    assert told in done.err
    assert "shortkey" not in done.err
    assert not (cli.folder / "prod.rec").exists()
