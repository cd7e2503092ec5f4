"""`reconciler store import` and `store export`: an inventory brought along, and taken away."""

import time
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from reconciler.cli.context import at_store, surroundings
from reconciler.cli.options import Env, can_be_written
from reconciler.cli.pipeline import where, who
from reconciler.cli.runs.apply import show_outcome
from reconciler.cli.terminal import printing
from reconciler.cli.terminal.progress import Talk, say
from reconciler.csv_files import csv_lines
from reconciler.errors import ExitCode, ReconcilerError, UsageError
from reconciler.inventory.tables import asset_rows
from reconciler.model.run import Outcome
from reconciler.report.text.inventory import inventory_text
from reconciler.run.plans.reading import read_state
from reconciler.run.writes.inventory import Files, Import, check_usable, plan_import, write_import


class TableFormat(StrEnum):
    """How a table is written."""

    CSV = "csv"


def bring(
    context: typer.Context,
    env: Env,
    file: Annotated[
        Path | None,
        typer.Argument(metavar="FILE", help="Assets as CSV: tag, type, site, status, user, fields, custom.<name>."),
    ] = None,
    users: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Store users as CSV: name, upn, mail, employeeId, site, active."),
    ] = None,
    ignore: Annotated[
        list[str], typer.Option("--ignore-column", metavar="NAME", help="Do not look at this column of FILE.")
    ] = [],  # noqa: B006 - typer copies it
    map_: Annotated[
        str | None,
        typer.Option(
            "--map",
            metavar="NAME|FILE",
            help="FILE is another system's export: snipe-it, halo, spreadsheet, or a YAML file of its headings.",
        ),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Write what has no problem; without it nothing is.")] = False,
    every: Annotated[bool, typer.Option("--all", help="Show every problem and asset, however many.")] = False,
) -> int:
    """Show what FILE would create in ENV's store and what is wrong with it, row by row; `--yes` writes it.

    A row without a tag gets the next one. A tag that the store has is never overwritten. Rows with problems are left
    out, and the exit code is then 5; a column that is not known stops the whole file.
    """
    if file is None and users is None:
        raise UsageError("There is nothing to import: name a FILE of assets, --users FILE, or both.")
    started = time.monotonic()
    with Talk() as talk:
        around = surroundings(context, env, talk)
        planned = plan_import(around, Files(file, users, ignore, map_))
    printing.page(inventory_text(planned.inventory, env, every=every, width=printing.width()))
    check_usable(planned)
    if yes:
        _tell(write_import(around, planned, who=who(), where=where()), time.monotonic() - started)
    elif planned.inventory.plan.changes:
        say("Nothing was written. Add --yes to create what has no problem.")
    return _exit_code(planned)


def _exit_code(planned: "Import") -> ExitCode:
    return ExitCode.PARTLY_UNKNOWN if planned.inventory.problems else ExitCode.DONE


def _tell(outcome: "Outcome | None", seconds: float) -> None:
    if outcome is None:
        say("Nothing was written: there is nothing to create.")
        return
    show_outcome(outcome, seconds)


def export(
    context: typer.Context,
    env: Env,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE", help="Write here; on stdout when left out.")
    ] = None,
    form: Annotated[  # noqa: ARG001 - there is one
        TableFormat, typer.Option("--format", help="How it is written.")
    ] = TableFormat.CSV,
) -> int:
    """Write every asset of ENV's store with every field, as `store import` reads it.

    A cell that a spreadsheet would work out as a formula begins with an apostrophe; `store import` takes it away.
    """
    can_be_written(output)
    at = at_store(context, env)
    with Talk():
        state = read_state(at)
    lines = csv_lines(asset_rows(state))
    if output is None:
        printing.put(b"".join(lines))
    else:
        _save(lines, output)
        say(f"Wrote {len(state.assets):,} asset{'s' if len(state.assets) != 1 else ''} to {output}.")
    return ExitCode.DONE


def _save(lines: "Iterator[bytes]", output: Path) -> None:
    from reconciler.whole_file import whole_file  # noqa: PLC0415 - only where it is used

    try:
        with whole_file(output) as stream:
            stream.writelines(lines)
    except OSError as error:
        raise ReconcilerError(f"{output} cannot be written: {error.strerror}. Name another file.") from error
