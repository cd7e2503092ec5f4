"""Attempts: an apply that failed leaves what it met, and the history and the status tell of it (J4)."""

from storing import NEXT_READ, NOW, READ, Where, empty_store, first_store, url

from reconciler.model.run import Attempt
from reconciler.store.opening import open_store

FAILED = Attempt(
    started_at=READ,
    failed_at=NEXT_READ,
    who="ann",
    where="laptop",
    commit="3f2c1d",
    exit_code=1,
    error="intune: the client secret is wrong",
    unread={"intune": "the client secret is wrong"},
)


def record(where: Where, *attempts: Attempt) -> None:
    with open_store(url(where), write=True) as store:
        for each in attempts:
            store.record_attempt(each)


def test_attempts_are_listed_newest_first(place: Where) -> None:
    """Each is what was recorded; in a store that nothing was applied to as well."""
    empty_store(place)
    second = Attempt(
        started_at=NOW, failed_at=NOW, who="bob", where="ci", commit=None, exit_code=3, error="Over a limit"
    )
    record(place, FAILED, second)
    with open_store(url(place)) as store:
        assert (store.attempts(9), store.attempts(1)) == ((second, FAILED), (second,))


def test_the_status_has_the_last_failure_of_each_connection(place: Where) -> None:
    """A later attempt takes the place of an earlier one, for the connections that it could not read."""
    first_store(place)
    later = Attempt(
        started_at=NOW,
        failed_at=NOW,
        who="bob",
        where="ci",
        commit=None,
        exit_code=5,
        error="1 of 2 connections was not read",
        unread={"branch": "no answer"},
    )
    record(place, FAILED, later)
    with open_store(url(place)) as store:
        assert store.status().last_failures == {"branch": later, "intune": FAILED}


def test_a_run_that_could_not_read_everything_says_so(place: Where) -> None:
    """The attempt names the run, and the run has what was not read."""
    first_store(place)
    with open_store(url(place), write=True) as store:
        [run] = store.history(9)
        assert run.unread == {}
        partly = Attempt(
            started_at=run.started_at,
            failed_at=run.finished_at,
            who=run.who,
            where=run.where,
            commit=run.commit,
            exit_code=5,
            error="1 of 2 connections was not read",
            unread={"branch": "no answer"},
            run_id=run.run_id,
        )
        store.record_attempt(partly)
        assert [each.unread for each in (*store.history(9), store.run(run.run_id).run)] == [partly.unread] * 2


def test_a_store_that_does_not_exist_has_no_attempts(place: Where) -> None:
    """Nothing is made by looking."""
    with open_store(url(place)) as store:
        assert (store.attempts(9), store.missing) == ((), True)
