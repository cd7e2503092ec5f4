"""`reconciler store …`: the store itself."""

from typing import Annotated

import typer

from reconciler.cli.context import at_store, surroundings
from reconciler.cli.options import Env, can_ask
from reconciler.cli.terminal.progress import Talk, say
from reconciler.errors import ExitCode, NotConfirmedError, StoreError
from reconciler.model.state import Stamp
from reconciler.model.store import Reader
from reconciler.run import stores
from reconciler.run.context import AtStore
from reconciler.run.stamps import foreign


def init(context: typer.Context, env: Env) -> int:
    """Make ENV's store where there is none, or bring an older one up to date."""
    at = at_store(context, env)
    with Talk():
        stores.initialise(at)
    say(f"The store of {env} is ready.")
    return ExitCode.DONE


def adopt(
    context: typer.Context,
    env: Env,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask; needed where there is no terminal.")] = False,
) -> int:
    """Make a copied store ENV's own: a new store id, the old one kept as adopted_from (E3)."""
    at = at_store(context, env)
    instance = at.instance
    before = _existing(at).stamp()
    if before is not None and not foreign(before, instance) and not _beside_another(context, env, before):
        say(f"The store is {instance.name}'s already (store id {before.store_id}); nothing was changed.")
        return ExitCode.DONE
    can_ask(yes)
    theirs = f"that of {before.instance} ({before.kind})" if before else "nobody's yet"
    if not yes and not typer.confirm(f"The store is {theirs}. Make it {instance.name}'s?", err=True):
        raise NotConfirmedError("Not adopted: it was not confirmed. Nothing was written.")
    with Talk() as talk:
        whole = surroundings(context, env, talk) if instance.store.is_remote else at
        with stores.open_for_writing(whole) as store:
            stamp = store.adopt(instance.name, instance.kind)
    origin = f", adopted from {stamp.adopted_from}" if stamp.adopted_from else ""
    say(f"The store is {instance.name}'s now (store id {stamp.store_id}{origin}).")
    return ExitCode.DONE


def _beside_another(context: typer.Context, env: str, stamp: Stamp) -> bool:
    """Return whether a ledger's stamp is of another remote store than the one that the settings name (W6)."""
    if stamp.remote is None:
        return False
    with Talk() as talk:
        around = surroundings(context, env, talk)
        return around.remotes.room(around).identity() != stamp.remote


def unlock(
    context: typer.Context,
    env: Env,
    lease: Annotated[str, typer.Argument(metavar="LEASE", help="The lease's id, as the refused apply reported it.")],
) -> int:
    """Free a lease whose holder is gone; an apply that still runs under it can no longer commit (A2)."""
    at = at_store(context, env)
    _existing(at)
    with stores.open_for_writing(at) as store:
        store.unlock(lease)
    say(f"Lease {lease} is free.")
    return ExitCode.DONE


def _existing(at: "AtStore") -> "Reader":
    """Return the store, opened for reading.

    Raises:
        StoreError: there is none, and these commands make none.
    """
    store = stores.open_store(at)
    if store.missing:
        raise StoreError(f"There is no store at {store.shown} yet. The first `reconciler apply` makes it.")
    return store
