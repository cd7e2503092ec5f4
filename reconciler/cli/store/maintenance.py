"""`reconciler store check` and `store upgrade`: a store looked after."""

from typing import Annotated

import typer

from reconciler.cli.context import at_store
from reconciler.cli.options import Env, can_ask
from reconciler.cli.terminal import printing
from reconciler.cli.terminal.progress import Talk, say
from reconciler.errors import ExitCode, NotConfirmedError, StoreError
from reconciler.report.text.findings import findings_text
from reconciler.run import stores


def check(context: typer.Context, env: Env) -> int:
    """Look whether ENV's store is what it should be; nothing is changed, and the exit code is 1 for any fault.

    Looked at are the tables' revision, the stamp, the database's own integrity, references between rows, presence and
    times, live bindings, custom fields and pins.
    """
    at = at_store(context, env)
    with Talk(), stores.open_store(at) as store:
        findings = store.check(at.instance.name)
    printing.show(findings_text(findings, width=printing.width()))
    return ExitCode.ERROR if any(finding.faults for finding in findings) else ExitCode.DONE


def upgrade(
    context: typer.Context,
    env: Env,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask; needed where there is no terminal.")] = False,
) -> int:
    """Bring ENV's store up to date, after showing what will be done; a newer version's store is refused."""
    at = at_store(context, env)
    with Talk():
        missing = stores.pending_migrations(at)
    if missing is None:
        raise StoreError(
            f"{env} has no store yet, so there is nothing to upgrade. Make one: reconciler store init {env}"
        )
    if not missing:
        say(f"The store of {env} is up to date; nothing was changed.")
        return ExitCode.DONE
    steps = "".join(f"  {revision}  {what}\n" for revision, what in missing.items())
    printing.write(f"To do on the store of {env}, each in a transaction of its own:\n{steps}")
    can_ask(yes)
    if not yes and not typer.confirm("Is there a copy of the store, and shall it be upgraded?", err=True):
        raise NotConfirmedError("Not upgraded: it was not confirmed. Nothing was written.")
    stores.initialise(at)
    say(f"The store of {env} is up to date.")
    return ExitCode.DONE
