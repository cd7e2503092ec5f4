"""One command for many environments: each by itself, one table of all, the worst exit code (N1, N2, N6)."""

import signal
import subprocess
import time
from pathlib import Path

import pytest
from command_line import git, rows, write
from many_environments import ManyEnvironments, hanging

from reconciler.run.fleet.selection import order_of_day
from reconciler.simulator.server import Simulator

NAMES = ("acme", "birch", "cedar")
OTHER_TENANT = "00000000-1111-4222-8333-444444444444"


def test_every_environment_is_applied_by_itself_and_told_in_one_table(
    fleet: ManyEnvironments, simulator: Simulator
) -> None:
    """As `apply` does for one: a run of its own in a store of its own."""
    fleet.connect_all(simulator, NAMES)
    done, applied = fleet.fleet("apply", "--yes", "--jobs", "2")
    assert (done.code, sorted(applied)) == (0, list(NAMES))
    for name in NAMES:
        [run] = rows(fleet.store_of(name), "SELECT * FROM run")
        assert (applied[name]["run"], applied[name]["devices"]) == (run["run_id"], 20)
    assert {row["changes"]["created"] for row in applied.values()} == {16}


@pytest.mark.thorough
def test_five_environments_broken_in_five_ways_stop_no_other(fleet: ManyEnvironments, simulator: Simulator) -> None:
    """Each is named with what is wrong with it, the exit code is the worst one, and the others are done."""
    fleet.connect_all(simulator, (*NAMES, "over"))
    assert fleet.fleet("apply", "--yes")[0].code == 0
    tenant = simulator.tenant.tenant_id
    fleet.edit("over/instance.yaml", "version: 1", "version: 1\nlimits: {deletedInIntune: {percent: 0, count: 0}}")
    simulator.tenant.next_day(new=0, gone=3, renamed=0, re_enrolled=0, reassigned=0, unassigned=0)
    fleet.add("yaml", tenant=tenant, instance="limits: {window: 24h\n")
    fleet.add("secret", tenant=tenant)
    fleet.lay_secret("secret", "NOT_SET_{environment}")
    fleet.add("tenant", tenant=OTHER_TENANT)
    fleet.add("store", tenant=tenant)
    (fleet.folder / "var/store.db").mkdir()
    done, found = fleet.fleet("apply", "--yes", "--jobs", "2")
    assert done.code == 1
    codes = {name: row["exitCode"] for name, row in found.items()}
    assert codes == dict.fromkeys(NAMES, 0) | {"over": 3, "yaml": 1, "secret": 1, "tenant": 1, "store": 1}
    assert "`{` is not closed" in found["yaml"]["error"]
    assert "NOT_SET_SECRET" in found["secret"]["error"]
    assert "Over a limit" in found["over"]["error"]
    assert "store.db" in found["store"]["error"]
    assert found["tenant"]["error"]
    assert {row["changes"]["deletedInIntune"] for name, row in found.items() if name in NAMES} == {3}


def test_the_table_is_text_markdown_and_html(fleet: ManyEnvironments, simulator: Simulator) -> None:
    """The worst stands first; what is wrong is told below its row; a name that obeys nothing is shown."""
    fleet.connect_all(simulator, NAMES)
    fleet.add("dogwood", tenant=simulator.tenant.tenant_id, instance="limitz: {}\n")
    text = fleet.run("fleet", "validate").out
    assert text.splitlines()[:4] == [
        "environment  result",
        "dogwood      failed",
        "    environments/dogwood/instance.yaml:5: unknown key `limitz` · 3 warnings",
        "acme         done",
    ]
    assert text.endswith("\n4 environments: 1 failed, 3 done.\n")
    markdown = fleet.run("fleet", "validate", "--format", "markdown").out
    assert markdown.startswith("<!-- reconciler:fleet -->\n#### Fleet\n\n**4 environments: 1 failed, 3 done.**\n")
    assert "| `dogwood` | `failed` |" in markdown
    page = fleet.run("fleet", "validate", "--format", "html").out
    assert '<tr class="failed"><td>dogwood</td><td>failed</td>' in page
    assert "default-src &#39;none&#39;" in page or "default-src 'none'" in page


