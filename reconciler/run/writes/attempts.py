"""Attempts: what the ledger keeps of an apply that failed, or that could not read every connection (J4)."""

import contextlib
from collections.abc import Iterator, Mapping

from reconciler.errors import ExitCode, NotConfirmedError, ReconcilerError, StampError
from reconciler.model.run import Attempt, Outcome
from reconciler.run import stores
from reconciler.run.context import AtStore, Surroundings
from reconciler.run.stamps import foreign
from reconciler.run.writes.commit import Author


@contextlib.contextmanager
def kept(around: Surroundings, author: Author) -> Iterator[None]:
    """Leave an attempt in the ledger when what is done meanwhile fails.

    A no at the prompt is no failure, and another instance's store is not ours to write to. The error goes on to the
    caller whatever becomes of the attempt.
    """
    started = around.now()
    try:
        yield
    except (NotConfirmedError, StampError):
        raise
    except ReconcilerError as error:
        _keep(around, author, started, error.exit_code, str(error), unread=error.unread)
        raise
    except Exception as error:
        _keep(around, author, started, ExitCode.ERROR, f"{type(error).__name__}: {error}", unread={})
        raise


def keep_partial(
    around: Surroundings, author: Author, started: str, outcome: Outcome, unread: Mapping[str, str]
) -> None:
    """Leave an attempt of a run that was written although connections could not be read; nothing without any."""
    if unread:
        error = f"{', '.join(sorted(unread))} could not be read"
        _keep(around, author, started, ExitCode.PARTLY_UNKNOWN, error, unread=unread, run_id=outcome.run_id)


def _keep(
    around: Surroundings,
    author: Author,
    started: str,
    exit_code: int,
    error: str,
    *,
    unread: Mapping[str, str],
    run_id: str | None = None,
) -> None:
    """Keep an attempt in a store that is this instance's; without one, and when that fails, nothing is kept."""
    attempt = Attempt(
        started_at=started,
        failed_at=around.now(),
        who=author.who,
        where=author.where,
        commit=around.environment.commit,
        exit_code=int(exit_code),
        error=_first_line(error),
        unread={name: _first_line(why) for name, why in sorted(unread.items())},
        run_id=run_id,
    )
    # The ledger is written to without the settings of a remote store, of which no request is made here.
    at = AtStore(around.instance, around.environments, around.variables, around.now)
    with contextlib.suppress(ReconcilerError):
        with stores.open_store(at) as store:
            if store.missing or foreign(store.stamp(), around.instance):
                return
        with stores.open_for_writing(at) as writer:
            writer.record_attempt(attempt)


def _first_line(text: str) -> str:
    return text.partition("\n")[0]
