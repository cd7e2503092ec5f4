"""Pruning: old runs lose their changes, and what undo, limits and charts need stays (J1)."""

import pytest
from msgspec.structs import replace
from storing import (
    NOW,
    ORIGIN,
    Where,
    apply,
    changed,
    dump,
    execute,
    first_store,
    plan,
    query,
    state,
    url,
)

from reconciler.errors import LeaseError, UsageError
from reconciler.model.run import Attempt, Prunable, Run
from reconciler.store.opening import open_store

MONTHS = tuple(f"2026-0{month}-15T08:00:00Z" for month in (1, 2, 3))
"""When the runs of a store began and ended, after its first."""
CUTOFF = "2026-03-01T00:00:00Z"


def aged_store(place: Where) -> list[Run]:
    """Make a store with four runs, each a month after the last and with settings of its own; return them."""
    first_store(place)
    for number, month in enumerate(MONTHS):
        renamed = changed("AST-000001", name=(f"LT-{number + 1}", f"LT-{number + 2}"))
        made = plan(renamed, read_at=f"2026-12-0{number + 1}T08:00:00Z", settings_digest=f"s{number + 2}")
        apply(place, made, origin=replace(ORIGIN, started_at=month))
    times = ("2026-01-01T08:00:00Z", *MONTHS)
    for table, column in (("run", "finished_at"), ("settings_revision", "applied_at")):
        execute(place, *(f"UPDATE {table} SET {column} = '{at}' WHERE id = {n}" for n, at in enumerate(times, 1)))
    execute(place, "UPDATE run SET started_at = '2026-01-01T08:00:00Z' WHERE id = 1")
    with open_store(url(place)) as store:
        return list(reversed(store.history(9)))


def prune(place: Where, before: str = CUTOFF) -> Prunable:
    with open_store(url(place), write=True) as store:
        found = store.prunable(before)
        assert store.prune(before) == found
        assert store.prunable(before).nothing()
        return found


def test_what_is_old_loses_its_details_and_keeps_its_row(place: Where) -> None:
    """History, usage and assets are as before; the changes of a pruned run are gone, those of later ones are not."""
    runs = aged_store(place)
    before, usage = state(place), query(place, "SELECT usage FROM run ORDER BY id")
    found = prune(place)
    assert found == Prunable(runs=3, changes=19, attempts=0, settings=2, intents=0)
    assert (state(place), query(place, "SELECT usage FROM run ORDER BY id")) == (before, usage)
    with open_store(url(place)) as store:
        assert [replace(each, pruned_at=None) for each in reversed(store.history(9))] == runs
        assert [bool(each.pruned_at) for each in reversed(store.history(9))] == [True, True, True, False]
        assert [len(store.run(each.run_id).changes) for each in runs] == [0, 0, 0, 1]


def test_a_pruned_run_cannot_be_undone_and_a_kept_one_can(place: Where) -> None:
    """What undoing needs of a run that stays is there: the settings that it was applied with among it."""
    runs = aged_store(place)
    prune(place)
    with open_store(url(place)) as store:
        with pytest.raises(UsageError, match=f"changes of run {runs[1].run_id} were removed from the journal"):
            store.undoable(runs[1].run_id)
        assert store.undoable(runs[3].run_id).detail.changes[0].attributes[0].after == "LT-4"
    digests = [row[0] for row in query(place, "SELECT digest FROM settings_revision ORDER BY id")]
    assert digests == ["s3", "s4"]


def test_the_last_run_keeps_its_changes_however_old(place: Where) -> None:
    """It is the one that is undone."""
    runs = aged_store(place)
    assert prune(place, NOW).runs == 3
    with open_store(url(place)) as store:
        assert len(store.run(runs[3].run_id).changes) == 1


def test_runs_that_undid_each_other_and_those_that_hold_stay_together(place: Where) -> None:
    """A kept run's undo is kept as well, and one that pauses a connection is."""
    aged_store(place)
    execute(
        place,
        "UPDATE run SET undone_by = 4 WHERE id = 2",
        "UPDATE run SET undoes = 2 WHERE id = 4",
        "INSERT INTO hold (tenant_id, run_id, since, settings) VALUES ('t', 1, 'x', '{}')",
    )
    assert prune(place).runs == 1
    assert query(place, "SELECT id FROM run WHERE pruned_at IS NOT NULL") == [(3,)]


def test_old_attempts_go_too(place: Where) -> None:
    """Later ones stay."""
    aged_store(place)
    with open_store(url(place), write=True) as store:
        for at in (MONTHS[0], NOW):
            store.record_attempt(
                Attempt(started_at=at, failed_at=at, who="a", where="b", commit=None, exit_code=1, error="no")
            )
    assert prune(place).attempts == 1
    with open_store(url(place)) as store:
        assert [each.failed_at for each in store.attempts(9)] == [NOW]


def test_nothing_is_pruned_while_an_apply_holds_the_store(place: Where) -> None:
    """An undo that is being written needs the journal."""
    aged_store(place)
    execute(place, "UPDATE lease SET held = true, expires = '2999-01-01T00:00:00Z'")
    before = dump(place)
    with open_store(url(place), write=True) as store, pytest.raises(LeaseError):
        store.prune(CUTOFF)
    assert dump(place) == before