def test_environments_are_selected_by_patterns(fleet: ManyEnvironments, simulator: Simulator) -> None:
    fleet.connect_all(simulator, NAMES)
    assert sorted(fleet.fleet("validate", "--select", "a*", "--select", "ced?r")[1]) == ["acme", "cedar"]
    done = fleet.run("fleet", "validate", "--select", "birsh")
    assert (done.code, "--select birsh selects no environment" in done.err) == (64, True)
    assert "Did you mean `birch`?" in done.err


def test_recordings_are_written_and_planned_from(fleet: ManyEnvironments, simulator: Simulator) -> None:
    """A plan from them needs no network and no secret, and is the one that `plan` makes."""
    fleet.connect_all(simulator, NAMES)
    folder = fleet.folder / "recordings"
    folder.mkdir()
    done, recorded = fleet.fleet("record", "-o", str(folder))
    assert (done.code, {row["devices"] for row in recorded.values()}) == (0, {20})
    assert sorted(path.name for path in folder.iterdir()) == [f"{name}.rec.gz" for name in NAMES]
    (folder / "cedar.rec.gz").unlink()
    done, planned = fleet.fleet(
        "plan", "--recordings", str(folder), "--jobs", "2", variables={"INTUNE_CLIENT_SECRET": ""}
    )
    assert {name: row["exitCode"] for name, row in planned.items()} == {"acme": 0, "birch": 0, "cedar": 64}
    alone = fleet.plan("birch", "--recording", str(folder / "birch.rec.gz"))
    assert planned["birch"]["digest"] == alone["digest"]
    assert "there is no recording cedar.rec" in planned["cedar"]["error"]
    assert done.code == 64


def test_a_pull_requests_impact_is_one_comment(fleet: ManyEnvironments, simulator: Simulator) -> None:
    """What merging changes stands in the first line; an environment that cannot be planned hides no other (N4)."""
    fleet.connect_all(simulator, NAMES)
    folder = fleet.folder / "recordings"
    folder.mkdir()
    assert fleet.fleet("record", "-o", str(folder))[0].code == 0
    git(fleet.folder, "init", "--quiet", "--initial-branch", "main")
    git(fleet.folder, "add", "environments")
    git(fleet.folder, "commit", "--quiet", "--message", "settings")
    planned = ("fleet", "plan", "--recordings", str(folder), "--base", "main", "--format", "markdown")
    assert (
        "**Merging changes nothing in 3 environments.** No limit stops the next apply because of it.\n"
        in fleet.run(*planned).out
    )
    fleet.edit("_shared/connections/_shared/imports.yaml", "createAssets: true", "createAssets: false")
    write_file(fleet.environments / "cedar/connections/intune/imports.yaml", "version: 1\ncreateAssets: true\n")
    (folder / "acme.rec.gz").unlink()
    done = fleet.run(*planned)
    marker, head, rest = done.out.split("\n\n", 2)
    assert marker == "<!-- reconciler:fleet -->"
    assert head == (
        "**\N{WARNING SIGN} Merging changes 16 assets (16 taken out of scope) in 1 environment of 2.** No limit stops "
        "the next apply because of it. 1 environment could not be planned."
    )
    assert "| `birch` |" in rest
    assert "`16 created`" in rest
    assert "`cedar`" not in done.out


def write_file(file: Path, text: str) -> None:
    file.write_text(text)


