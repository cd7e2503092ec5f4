"""Undoing at the command line: what it puts back, what it leaves, and what tells of it (J2)."""

import json
from typing import Any

import pytest
from command_line import CommandLine, Done, everything, rows, write

from reconciler.report.values import moment
from reconciler.simulator.server import Simulator

ALL = ("--allow", "removed=1000", "--allow", "updated=1000", "--because", "a test")


def last_run(cli: CommandLine) -> str:
    """Return the id of the latest run."""
    return str(rows(cli.store, "SELECT run_id FROM run ORDER BY id DESC")[0]["run_id"])


def undo(cli: CommandLine, run: str) -> Done:
    """Undo a run whatever it comes to."""
    done = cli.run("undo", "prod", run, "--yes", *ALL)
    assert done.code == 0, done.err
    return done


def standing(cli: CommandLine) -> dict[str, list[dict[str, Any]]]:
    """Return the assets, bindings, users and software by what people know, without ids and versions."""
    return {
        "assets": rows(cli.store, "SELECT * FROM asset ORDER BY tag"),
        "people": rows(cli.store, "SELECT upn, name, mail, active, entra_id FROM person ORDER BY entra_id"),
        "bindings": rows(
            cli.store,
            "SELECT tag, device_id, presence, bound_at, missing_reads, status_before, status_set "
            "FROM binding JOIN asset ON asset.id = asset_id ORDER BY device_id",
        ),
        "software": rows(
            cli.store,
            "SELECT tag, software_id, asset_software.version FROM asset_software JOIN asset ON asset.id = asset_id "
            "ORDER BY 1, 2, 3",
        ),
    }


_MOVING = ("id", "version", "created_at", "updated_at", "person_id")


