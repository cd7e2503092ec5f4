"""The commands on an environment whose assets are in Halo: settings, Intune, ledger and Halo together."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import pytest
from command_line import CommandLine, simulated
from halo_store import furnished, lay_halo

from reconciler.simulator.halo import HaloServer
from reconciler.simulator.server import Simulator
from reconciler.simulator.stores.faults import Fault, FaultName


class Place(NamedTuple):
    """A command line, its tenant and its Halo."""

    command: CommandLine
    tenant: Simulator
    halo: HaloServer


@pytest.fixture
def place(tmp_path: Path, capsys, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    """Serve a tenant and a Halo whose certificate is trusted beside the tenant's."""
    with simulated(10) as tenant, HaloServer(furnished(), ca_file=Path(tenant.ca_file), per_window=10_000) as server:
        for name, value in server.environment().items():
            monkeypatch.setenv(name, value)
        (tmp_path / "var").mkdir()
        command = CommandLine(tmp_path, capsys)
        command.connect(tenant)
        lay_halo(command, server)
        yield Place(command, tenant, server)


@pytest.mark.thorough
def test_an_environment_is_proven_imported_kept_and_undone(place: Place) -> None:
    command, tenant, halo = place
    proven = command.run("store", "prove", "prod", "--yes")
    first = command.apply()
    again = command.plan()
    tenant.tenant.next_day(new=2, gone=0, renamed=1, re_enrolled=0, reassigned=0, unassigned=0)
    day = command.plan()
    applied = command.apply()
    run = re.findall(r"\d{8}-\d{6}-\w+", command.run("history", "prod").out)[0]
    undone = command.run("undo", "prod", run, "--yes")

    assert [done.code for done in (proven, first, applied, undone)] == [0, 0, 0, 0], undone.err
    assert "a move to another site keeps the asset's id: yes" in proven.out
    assert again["changes"] == []
    assert day["effort"]["writing"] == 3 * len(day["changes"])
    assert sum(1 for row in halo.data.assets() if row["inactive"]) == 2
    assert halo.audit.created_twice("assets", "inventory_number") == {}
    assert {write.kind for write in halo.audit.writes() if write.action == "delete"} == {"assets"}


def test_without_proofs_nothing_is_created_and_the_plan_says_what_to_run(place: Place) -> None:
    planned = place.command.run("plan", "prod")

    assert "reconciler store prove" in planned.out
    assert place.halo.audit.writes() == ()


def test_the_examples_are_applied_unchanged_but_for_their_store_and_software_is_one_problem(place: Place) -> None:
    command, _, halo = place
    command.lay("prod/connections/intune/imports.yaml", "software: {import: true}\n")
    command.run("store", "prove", "prod", "--yes")
    told = [each["message"] for each in command.plan()["problems"]]
    applied = command.apply()

    assert [each for each in told if "software" in each] == [
        "Halo keeps no software of assets: set `software.import: false` in imports.yaml."
    ]
    assert (applied.code, len(halo.data.assets())) == (0, 10), applied.err


def test_answers_of_another_version_are_remarked_upon_until_they_are_proven_again(place: Place) -> None:
    command, _, halo = place

    def told() -> list[str]:
        warnings = [each for summary in command.plan()["connections"] for each in summary["warnings"]]
        return [each for each in warnings if "store prove" in each]

    halo.data.options.version = "2.210.1"
    command.run("store", "prove", "prod", "--yes")
    proven = told()
    halo.data.options.version = "2.212.7"
    after = told()
    command.run("store", "prove", "prod", "--yes")

    assert (proven, told()) == ([], [])
    assert after == [
        (
            "What `store prove` found out is true of Halo 2.210.1, and this is 2.212.7: prove again, with "
            "`reconciler store prove`."
        )
    ]


def test_a_plan_says_how_many_requests_it_takes(place: Place) -> None:
    place.command.run("store", "prove", "prod", "--yes")

    assert "requests to the store, 1 minute" in " ".join(place.command.run("plan", "prod").out.split())


