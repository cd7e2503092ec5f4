"""`reconciler fleet`: a command for many environments, and one table of what each came to (N1-N3)."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

import reconciler
from reconciler.cli.global_options import Global
from reconciler.cli.options import can_ask, duration
from reconciler.cli.pipeline import where, who
from reconciler.cli.terminal import printing
from reconciler.cli.terminal.progress import say
from reconciler.configuration.git import repository
from reconciler.errors import ExitCode, UsageError, first_exit_code
from reconciler.model.fleet import FleetOptions, FleetRow, Work
from reconciler.report import fleet
from reconciler.run.fleet.execution import Workers, run_all
from reconciler.run.fleet.selection import order_of_day, selected
from reconciler.run.fleet.working import today


class FleetFormat(StrEnum):
    """How the table is shown."""

    TEXT = "text"
    MARKDOWN = "markdown"
    HTML = "html"
    JSON = "json"


Select = Annotated[
    list[str] | None,
    typer.Option(metavar="GLOB", help="Environments whose names match, for example 'acme-*'; may be repeated."),
]
Jobs = Annotated[int, typer.Option(min=1, max=256, metavar="N", help="So many processes of this machine work at once.")]
Cluster = Annotated[
    str | None, typer.Option(metavar="ADDRESS", help="Work on a Dask cluster instead: tls://HOST:8786.")
]
TimeOut = Annotated[
    str | None, typer.Option("--time-out", metavar="DURATION", help="An environment takes at most this time: 30m.")
]
Form = Annotated[FleetFormat, typer.Option("--format", help="How the table is shown.")]
Recordings = Annotated[
    Path | None, typer.Option(metavar="DIR", help="Plan from the recordings in this folder: ENV.rec or ENV.rec.gz.")
]


def validate(
    context: typer.Context,
    select: Select = None,
    strict: Annotated[bool, typer.Option("--strict", help="Count warnings as errors.")] = False,
    jobs: Jobs = 1,
    cluster: Cluster = None,
    form: Form = FleetFormat.TEXT,
) -> int:
    """Check the settings of every environment; needs no secret, no store and no network."""
    return _Fleet(context, select, jobs, cluster, None, form).run("validate", strict=strict)


def plan(
    context: typer.Context,
    select: Select = None,
    recordings: Recordings = None,
    base: Annotated[
        str | None,
        typer.Option(metavar="REF", help="Show what is caused by settings that this commit does not have (N4)."),
    ] = None,
    jobs: Jobs = 1,
    cluster: Cluster = None,
    time_out: TimeOut = None,
    form: Form = FleetFormat.TEXT,
) -> int:
    """Plan every environment, from Intune or from recordings; nothing is written.

    With --base REF and --format markdown, one comment says what a pull request changes over all environments.
    """
    many = _Fleet(context, select, jobs, cluster, time_out, form)
    return many.run("plan", recordings=str(recordings) if recordings else None, base=base)


def apply(  # noqa: PLR0917 - typer reads the options from the signature
    context: typer.Context,
    select: Select = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask; needed where there is no terminal.")] = False,
    scheduled: Annotated[
        bool, typer.Option("--scheduled", help="Apply only what is due, in an order that changes from day to day (N6).")
    ] = False,
    resume: Annotated[bool, typer.Option("--resume", help="Apply connections that are held too (J2).")] = False,
    allow_uncommitted: Annotated[
        bool, typer.Option("--allow-uncommitted", help="Apply settings to production that no commit has (E5).")
    ] = False,
    jobs: Jobs = 1,
    cluster: Cluster = None,
    time_out: TimeOut = None,
    form: Form = FleetFormat.TEXT,
) -> int:
    """Apply every environment: each has its own limits, lease and transaction, and one that fails stops no other."""
    can_ask(yes)
    many = _Fleet(context, select, jobs, cluster, time_out, form)
    if not yes:
        typer.confirm(f"Apply {len(many.names)} environments?", err=True, abort=True)
    options = {"resume": resume, "allow_uncommitted": allow_uncommitted, "who": who(), "where": where()}
    return many.run("apply", daily=scheduled, scheduled=scheduled, **options)


def record(
    context: typer.Context,
    output: Annotated[Path, typer.Option("-o", "--output", metavar="DIR", help="The folder; it gets ENV.rec.gz.")],
    select: Select = None,
    jobs: Jobs = 1,
    cluster: Cluster = None,
    time_out: TimeOut = None,
    form: Form = FleetFormat.TEXT,
) -> int:
    """Record every environment for `fleet plan --recordings DIR`; recordings hold personal data."""
    if not output.is_dir():
        raise UsageError(f"There is no folder {output}. Make it; only its owner should be able to read it.")
    return _Fleet(context, select, jobs, cluster, time_out, form).run("record", recordings=str(output))


def status(
    context: typer.Context,
    select: Select = None,
    max_age: Annotated[
        str | None,
        typer.Option(metavar="DURATION", help="Count a connection that was read longer ago as failed: 26h."),
    ] = None,
    jobs: Jobs = 1,
    cluster: Cluster = None,
    time_out: TimeOut = None,
    form: Form = FleetFormat.TEXT,
) -> int:
    """Show of every environment what failed, since when and why, what waits or is held, and whose credential ends."""
    most = None if max_age is None else duration(max_age, "--max-age")
    return _Fleet(context, select, jobs, cluster, time_out, form).run("status", max_age=most)


class _Fleet:
    """The environments of one command line, and where their work runs."""

    def __init__(
        self,
        context: typer.Context,
        select: list[str] | None,
        jobs: int,
        cluster: str | None,
        time_out: str | None,
        form: FleetFormat,
    ) -> None:
        options: Global = context.obj
        if cluster is not None and jobs != 1:
            raise UsageError("--jobs is of this machine and --cluster of others; give one of them.")
        self.environments, self.overlay = options.environments, options.overlay
        self.names = selected(options.environments, select or [])
        self.jobs, self.cluster, self.form = jobs, cluster, form
        self.limit = None if time_out is None else duration(time_out, "--time-out")

    def run(self, work: str, *, daily: bool = False, **given: object) -> int:
        """Do the work, show the table, and return the worst exit code (V4)."""
        names = order_of_day(self.names, today()) if daily else self.names
        rows = run_all(names, self._options(work, given), Workers(self.jobs, self.cluster), _Progress(len(names)))
        self._show(rows, given.get("base"))
        return first_exit_code({ExitCode(row.exit_code) for row in rows})

    def _options(self, work: str, given: dict[str, object]) -> FleetOptions:
        # A cluster's workers find the folder as they were started; processes of this machine find it where it is.
        folder = self.environments if self.cluster else self.environments.absolute()
        return FleetOptions(
            work=Work(work),
            environments=str(folder),
            version=reconciler.__version__,
            commit=repository.head_of(self.environments) if self.cluster else None,
            overlay=str(self.overlay.absolute()) if self.overlay else None,
            time_limit=self.limit,
            **given,  # type: ignore[arg-type]
        )

    def _show(self, rows: list[FleetRow], base: object) -> None:
        match self.form:
            case FleetFormat.TEXT:
                printing.page(fleet.fleet_text(rows))
            case FleetFormat.MARKDOWN if base is not None:
                printing.put(fleet.impact_markdown(rows, str(base)).encode())
            case FleetFormat.MARKDOWN:
                printing.put(fleet.fleet_markdown(rows).encode())
            case FleetFormat.HTML:
                printing.put(fleet.fleet_html(rows))
            case FleetFormat.JSON:
                printing.put(fleet.fleet_json(rows))


class _Progress:
    """Says of each environment that it is finished, with its name and how many are."""

    def __init__(self, total: int) -> None:
        self.total = total
        self.done = 0

    def __call__(self, row: FleetRow) -> None:
        self.done += 1
        told = f": {row.error}" if row.error else ""
        say(f"{self.done} of {self.total}: {row.environment}{told}")
