"""`reconciler store …`: the store itself."""

from typing import Annotated

import typer

from reconciler.cli.options import Env, surroundings
from reconciler.cli.talk import Talk, say
from reconciler.errors import ExitCode

commands = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="The store itself: make it, adopt a copy, free a lease."
)


def add_to(app: typer.Typer) -> None:
    """Add the group of commands."""
    app.add_typer(commands, name="store")


@commands.command(short_help="Make the store, or bring it up to date.")
def init(context: typer.Context, env: Env) -> int:
    """Make ENV's store where there is none, or bring an older one up to date."""
    from reconciler.store.opening import initialise  # noqa: PLC0415 - sqlalchemy is heavy

    with Talk() as talk:
        initialise(surroundings(context, env, talk).store_url())
    say(f"The store of {env} is ready.")
    return ExitCode.DONE


@commands.command(short_help="Make a copied store this instance's own.")
def adopt(
    context: typer.Context,
    env: Env,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> int:
    """Make a copied store ENV's own: a new store id, the old one kept as adopted_from (E3)."""
    from reconciler.store.opening import open_store  # noqa: PLC0415 - sqlalchemy is heavy

    with Talk() as talk:
        around = surroundings(context, env, talk)
    instance = around.environment.instance
    with open_store(around.store_url(), write=True) as store:
        before = store.stamp()
        owner = f"that of {before.instance} ({before.kind})" if before else "nobody's yet"
        if not yes:
            typer.confirm(f"The store is {owner}. Make it {instance.name}'s?", abort=True, err=True)
        stamp = store.adopt(instance.name, instance.kind)
    origin = f", adopted from {stamp.adopted_from}" if stamp.adopted_from else ""
    say(f"The store is {instance.name}'s now (store id {stamp.store_id}{origin}).")
    return ExitCode.DONE


@commands.command(short_help="Free a lease whose holder is gone.")
def unlock(
    context: typer.Context,
    env: Env,
    lease: Annotated[str, typer.Argument(metavar="LEASE", help="The lease's id, as the refused apply told it.")],
) -> int:
    """Free a lease whose holder is gone; an apply that still runs under it can no longer commit (A2)."""
    from reconciler.store.opening import open_store  # noqa: PLC0415 - sqlalchemy is heavy

    with Talk() as talk, open_store(surroundings(context, env, talk).store_url(), write=True) as store:
        store.unlock(lease)
    say(f"Lease {lease} is free.")
    return ExitCode.DONE
