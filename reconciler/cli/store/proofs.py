"""`reconciler store prove`: finding out how a remote store behaves."""

from getpass import getuser
from typing import Annotated

import typer

from reconciler.cli.context import surroundings
from reconciler.cli.options import Env, can_ask
from reconciler.cli.terminal import printing
from reconciler.cli.terminal.progress import Talk, say
from reconciler.errors import ExitCode, NotConfirmedError
from reconciler.run.remotes import proving


def prove(
    context: typer.Context,
    env: Env,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask; needed where there is no terminal.")] = False,
) -> int:
    """Try on one scratch asset of ENV's remote store what its documentation leaves open, and keep the answers (W9).

    The scratch asset is taken away again. Nothing else in the store is touched.
    """
    can_ask(yes)
    if not yes and not typer.confirm(f"Make a scratch asset in the store of {env}, and delete it again?", err=True):
        raise NotConfirmedError("Not proven: it was not confirmed. Nothing was written.")
    with Talk() as talk:
        proofs = proving.prove(surroundings(context, env, talk), f"{getuser()} proves")
    for each in proofs:
        printing.write(f"{each.name}: {each.answer}")
    say(f"Kept {len(proofs)} answers in the ledger of {env}.")
    return ExitCode.DONE
