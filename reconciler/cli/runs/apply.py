"""`reconciler apply`: do what a plan says, in one transaction (A1-A6)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from reconciler.cli.context import allowances, surroundings
from reconciler.cli.options import Allow, Env, can_ask, can_be_written
from reconciler.cli.pipeline import where, who
from reconciler.cli.runs import plan as plans
from reconciler.cli.runs.abandoning import give_up
from reconciler.cli.terminal import printing
from reconciler.cli.terminal.progress import Talk, say, warn
from reconciler.cli.terminal.stopwatch import Stopwatch
from reconciler.errors import UsageError
from reconciler.model.plan import Plan
from reconciler.model.run import Outcome
from reconciler.model.state import Recording
from reconciler.plan_files import read_plan
from reconciler.planning.scope import narrowed
from reconciler.recordings import write_recording
from reconciler.report.text.history import outcome_text
from reconciler.report.text.lines import folded
from reconciler.run.context import Surroundings
from reconciler.run.writes import applying
from reconciler.run.writes.applying import Applied, Order


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
        bool, typer.Option("--resume", help="Apply connections that are paused since a run was undone (J2).")
    ] = False,
    connection: Annotated[
        str | None, typer.Option(metavar="NAME", help="Apply this connection alone; moves no counter or clock (A5).")
    ] = None,
    only: Annotated[
        list[str] | None,
        typer.Option(metavar="ASSET", help="Apply to this asset alone: its tag, name or device id; may be repeated."),
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Show every change, however many there are.")] = False,
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
    _check_options(saved, record, scheduled, picks=bool(connection or only))
    can_ask(yes or saved is not None, ", or apply a saved plan")
    can_be_written(record)
    watch = Stopwatch()
    with Talk() as talk:
        around = surroundings(context, env, talk)
        order = Order(
            who=who(),
            where=where(),
            warn=warn,
            show=_pausing(talk, around.environment.instance.kind, every),
            confirm=lambda: yes or watch.ask(lambda: _asked(env)),
            allowances=allowed,
            because=because,
            allow_uncommitted=allow_uncommitted,
            scheduled=scheduled,
            resume=resume,
            scope=narrowed(around.environment, connection, only or []),
            keep=_keeping(record),
        )
        applied = _apply(around, saved, order)
    _tell(applied, env, watch.seconds())
    return plans.exit_code(
        applied.plan, withheld=bool(applied.withheld), paused=bool(applied.held), outcome=applied.outcome
    )


def _check_options(saved: Path | None, record: Path | None, scheduled: bool, *, picks: bool) -> None:
    """Refuse options that contradict each other; `picks` is whether some name a connection or assets.

    Raises:
        UsageError: names them, and what to do instead.
    """
    if saved is not None and record is not None:
        raise UsageError("--record goes with an apply that reads; a saved plan reads nothing.")
    if saved is not None and (scheduled or picks):
        raise UsageError(
            "--scheduled, --connection and --only go with an apply that plans; a saved plan is what it is."
        )
    if scheduled and picks:
        raise UsageError("--scheduled applies what is due; --connection and --only pick something else. Use one.")


def _apply(around: Surroundings, saved: Path | None, order: Order) -> Applied:
    if saved is None:
        return applying.apply(around, order)
    return applying.apply_saved(around, order, read_plan(saved))


def _pausing(talk: Talk, kind: str, every: bool) -> Callable[[Plan], None]:
    def show(plan: Plan) -> None:
        talk.pause()
        plans.show(plan, kind, every=every)

    return show


def _keeping(file: Path | None) -> Callable[[Recording], None] | None:
    """Return what writes a recording to the file, None for no file."""
    if file is None:
        return None
    return lambda recording: write_recording(recording, file)


def _asked(env: str) -> bool:
    return typer.confirm(f"Apply this to {env}?", err=True)


def _tell(applied: Applied, env: str, seconds: float) -> None:
    for paused in applied.held:
        warn(
            f"{paused}: skipped, since the same settings would do again what was undone. Change its settings, or run: "
            f"reconciler apply {env} --resume"
        )
    if applied.outcome is None:
        say("Nothing was written.")
        return
    show_outcome(applied.outcome, seconds)


def show_outcome(outcome: Outcome, seconds: float) -> None:
    """Print what was written."""
    printing.show(folded(outcome_text(outcome, seconds), printing.width(), rest=2))
