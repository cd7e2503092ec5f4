"""`reconciler apply --abandon`: giving up what is left of an interrupted run (W5)."""

from reconciler.cli.terminal.progress import say
from reconciler.errors import ExitCode, UsageError
from reconciler.run.context import Surroundings
from reconciler.run.remotes import interrupted


def give_up(around: Surroundings, run: str, because: str | None, who: str) -> int:
    """Give up what is left of an interrupted run; what was done is kept, and nothing is asked of the remote.

    Raises:
        UsageError: no reason is given, or no interrupted run has this id.
    """
    if not because:
        raise UsageError("--abandon needs --because TEXT: the journal keeps why the rest was given up.")
    outcome = interrupted.abandon(around, run, because=because, who=who)
    left = len(outcome.failures) + len(outcome.conflicts)
    say(f"Run {outcome.run_id} is given up: {outcome.changes:,} changes were done and are kept, {left:,} were not.")
    return ExitCode.DONE
