"""The commands on an environment whose assets are in Snipe-IT: settings, Intune, ledger and Snipe-IT together."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import pytest
from command_line import CommandLine, simulated
from snipeit_store import FIELDS, furnished, lay_snipe_it

from reconciler.simulator.server import Simulator
from reconciler.simulator.snipeit import SnipeItServer
from reconciler.simulator.stores.faults import Fault, FaultName


class Place(NamedTuple):
    """A command line, its tenant and its Snipe-IT."""

    command: CommandLine
    tenant: Simulator
    snipe_it: SnipeItServer


@pytest.fixture
def place(tmp_path: Path, capsys, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    """Serve a tenant and a Snipe-IT whose certificate is trusted beside the tenant's."""
    with simulated(10) as tenant, SnipeItServer(furnished(), ca_file=Path(tenant.ca_file), per_minute=10_000) as server:
        for name, value in server.environment().items():
            monkeypatch.setenv(name, value)
        (tmp_path / "var").mkdir()
        command = CommandLine(tmp_path, capsys)
        command.connect(tenant)
        lay_snipe_it(command, server)
        yield Place(command, tenant, server)


def test_an_environment_is_imported_kept_and_undone(place: Place) -> None:
    command, tenant, snipe_it = place
    first = command.apply()
    again = command.plan()
    tenant.tenant.next_day(new=2, gone=0, renamed=1, re_enrolled=0, reassigned=0, unassigned=0)
    day = command.plan()
    applied = command.apply()
    run = re.findall(r"\d{8}-\d{6}-\w+", command.run("history", "prod").out)[0]
    undone = command.run("undo", "prod", run, "--yes")

    assert [done.code for done in (first, applied, undone)] == [0, 0, 0], undone.err
    assert again["changes"] == []
    assert day["effort"]["writing"] == 2 * len(day["changes"])
    assert "2 removed" in undone.out + undone.err
    assert sum(1 for row in snipe_it.data.tables["hardware"].values() if row["deleted_at"]) == 2
    assert snipe_it.audit.created_twice("hardware", "asset_tag") == {}


def test_an_interrupted_apply_is_shown_and_given_up(place: Place) -> None:
    command, _, snipe_it = place
    snipe_it.inject(Fault(FaultName.UNAUTHORIZED, on="POST /api/v1/hardware", times=None, after=2))
    stopped = command.apply()
    status = command.run("status", "prod")
    run = re.findall(r"interrupted +(\S+),", status.out)[0]
    snipe_it.faults.clear()
    planned = command.run("plan", "prod")
    unsaid = command.run("apply", "prod", "--abandon", run)
    given_up = command.run("apply", "prod", "--abandon", run, "--because", "the token is gone")

    assert (stopped.code, unsaid.code, given_up.code) == (1, 64, 0)
    assert "the token is not valid" in stopped.err
    assert f"Run {run} was interrupted" in " ".join(planned.out.split())
    assert "is given up" in given_up.err
    assert "interrupted" not in command.run("status", "prod").out


@pytest.mark.thorough
def test_assets_are_listed_as_they_were_last_seen_and_nothing_is_asked(place: Place) -> None:
    command, _, snipe_it = place
    command.apply()
    snipe_it.forget_requests()
    listed = command.run("assets", "prod", "--format", "csv")

    assert listed.out.count("AST-0") == len(snipe_it.data.live_assets())
    assert snipe_it.log == ()


def test_a_store_of_ours_has_no_interrupted_run(place: Place) -> None:
    done = place.command.run("apply", "uat", "--abandon", "2026", "--because", "x")

    assert (done.code, "No interrupted run" in done.err) == (64, True)


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (Fault(FaultName.HTML, on="statuslabels", times=None), "instead of JSON. Check the address in `store:`"),
        (Fault(FaultName.REDIRECT, on="statuslabels", times=None), "it leads elsewhere. Check `store.snipeIt.url`"),
        (Fault(FaultName.UNAUTHORIZED, on="users", times=None), "Make a personal access token in Snipe-IT"),
        (Fault(FaultName.FORBIDDEN, on="users", times=None), "Give it the rights that docs/stores.md lists"),
        (Fault(FaultName.WRONG_TOTAL, on="locations", times=None), "The list of locations is not whole"),
    ],
)
def test_a_snipe_it_that_cannot_be_read_is_an_error_and_nothing_is_sent(place: Place, fault: Fault, told: str) -> None:
    command, _, snipe_it = place
    snipe_it.inject(fault)
    done = command.apply()

    assert (done.code, told in " ".join(done.err.split())) == (1, True), done.err
    assert not any(each.writes for each in snipe_it.log)


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({**FIELDS, "imei": "IMIE"}, "Snipe-IT has no custom field IMIE; did you mean IMEI"),
        ({**FIELDS, "imei": "Twice"}, "Snipe-IT has 2 custom fields Twice. Rename all but one there."),
        ({**FIELDS, "enrolledAt": "Day"}, "Day is of the format DATE"),
        ({**FIELDS, "imei": "Secret"}, "Secret is encrypted, so its value is not shown to be compared."),
    ],
)
def test_a_field_that_does_not_fit_is_an_error_that_names_it(place: Place, fields: dict[str, str], told: str) -> None:
    command, _, snipe_it = place
    for name in ("Twice", "Twice"):
        snipe_it.data.add_field(name)
    snipe_it.data.add_field("Day", format_="DATE")
    snipe_it.data.add_field("Secret", encrypted=True)
    lay_snipe_it(command, snipe_it, fields=fields)
    done = command.apply()

    assert (done.code, told in " ".join(done.err.split())) == (1, True), done.err
    assert not any(each.writes for each in snipe_it.log)


