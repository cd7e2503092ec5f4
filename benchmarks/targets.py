"""The targets, and whether this run met them; where one was missed, or not measured, it says so."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from benchmarks import own_rows as own
from benchmarks import peer_rows as peers
from benchmarks.databases import POSTGRESQL, SQLITE
from benchmarks.measuring import Result

FLEET: Final = 100_000
_TITLES: Final = {SQLITE: "SQLite", POSTGRESQL: "PostgreSQL"}


@dataclass(frozen=True)
class Target:
    """What was promised, what was measured, and whether that is what was promised; None when it was not measured."""

    what: str
    promised: str
    measured: str
    met: bool | None


class Results:
    """The results by name, database and size."""

    def __init__(self, results: Iterable[Result]) -> None:
        self.all = list(results)
        self._by = {(one.row.name, one.database, one.size): one for one in self.all}

    def get(self, name: str, size: int = FLEET, database: str = "") -> Result | None:
        """Return a result that has a time, None when there is none."""
        found = self._by.get((name, database, size))
        return found if found and found.taken else None

    def stopped(self, name: str, size: int) -> float | None:
        """Return the seconds after which a row that differs between no databases was given up without a time."""
        found = self._by.get((name, "", size))
        return found.stopped if found and not found.taken else None


def targets(results: Results) -> Iterator[Target]:
    """Yield every target."""
    for database, title in _TITLES.items():
        yield from _planning(results, database, title)
    yield from _against_peers(results)
    yield from _growth(results)
    for database, title in _TITLES.items():
        yield from _applying(results, database, title)
    yield _rows_written(results)
    yield _ratio(results, "reading 100,000 devices", own.READ, own.WALK, 1.1, "the pages' latencies")
    for name in (own.WRITE_PLAN, own.WRITE_HTML, own.OPEN_HTML):
        found = results.get(name)
        yield Target(f"{name}, 100,000 changes", "≤ 2 s", _seconds(found), found.seconds <= 2 if found else None)  # noqa: PLR2004


def _planning(results: Results, database: str, title: str) -> Iterator[Target]:
    plan, then = results.get(own.PLAN_AGAIN, FLEET, database), f"on {title}"
    yield _ratio(results, f"plan, nothing changed, {then}", own.PLAN_AGAIN, own.FLOOR_READ, 2.5, "the floor", database)
    what = f"the same against a floor of all that it reads, users and bindings too, {then}"
    yield _ratio(results, what, own.PLAN_AGAIN, own.FLOOR_ALL, 2.5, "that floor", database)
    met = plan.peak <= 300 if plan else None  # noqa: PLR2004 - MB
    yield Target(f"its memory {then}", "≤ 300 MB", f"{plan.peak:,.0f} MB" if plan else "not measured", met)
    yield _ratio(results, f"plan, W's changes, {then}", own.PLAN_NEXT, own.PLAN_AGAIN, 1.3, "nothing changed", database)


def _against_peers(results: Results) -> Iterator[Target]:
    for peer, size, times in (
        (peers.DIFFSYNC, FLEET, 10),
        (peers.OCTODNS, FLEET, 5),
        (peers.OCTODNS_YAML, FLEET, 60),
        (peers.TERRAFORM, 10_000, 150),
    ):
        ours, theirs = results.get(own.PLAN_AGAIN, size, SQLITE), results.get(peer, size)
        stopped = results.stopped(peer, size)
        what = f"plan against {peer}, {size:,} devices"
        if ours is not None and stopped is not None:
            least = stopped / ours.seconds
            yield Target(what, f"≥ {times} x faster", f"more than {least:.1f} x", True if least >= times else None)
            continue
        if ours is None or theirs is None:
            yield Target(what, f"≥ {times} x faster", "not measured", None)
            continue
        ratio = theirs.seconds / ours.seconds
        yield Target(what, f"≥ {times} x faster", f"{ratio:.1f} x", ratio >= times)
        if peer == peers.DIFFSYNC:
            share = ours.peak / theirs.peak
            yield Target(f"memory against {peer}", "≤ a third", f"{share:.2f} of it", share <= 1 / 3)


def _growth(results: Results) -> Iterator[Target]:
    less, more = (results.get(own.PLAN_AGAIN, size, SQLITE) for size in (FLEET, 1_000_000))
    promised = "≤ 11 x the time, ≤ 2,500 MB"
    if less is None or more is None:
        yield Target("plan of 1,000,000 devices against 100,000", promised, "not measured", None)
        return
    times = more.seconds / less.seconds
    met = times <= 11 and more.peak <= 2500  # noqa: PLR2004 - as promised
    told = f"{times:.1f} x, {more.peak:,.0f} MB"
    yield Target("plan of 1,000,000 devices against 100,000", promised, told, met)


def _applying(results: Results, database: str, title: str) -> Iterator[Target]:
    bulk = "the bare bulk insert"
    for name in (own.APPLY_FIRST, own.APPLY_USERS):
        yield _ratio(results, f"{name} on {title}", name, own.FLOOR_INSERT, 5, bulk, database)
    yield _ratio(results, f"W's changes applied on {title}", own.APPLY_NEXT, own.PLAN_NEXT, 1, "their plan", database)


def _rows_written(results: Results) -> Target:
    found = [one for one in results.all if one.row.name == own.APPLY_AGAIN and one.database == SQLITE and one.taken]
    counts = [int(one.taken[-1].facts["written"]) for one in found]
    told = ", ".join(f"{count} of {one.size:,}" for one, count in zip(found, counts, strict=True))
    met = len(set(counts)) == 1 if len(counts) > 1 else None
    return Target("rows that a nothing-changed apply writes", "the same, whatever N", told or "not measured", met)


def _ratio(results: Results, what: str, name: str, to: str, most: float, whose: str, database: str = "") -> Target:
    ours, floor = results.get(name, FLEET, database), results.get(to, FLEET, database)
    promised = f"≤ {most:g} x {whose}"
    if ours is None or floor is None:
        return Target(what, promised, "not measured", None)
    ratio = ours.seconds / floor.seconds
    return Target(what, promised, f"{ratio:.2f} x ({ours.seconds:.2f} s to {floor.seconds:.2f} s)", ratio <= most)


def _seconds(result: Result | None) -> str:
    return f"{result.seconds:.2f} s" if result else "not measured"
