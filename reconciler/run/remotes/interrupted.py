"""Runs of a remote store that were interrupted: finished before anything else, or given up (W5)."""

from reconciler.errors import UsageError
from reconciler.model.run import OpenRun, Outcome
from reconciler.run import stores
from reconciler.run.context import AtStore, Surroundings
from reconciler.run.stamps import foreign, refuse_foreign


def open_runs(at: AtStore | Surroundings) -> tuple[OpenRun, ...]:
    """Return the instance's interrupted runs, oldest first; a SQL store has none."""
    if not at.instance.store.is_remote:
        return ()
    with stores.open_ledger(at) as ledger:
        return ledger.open_runs()


def finish(around: Surroundings, owner: str) -> tuple[Outcome, ...]:
    """Finish what earlier applies left, by looking at the remote; nothing for a ledger that is another instance's.

    Raises:
        StoreError: the remote cannot be asked, or another apply holds the ledger.
    """
    left = open_runs(around)
    if not left:
        return ()
    with stores.open_ledger(around) as ledger:
        if foreign(ledger.stamp(), around.instance):
            return ()
    around.phase(f"Finishing {len(left)} interrupted run{'' if len(left) == 1 else 's'}")
    with stores.open_for_writing(around) as store:
        return store.settle(owner)


def abandon(around: Surroundings, run: str, *, because: str, who: str) -> Outcome:
    """Give up what is left of an interrupted run, by its id or the beginning of it; what was done is kept.

    Raises:
        UsageError: no interrupted run has this id; a store of our own has none.
        StampError: the ledger is another instance's.
    """
    found = [each.run_id for each in open_runs(around) if each.run_id.startswith(run)]
    if len(found) != 1:
        raise UsageError(
            f"{'More than one' if found else 'No'} interrupted run has an id that begins with {run}. "
            f"`reconciler status {around.instance.name}` lists them."
        )
    with stores.open_ledger_for_writing(around) as ledger:
        refuse_foreign(ledger.stamp(), around.instance)
        return ledger.abandon(found[0], because=because, who=who)