def still(found: dict[str, list[dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    """Return what stands without what every write moves."""
    return found | {"assets": [{k: v for k, v in row.items() if k not in _MOVING} for row in found["assets"]]}


@pytest.mark.quick
def test_undoing_the_first_import_leaves_an_empty_store_with_its_catalogue(cli: CommandLine) -> None:
    """Assets, bindings and users are gone, and the entries of the catalogue are said to stay."""
    done = undo(cli, last_run(cli))
    assert standing(cli) == {"assets": [], "people": [], "bindings": [], "software": []}
    assert rows(cli.store, "SELECT count(*) AS n FROM status")[0]["n"] > 0
    assert "catalogue" in done.out
    assert "to remove · users: " in done.out


def test_undoing_the_next_day_restores_the_first(cli: CommandLine, simulator: Simulator) -> None:
    """Every row is as it was before the run but for its id and version; undoing the undo does the run again."""
    before = still(standing(cli))
    simulator.tenant.next_day(new=2, gone=2, renamed=3, re_enrolled=1, reassigned=2, unassigned=1)
    done = cli.apply("--allow", "rebound=9", "--allow", "unlinked=9", *ALL)
    assert done.code == 0, done.err
    after = still(standing(cli))
    assert after != before
    run = last_run(cli)
    undo(cli, run)
    assert still(standing(cli)) == before
    undo(cli, last_run(cli))
    assert still(standing(cli)) == after


def test_a_run_is_looked_for_before_anything_is_asked(cli: CommandLine) -> None:
    """Where there is no terminal: a run that is not there is said to be none, and another one's undo is shown."""
    before = everything(cli.store)
    nothing, done = cli.run("undo", "prod", "nothing"), cli.run("undo", "prod", last_run(cli), *ALL)
    assert (nothing.code, nothing.out) == (64, "")
    assert nothing.err.startswith("The store knows no run 'nothing'.")
    assert (done.code, done.err) == (1, "There is no terminal to ask on, and nothing was done. Add --yes.\n")
    assert done.out.startswith(f"Undo of run {last_run(cli)} · prod (production)")
    assert everything(cli.store) == before


def test_a_created_asset_that_somebody_touched_stays(cli: CommandLine) -> None:
    """A value, a version or a pin that the run did not write keeps the asset; the others go."""
    tags = [row["tag"] for row in rows(cli.store, "SELECT tag FROM asset ORDER BY tag")]
    write(cli.store, "UPDATE asset SET notes = 'mine' WHERE tag = ?", tags[0])
    write(cli.store, "UPDATE asset SET version = 2 WHERE tag = ?", tags[1])
    assert cli.run("store", "pin", "prod", tags[2], "name", "--because", "it is right").code == 0
    done = undo(cli, last_run(cli))
    assert [row["tag"] for row in rows(cli.store, "SELECT tag FROM asset ORDER BY tag")] == tags[:3]
    assert "notes is mine now" in done.out
    assert "somebody wrote it since" in done.out
    assert "name is pinned" in done.out


def test_what_changed_since_is_left_and_told(cli: CommandLine, simulator: Simulator) -> None:
    """Half of the rows that the run wrote have other values by now: those stay, the others go back."""
    before = {row["tag"]: row["name"] for row in standing(cli)["assets"]}
    for device in simulator.tenant.devices.items:
        simulator.tenant.edit(device.id, deviceName=f"new-{device.deviceName}")
    assert cli.apply("--allow", "updated=1000", "--because", "x").code == 0
    tags = sorted(before)
    for tag in tags[::2]:
        write(cli.store, "UPDATE asset SET name = 'by hand' WHERE tag = ?", tag)
    done = undo(cli, last_run(cli))
    assert "name is by hand now, and the run wrote new-" in " ".join(done.out.split())
    assert {row["tag"]: row["name"] for row in standing(cli)["assets"]} == {
        tag: "by hand" if place % 2 == 0 else before[tag] for place, tag in enumerate(tags)
    }


def test_an_undone_run_is_marked_and_not_undone_again(cli: CommandLine) -> None:
    """History and show name both runs; the undone one no longer counts in the limits' window (R2)."""
    first = last_run(cli)
    undo(cli, first)
    second = last_run(cli)
    history = {each["runId"]: each for each in json.loads(cli.run("history", "prod", "--format", "json").out)["runs"]}
    assert (history[first]["undoneBy"], history[second]["undoes"]) == (second, first)
    assert f"by {second}" in cli.run("show", "prod", first).out
    assert first in cli.run("show", "prod", second).out
    again = cli.run("undo", "prod", first, "--yes")
    assert again.code == 1
    assert f"is undone already, by run {second}" in again.err


def test_an_undo_is_held_to_the_limits(cli: CommandLine) -> None:
    """Twenty assets are more than half of the fleet, so removing them needs a person's word."""
    before = standing(cli)
    done = cli.run("undo", "prod", last_run(cli), "--yes")
    assert done.code == 3
    assert "removed" in done.err
    assert standing(cli) == before


def test_what_a_run_was_allowed_its_undo_is_allowed_too(cli: CommandLine, simulator: Simulator) -> None:
    """More assets than the limit were updated, and go back without another --allow; `--all` shows each of them."""
    before = {row["tag"]: row["name"] for row in standing(cli)["assets"]}
    for device in simulator.tenant.devices.items:
        simulator.tenant.edit(device.id, deviceName=f"new-{device.deviceName}")
    assert cli.apply().code == 3
    assert cli.apply("--allow", "updated=1000", "--because", "new names").code == 0
    done = cli.run("undo", "prod", last_run(cli), "--yes", "--all")
    assert done.code == 0, done.err
    assert "--all shows" not in done.out
    assert {row["tag"]: row["name"] for row in standing(cli)["assets"]} == before


def test_a_saved_undo_is_applied_as_any_saved_plan(cli: CommandLine) -> None:
    """`-o` writes nothing to the store; `apply ENV FILE` does it, and marks the run."""
    before, run, file = standing(cli), last_run(cli), str(cli.folder / "undo.json")
    assert cli.run("undo", "prod", run, "-o", file, *ALL).code == 0
    assert standing(cli) == before
    assert cli.apply(file, *ALL).code == 0
    assert standing(cli)["assets"] == []
    assert rows(cli.store, "SELECT count(*) AS n FROM run WHERE undone_by IS NOT NULL") == [{"n": 1}]


def test_an_unknown_run_is_wrong_usage(cli: CommandLine) -> None:
    """It names the command that lists the runs."""
    done = cli.run("undo", "prod", "nothing", "--yes")
    assert done.code == 64
    assert "reconciler history" in done.err


def test_an_undone_connection_is_held_until_somebody_resumes(cli: CommandLine) -> None:
    """Neither an apply nor a scheduled one does again what was undone; status and plan tell of it, and since when."""
    first = last_run(cli)
    undo(cli, first)
    before = standing(cli)
    [hold] = rows(cli.store, "SELECT since FROM hold")
    held = f"intune is paused since {moment(hold['since'])}, when run {first} was undone"
    for arguments in ([], ["--scheduled"]):
        refused = cli.apply(*arguments)
        assert refused.code == 5
        assert held in refused.err
        assert "--resume" in refused.err
    assert standing(cli) == before
    assert held in " ".join(cli.run("status", "prod").out.split())
    assert held in " ".join(cli.run("plan", "prod").out.split())
    assert cli.apply("--resume", "--allow", "created=99", "--because", "x").code == 0
    assert "is paused since" not in cli.run("status", "prod").out
    assert cli.apply().code == 0


def test_other_settings_end_the_hold(cli: CommandLine) -> None:
    """The connection's own settings, not those of the instance; the apply that has them lets go."""
    undo(cli, last_run(cli))
    cli.edit("prod/instance.yaml", "planAge: 24h", "planAge: 23h")
    assert cli.apply().code == 5
    cli.edit("prod/connections/intune/imports.yaml", "createAssets: true", "createAssets: false")
    assert cli.apply().code == 0
    assert standing(cli)["assets"] == []
    cli.edit("prod/connections/intune/imports.yaml", "createAssets: false", "createAssets: true")
    assert cli.apply("--allow", "created=99", "--because", "x").code == 0


def test_undoing_an_undo_ends_its_hold(cli: CommandLine) -> None:
    """What the run did stands again, and so does the run."""
    first = last_run(cli)
    undo(cli, first)
    done = cli.run("undo", "prod", last_run(cli), "--yes", "--allow", "created=99", "--because", "x")
    assert done.code == 0, done.err
    assert "is paused since" not in cli.run("status", "prod").out
    assert "No changes" in cli.run("plan", "prod").out
    assert cli.run("undo", "prod", first, "--yes", *ALL).code == 0
    assert standing(cli)["assets"] == []
