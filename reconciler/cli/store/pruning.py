"""`reconciler store prune`: the details of old runs leave the journal."""

import datetime
from typing import Annotated

import typer

from reconciler.cli.context import at_store
from reconciler.cli.options import Env, duration
from reconciler.cli.terminal import printing
from reconciler.cli.terminal.progress import Talk, say
from reconciler.errors import ExitCode
from reconciler.model.run import Prunable
from reconciler.report.values import many
from reconciler.run import stores
from reconciler.run.stamps import refuse_foreign


def prune(
    context: typer.Context,
    env: Env,
    older_than: Annotated[str, typer.Option(metavar="DURATION", help="How old what goes is at least: 400d.")],
    yes: Annotated[bool, typer.Option("--yes", help="Remove it; without it nothing is.")] = False,
) -> int:
    """Show what leaves the journal of ENV's store; `--yes` removes it (J1).

    A run keeps its row: who, when, what it counted and used of the limits. Its changes go, so that it can be neither
    shown in full nor undone. The last run keeps them, and so does one whose undo pauses a connection.
    """
    at = at_store(context, env)
    age = datetime.timedelta(seconds=duration(older_than, "--older-than"))
    before = (datetime.datetime.fromisoformat(at.now()) - age).strftime("%Y-%m-%dT%H:%M:%SZ")
    with Talk(), stores.open_store(at) as store:
        refuse_foreign(store.stamp(), at.instance)
        found = store.prunable(before)
    if found.nothing():
        say(f"Nothing is older than {older_than}; nothing was changed.")
        return ExitCode.DONE
    if yes:
        with Talk(), stores.open_for_writing(at) as store:
            found = store.prune(before)
    printing.write(f"{'Removed' if yes else 'To remove'}: {_words(found)}.\n")
    if not yes:
        say("Nothing was removed. Add --yes to remove it.")
    return ExitCode.DONE


def _words(found: Prunable) -> str:
    return ", ".join(
        (
            f"{many(found.changes, 'change', 'changes')} of {many(found.runs, 'run', 'runs')}",
            many(found.attempts, "attempt", "attempts"),
            many(found.settings, "older record of settings", "older records of settings"),
            many(found.intents, "settled intent", "settled intents"),
        )
    )