def test_a_field_that_hides_its_values_is_an_error_where_nothing_says_that_it_is_encrypted(place: Place) -> None:
    command, _, snipe_it = place
    options, tables = snipe_it.data.options, snipe_it.data.tables
    options.says_encrypted = False
    imei = next(each for each in tables["fields"].values() if each["name"] == "IMEI")
    imei["encrypted"] = True
    model = snipe_it.data.add("models", name="M", category_id=1, fieldset_id=snipe_it.data.named("fieldsets", "Intune"))
    snipe_it.data.add(
        "hardware", asset_tag="A1", name=None, serial=None, model_id=model, status_id=1, **{imei["db_column"]: "1"}
    )
    done = command.apply()

    assert (done.code, "`imei: IMEI` of `store.fields` reads ENCRYPTED" in " ".join(done.err.split())) == (1, True)
    assert snipe_it.audit.writes() == ()


@pytest.mark.parametrize(
    ("version", "told"),
    [
        ("v5.4.4", "Snipe-IT is of version v5.4.4, and this works with 6 to 8. Nothing was planned."),
        ("", "/version names no version, and this works with 6 to 8."),
    ],
)
def test_a_snipe_it_of_an_older_version_is_an_error_and_nothing_is_sent(place: Place, version: str, told: str) -> None:
    command, _, snipe_it = place
    snipe_it.data.options.version = version
    done = command.apply()

    assert (done.code, told in " ".join(done.err.split())) == (1, True), done.err
    assert not any(each.writes for each in snipe_it.log)


def test_a_snipe_it_of_a_newer_version_is_remarked_upon(place: Place) -> None:
    place.snipe_it.data.options.version = "v9.0.1"

    told = [each for summary in place.command.plan()["connections"] for each in summary["warnings"]]
    assert "Snipe-IT is of version 9.0.1, which is newer than those that this was tried with." in told


def test_a_mapping_to_a_field_that_is_not_kept_is_a_problem_of_the_settings(place: Place) -> None:
    command, _, snipe_it = place
    lay_snipe_it(command, snipe_it, fields={name: label for name, label in FIELDS.items() if name != "imei"})

    assert "the store has no place for `imei`" in command.run("validate", "prod").out


def test_a_status_that_is_lacking_is_a_problem_and_assets_that_need_it_wait(place: Place) -> None:
    command, _, snipe_it = place
    snipe_it.data.edit("statuslabels", snipe_it.data.named("statuslabels", "In Use"), name="Used")
    plan = command.plan()

    told = [each["message"] for each in plan["problems"]]
    assert "Snipe-IT has no status In Use, and none is made there. Make it or change catalogue.yaml." in told
    written = [each for change in plan["changes"] for each in change["attributes"] if each["name"] == "status"]
    assert "In Use" not in {each["after"] for each in written}


@pytest.mark.thorough
def test_a_location_that_is_there_twice_is_a_problem(place: Place) -> None:
    command, _, snipe_it = place
    snipe_it.data.add("locations", name="Leeds")
    plan = command.plan()

    assert any("more than one site called Contoso/Leeds" in each["message"] for each in plan["problems"])


def test_a_host_that_only_the_settings_name_is_sent_no_token(place: Place) -> None:
    command, _, snipe_it = place
    lay_snipe_it(command, snipe_it, url="https://assets.elsewhere.example")
    done = command.run("plan", "prod")

    assert done.code == 1
    assert "RECONCILER_ALLOW_HOST=assets.elsewhere.example" in done.err


def test_an_address_where_there_is_no_api_is_an_error_that_says_what_to_check(place: Place) -> None:
    command, _, snipe_it = place
    lay_snipe_it(command, snipe_it, url=f"{snipe_it.url}/assets")
    done = command.apply()

    assert (done.code, "there is no API. Check `store.snipeIt.url`" in " ".join(done.err.split())) == (1, True), (
        done.err
    )
    assert snipe_it.audit.writes() == ()


@pytest.mark.thorough
def test_a_token_that_may_only_read_is_refused_before_a_plan(place: Place) -> None:
    command, _, snipe_it = place
    command.apply()
    snipe_it.data.options.may_write = False
    done = command.apply()

    assert (done.code, "may read assets in Snipe-IT and change none" in done.err) == (1, True), done.err


def test_requests_to_the_store_are_traced_without_its_secrets(place: Place, tmp_path: Path) -> None:
    """The trace of a plan has each request that the simulator has seen."""
    place.snipe_it.forget_requests()
    assert place.command.run("plan", "prod", "--trace", str(tmp_path / "trace")).code == 0
    text = (tmp_path / "trace").read_text()
    lines = [json.loads(line) for line in text.splitlines()]
    traced = [urlsplit(line["url"]).path for line in lines if line["url"].startswith(place.snipe_it.url)]
    assert sorted(traced) == sorted(urlsplit(each.path).path for each in place.snipe_it.log)
    assert place.snipe_it.data.options.token not in text
