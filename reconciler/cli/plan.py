"""`reconciler plan`: what an apply would do, and why; nothing is written (P3)."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reconciler.cli import printing
from reconciler.cli.options import Allow, Env, allowances, can_be_written, surroundings
from reconciler.cli.talk import Talk, say, warn
from reconciler.errors import ExitCode, ReconcilerError, first_exit_code

if TYPE_CHECKING:
    from reconciler.model.plan import Plan
    from reconciler.run.planning import Planned


class PlanFormat(StrEnum):
    """How a plan is shown."""

    TEXT = "text"
    JSON = "json"


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command(short_help="Show what an apply would do, and why.")(plan)


def plan(  # noqa: PLR0917 - typer reads the options from the signature
    context: typer.Context,
    env: Env,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="FILE", help="Save the plan here: JSON, unless --format is text."),
    ] = None,
    form: Annotated[PlanFormat | None, typer.Option("--format", help="How it is shown; text when left out.")] = None,
    recording: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Plan from a recording: no network, no store, no credential."),
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
) -> int:
    """Show what an apply of ENV would do, and why; nothing is written.

    A plan that is over a limit is shown whole and exits with 3. `-o FILE` saves the plan for `apply ENV FILE`.
    """
    from reconciler.planning.scope import picked  # noqa: PLC0415 - pydantic is heavy
    from reconciler.run import planning  # noqa: PLC0415 - as above

    allowed = allowances(allow)
    can_be_written(output)
    with Talk() as talk:
        around = surroundings(context, env, talk)
        scope = picked(around.environment, connection, only or [])
        if recording is None:
            planned = planning.plan(around, allowed, as_if_enabled=as_if_enabled, scope=scope)
        else:
            planned = planning.plan_from_recording(
                around.environment, recording, allowed, as_if_enabled=as_if_enabled, scope=scope
            )
    _deliver(planned, around.environment.instance.kind, output, form, every)
    return exit_code(planned.plan, pending=detailed_exitcode)


def _deliver(planned: "Planned", kind: str, output: Path | None, form: PlanFormat | None, every: bool) -> None:
    if planned.warning:
        warn(planned.warning)
    if output is None:
        if form is PlanFormat.JSON:
            from reconciler.planning.sealing import encode  # noqa: PLC0415 - only where it is used

            printing.put(encode(planned.plan))
        else:
            show(planned.plan, kind, every=every)
        return
    if form is PlanFormat.TEXT:
        _save_text(planned.plan, kind, output, every)
    else:
        from reconciler.plan_files import write_plan  # noqa: PLC0415 - only where it is used

        write_plan(planned.plan, output)
    if form is None:
        show(planned.plan, kind, every=every)
    say(f"Saved the plan as {output}.")


def show(plan: "Plan", kind: str, *, every: bool = False) -> None:
    """Print a plan as text."""
    from reconciler.report.text import plan_text  # noqa: PLC0415 - only where it is used

    printing.show(plan_text(plan, every=every, width=printing.width(), kind=kind))


def _save_text(plan: "Plan", kind: str, output: Path, every: bool) -> None:
    from reconciler.report.text import plain, plan_text  # noqa: PLC0415 - only where it is used
    from reconciler.whole_file import whole_file  # noqa: PLC0415 - only where it is used

    try:
        with whole_file(output) as stream:
            stream.write(plain(plan_text(plan, every=every, kind=kind)).encode())
    except OSError as error:
        raise ReconcilerError(
            f"The plan could not be written to {output}: {error.strerror}. Nothing was changed; name another file."
        ) from error


def exit_code(plan: "Plan", *, pending: bool = False, withheld: bool = False) -> ExitCode:
    """Return what a plan's exit code says (V4); with `pending` changes count, `withheld` is as being over a limit."""
    codes = set()
    if withheld or plan.over_limit():
        codes.add(ExitCode.OVER_LIMIT)
    if plan.incomplete():
        codes.add(ExitCode.PARTLY_UNKNOWN)
    if pending and plan.changes:
        codes.add(ExitCode.CHANGES_PENDING)
    return first_exit_code(codes)