@pytest.mark.thorough
def test_status_is_of_all_in_one_screen(fleet: ManyEnvironments, simulator: Simulator) -> None:
    """A connection that was not read for longer than --max-age fails, and when a credential ends is told."""
    fleet.connect_all(simulator, NAMES)
    fleet.edit("_shared/connections/_shared/connection.yaml", '"}', '"}, expires: 2027-06-30')
    assert fleet.fleet("apply", "--yes")[0].code == 0
    write(fleet.store_of("birch"), "UPDATE connection_read SET read_at = '2020-01-01T00:00:00Z'")
    done, found = fleet.fleet("status", "--max-age", "26h")
    assert (done.code, {name: row["exitCode"] for name, row in found.items()}) == (
        1,
        {"acme": 0, "birch": 1, "cedar": 0},
    )
    assert found["birch"]["error"] == "connection intune was last read at 2020-01-01T00:00:00Z"
    assert {row["credentialEnds"] for row in found.values()} == {"2027-06-30"}


def test_a_scheduled_apply_begins_in_another_order_every_day() -> None:
    """None always waits for the same others."""
    names = [f"t{number}" for number in range(40)]
    days = [order_of_day(names, f"2026-12-{day:02}") for day in range(1, 29)]
    assert all(sorted(day) == sorted(names) for day in days)
    assert len({day[0] for day in days}) > 10
    assert order_of_day(names, "2026-12-01") == days[0]


@pytest.mark.thorough
def test_a_tenant_that_hangs_holds_up_nobody_else(fleet: ManyEnvironments, simulator: Simulator) -> None:
    """Its time is up after --time-out, and its row says so."""
    fleet.connect_all(simulator, NAMES[:2])
    with hanging() as address:
        fleet.add("hangs", tenant=simulator.tenant.tenant_id)
        (fleet.environments / "hangs/connections/intune/connection.yaml").write_text(
            f"version: 1\ntenantId: {OTHER_TENANT}\ncloud: {{authority: '{address}', graph: '{address}'}}\n"
        )
        done, found = fleet.fleet("apply", "--yes", "--jobs", "2", "--time-out", "8s")
    assert done.code == 1
    assert {name: row["exitCode"] for name, row in found.items()} == {"acme": 0, "birch": 0, "hangs": 1}
    assert found["hangs"]["error"] == "not finished in the 8 seconds that an environment may take"


@pytest.mark.thorough
def test_a_worker_that_is_killed_is_replaced_and_its_environment_done_again(
    fleet: ManyEnvironments, simulator: Simulator
) -> None:
    """SIGKILL in the middle of applies: every environment is applied in the end."""
    names = [f"t{number}" for number in range(6)]
    fleet.connect_all(simulator, names)
    command = fleet.command("fleet", "apply", "--yes", "--jobs", "2", "--format", "json")
    running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    children = Path(f"/proc/{running.pid}/task/{running.pid}/children")
    waited = time.monotonic() + 60
    while simulator.tally.total < 10 and time.monotonic() < waited:
        time.sleep(0.02)
    workers = [int(each) for each in children.read_text().split()]
    assert len(workers) >= 2
    subprocess.run(["kill", "-KILL", str(workers[0])], check=True)
    out, err = running.communicate(timeout=120)
    assert running.returncode == 0, err
    assert out.count('"exitCode": 0') == len(names)
    for name in names:
        assert rows(fleet.store_of(name), "SELECT count(*) AS n FROM asset")[0]["n"] == 16


@pytest.mark.thorough
def test_ctrl_c_ends_what_runs_and_tells_what_was_done(fleet: ManyEnvironments, simulator: Simulator) -> None:
    """What had not begun says so, and the table is still shown."""
    names = [f"t{number:02}" for number in range(12)]
    fleet.connect_all(simulator, names)
    command = fleet.command("fleet", "apply", "--yes", "--jobs", "2", "--format", "json")
    running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    waited = time.monotonic() + 60
    while not fleet.store_of("t00").exists() and time.monotonic() < waited:
        time.sleep(0.02)
    running.send_signal(signal.SIGINT)
    out, err = running.communicate(timeout=120)
    assert running.returncode == 130, err
    assert out.count('"environment": "t') == len(names)
    assert "not begun: interrupted" in out
    assert "Traceback" not in err
