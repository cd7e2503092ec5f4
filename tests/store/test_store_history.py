"""The journal and the numbers of a store: history, one run, status (J1)."""

import pytest
from msgspec.structs import replace
from storing import (
    FIRST_PLAN,
    NEXT_READ,
    ORIGIN,
    READ,
    TENANT,
    Where,
    apply,
    bound,
    changed,
    empty_store,
    execute,
    first_store,
    life,
    plan,
    url,
)

from reconciler.errors import StoreError, UsageError
from reconciler.model.plan import Action, Change, Kind
from reconciler.model.run import LicenceUse, Outcome, Run, StoreStatus
from reconciler.model.state import Presence
from reconciler.store.opening import open_store

UPDATE = plan(
    changed("AST-000001", kinds=(Kind.UPDATED, Kind.MOVED), name=("LT-1", "LT-9"), storageGb=(256, None)),
    bindings=(bound("AST-000002", life("d2", Presence.MISSING, missing_reads=1), life("d2")),),
    read_at=NEXT_READ,
    digest="p2",
)
SECOND = replace(
    ORIGIN, started_at="2026-11-24T08:01:02Z", commit=None, clean=False, allowances={"moved": 7}, because="a new office"
)


def test_an_outcome_says_what_was_written(place: Where) -> None:
    """The run's id begins with the time, so that ids sort."""
    outcome = apply(first_store(place), UPDATE, origin=SECOND)
    assert outcome.run_id.startswith("20261124-080102-")
    assert outcome == Outcome(
        run_id=outcome.run_id, revision=outcome.revision, changes=1, bindings=1, counts={"moved": 1, "updated": 1}
    )


def test_the_history_has_the_latest_runs_first(place: Where) -> None:
    """Each with who, from where, what, and what was allowed and why."""
    first_store(place)
    outcome = apply(place, UPDATE, origin=SECOND)
    with open_store(url(place), write=False) as store:
        newest, oldest = store.history(9)
        assert store.history(1) == (newest,)
    assert newest == Run(
        run_id=outcome.run_id,
        instance="prod",
        started_at="2026-11-24T08:01:02Z",
        finished_at=newest.finished_at,
        who="ann",
        where="laptop",
        commit=None,
        clean=False,
        plan_digest="p2",
        counts={"moved": 1, "updated": 1},
        allowances={"moved": 7},
        because="a new office",
    )
    assert (oldest.plan_digest, oldest.counts) == ("p1", FIRST_PLAN.counts())


def test_a_run_has_every_change_it_made(place: Where) -> None:
    """Attribute by attribute with before, after and reason, in the plan's order; `match` is of the plan alone."""
    first_store(place)
    run_id = apply(place, UPDATE).run_id
    with open_store(url(place), write=False) as store:
        detail, first = store.run(run_id), store.run(store.history(9)[1].run_id)
    assert (detail.run.run_id, detail.changes) == (run_id, UPDATE.changes)
    assert first.changes == tuple(replace(change, match={}) for change in FIRST_PLAN.changes)
    assert {change.action for change in first.changes} == {Action.CREATE}
    assert all(isinstance(change, Change) for change in first.changes)


def test_a_run_has_what_it_made_of_bindings(place: Where) -> None:
    """Those that it made without a `before`, those that it changed with both lives, each with its reason."""
    first_store(place)
    run_id = apply(place, UPDATE).run_id
    with open_store(url(place), write=False) as store:
        detail, first = store.run(run_id), store.run(store.history(9)[1].run_id)
    assert (detail.bindings, first.bindings) == (UPDATE.bindings, FIRST_PLAN.bindings)


def test_a_run_is_found_by_the_beginning_of_its_id(place: Where) -> None:
    """As much of the id as tells it from the others."""
    first_store(place)
    run_id = apply(place, UPDATE, origin=SECOND).run_id
    with open_store(url(place), write=False) as store:
        assert store.run("20261124").run.run_id == run_id


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        ("2026", "2 runs begin with '2026': 20261123-0800"),
        ("20261123-080000-zzzz", "The store knows no run '20261123-080000-zzzz'. Did you mean 20261123-080000-"),
        ("yesterday", "The store knows no run 'yesterday'. List the runs: reconciler history prod"),
        ("", "The store knows no run ''."),
        ("2026%", "The store knows no run '2026%'."),
    ],
)
def test_a_run_that_is_not_known_is_told_with_what_is_near(wanted: str, told: str, place: Where) -> None:
    """Neither a misspelt id nor a short one shows a wrong run."""
    first_store(place)
    apply(place, UPDATE)
    with open_store(url(place), write=False) as store, pytest.raises(UsageError) as caught:
        store.run(wanted)
    assert str(caught.value).startswith(told)


def test_a_runs_rows_go_with_it(place: Where) -> None:
    """Old runs are pruned by removing them."""
    first_store(place)
    execute(place, "DELETE FROM run")
    with open_store(url(place), write=False) as store:
        assert store.history(9) == ()
    execute(place, "CREATE TABLE left_over AS SELECT 1 WHERE EXISTS (SELECT 1 FROM run_change, run_reason)")


def test_the_status_tells_a_stores_numbers(place: Where) -> None:
    """Assets, bindings by presence, the last run, the last reads, also of connections that only the store knows."""
    first_store(place)
    outcome = apply(place, UPDATE)
    execute(place, "INSERT INTO connection_read VALUES ('intune', 'gone', '2026-01-01T00:00:00Z')")
    with open_store(url(place), write=False) as store:
        found, last = store.status(), store.history(1)[0]
        stamp = store.stamp()
    assert stamp is not None
    assert found == StoreStatus(
        store_id=stamp.store_id,
        instance="prod",
        revision=outcome.revision,
        assets=2,
        bindings={"missing": 1, "present": 1},
        last_run=last,
        last_reads={f"intune/{TENANT}": NEXT_READ, "intune/gone": "2026-01-01T00:00:00Z"},
        licences=(LicenceUse("Visio", 40, 0),),
    )


@pytest.mark.parametrize("made", [False, True])
def test_a_store_that_nothing_was_applied_to_has_no_numbers(made: bool, place: Where) -> None:
    """It says so, and what makes it one that has."""
    if made:
        empty_store(place)
    with open_store(url(place), write=False) as store, pytest.raises(StoreError) as caught:
        store.status()
    there = "it is ready, and empty" if made else "the first `reconciler apply` makes it"
    assert str(caught.value) == f"Nothing was applied to the store {place} yet: {there}."


def test_a_run_started_when_its_origin_says(place: Where) -> None:
    """The caller's clock decides what falls into the limits' window."""
    first_store(place)
    with open_store(url(place), write=False) as store:
        assert store.history(1)[0].started_at == READ