def test_a_store_of_ours_has_nothing_to_prove(place: Place) -> None:
    done = place.command.run("store", "prove", "uat", "--yes")

    assert (done.code, "The store of uat is our own database" in done.err) == (64, True)


@pytest.mark.thorough
def test_a_recording_plans_the_same_without_the_halo_and_its_secret(place: Place, monkeypatch) -> None:
    command, _, halo = place
    command.run("store", "prove", "prod", "--yes")
    command.apply()
    halo.data.set_field(halo.data.assets()[0]["id"], "Model", "Somebody's")
    file = str(command.folder / "prod.gz")
    recorded = command.run("record", "prod", "-o", file)
    live = command.plan()
    monkeypatch.delenv("HALO_SECRET")
    halo.forget_requests()
    from_file = command.plan("prod", "--recording", file)

    assert (recorded.code, halo.log) == (0, ())
    assert (from_file["changes"], from_file["problems"]) == (live["changes"], live["problems"])
    assert len(live["changes"]) == 1


@pytest.mark.thorough
@pytest.mark.parametrize(
    "arguments",
    [("assets", "prod"), ("status", "prod"), ("explain", "prod", "AST-000001"), ("store", "check", "prod")],
)
def test_what_looks_at_a_store_works_beside_a_halo(place: Place, arguments: tuple[str, ...]) -> None:
    place.command.run("store", "prove", "prod", "--yes")
    place.command.apply()
    done = place.command.run(*arguments)

    assert done.code == 0, done.err
    assert done.out


@pytest.mark.thorough
def test_a_limit_stops_an_apply_before_anything_is_sent(place: Place) -> None:
    command, tenant, halo = place
    command.run("store", "prove", "prod", "--yes")
    command.apply()
    written = len(halo.audit.writes())
    tenant.tenant.next_day(new=0, gone=8, renamed=0, re_enrolled=0, reassigned=0, unassigned=0)

    assert command.apply().code == 3
    assert len(halo.audit.writes()) == written


@pytest.mark.thorough
def test_a_restored_copy_is_refused_until_it_is_adopted(place: Place) -> None:
    command, tenant, halo = place
    command.run("store", "prove", "prod", "--yes")
    command.apply()
    with HaloServer(halo.data.restored_copy(), ca_file=Path(tenant.ca_file), per_window=10_000) as copy:
        lay_halo(command, copy)
        refused = command.apply()
        adopted = command.run("store", "adopt", "prod", "--yes")
        after = command.apply()

    assert (refused.code, "it looks like a copy" in refused.err) == (1, True)
    assert (adopted.code, after.code) == (0, 0), adopted.err + after.err


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (Fault(FaultName.HTML, on="token", times=None), "is the one that people open Halo at"),
        (Fault(FaultName.HTML, on="InstanceInfo", times=None), "Check the address in `store:`"),
        (Fault(FaultName.FORBIDDEN, on="Site", times=None), "Give the application read:customers"),
        (Fault(FaultName.WRONG_TOTAL, on="Site$", times=None), "The list of sites is not whole"),
    ],
)
def test_a_halo_that_cannot_be_read_is_an_error_and_nothing_is_sent(place: Place, fault: Fault, told: str) -> None:
    command, _, halo = place
    halo.inject(fault)
    done = command.apply()

    assert (done.code, told in " ".join(done.err.split())) == (1, True), done.err
    assert halo.audit.writes() == ()


def test_requests_to_the_store_are_traced_without_its_secrets(place: Place, tmp_path: Path) -> None:
    """The trace of a plan has each request that the simulator has seen."""
    place.halo.forget_requests()
    assert place.command.run("plan", "prod", "--trace", str(tmp_path / "trace")).code == 0
    text = (tmp_path / "trace").read_text()
    lines = [json.loads(line) for line in text.splitlines()]
    traced = [urlsplit(line["url"]).path for line in lines if line["url"].startswith(place.halo.url)]
    assert sorted(traced) == sorted(urlsplit(each.path).path for each in place.halo.log)
    assert place.halo.data.options.secret not in text
