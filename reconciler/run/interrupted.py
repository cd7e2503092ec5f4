"""Runs of a remote store that were interrupted: finished before anything else, or given up (W5)."""

from reconciler.model.run import OpenRun, Outcome
from reconciler.run import stores
from reconciler.run.context import AtStore, Surroundings
from reconciler.run.stamps import foreign


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
