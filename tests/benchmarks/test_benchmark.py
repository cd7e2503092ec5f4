"""The benchmark itself: what it generates, what it measures, and the page that it writes."""

import json
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

import pytest

from benchmarks import guard, report
from benchmarks import own_rows as own
from benchmarks.beside import beside
from benchmarks.chart import chart
from benchmarks.databases import SQLITE
from benchmarks.fleet import Fleet
from benchmarks.ground import Ground, fill, make_fleet
from benchmarks.measuring import Result, measured
from benchmarks.peer_rows import PEER_ROWS
from benchmarks.processes import Measurement, measure, step
from benchmarks.rows import Part
from benchmarks.targets import Results, targets

SIZES = (1_000, 10_000, 100_000)


def taken(seconds: float, peak: float = 100, **facts: float) -> Measurement:
    """Return a measurement."""
    return Measurement(seconds, seconds, peak, seconds, facts)


def made_up(peers_seconds: float = 50) -> Results:
    """Return results as a whole run has them: our rows take a second, the peers' longer."""
    found = []
    for row in (*own.OWN_ROWS, *PEER_ROWS):
        seconds = peers_seconds if row.part is Part.PEERS else 1.0
        for database in ("sqlite", "postgresql") if row.databases else ("",):
            for size in SIZES:
                times = [taken(seconds * factor, written=7) for factor in (0.9, 1, 1.2)] if size <= row.most else []
                found.append(Result(row, database, size, times, None if times else "not tried"))
    return Results(found)


def test_the_steps_of_the_tool_load_no_simulator() -> None:
    """What is measured is what the commands do, and they do not load it."""
    program = "import sys, benchmarks.tool; print(any('simulator' in name for name in sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_the_next_day_has_the_promised_shares() -> None:
    """Of 1,000 devices 1 % are new, 1 % gone, 5 % have one to three changed fields and 0.5 % no user any more."""
    fleet = Fleet(1000)
    before = {device.id: device for device in fleet.first()}
    after = {device.id: device for device in fleet.next()}
    kinds: Counter[str] = Counter()
    for key, device in before.items():
        if key not in after:
            kinds["gone"] += 1
            continue
        names = [name for name in device.__struct_fields__ if getattr(device, name) != getattr(after[key], name)]
        if "userPrincipalName" in names:
            kinds["userless"] += 1
        elif names:
            assert 1 <= len(names) <= 3
            kinds["changed"] += 1
    assert len(after.keys() - before.keys()) == 10
    assert kinds == {"gone": 10, "changed": 50, "userless": 5}


def test_one_seed_makes_one_fleet() -> None:
    """The same seed gives the same devices, another one others."""
    assert list(Fleet(50).next()) == list(Fleet(50).next())
    assert list(Fleet(50).first()) != list(Fleet(50, seed=2).first())


def test_a_process_is_measured_and_stopped_in_time() -> None:
    """Time, CPU and memory are the process's own; one that takes too long has no measurement."""
    busy = measure([sys.executable, "-c", "x = bytearray(80_000_000); sum(range(3_000_000))"])
    assert busy is not None
    assert busy.peak > 80
    assert 0 < busy.cpu <= busy.seconds * 1.1
    assert measure([sys.executable, "-c", "import time; time.sleep(60)"], timeout=0.2) is None
    with pytest.raises(RuntimeError, match="exited with 3"):
        measure([sys.executable, "-c", "raise SystemExit(3)"])


def test_every_row_and_target_is_on_the_page() -> None:
    """The page has every row, and says of each target whether it was met, missed or not measured."""
    page = report.results_page(made_up(), "a machine", "some versions", "make bench")
    for row in (*own.OWN_ROWS, *PEER_ROWS):
        assert f"| {row.name} | " in page
    verdicts = Counter(target.met for target in targets(made_up()))
    assert verdicts == {True: 21, False: 3, None: 1}
    assert "1.00 s (0.90 to 1.20), 100 MB" in page
    assert "not tried" in page


def test_a_target_that_a_peer_does_not_grant_is_missed() -> None:
    """Ten times DiffSync's speed is met at ten times, and missed just under."""

    def verdict(seconds: float) -> bool | None:
        return next(each.met for each in targets(made_up(seconds)) if "against DiffSync" in each.what)

    assert (verdict(10), verdict(9.9)) == (True, False)


def test_a_peer_that_was_given_up_counts_as_the_time_it_had() -> None:
    """100 seconds without an end are enough for a target that they exceed, and leave another one open."""
    results = made_up()
    for one in results.all:
        if one.row.part is Part.PEERS:
            one.taken, one.stopped = [], 100.0
    verdicts = {target.what.split(",")[0]: target.met for target in targets(results) if "faster" in target.promised}
    assert list(verdicts.values()) == [True, True, True, None]


def test_the_guard_gives_a_half_more_room() -> None:
    """A ratio at one and a half times its record passes, just over it does not; what is guarded has a record."""
    recorded = json.loads(guard.RECORDED.read_text())
    assert guard.too_slow({name: ratio * 1.5 for name, ratio in recorded.items()}, recorded) == []
    assert guard.too_slow({name: ratio * 1.51 for name, ratio in recorded.items()}, recorded) == list(guard.TO)


def test_the_readme_shows_what_was_measured() -> None:
    """Its section is the one that the results page makes."""
    readme = report.README.read_text()
    section = report.readme_section(report.RESULTS.read_text())
    assert section in readme
    assert readme == report.with_section(readme, section)


def test_the_chart_has_a_line_for_each_tool() -> None:
    """It is well-formed, names every line, and has colours for dark pages."""
    drawn = ElementTree.fromstring(chart(made_up()))
    labels = [text.text for text in drawn.iter("{http://www.w3.org/2000/svg}text")]
    assert {"reconciler plan, SQLite", "DiffSync", "octoDNS from YAML", "100,000"} <= set(labels)
    assert "prefers-color-scheme: dark" in chart(made_up())


def test_the_page_names_no_path_or_host() -> None:
    """What was committed holds nothing of the machine but its processor, cores and memory."""
    page = report.RESULTS.read_text()
    assert not re.search(r"(?<![\w./])/(?:home|root|tmp|usr|work)/", page)


@pytest.mark.thorough
def test_a_small_fleet_is_measured(tmp_path: Path) -> None:
    """Every row that needs no peer runs on 200 devices, and tells that it did what it is about."""
    serve = step("reading", "serve", folder=str(tmp_path), size=200, seed=1)
    ground = Ground(200, tmp_path, SQLITE, "", None)
    make_fleet(tmp_path, 200, seed=1)
    fill(ground)
    with beside(serve):
        results = Results(measured(own.OWN_ROWS, [ground], 1, 60, lambda text: None))
    assert all(result.taken for result in results.all)
    facts = {result.row.name: result.taken[0].facts for result in results.all}
    assert facts[own.FLOOR_READ]["rows"] == 200
    assert facts[own.PLAN_AGAIN]["counts"] == {}
    changes = {"created": 2, "deletedInIntune": 2, "moved": 1, "unlinked": 1, "updated": 9}
    changes["asset-update"] = 1  # storage alone changed, which counts against no limit (R5)
    assert facts[own.PLAN_NEXT]["counts"] == changes
    assert facts[own.READ]["devices"] == 200
    assert facts[own.APPLY_AGAIN]["written"] < facts[own.APPLY_NEXT]["written"] < facts[own.APPLY_FIRST]["written"]
