"""Random fleets driven through days of random events, with real runs in a real store, and what must hold after each.

`.venv/bin/pytest -m thorough -s tests/days` tells how many days and events were driven, and which cells of the table
*Presence* they reached.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from postgres import Database, Server
from random_days.driving import KINDS, UNDO, Figures, Happening, drive
from storing import Where, empty_store

Days = list[list[Happening]]

_BEGINNING = (
    ("enrol",) * 6 + ("hire",) * 3 + ("record an asset", "record a user", "change a setting", "change a setting")
)
_LIFE = (
    *("enrol", "enrol its twin", "enrol elsewhere", "enrol again", "delete", "come back"),
    *("leave scope", "enter scope", "fall silent", "wake", "list it not", "prove nothing of it"),
    *("change a setting", "reassign", "set status", "return to a chosen status", UNDO, UNDO),
)

settings.register_profile(
    "days", derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)
DAYS = settings.get_profile("days")

REACHED = {
    *((row, "no binding, created") for row in ("1", "2")),
    ("1", "no binding, matched"),
    *((row, "present") for row in ("1", "2", "3", "4", "5", "6", "7", "8", "10")),
    *((row, "missing") for row in ("5", "9")),
    *((row, "excluded") for row in ("3", "5")),
    *((row, "deleted") for row in ("1", "6")),
}
"""Cells of the table *Presence* that the many fleets come to, active or not; each single cell is in
`planning/test_presence.py`."""


def stories(most: int) -> st.SearchStrategy[Days]:
    """Return a strategy for the days of a fleet: a first one in which it is there, and others in which anything is."""
    numbers = st.integers(0, 30), st.integers(0, 15)
    first = st.lists(st.tuples(st.sampled_from(_BEGINNING), *numbers), min_size=3, max_size=9)
    later = st.lists(st.tuples(st.sampled_from((*_LIFE, *_LIFE, *KINDS)), *numbers), max_size=8)
    return st.builds(lambda one, others: [one, *others], first, st.lists(later, min_size=1, max_size=most))


@contextmanager
def on_sqlite() -> Iterator[Where]:
    """Give an empty store in a file."""
    with TemporaryDirectory() as folder:
        yield empty_store(Path(folder) / "store.db")


@contextmanager
def on_server(server: Server) -> Iterator[Where]:
    """Give an empty store on a server."""
    made = Database(server)
    try:
        yield empty_store(made)
    finally:
        made.leave()


@settings(DAYS, max_examples=8)
@given(stories(4))
def test_a_few_fleets_survive_their_days(story: Days) -> None:
    """After each day, and each undo, everything holds that `random_days.driving` looks at."""
    with on_sqlite() as place:
        drive(place, story, Figures())


@pytest.mark.thorough
def test_many_fleets_survive_their_days_and_reach_every_cell() -> None:
    """Thousands of events, and each cell of the table *Presence* that a life can be in."""
    figures = Figures()

    @settings(DAYS, max_examples=250)
    @given(stories(9))
    def survive(story: Days) -> None:
        with on_sqlite() as place:
            drive(place, story, figures)

    survive()
    sys.stdout.write(f"\n{figures}")
    assert sum(figures.events.values()) > 4000
    assert {(row, life.removesuffix(", inactive")) for row, life in figures.cells} >= REACHED


@pytest.mark.thorough
def test_fleets_survive_their_days_on_a_server(server: Server) -> None:
    """The same on PostgreSQL, with fewer fleets."""
    figures = Figures()

    @settings(DAYS, max_examples=25)
    @given(stories(6))
    def survive(story: Days) -> None:
        with on_server(server) as place:
            drive(place, story, figures)

    survive()
    sys.stdout.write(f"\non PostgreSQL: {figures}")
