"""`reconciler history` and `show`: what was done to a store (J1)."""

from functools import partial
from typing import Annotated

import typer

from reconciler.cli.context import at_store
from reconciler.cli.options import Env, Form, ReportFormat
from reconciler.cli.terminal import printing
from reconciler.cli.terminal.progress import Talk
from reconciler.errors import ExitCode, UsageError
from reconciler.report.json import attempts_json, history_json, run_json
from reconciler.report.text.history import attempts_text, history_text, run_summary, run_text
from reconciler.run import stores


def history(
    context: typer.Context,
    env: Env,
    limit: Annotated[int, typer.Option(min=1, help="How many runs, the newest first.")] = 20,
    attempts: Annotated[
        bool, typer.Option("--attempts", help="List applies that failed or could not read everything instead (J4).")
    ] = False,
    form: Form = ReportFormat.TEXT,
) -> int:
    """List the runs of ENV: when, who, from where, with which commit, and what they changed."""
    at = at_store(context, env)
    with Talk(), stores.open_store(at) as store:
        if attempts:
            failed = store.attempts(limit)
            data, lines = attempts_json(failed), attempts_text(failed, width=printing.width())
        else:
            runs = store.history(limit)
            data, lines = history_json(runs), history_text(runs, width=printing.width())
    if form is ReportFormat.JSON:
        printing.put(data)
    else:
        printing.page(lines)
    return ExitCode.DONE


def show(
    context: typer.Context,
    env: Env,
    run: Annotated[str, typer.Argument(metavar="RUN", help="The run's id, or the beginning of it.")],
    every: Annotated[bool, typer.Option("--all", help="Show every change, also those that are alike.")] = False,
    summary: Annotated[
        bool, typer.Option("--summary", help="Show who applied what, and the ten largest groups of changes.")
    ] = False,
    form: Form = ReportFormat.TEXT,
) -> int:
    """Show one run of ENV: what changed and why; what is alike once, unless --all is given."""
    if summary and (every or form is ReportFormat.JSON):
        raise UsageError("--summary is of the text, and shorter than --all: leave one of them out.")
    at = at_store(context, env)
    with Talk(), stores.open_store(at) as store:
        detail = store.run(run)
    if form is ReportFormat.JSON:
        printing.put(run_json(detail))
    else:
        make = run_summary if summary else partial(run_text, every=every)
        printing.page(make(detail, width=printing.width()))
    return ExitCode.DONE
