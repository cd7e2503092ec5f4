"""`reconciler undo`: put back what a run changed (J2)."""

from pathlib import Path
from typing import Annotated

import typer

from reconciler.cli.context import allowances, surroundings
from reconciler.cli.options import Allow, Env, can_ask, can_be_written
from reconciler.cli.pipeline import where, who
from reconciler.cli.runs import apply as applies
from reconciler.cli.runs import plan as plans
from reconciler.cli.terminal.progress import Talk, say
from reconciler.cli.terminal.stopwatch import Stopwatch
from reconciler.errors import ExitCode, UsageError
from reconciler.model.plan import Plan
from reconciler.run.writes import undoing


def undo(
    context: typer.Context,
    env: Env,
    run: Annotated[str, typer.Argument(metavar="RUN", help="The run's id, or the beginning of it.")],
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE", help="Only plan it, and save the plan here.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask; needed where there is no terminal.")] = False,
    allow: Allow = [],  # noqa: B006 - typer copies it
    because: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Why a limit is raised; the journal keeps it.")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Show every change, however many there are.")] = False,
) -> int:
    """Put back what RUN changed in ENV's store, where it is still what the run wrote; the rest is listed and left.

    Then the run's connections are paused: `apply` skips them until their settings differ, or --resume is given. An undo
    is a run, and can be undone. `-o FILE` saves the plan for `apply ENV FILE` and writes nothing.
    """
    allowed = allowances(allow)
    if allowed and not because:
        raise UsageError("--allow needs --because TEXT: the journal keeps why a limit was raised.")
    can_be_written(output)
    watch = Stopwatch()
    with Talk() as talk:
        around = surroundings(context, env, talk)
        kind = around.environment.instance.kind

        def show(plan: "Plan") -> None:
            talk.pause()
            plans.show(plan, kind, every=every)

        if output is not None:
            return _save(undoing.plan(around, run, allowed), kind, output, every)
        order = undoing.Undo(
            run=run,
            who=who(),
            where=where(),
            show=show,
            confirm=lambda: yes or watch.ask(lambda: _confirmed(env)),
            allowances=allowed,
            because=because,
        )
        applied = undoing.undo(around, order)
    if applied.outcome is None:
        say("Nothing was written.")
    else:
        applies.show_outcome(applied.outcome, watch.seconds())
        held = ", ".join(each.name for each in applied.plan.connections)
        if held:
            say(f"Paused after an undo: {held}. To resume: reconciler apply {env} --resume")
    return plans.exit_code(applied.plan)


def _confirmed(env: str) -> bool:
    can_ask(yes=False)
    return typer.confirm(f"Undo this in {env}?", err=True)


def _save(plan: "Plan", kind: str, output: Path, every: bool) -> ExitCode:
    from reconciler.plan_files import write_plan  # noqa: PLC0415 - only where it is used

    write_plan(plan, output)
    plans.show(plan, kind, every=every)
    say(f"Saved the plan as {output}.")
    return plans.exit_code(plan)
