"""`reconciler plan`: what an apply would do, and why; nothing is written (P3)."""

from pathlib import Path
from typing import Annotated

import typer

from reconciler.cli.context import allowances, surroundings
from reconciler.cli.options import Allow, Env, can_be_written
from reconciler.cli.runs.impact import base_settings
from reconciler.cli.runs.plan_artefacts import Made, PlanFormat, deliver, show
from reconciler.cli.terminal.progress import Talk
from reconciler.errors import ExitCode, UsageError, first_exit_code
from reconciler.model.plan import Plan
from reconciler.model.run import Outcome
from reconciler.planning.scope import narrowed
from reconciler.run.plans import planning

__all__ = ["exit_code", "show"]


def plan(  # noqa: PLR0917 - typer reads the options from the signature
    context: typer.Context,
    env: Env,
    output: Annotated[
        Path | None,
        typer.Option(
            "-o", "--output", metavar="FILE", help="Save the plan here: JSON, unless --format says otherwise."
        ),
    ] = None,
    form: Annotated[PlanFormat | None, typer.Option("--format", help="How it is shown; text when left out.")] = None,
    recording: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Plan from a recording: no network, no store, no credential."),
    ] = None,
    base: Annotated[
        str | None,
        typer.Option(metavar="REF", help="Show what of it is caused by settings that this commit does not have."),
    ] = None,
    impact_file: Annotated[
        Path | None, typer.Option("--impact", metavar="FILE", help="With --base: save the impact here, as JSON.")
    ] = None,
    detailed_exitcode: Annotated[
        bool, typer.Option("--detailed-exitcode", help="Exit with 2 when changes are pending.")
    ] = False,
    allow: Allow = [],  # noqa: B006 - typer copies it
    as_if_enabled: Annotated[
        bool, typer.Option("--as-if-enabled", help="Preview connections that are not enabled here too (E2).")
    ] = False,
    connection: Annotated[
        str | None, typer.Option(metavar="NAME", help="Plan this connection alone; moves no counter or clock (A5).")
    ] = None,
    only: Annotated[
        list[str] | None,
        typer.Option(metavar="ASSET", help="Plan this asset alone: its tag, name or device id; may be repeated."),
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Show every change, however many there are.")] = False,
    summary: Annotated[
        bool, typer.Option("--summary", help="Show limits, problems and what it comes to, not the changes.")
    ] = False,
) -> int:
    """Show what an apply of ENV would do, and why; nothing is written.

    A plan that is over a limit is shown whole and exits with 3. `-o FILE` saves the plan for `apply ENV FILE`. With
    --base REF it is planned twice from what was read, and what the change of the settings causes comes last; with
    --format markdown or html it comes first.
    """
    if summary and form not in (None, PlanFormat.TEXT):
        raise UsageError(f"--summary is of the text. Leave it out, or leave out --format {form}.")
    allowed = allowances(allow)
    can_be_written(output)
    can_be_written(impact_file)
    before, caused = base_settings(context, env, base, impact_file), None
    with Talk() as talk:
        around = surroundings(context, env, talk)
        scope = narrowed(around.environment, connection, only or [])
        if before is not None:
            from reconciler.run.plans import impact  # noqa: PLC0415 - only where it is used

            asked = impact.Asked(allowed, as_if_enabled, scope)
            planned, caused = impact.plan_with_impact(around, before, recording, asked)
        elif recording is None:
            planned = planning.plan(around, allowed, as_if_enabled=as_if_enabled, scope=scope)
        else:
            around.phase(f"Planning from {recording.name}")
            planned = planning.plan_from_recording(
                around.environment, recording, allowed, as_if_enabled=as_if_enabled, scope=scope
            )
    deliver(Made(planned, around.environment.instance, caused, recording, every, summary), output, form, impact_file)
    return exit_code(planned.plan, pending=detailed_exitcode)


def exit_code(
    plan: "Plan", *, pending: bool = False, withheld: bool = False, paused: bool = False, outcome: Outcome | None = None
) -> ExitCode:
    """Return what a plan's exit code says (V4).

    With `pending` changes count; `withheld` connections were over a limit, `paused` ones were skipped after an undo;
    what a remote store did not take is part of the `outcome`.
    """
    codes = set()
    if withheld or plan.over_limit():
        codes.add(ExitCode.OVER_LIMIT)
    if plan.incomplete() or paused or (outcome is not None and (outcome.conflicts or outcome.failures)):
        codes.add(ExitCode.PARTLY_UNKNOWN)
    if pending and plan.changes:
        codes.add(ExitCode.CHANGES_PENDING)
    return first_exit_code(codes)
