"""`reconciler apply`: do what a plan says, in one transaction (A1-A6)."""

from __future__ import annotations

import getpass
import os
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from reconciler.cli.context import allowances, surroundings
from reconciler.cli.options import Allow, Env, can_ask, can_be_written
from reconciler.cli.runs import plan as plans
from reconciler.cli.runs.abandoning import give_up
from reconciler.cli.terminal import printing
from reconciler.cli.terminal.progress import Talk, say, warn
from reconciler.errors import UsageError
from reconciler.model.plan import Plan
from reconciler.model.run import Outcome
from reconciler.model.state import Recording
from reconciler.report.text.history import outcome_text
from reconciler.report.text.lines import folded
from reconciler.run import applying
from reconciler.run.applying import Applied, Order
from reconciler.run.context import Surroundings


def apply(  # noqa: PLR0917 - typer reads the options from the signature
    context: typer.Context,
    env: Env,
    saved: Annotated[Path | None, typer.Argument(metavar="PLAN", help="A saved plan: it is its own approval.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask; needed where there is no terminal.")] = False,
    allow: Allow = [],  # noqa: B006 - typer copies it
    because: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Why a limit is raised; the journal keeps it.")
    ] = None,
    abandon: Annotated[
        str | None,
        typer.Option(metavar="RUN", help="Give up the rest of an interrupted run (W5); needs --because."),
    ] = None,
    record: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Save what was read, with every list property, as a recording.")
    ] = None,
    scheduled: Annotated[
        bool, typer.Option("--scheduled", help="Apply only the connections that are due, with their entities (A5).")
    ] = False,
    resume: Annotated[
        bool, typer.Option("--resume", help="Apply connections that are held since a run was undone (J2).")
    ] = False,
    allow_uncommitted: Annotated[
        bool, typer.Option("--allow-uncommitted", help="Apply settings to production that no commit has (E5).")
    ] = False,
) -> int:
    """Make ENV's store what its settings and Intune say: read, plan, show, ask, write in one transaction.

    With PLAN, apply that saved plan, unless anything that it was made from has moved.
    """
    if abandon is not None:
        with Talk() as talk:
            return give_up(surroundings(context, env, talk), abandon, because, who())
    allowed = allowances(allow)
    if allowed and not because:
        raise UsageError("--allow needs --because TEXT: the journal keeps why a limit was raised.")
    if saved is not None and record is not None:
        raise UsageError("--record goes with an apply that reads; a saved plan reads nothing.")
    if saved is not None and scheduled:
        raise UsageError("--scheduled goes with an apply that plans; a saved plan is what it is.")
    can_ask(yes or saved is not None, ", or apply a saved plan")
    can_be_written(record)
    started = time.monotonic()
    with Talk() as talk:
        around = surroundings(context, env, talk)
        order = Order(
            who=who(),
            where=where(),
            warn=warn,
            show=_pausing(talk, around.environment.instance.kind),
            confirm=lambda: yes or _asked(env),
            allowances=allowed,
            because=because,
            allow_uncommitted=allow_uncommitted,
            scheduled=scheduled,
            resume=resume,
            keep=_keeping(record),
        )
        applied = _apply(around, saved, order)
    _tell(applied, time.monotonic() - started)
    return plans.exit_code(applied.plan, withheld=bool(applied.withheld))


def _apply(around: Surroundings, saved: Path | None, order: Order) -> Applied:

    if saved is None:
        return applying.apply(around, order)
    from reconciler.plan_files import read_plan  # noqa: PLC0415 - only where it is used

    return applying.apply_saved(around, order, read_plan(saved))


def _pausing(talk: Talk, kind: str) -> Callable[[Plan], None]:
    def show(plan: Plan) -> None:
        talk.pause()
        plans.show(plan, kind)

    return show


def _keeping(file: Path | None) -> Callable[[Recording], None] | None:
    """Return what writes a recording to the file, None for no file."""
    if file is None:
        return None
    from reconciler.recordings import write_recording  # noqa: PLC0415 - only where it is used

    return lambda recording: write_recording(recording, file)


def _asked(env: str) -> bool:
    return typer.confirm(f"Apply this to {env}?", err=True)


def _tell(applied: Applied, seconds: float) -> None:
    if applied.outcome is None:
        say("Nothing was written.")
        return
    show_outcome(applied.outcome, seconds)


def show_outcome(outcome: Outcome, seconds: float) -> None:
    """Print what was written."""
    printing.show(folded(outcome_text(outcome, seconds), printing.width(), rest=2))


def who() -> str:
    """Return who applies: the pipeline's actor, else this machine's user."""
    actor = os.environ.get("GITHUB_ACTOR")
    if actor:
        return actor
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"user {os.getuid()}" if hasattr(os, "getuid") else "somebody"


def where() -> str:
    """Return where the apply runs: the pipeline run's address, else this machine's name (J1)."""
    server, repository, run = (os.environ.get(f"GITHUB_{name}") for name in ("SERVER_URL", "REPOSITORY", "RUN_ID"))
    if server and repository and run:
        return f"{server}/{repository}/actions/runs/{run}"
    return socket.gethostname()
