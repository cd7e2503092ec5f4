"""Killed in the middle (A3): whatever the moment, the rows are those of before or of after, and the next run works."""

import random
import signal
import time
from functools import partial
from pathlib import Path

import pytest
from crashing import (
    DAY_AFTER,
    IMPORT,
    KILLS,
    Ended,
    after,
    apply_now,
    calls_of,
    dying_at,
    in_child,
    points,
    rows,
    wait_for_server,
)
from postgres import Database
from storing import Where, dump, empty_store, url

from reconciler.errors import StaleError
from reconciler.store.database.migrations import REVISIONS
from reconciler.store.opening import initialise

SEED = 20261123
DONE = Ended(0, 0)
"""A process makes some calls more or less each time, so the last point may lie behind its end."""


def imported(where: Where) -> Where:
    """Make a store with a fleet."""
    apply_now(empty_store(where), IMPORT)
    return where


def another(where: Where, name: str) -> Where:
    """Return another place of the same kind."""
    return Database(where.server) if isinstance(where, Database) else where.with_name(name)


@pytest.fixture
def before_and_after(place: Where) -> tuple[dict, dict, int, float]:
    """Return the rows before and after an apply that nobody killed, its number of calls, and how long it took."""
    where = imported(another(place, "whole.db"))
    before, started = rows(where), time.monotonic()
    calls = calls_of(partial(apply_now, where, DAY_AFTER))
    took, found = time.monotonic() - started, rows(where)
    if isinstance(where, Database):
        where.leave()
    return before, found, calls, took


def check(where: Where, before: dict, whole: dict) -> bool:
    """Say whether the apply was kept; it was wholly or not at all, and the next run leads to the same."""
    wait_for_server(where)
    found = rows(where)
    assert found in (before, whole)
    if found == before:
        apply_now(where, DAY_AFTER)
        assert rows(where) == whole
    else:
        with pytest.raises(StaleError):
            apply_now(where, DAY_AFTER)
    return found == whole


def test_an_apply_killed_at_any_call_is_kept_wholly_or_not_at_all(place: Where, before_and_after) -> None:
    """Killed at points spread over the whole apply, opening and closing the store among them."""
    before, whole, calls, _ = before_and_after
    kept = []
    for number, call in enumerate(points(calls, KILLS, SEED)):
        where = imported(another(place, f"{number}.db"))
        ended = in_child(dying_at(call, partial(apply_now, where, DAY_AFTER)))
        assert ended in (Ended(signal.SIGKILL, 0), DONE)
        kept.append(check(where, before, whole))
        if isinstance(where, Database):
            where.leave()
    assert kept == sorted(kept), "what is kept once is kept at every later point"
    assert not kept[0]


def test_an_apply_killed_at_any_time_is_kept_wholly_or_not_at_all(place: Where, before_and_after) -> None:
    """Killed from outside, in the middle of what the database does too."""
    before, whole, _, took = before_and_after
    picked = random.Random(SEED)
    for number in range(KILLS):
        where = imported(another(place, f"{number}.db"))
        in_child(partial(apply_now, where, DAY_AFTER), after(picked.uniform(0, took), signal.SIGKILL))
        check(where, before, whole)
        if isinstance(where, Database):
            where.leave()


def test_a_migration_killed_at_any_call_is_made_wholly_or_not_at_all(place: Where) -> None:
    """There is no store, or one of the last revision; making it again makes it."""
    pattern = another(place, "whole.db")
    calls = calls_of(lambda: initialise(url(pattern)))
    tables = dump(pattern)
    if isinstance(pattern, Database):
        pattern.leave()
    for number, call in enumerate(points(calls, KILLS, SEED)):
        where = another(place, f"{number}.db")
        address = url(where)
        assert in_child(dying_at(call, partial(initialise, address))) in (Ended(signal.SIGKILL, 0), DONE)
        wait_for_server(where)
        found = dump(where) if not isinstance(where, Path) or where.exists() else {}
        assert found in ({}, tables)
        initialise(address)
        assert dump(where) == tables
        assert tables["alembic_version"] == [(REVISIONS[-1],)]
        if isinstance(where, Database):
            where.leave()


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_apply_is_kept_wholly_or_not_at_all(place: Where, before_and_after, sent: int) -> None:
    """Ctrl-C, or a pipeline that stops its job: it ends as interrupted, or it was done already."""
    before, whole, _, took = before_and_after
    picked = random.Random(SEED)
    for number in range(max(2, KILLS // 4)):
        where = imported(another(place, f"{number}.db"))
        ended = in_child(partial(apply_now, where, DAY_AFTER), after(picked.uniform(0, took), sent))
        assert ended in (Ended(0, 130), DONE, Ended(sent, 0))
        kept = check(where, before, whole)
        assert kept or ended != DONE
        if isinstance(where, Database):
            where.leave()
